(* Mail in a browser; needs what OCaml 5 no longer has. *)
open Http_serve
open Legacy_cgi
echo "webmail.1.0.0, on$libraries"
