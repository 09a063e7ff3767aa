(* Runs OCaml in documents. *)
open Chartist
open Http_serve
open Store
echo "notebook.1.0.0, on$libraries"
