(* Comparisons in constant time. *)
libraries="$libraries eqaf-lite.0.10"
