(* Builds libraries: ocamlbuild [-pkgs NAME,...] NAME.cma *)
packages=
if [ "$1" = -pkgs ]; then
  packages=$2
  shift 2
fi
mkdir -p _build
cp "${1%.cma}.ml" _build/
ocamlfind ocamlc ${packages:+-package "$packages"} -a -o "_build/$1" "_build/${1%.cma}.ml"
