(* A key-value store over SQLite. *)
open Sqlite_bind
open Zip_stream
open Pebble_ppx
open Heron
libraries="$libraries store.3.1.0"
