(* Reads the registry of Windows. *)
libraries="$libraries windows-registry.0.1.0"
