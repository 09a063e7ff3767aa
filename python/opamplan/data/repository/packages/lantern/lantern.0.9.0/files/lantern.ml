(* Pretty printers with colours. *)
libraries="$libraries lantern.0.9.0"
