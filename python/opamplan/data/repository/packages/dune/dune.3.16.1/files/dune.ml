(* Builds what files `dune` describe, a stanza a line: library, executable or test. *)
#   dune build -p PACKAGE [@install] [@runtest] [@doc] ...
# Of `(libraries a b|c d?)`, a is needed, so is the first of b and c that is installed, and d is used if it is.
lib=$OPAM_SWITCH_PREFIX/lib
fail() {
  printf 'File "dune", line 1:\nError: %s\n' "$1" >&2
  exit 1
}
# The values of a field, in a file or in the stanza that is read.
field() { printf '%s' "$stanza" | sed -n "s/.*($1 \([^()]*\)).*/\1/p"; }
here() { [ -f "$lib/$1/META" ] || [ "$1" = "${public:-}" ]; }
module_of() { (cd "$lib/$1" && ls ./*.cma | sed 's|^./\(.*\)\.cma$|\1|'); }

# Sets `chosen` to the libraries, and `added` to the modules of those that the source cannot name.
choose() {
  chosen='' added=''
  for wanted in $(field libraries); do
    found=
    for one in $(printf '%s' "${wanted%\?}" | tr '|' ' '); do
      if here "$one"; then found=$one && break; fi
    done
    case $found:$wanted in
    :*\?) continue ;;
    :*) fail "Library \"$wanted\" not found." ;;
    *\? | *\|*) added="$added $(module_of "$found")" ;;
    esac
    chosen="$chosen $found"
  done
}
compile() { # OPTION OUTPUT SOURCE
  folders='-I _build'
  for one in $chosen; do folders="$folders -I $lib/$one"; done
  { for module in $added; do echo "open $module"; done && cat "$3"; } >"_build/$3"
  # shellcheck disable=SC2086
  ocamlc $1 $folders -o "_build/$2" "_build/$3"
}

case $1 in
subst) exit ;;
esac
package='' tests='' docs=''
while [ $# -gt 0 ]; do
  case $1 in
  -p) package=$2 ;;
  @runtest) tests=yes ;;
  @doc) docs=yes ;;
  esac
  shift
done
stanza=$(cat dune-project)
language=$(field 'lang dune')
version=$(field version)
mine=$(sed -n 's/^version = "\(.*\)"/\1/p' "$lib/dune/META" 2>/dev/null || echo "$language")
if [ "$(printf '%s\n' "$language" "$mine" | sort -V | head -n 1)" != "$language" ]; then
  fail "Version $language of the dune language is not supported by dune $mine."
fi
mkdir -p _build
printf 'version = "%s"\n' "$version" >_build/META
files='"_build/META"' programs=''
while read -r stanza; do
  name=$(field name)
  public=$(field public_name)
  case $stanza in
  '(library'*)
    choose
    compile -a "$name.cma" "$name.ml"
    printf 'requires = "%s"\n' "${chosen# }" >>_build/META
    files="$files \"_build/$name.cma\""
    ;;
  '(executable'*)
    choose
    compile '' "$name.exe" "$name.ml"
    programs="$programs \"_build/$name.exe\" {\"$public\"}"
    ;;
  '(test'*)
    [ -n "$tests" ] || continue
    public=$package
    choose
    compile '' "$name.exe" "$name.ml"
    "_build/$name.exe"
    ;;
  esac
done <dune
{
  echo "lib: [$files]"
  echo "bin: [$programs]"
} >"$package.install"
if [ -n "$docs" ] && here odoc-lite; then
  echo "<h1>$package $version</h1>" >_build/index.html
  echo 'doc: ["_build/index.html"]' >>"$package.install"
fi
