(* Converts values to s-expressions and back. *)
libraries="$libraries sexpr-conv.0.16.0"
