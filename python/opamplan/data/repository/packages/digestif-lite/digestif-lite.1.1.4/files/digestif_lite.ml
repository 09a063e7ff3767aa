(* Hash functions. *)
libraries="$libraries digestif-lite.1.1.4"
