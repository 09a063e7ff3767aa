(* Linked last. *)
open Seq_ext
open Gherkin
expect "$(printf %s "$libraries" | tr " " "\n" | grep -cFx seq-ext.0.4)" 1
