(* Linked last. *)
open Ppx_core
open Gherkin
expect "$(printf %s "$libraries" | tr " " "\n" | grep -cFx ppx-core.0.33.0)" 1
