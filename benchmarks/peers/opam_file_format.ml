(* The reference parser, opam-file-format, on the same work as benchmarks/syntax_benchmark.cpp:
   every file named `opam` below a folder, held in memory, parsed [passes] times.
   With `print` or `normalise` instead of a number: its printers' output for each file, in the
   order of paths, each followed by a NUL byte; for comparing layouts. *)

let rec opam_files path acc =
  if Sys.is_directory path then
    Array.fold_right
      (fun name acc -> opam_files (Filename.concat path name) acc)
      (let names = Sys.readdir path in Array.sort compare names; names)
      acc
  else if Filename.basename path = "opam" then path :: acc
  else acc

let read path =
  let channel = open_in_bin path in
  let text = really_input_string channel (in_channel_length channel) in
  close_in channel;
  text

let parse (path, text) = OpamParser.FullPos.string text path

let () =
  match Sys.argv with
  | [| _; folder; what |] ->
    let texts = List.map (fun path -> path, read path) (opam_files folder []) in
    let write print =
      List.iter (fun file -> print_string (print (parse file)); print_char '\000') texts
    in
    (match what with
     | "print" -> write OpamPrinter.FullPos.opamfile
     | "normalise" -> write OpamPrinter.FullPos.Normalise.opamfile
     | passes ->
       let bytes = List.fold_left (fun sum (_, text) -> sum + String.length text) 0 texts in
       for _ = 1 to int_of_string passes do
         let start = Sys.time () in
         List.iter (fun file -> ignore (Sys.opaque_identity (parse file))) texts;
         let seconds = Sys.time () -. start in
         Printf.printf "%d files, %d bytes: %.3f s of CPU, %.1f MB/s\n%!" (List.length texts) bytes
           seconds (float_of_int bytes /. seconds /. 1e6)
       done)
  | _ -> prerr_endline "usage: opam_file_format FOLDER (PASSES | print | normalise)"; exit 2
