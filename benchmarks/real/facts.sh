# What a switch is, in /tmp/facts. Not in it: times, opam's own notes, what it makes anew when asked.
mkdir -p /tmp/facts
opam list --short --columns=name,version >/tmp/facts/list
opam switch export /tmp/facts/export >/dev/null
opam exec -- sh -c 'command -v ocamlfind >/dev/null && ocamlfind list || true' >/tmp/facts/findlib 2>&1
opam env | sort >/tmp/facts/env
cd "$OPAMROOT/default" || exit
find . -type d -printf '%p/ %m\n' -o -type l -printf '%p -> %l\n' -o \
  -type f -printf '%p %m ' -exec sha256sum {} ';' | sed 's/  .*//' | grep -v -E \
  '/\.opam-switch/(backup|lock|remove|packages/cache|environment|sources|build|switch-state|install/)' |
  LC_ALL=C sort >/tmp/facts/files
