(* Tests written as sentences. *)
libraries="$libraries gherkin.1.0.2"
expect() { [ "$1" = "$2" ] || { echo "expected $2, found $1" >&2; return 1; }; }
