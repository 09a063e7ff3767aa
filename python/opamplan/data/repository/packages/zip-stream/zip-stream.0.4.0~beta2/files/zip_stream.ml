(* Compression. *)
libraries="$libraries zip-stream.0.4.0~beta2"
