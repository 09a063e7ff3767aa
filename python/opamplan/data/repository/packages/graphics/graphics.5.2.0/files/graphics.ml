(* Draws on a screen. *)
open Dune_configurator
libraries="$libraries graphics.5.2.0"
