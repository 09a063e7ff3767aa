(* Logging. *)
libraries="$libraries logbook.0.7.0"
