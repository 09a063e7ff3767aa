(* SQLite from OCaml. *)
open Dune_configurator
libraries="$libraries sqlite-bind.5.2.0+debian1"
