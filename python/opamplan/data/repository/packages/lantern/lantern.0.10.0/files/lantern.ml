(* Pretty printers with colours. *)
libraries="$libraries lantern.0.10.0"
