(* Reads HTTP messages. *)
open Astring_lite
open Pebble
libraries="$libraries http-reader.1.0.0"
