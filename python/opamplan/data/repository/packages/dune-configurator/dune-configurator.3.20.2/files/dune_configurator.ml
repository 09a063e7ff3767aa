(* Asks the C compiler questions at build time. *)
open Csexp
libraries="$libraries dune-configurator.3.20.2"
