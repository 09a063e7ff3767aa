#include "opamplan/plan/layers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

std::map<std::string, digest> keys_of(const plan& p) {
  std::map<std::string, digest> keys;
  for (const plan_target& t : p.targets) keys[p.packages[t.package].full_name()] = t.key;
  return keys;
}

/// Which of the diamond's targets have another key if `change` is made to the file of `left`.
std::string changed_by(const std::string& left) {
  auto files = diamond();
  const auto before_of = solve_files(files);
  files[1].fields = left;
  const auto after_of = solve_files(files);
  const auto before = keys_of(make_plan(before_of.in, before_of.solutions, {}));
  const auto after = keys_of(make_plan(after_of.in, after_of.solutions, {}));
  std::string changed;
  for (const auto& [name, key] : before) {
    const auto it = after.find(name);
    if (it != after.end() && it->second != key) changed += (changed.empty() ? "" : " ") + name;
  }
  return changed;
}

}  // namespace

TEST_CASE("what can change a build changes the keys of the package and its dependents, no other") {
  const std::string same = R"(depends: ["base"])";
  const std::string both = "left.1 top.1";
  CHECK(changed_by(same).empty());
  CHECK(changed_by(same + "\nbuild: [make]") == both);
  CHECK(changed_by(same + "\ninstall: [make \"install\"]") == both);
  CHECK(changed_by(same + "\nsubsts: \"a.in\"") == both);
  CHECK(changed_by(same + "\npatches: \"a.patch\"") == both);
  CHECK(changed_by(same + "\nbuild-env: [A = \"1\"]") == both);
  CHECK(changed_by(same + "\nsetenv: [A = \"1\"]") == both);
  CHECK(changed_by(same + "\nurl { src: \"https://e.org/a.tgz\" checksum: \"md5=" +
                   std::string(32, '0') + "\" }") == both);
  CHECK(changed_by(same + "\nextra-source \"a.patch\" { src: \"https://e.org/a\" checksum: \"md5=" +
                   std::string(32, '0') + "\" }") == both);
  CHECK(changed_by(same + "\nextra-files: [\"a\" \"md5=" + std::string(32, '0') + "\"]") == both);
  CHECK(changed_by(same + "\ndepexts: [\"libleft-dev\"] {os-family = \"debian\"}") == both);
  CHECK(changed_by(R"(depends: ["base" "alone"])") == both);
}

TEST_CASE("what cannot change a build changes no key") {
  const std::string same = R"(depends: ["base"])";
  CHECK(changed_by(same + "\nsynopsis: \"left\"").empty());
  CHECK(changed_by(same + "\ndescription: \"to the left\"").empty());
  CHECK(changed_by(same + "\nmaintainer: \"me\"\nauthors: \"me\"\ntags: \"x\"").empty());
  CHECK(changed_by(same + "\nhomepage: \"https://e.org\"\nlicense: \"ISC\"").empty());
  CHECK(changed_by("# a comment\n" + same).empty());
  CHECK(changed_by("depends:  [  \"base\"  ]").empty());
}

TEST_CASE("the base is part of every key") {
  const plan_base base;
  for (const auto& change : std::vector<void (*)(plan_base&)>{
           [](plan_base& b) { b.image = "debian:13"; },
           [](plan_base& b) { b.opam_version = "2.4.0"; },
           [](plan_base& b) { b.environment = "os = \"linux\"\n"; }}) {
    plan_base other = base;
    change(other);
    CHECK(base_key(other) != base_key(base));
  }
}

TEST_CASE("each ingredient of a layer is part of its key") {
  plan_package package;
  package.name = "a";
  package.version = "1";
  const digest base = sha256_of("base");
  std::vector<digest> needs{sha256_of("x"), sha256_of("y")};
  const digest key = layer_key(base, package, false, false, needs);

  SUBCASE("the order of dependencies is not") {
    std::reverse(needs.begin(), needs.end());
    CHECK(layer_key(base, package, false, false, needs) == key);
  }
  SUBCASE("dependencies are") {
    needs.pop_back();
    CHECK(layer_key(base, package, false, false, needs) != key);
  }
  SUBCASE("the base is") { CHECK(layer_key(sha256_of("b"), package, false, false, needs) != key); }
  SUBCASE("the switches are, and differ from each other") {
    const digest test = layer_key(base, package, true, false, needs);
    const digest doc = layer_key(base, package, false, true, needs);
    const digest all = layer_key(base, package, true, true, needs);
    CHECK(test != key);
    CHECK(doc != key);
    CHECK(all != key);
    CHECK(test != doc);
    CHECK(test != all);
    CHECK(doc != all);
  }
  SUBCASE("the name, the version, the fields and the system packages are") {
    plan_package other = package;
    other.name = "b";
    CHECK(layer_key(base, other, false, false, needs) != key);
    other = package;
    other.version = "2";
    CHECK(layer_key(base, other, false, false, needs) != key);
    other = package;
    other.effective = sha256_of("fields");
    CHECK(layer_key(base, other, false, false, needs) != key);
    other = package;
    other.depexts = {"m4"};
    CHECK(layer_key(base, other, false, false, needs) != key);
  }
  SUBCASE("the size is not") {
    package.size = 12345;
    CHECK(layer_key(base, package, false, false, needs) == key);
  }
}

TEST_CASE("only targets are built with their tests, and that is another layer") {
  universe_options options;
  options.root_dependencies.with_test = true;
  const auto s = solve_files(diamond(), options);
  const plan p = make_plan(s.in, s.solutions, {});
  // base, left and right are targets with tests, and dependencies without.
  CHECK(p.targets.size() == 5);
  CHECK(p.steps.size() == 8);
  for (const plan_target& t : p.targets) CHECK(p.steps[t.step].for_target);
}

TEST_CASE(
    "the keys of targets are the same in every strategy, and whatever the order of solutions") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    auto s = solve_random(seed);
    if (s.solutions.empty()) continue;
    const plan graft = make_plan(s.in, s.solutions, with(strategy::graft));
    CHECK(keys_of(make_plan(s.in, s.solutions, with(strategy::chain))) == keys_of(graft));
    CHECK(keys_of(make_plan(s.in, s.solutions, with(strategy::prefix))) == keys_of(graft));
    std::reverse(s.solutions.begin(), s.solutions.end());
    CHECK(make_plan(s.in, s.solutions, with(strategy::graft)) == graft);
  }
}

TEST_CASE("layers below the compiler do not depend on its version") {
  const std::vector<small_file> files{{"ocaml.5.2.1", ""},
                                      {"ocaml.5.3.0", ""},
                                      {"below.1", ""},
                                      {"above.1", R"(depends: ["ocaml" "below"])"}};
  const auto plan_for = [&](const char* version) {
    const universe u =
        make_universe(small_repository(files), with_ocaml(small_environment(), version), {});
    solve_options options;
    options.roots = {small_atom("ocaml", relop::eq, version)};
    std::vector<solution> solutions;
    for (auto& r : solve_all(u, options).results) {
      if (r.solution) solutions.push_back(*r.solution);
    }
    return keys_of(make_plan(u, solutions, {}));
  };
  const auto a = plan_for("5.2.1");
  const auto b = plan_for("5.3.0");
  CHECK(a.at("below.1") == b.at("below.1"));
  CHECK(a.at("above.1") != b.at("above.1"));
}
