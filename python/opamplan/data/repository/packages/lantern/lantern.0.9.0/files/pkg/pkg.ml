(* As packages of topkg are built. *)
open Topkg
shift # build
topkg_build lantern 0.9.0 "$@"
