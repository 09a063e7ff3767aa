(* Drivers for syntax extensions. *)
open Sexpr_conv
open Seq_ext
libraries="$libraries ppx-core.0.33.0"
