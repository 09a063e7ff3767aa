(* The old names of pebble. *)
open Pebble
libraries="$libraries pebble-old.0.9"
