(* Moves an old-store to a store; needs both at once. *)
open Store
open Old_store
echo "migrate-store.1.0.0, on$libraries"
