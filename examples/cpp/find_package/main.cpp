/// \file
/// What a package needs, in the order of installation: install_order REPOSITORY PACKAGE
#include <iostream>
#include <opamplan/opamplan.hpp>

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: install_order REPOSITORY PACKAGE\n";
    return 2;
  }
  using namespace opamplan;
  const repository repo = load_repository(source_at(argv[1]));
  const universe all = make_universe(repo, with_ocaml(preset_environment("debian-13"), "5.3.0"));
  solve_options options;
  options.roots = {{"ocaml", version_formula::of({relop::eq, "5.3.0"})}};

  const package_request wanted = find_request(repo, argv[2]);
  const solve_result result = solver(all, options).solve(wanted.name);
  if (!result.solution) {
    for (const auto& sentence : explain(all, wanted.name, options).sentences) {
      std::cout << sentence << '\n';
    }
    return 1;
  }
  const closure needed = closure_of(*result.solution);
  for (const std::uint32_t i : topological_order(needed.dependencies)) {
    std::cout << repo.full_name(needed.packages[i]) << '\n';
  }
} catch (const opamplan::error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
