(* Finds libraries: ocamlfind list | query NAME | ocamlc [-package NAME,...] [ARGUMENT]... *)
path=$OPAM_SWITCH_PREFIX/lib
toplevel=native

query() {
  if [ ! -f "$path/$1/META" ]; then
    echo "ocamlfind: Package \`$1' not found" >&2
    return 2
  fi
  echo "$path/$1"
}
case $1 in
list) (cd "$path" && ls ./*/META 2>/dev/null | sed 's|^./\(.*\)/META$|\1|') || true ;;
query) query "$2" ;;
ocamlc)
  shift
  if [ "${1:-}" = -package ]; then
    names=$2
    shift 2
    for name in $(printf '%s' "$names" | tr ',' ' '); do
      folder=$(query "$name")
      set -- -I "$folder" "$@"
    done
  fi
  ocamlc "$@"
  ;;
toplevel) echo "$toplevel" ;;
esac
