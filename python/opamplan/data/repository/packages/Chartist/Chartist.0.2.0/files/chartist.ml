(* Charts as SVG. *)
open Pebble
open Lantern
libraries="$libraries Chartist.0.2.0"
