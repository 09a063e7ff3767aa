(* Derives code for pebble. *)
open Pebble
open Ppx_core
libraries="$libraries pebble-ppx.0.15.2"
