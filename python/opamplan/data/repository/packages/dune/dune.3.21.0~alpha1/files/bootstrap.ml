(* Builds dune without dune. *)
ocamlc -o dune.exe dune.ml
