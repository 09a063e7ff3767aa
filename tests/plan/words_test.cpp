#include "opamplan/plan/words.hpp"

#include <doctest/doctest.h>

#include "opamplan/inspect/doctor.hpp"
#include "opamplan/plan/json.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

std::string problem_of(const std::string& name, const std::string& version,
                       const std::vector<std::string>& depexts = {}) {
  plan_package package;
  package.name = name;
  package.version = version;
  package.depexts = depexts;
  return word_problem(package);
}

}  // namespace

TEST_CASE("what opam allows can be named") {
  CHECK(problem_of("conf-g++", "1.0~rc1+x_2",
                   {"g++-12", "libx11-dev", "a b", "a=1:2", "x/y", "z@edge", "r"}) == "");
}

TEST_CASE("what is an option, a path or no word is said") {
  CHECK(problem_of("-x", "1") == "\"-x.1\" is no name and version that a build can use");
  CHECK(problem_of("", "1") != "");
  CHECK(problem_of("a/b", "1") != "");
  CHECK(problem_of("a", "1 2") != "");
  CHECK(problem_of("a", "1", {"ok", "-oDebug::x=y"}) ==
        "a.1 asks for the system package \"-oDebug::x=y\", which would be read as an option");
  for (const char* word : {"foo-", "!foo", "~foo"}) {
    CHECK(problem_of("a", "1", {word}).ends_with(", which would be read as a removal"));
  }
  for (const char* word : {"./x.deb", "/x", "tmp/x.rpm", "http://h/x", "../x"}) {
    CHECK(problem_of("a", "1", {word}).ends_with(", which would be read as a file or an address"));
  }
  for (const char* word : {"lib*", "lib?", "lib[a-z]"}) {
    CHECK(problem_of("a", "1", {word}).ends_with(", which would be read as a pattern"));
  }
  CHECK(problem_of("a", "1", {""}) == "a.1 asks for the system package \"\", an empty word");
  CHECK(problem_of("a", "1", {"x\x1b"}) ==
        "a.1 asks for the system package \"x\\u001b\", which holds a control character");
}

TEST_CASE("a package that no step can name is left out with what needs it, the rest is planned") {
  auto files = diamond();
  files[2].fields = R"(depends: ["base"] depexts: ["-y"])";
  const solved s = solve_files(files);
  const plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  std::string left_out;
  for (const plan_omission& o : p.left_out) left_out += o.target + ": " + o.reason + "\n";
  CHECK(left_out ==
        "right.1: right.1 asks for the system package \"-y\", which would be read as an option\n"
        "top.1: right.1 asks for the system package \"-y\", which would be read as an option\n");
  std::string targets;
  for (const plan_target& t : p.targets) targets += p.packages[t.package].full_name() + " ";
  CHECK(targets == "alone.1 base.1 left.1 ");
  CHECK(p.packages.size() == 3);
  CHECK(diagnose(p, p.limits).empty());
}

TEST_CASE("planning tells its progress, and can be cancelled") {
  const solved s = solve_files(diamond());
  plan_options options = with(strategy::graft);
  std::string told;
  options.progress = [&](const progress_event& e) {
    told += std::string(e.stage) + std::to_string(e.done) + "/" + std::to_string(e.total) + " ";
    return true;
  };
  static_cast<void>(make_plan(s.in, s.solutions, options));
  CAPTURE(told);
  CHECK(told.find("describe5/5 plan0/3 layers1/5 layers5/5 plan1/3 plan2/3 plan3/3") !=
        std::string::npos);
  options.progress = [](const progress_event& e) { return e.stage != "plan"; };
  CHECK_THROWS_AS(static_cast<void>(make_plan(s.in, s.solutions, options)), cancelled);
}

TEST_CASE("as many threads as are asked for describe packages, and the plan is the same") {
  const solved s = solve_files(diamond());
  plan_options options = with(strategy::graft);
  const std::string alone = to_json(make_plan(s.in, s.solutions, options));
  for (const unsigned threads : {1U, 3U}) {
    options.threads = threads;
    CHECK(to_json(make_plan(s.in, s.solutions, options)) == alone);
  }
}
