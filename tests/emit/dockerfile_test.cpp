#include "opamplan/emit/dockerfile.hpp"

#include <doctest/doctest.h>

#include <set>

#include "emit/emitted.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/emit/llb.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/emit/recipe.hpp"
#include "opamplan/inspect/files.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("a batch has a stage a step, the header and the results, and breaks no limit") {
  const plan p = of_diamond();
  const std::string text = batch_dockerfile(p, batch_id(0), emit_options::stand_in());
  for (const std::string& name : stage_names(p)) CHECK(has(text, " AS " + name + "\n"));
  CHECK(has(text, "FROM scratch AS results\n"));
  CHECK(inspect_dockerfile(text, "Dockerfile", limit_profile("buildkit")).findings.empty());
  CHECK(text == batch_dockerfile(of_diamond(), batch_id(0), emit_options::stand_in()));
}

TEST_CASE("the files of all batches are those of each") {
  const solved s = solve_files(diamond());
  limits small = limit_profile("none");
  small.batch_targets = 2;
  const plan p = make_plan(s.in, s.solutions, with(strategy::chain, small));
  REQUIRE(p.batches.size() > 1);
  const std::vector<std::string> files = batch_dockerfiles(p, emit_options::stand_in());
  const std::vector<std::string> llbs = batch_llbs(p, {});
  REQUIRE(files.size() == p.batches.size());
  REQUIRE(llbs.size() == p.batches.size());
  for (const batch_id batch : p.batches.indices()) {
    CHECK(files[batch] == batch_dockerfile(p, batch, emit_options::stand_in()));
    CHECK(llbs[batch] == batch_llb(p, batch, {}));
  }
}

TEST_CASE("a target's file holds the steps that it needs and no others") {
  const plan p = of_diamond();
  const std::vector<std::string> names = stage_names(p);
  for (const target_id t : p.targets.indices()) {
    const auto needed = needed_steps(p, p.targets[t].step);
    const std::set<step_id> in(needed.begin(), needed.end());
    const std::string text = target_dockerfile(p, t, emit_options::stand_in());
    for (const step_id s : p.steps.indices()) {
      CHECK(has(text, " AS " + names[s] + "\n") == (in.count(s) == 1));
    }
  }
}

TEST_CASE("a batch without a step collects the others, and lacks what stands on it") {
  const plan p = of_diamond();
  const std::vector<std::string> names = stage_names(p);
  const step_id last = p.batches[0].steps.back();
  const std::vector<step_id> leaf = {last};
  const std::string text = batch_dockerfile(p, batch_id(0), {}, leaf);
  for (const step_id s : p.batches[0].steps) {
    CHECK(has(text, " AS " + names[s] + "\n") == (s != last));
    CHECK(has(text, "from=" + names[s] + ",source=/opamplan/results/") == (s != last));
  }
  CHECK(batch_llb(p, batch_id(0), {}, leaf).size() < batch_llb(p, batch_id(0), {}).size());
  const std::vector<step_id> first = {p.steps[last].parent};
  CHECK_THROWS_WITH_AS((void)batch_dockerfile(p, batch_id(0), {}, first),
                       doctest::Contains("does not come before it"), invalid_request);
  CHECK_THROWS_AS((void)batch_llb(p, batch_id(0), {}, p.batches[0].steps), invalid_request);
}

TEST_CASE("the context holds the scripts and one opam file a package") {
  const plan p = of_diamond();
  const auto files = context_files(p, {});
  CHECK(files.size() == p.packages.size() + 2);
  std::set<std::string> paths;
  for (const emitted_file& f : files) paths.insert(f.path);
  CHECK(paths.size() == files.size());
}

TEST_CASE("options cannot end a line or a here-document") {
  const plan p = of_diamond();
  emit_options o;
  o.setup = "cat <<EOT\nEOT\n";
  CHECK(has(batch_dockerfile(p, batch_id(0), o), "RUN <<EOT_\ncat <<EOT\nEOT\nEOT_\n"));
  o.environment = {{"A", "$B\"\\"}};
  CHECK(has(batch_dockerfile(p, batch_id(0), o), R"("A"="\$B\"\\")"));
  o.environment = {{"A", "1\nRUN id"}};
  CHECK_THROWS_AS((void)batch_dockerfile(p, batch_id(0), o), invalid_request);
}

TEST_CASE("every command has the network that was asked for, the collecting ones too") {
  emit_options o;
  o.network = "none";
  const std::string text = batch_dockerfile(of_diamond(), batch_id(0), o);
  std::size_t commands = 0;
  for (std::size_t at = text.find("\nRUN "); at != std::string::npos;
       at = text.find("\nRUN ", at + 1)) {
    CHECK(text.substr(at + 1, 19) == "RUN --network=none ");
    ++commands;
  }
  CHECK(commands == of_diamond().steps.size() + 2);  // the header, the collector
}
