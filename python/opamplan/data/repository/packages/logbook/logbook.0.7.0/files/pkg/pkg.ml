(* As packages of topkg are built. *)
open Topkg
shift # build
topkg_build logbook 0.7.0 "$@"
