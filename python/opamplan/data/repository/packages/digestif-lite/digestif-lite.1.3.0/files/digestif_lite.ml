(* Hash functions. *)
open Eqaf_lite
libraries="$libraries digestif-lite.1.3.0"
