(* Builds topkg without topkg. *)
ocamlfind query ocamlbuild
ocamlbuild topkg.cma
