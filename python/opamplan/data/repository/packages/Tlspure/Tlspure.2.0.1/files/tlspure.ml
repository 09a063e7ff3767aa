(* Secure connections, in OCaml only. *)
open Digestif_lite
open Zarith_lite
libraries="$libraries Tlspure.2.0.1"
