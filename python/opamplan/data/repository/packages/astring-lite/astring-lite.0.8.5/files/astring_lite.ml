(* Another string module. *)
libraries="$libraries astring-lite.0.8.5"
