(* Runs OCaml in documents. *)
open Chartist
open Http_serve
open Store
open Odoc_lite
echo "notebook.0.9.1, on$libraries"
