(* Reads HTTP messages. *)
open Astring_lite
open Pebble
libraries="$libraries http-reader.0.5.0"
