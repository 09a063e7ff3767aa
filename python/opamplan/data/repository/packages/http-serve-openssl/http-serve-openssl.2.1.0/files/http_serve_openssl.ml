(* The web server, with OpenSSL. *)
open Http_serve
open Tls_openssl
libraries="$libraries http-serve-openssl.2.1.0"
