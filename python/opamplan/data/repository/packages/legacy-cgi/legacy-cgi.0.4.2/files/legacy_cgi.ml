(* CGI scripts as in 1999. *)
open Logbook
libraries="$libraries legacy-cgi.0.4.2"
