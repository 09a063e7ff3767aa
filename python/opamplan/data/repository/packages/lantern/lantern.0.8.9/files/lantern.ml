(* Pretty printers with colours. *)
libraries="$libraries lantern.0.8.9"
