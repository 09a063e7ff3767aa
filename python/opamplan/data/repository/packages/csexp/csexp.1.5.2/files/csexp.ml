(* Canonical s-expressions. *)
libraries="$libraries csexp.1.5.2"
