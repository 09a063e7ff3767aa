(* Sockets, files and processes for heron. *)
open Heron
libraries="$libraries heron-unix.6.0.0"
