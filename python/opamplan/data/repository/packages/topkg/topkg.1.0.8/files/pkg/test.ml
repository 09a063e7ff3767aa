(* What it is for. *)
open Topkg
[ "$(topkg_version)" = 1.0.8 ]
