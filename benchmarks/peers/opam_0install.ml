(* Solves targets with opam-0install, the files of all candidates kept in memory.

   opam_0install PACKAGES OCAML [VARIABLE=VALUE...] <TARGETS
   prints, for each NAME.VERSION read: TARGET TAB STATUS TAB SECONDS TAB SELECTED,...

   Candidates, filters and roots are those of docs/solve.md. *)

module Name_map = OpamPackage.Name.Map

let ( / ) = Filename.concat
let variables : (string, OpamVariable.variable_contents) Hashtbl.t = Hashtbl.create 16

let env pkg v =
  if List.mem v OpamPackageVar.predefined_depends_variables then None
  else
    match OpamVariable.Full.to_string v with
    | "version" -> Some (OpamTypes.S (OpamPackage.version_to_string pkg))
    | name -> Hashtbl.find_opt variables name

module Context = struct
  type t = {
    packages : string;
    constraints : OpamFormula.version_constraint Name_map.t;
    files : (OpamPackage.Name.t, (OpamPackage.t * OpamFile.OPAM.t) list) Hashtbl.t;
        (** Of each name: what is available, in the order of preference. *)
  }

  type rejection = unit

  let pp_rejection f () = Fmt.string f "excluded by the request"
  let user_restrictions t name = Name_map.find_opt name t.constraints

  let read t name =
    let folder = t.packages / OpamPackage.Name.to_string name in
    let read_one entry =
      match OpamPackage.of_string_opt entry with
      | Some pkg when Sys.file_exists (folder / entry / "opam") ->
        let path = OpamFile.make (OpamFilename.raw (folder / entry / "opam")) in
        let opam = OpamFile.OPAM.read path in
        let holds = OpamFilter.eval_to_bool ~default:false (env pkg) (OpamFile.OPAM.available opam) in
        if holds then Some (pkg, opam) else None
      | _ -> None
    in
    let avoided (_, opam) = OpamFile.OPAM.has_flag OpamTypes.Pkgflag_AvoidVersion opam in
    let newer (a, _) (b, _) = OpamPackage.compare b a in
    let entries = if Sys.file_exists folder then Array.to_list (Sys.readdir folder) else [] in
    let found = List.sort newer (List.filter_map read_one entries) in
    match List.partition avoided found with
    | _, [] -> []
    | last, first -> first @ last

  let available t name =
    match Hashtbl.find_opt t.files name with
    | Some found -> found
    | None ->
      let found = read t name in
      Hashtbl.add t.files name found;
      found

  let candidates t name =
    let allowed version =
      match user_restrictions t name with
      | None -> true
      | Some test -> OpamFormula.check_version_formula (OpamFormula.Atom test) version
    in
    available t name
    |> List.map (fun (pkg, opam) ->
           let version = OpamPackage.version pkg in
           (version, if allowed version then Ok opam else Error ()))

  let filter_deps _ pkg formula =
    let dev = OpamPackage.version_to_string pkg = "dev" in
    formula
    |> OpamFilter.partial_filter_formula (env pkg)
    |> OpamFilter.filter_deps ~build:true ~post:true ~test:false ~doc:false ~dev ~default:false
end

module Solver = Opam_0install.Solver.Make (Context)

let () =
  let ocaml = Sys.argv.(2) in
  let set name value = Hashtbl.replace variables name value in
  set "ocaml:native" (OpamVariable.B true);
  set "ocaml:version" (OpamVariable.S ocaml);
  Array.iteri
    (fun i text ->
      match String.index_opt text '=' with
      | Some at when i > 2 ->
        set (String.sub text 0 at)
          (OpamVariable.S (String.sub text (at + 1) (String.length text - at - 1)))
      | _ -> ())
    Sys.argv;
  let files = Hashtbl.create 5000 in
  let compiler = OpamPackage.Name.of_string "ocaml" in
  let solve line =
    let target = OpamPackage.of_string line in
    let constraints =
      Name_map.empty
      |> Name_map.add compiler (`Eq, OpamPackage.Version.of_string ocaml)
      |> Name_map.add target.OpamPackage.name (`Eq, target.OpamPackage.version)
    in
    let context = { Context.packages = Sys.argv.(1); constraints; files } in
    let begin_ = Unix.gettimeofday () in
    let answer = Solver.solve context [ compiler; target.OpamPackage.name ] in
    let seconds = Unix.gettimeofday () -. begin_ in
    let status, selected =
      match answer with
      | Ok found ->
        let names = List.map OpamPackage.to_string (Solver.packages_of_result found) in
        ("solution", String.concat "," (List.sort compare names))
      | Error _ -> ("no_solution", "")
    in
    Printf.printf "%s\t%s\t%.6f\t%s\n%!" line status seconds selected
  in
  try
    while true do
      solve (input_line stdin)
    done
  with End_of_file -> ()
