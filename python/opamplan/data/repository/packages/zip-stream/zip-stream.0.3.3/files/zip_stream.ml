(* Compression. *)
libraries="$libraries zip-stream.0.3.3"
