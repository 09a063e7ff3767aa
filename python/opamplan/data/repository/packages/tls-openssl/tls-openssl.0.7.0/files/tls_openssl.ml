(* Secure connections, by the system's OpenSSL. *)
open Dune_configurator
(* Fails on purpose: nothing has this module. *)
open Openssl_compat
libraries="$libraries tls-openssl.0.7.0"
