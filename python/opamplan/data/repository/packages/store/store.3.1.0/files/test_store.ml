(* Linked last. *)
open Store
open Gherkin
expect "$(printf %s "$libraries" | tr " " "\n" | grep -cFx store.3.1.0)" 1
