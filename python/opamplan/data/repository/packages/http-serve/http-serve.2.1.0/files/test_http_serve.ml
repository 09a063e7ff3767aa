(* Linked last. *)
open Http_serve
open Gherkin
expect "$(printf %s "$libraries" | tr " " "\n" | grep -cFx http-serve.2.1.0)" 1
