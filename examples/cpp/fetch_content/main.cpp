/// \file
/// Plans the builds of a whole repository and writes what BuildKit needs: plan_all REPOSITORY
/// FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>
#include <opamplan/opamplan.hpp>
#include <string>

namespace {

void write(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: plan_all REPOSITORY FOLDER\n";
    return 2;
  }
  using namespace opamplan;
  const environment env = with_ocaml(preset_environment("debian-13"), "5.3.0");
  const universe all = make_universe(load_repository(source_at(argv[1])), env);
  solve_options options;
  options.roots = {{"ocaml", version_formula::of({relop::eq, "5.3.0"})}};

  std::vector<solution> solutions;
  for (solve_result& result : solve_all(all, options).results) {
    if (result.solution) solutions.push_back(std::move(*result.solution));
  }
  const plan p = make_plan(all, solutions, {});
  const plan_summary figures = summarize(p);
  std::cout << figures.targets << " targets in " << figures.install_steps << " build steps, not "
            << figures.unshared_installs << '\n';
  for (const plan_finding& finding : diagnose(p, p.limits)) std::cout << finding.text << '\n';

  const std::filesystem::path folder = argv[2];
  for (const batch_id b : p.batches.indices()) {
    write(folder / ("batch" + std::to_string(b) + ".Dockerfile"), batch_dockerfile(p, b, {}));
  }
  for (const emitted_file& file : context_files(p, {})) write(folder / file.path, file.content);
} catch (const opamplan::error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
