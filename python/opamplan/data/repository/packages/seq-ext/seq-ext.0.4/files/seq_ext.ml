(* More functions on lazy sequences. *)
libraries="$libraries seq-ext.0.4"
