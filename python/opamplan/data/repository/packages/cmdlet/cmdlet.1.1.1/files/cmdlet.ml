(* Command lines, declared. *)
libraries="$libraries cmdlet.1.1.1"
