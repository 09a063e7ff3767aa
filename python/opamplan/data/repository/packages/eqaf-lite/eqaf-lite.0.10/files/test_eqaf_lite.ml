(* Linked last. *)
open Eqaf_lite
open Gherkin
expect "$(printf %s "$libraries" | tr " " "\n" | grep -cFx eqaf-lite.0.10)" 1
