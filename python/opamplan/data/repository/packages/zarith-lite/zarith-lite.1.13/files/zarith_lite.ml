(* Integers of any size. *)
libraries="$libraries zarith-lite.1.13"
