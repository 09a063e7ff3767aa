(* Writes reports from logs. *)
open Logbook
open Lantern
open Cmdlet
open Http_reader
echo "report-tool.2.0.0, on$libraries"
