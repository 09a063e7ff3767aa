(* A web server. *)
open Http_reader
open Heron_unix
open Logbook
open Cmdlet
libraries="$libraries http-serve.2.1.0"
