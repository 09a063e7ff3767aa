(* A small standard library with labels. *)
open Sexpr_conv
libraries="$libraries pebble.0.16.0"
