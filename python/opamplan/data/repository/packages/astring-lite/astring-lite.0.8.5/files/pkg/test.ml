(* The library says its name. *)
open Astring_lite
[ "$libraries" = " astring-lite.0.8.5" ]
