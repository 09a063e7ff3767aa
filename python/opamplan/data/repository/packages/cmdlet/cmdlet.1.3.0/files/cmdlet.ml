(* Command lines, declared. *)
libraries="$libraries cmdlet.1.3.0"
