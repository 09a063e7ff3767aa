(* Turns documentation comments into pages. *)
open Lantern
libraries="$libraries odoc-lite.2.0.0"
