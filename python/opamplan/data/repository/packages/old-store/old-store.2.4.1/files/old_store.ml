(* The key-value store before version 3; for data that was never moved. *)
open Sqlite_bind
open Pebble_ppx
open Heron
libraries="$libraries old-store.2.4.1"
