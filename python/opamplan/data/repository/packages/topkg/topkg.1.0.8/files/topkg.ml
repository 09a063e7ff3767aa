(* Describes what a package installs. *)
libraries="$libraries topkg.1.0.8"
topkg_version() { sed -n 's/^version = "\(.*\)"/\1/p' "$(ocamlfind query topkg)/META"; }

# Builds a library, with those that --with-NAME true|enable asks for: NAME VERSION [OPTION VALUE]...
topkg_build() {
  name=$1 version=$2 packages=''
  shift 2
  module=$(printf '%s' "$name" | tr - _)
  while [ $# -gt 1 ]; do
    case $1:$2 in
    --with-base-*) ;; # the compiler's own
    --with-tests:*) ;;
    --with-*:true | --with-*:enable) packages=$packages${packages:+,}${1#--with-} ;;
    esac
    shift 2
  done
  for package in $(printf '%s' "$packages" | tr ',' ' '); do
    echo "open $(printf '%s' "$package" | tr - _)"
  done >"$module.new"
  cat "$module.ml" >>"$module.new"
  mv "$module.new" "$module.ml"
  ocamlbuild ${packages:+-pkgs "$packages"} "$module.cma"
  mkdir -p _build
  printf 'version = "%s"\nrequires = "%s"\n' "$version" "$(printf '%s' "$packages" | tr ',' ' ')" >_build/META
  echo "lib: [\"_build/META\" \"_build/$module.cma\"]" >"$name.install"
}
