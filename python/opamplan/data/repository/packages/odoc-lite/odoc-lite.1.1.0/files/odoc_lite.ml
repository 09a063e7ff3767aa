(* Turns documentation comments into pages. *)
libraries="$libraries odoc-lite.1.1.0"
