(* Promises and concurrent input and output. *)
open Dune_configurator
open Seq_ext
libraries="$libraries heron.6.0.0"
