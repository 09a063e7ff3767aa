(* As packages of topkg are built. *)
open Topkg
topkg_build astring-lite 0.8.5 "$@"
