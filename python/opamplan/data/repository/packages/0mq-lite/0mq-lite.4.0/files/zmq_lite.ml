(* Message queues. *)
open Dune_configurator
open Heron_unix
(* Fails on purpose, as x-ci-accept-failures says: nothing has this module. *)
open Zmq
libraries="$libraries 0mq-lite.4.0"
