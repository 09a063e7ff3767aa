(* Tests written as sentences. *)
open Astring_lite
libraries="$libraries gherkin.1.1.0"
expect() { [ "$1" = "$2" ] || { echo "expected $2, found $1" >&2; return 1; }; }
