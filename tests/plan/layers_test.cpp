#include "opamplan/plan/layers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "opamplan/inspect/doctor.hpp"
#include "opamplan/plan/summary.hpp"
#include "plan/small_plans.hpp"
#include "repository/temp_tree.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

std::map<std::string, digest> keys_of(const plan& p) {
  std::map<std::string, digest> keys;
  for (const plan_target& t : p.targets)
    keys[p.packages[t.package].full_name()] = p.layers[t.layer].key;
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

TEST_CASE("files and accepted failures of a package reach the plan") {
  const repository_test::temp_tree tree;
  tree.write("packages/a/a.1/opam",
             "opam-version: \"2.0\"\nx-ci-accept-failures: [\"debian-12\" \"alpine\"]\n");
  tree.write("packages/a/a.1/files/fix.patch", "one");
  tree.write("packages/b/b.1/opam",
             "opam-version: \"2.0\"\nx-ci-accept-failures: [\"debian-11\"]\n");
  const auto plan_now = [&] {
    const universe u =
        make_universe(load_repository(directory_source{tree.str()}), small_environment(), {});
    std::vector<solution> solutions;
    for (auto& r : solve_all(u, {}).results) solutions.push_back(*r.solution);
    return make_plan(u, solutions, {});
  };
  const plan before = plan_now();
  REQUIRE(before.packages.size() == 2);
  CHECK(before.packages[0].files == std::vector<plan_file>{{"fix.patch", "one", false}});
  CHECK(before.packages[0].accepts_failure);
  CHECK(!before.packages[1].accepts_failure);
  tree.write("packages/a/a.1/files/fix.patch", "two");
  const plan after = plan_now();
  CHECK(keys_of(after).at("a.1") != keys_of(before).at("a.1"));
  CHECK(keys_of(after).at("b.1") == keys_of(before).at("b.1"));
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
  const auto key_of = [&](const plan_package& p, bool test = false, bool doc = false) {
    const std::vector<plan_package_id> only{plan_package_id(0)};
    return layer_key(base, std::span(&p, 1), only, test, doc, needs);
  };
  const digest key = key_of(package);

  SUBCASE("the order of dependencies is not") {
    std::reverse(needs.begin(), needs.end());
    CHECK(key_of(package) == key);
  }
  SUBCASE("dependencies are") {
    needs.pop_back();
    CHECK(key_of(package) != key);
  }
  SUBCASE("the base is") {
    const std::vector<plan_package_id> only{plan_package_id(0)};
    const std::span<const plan_package> one(&package, 1);
    CHECK(layer_key(sha256_of("b"), one, only, false, false, needs) != key);
  }
  SUBCASE("the others of a post group are") {
    const std::vector<plan_package> group{package, package};
    const std::vector<plan_package_id> both{plan_package_id(0), plan_package_id(1)};
    CHECK(layer_key(base, group, both, false, false, needs) != key);
  }
  SUBCASE("the switches are, and differ from each other") {
    const digest test = key_of(package, true, false);
    const digest doc = key_of(package, false, true);
    const digest all = key_of(package, true, true);
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
    CHECK(key_of(other) != key);
    other = package;
    other.version = "2";
    CHECK(key_of(other) != key);
    other = package;
    other.effective = sha256_of("fields");
    CHECK(key_of(other) != key);
    other = package;
    other.depexts = {"m4"};
    CHECK(key_of(other) != key);
  }
  SUBCASE("the size is not") {
    package.size = 12345;
    CHECK(key_of(package) == key);
  }
}

TEST_CASE("only targets are built with their tests, and that is another layer") {
  universe_options options;
  options.root_dependencies.with_test = true;
  const auto s = solve_files(diamond(), options);
  const plan p = make_plan(s.in, s.solutions, {});
  // base, left and right are targets with tests, and dependencies without.
  CHECK(p.targets.size() == 5);
  CHECK(p.layers.size() == 8);
  for (const plan_target& t : p.targets) CHECK(p.layers[t.layer].for_target);
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

namespace {

/// "a.1+b.1 <- c.1" a layer: what it installs together, and what it needs.
std::string layers_text(const plan& p) {
  std::string out;
  for (const plan_layer& layer : p.layers) {
    if (!out.empty()) out += "; ";
    for (const plan_package_id i : layer.packages) {
      if (i != layer.packages.front()) out += '+';
      out += p.packages[i].full_name();
    }
    for (const layer_id n : layer.needs) {
      out += n == layer.needs.front() ? " <- " : " ";
      out += p.packages[p.layers[n].packages.front()].full_name();
    }
  }
  return out;
}

std::string layers_of(const std::vector<small_file>& files) {
  const solved s = solve_files(files);
  return layers_text(make_plan(s.in, s.solutions, {}));
}

}  // namespace

TEST_CASE("a cycle through post is one layer, named by what the others are built on") {
  // As the real compiler and `ocaml` are.
  CHECK(layers_of({{"base-unix.base", ""},
                   {"ocaml.5", R"(depends: ["ocaml-compiler" {= "5"}])"},
                   {"ocaml-compiler.5", R"(depends: ["ocaml" {= "5" & post} "base-unix" {post}])"},
                   {"user.1", R"(depends: ["ocaml"])"}}) ==
        "base-unix.base; ocaml-compiler.5+ocaml.5 <- base-unix.base; user.1 <- ocaml-compiler.5");
  // Nothing is built on either: the first by name.
  CHECK(layers_of({{"pp.1", R"(depends: ["qq" {post}])"}, {"qq.1", R"(depends: ["pp" {post}])"}}) ==
        "pp.1+qq.1");
  CHECK(layers_of({{"a.1", R"(depends: ["b" {post}])"}, {"b.1", R"(depends: ["a"])"}}) ==
        "a.1+b.1");
}

TEST_CASE("a post group is named by the package that most of it reaches, over others too") {
  // a <- b <- {c, d}, e: a is reached by four, though b is named by more of them.
  CHECK(layers_of({{"a.1", R"(depends: ["d" {post}])"},
                   {"b.1", R"(depends: ["a"])"},
                   {"c.1", R"(depends: ["b" "d" {post}])"},
                   {"d.1", R"(depends: ["b" "c" {post} "e" {post}])"},
                   {"e.1", R"(depends: ["b" "d" {post}])"}}) == "a.1+b.1+c.1+d.1+e.1");
  // z has as many below it as y, and more than the others: the first of the two by name.
  CHECK(layers_of({{"p.1", R"(depends: ["y" "z" "q" {post}])"},
                   {"q.1", R"(depends: ["y" "z" "p" {post}])"},
                   {"y.1", R"(depends: ["p" {post}])"},
                   {"z.1", R"(depends: ["q" {post}])"}}) == "y.1+p.1+q.1+z.1");
}

TEST_CASE("what is needed through post alone is there before, without being part of the layer") {
  CHECK(layers_of({{"a.1", R"(depends: ["p" {post}])"}, {"p.1", ""}}) == "p.1; a.1 <- p.1");
}

TEST_CASE("a target of a post group is its layer, whichever of its packages it is") {
  const solved s = solve_files({{"a.1", R"(depends: ["b" {post}])"}, {"b.1", R"(depends: ["a"])"}});
  const plan p = make_plan(s.in, s.solutions, {});
  REQUIRE(p.targets.size() == 2);
  CHECK(p.targets[0].layer == p.targets[1].layer);
  CHECK(p.steps.size() == 1);
  CHECK(summarize(p).installs == 2);
  CHECK(summarize(p).post_groups == 1);
}

TEST_CASE("cyclic build dependencies are left out by name, and nothing else is") {
  const solved s = solve_files({{"x.1", R"(depends: ["y"])"},
                                {"y.1", R"(depends: ["x" {build}])"},
                                {"self.1", R"(depends: ["self"])"},
                                {"above.1", R"(depends: ["x"])"},
                                {"good.1", ""}});
  REQUIRE(s.solutions.size() == 5);
  for (const strategy each : all_strategies) {
    const plan p = make_plan(s.in, s.solutions, with(each));
    CHECK(layers_text(p) == "good.1");
    CHECK(p.packages.size() == 1);
    REQUIRE(p.left_out.size() == 4);
    CHECK(p.left_out[0] == plan_omission{"above.1",
                                         "its dependencies are cyclic, which opam refuses: "
                                         "x.1 -> y.1 -> x.1"});
    CHECK(p.left_out[1].reason ==
          "its dependencies are cyclic, which opam refuses: self.1 -> self.1");
    CHECK(diagnose(p, p.limits).empty());
  }
}

TEST_CASE("threads do not change the layers, however many rounds it takes to make them") {
  // Target i is built on all before it, so that some rounds hold many targets and later ones few.
  constexpr std::uint32_t count = 200;
  std::vector<solution> solutions;
  std::vector<plan_package> packages;
  std::vector<plan_package_id> index_of;
  for (std::uint32_t i = 0; i < count; ++i) {
    solution s;
    s.target = package_id(i);
    for (std::uint32_t p = 0; p <= i; ++p) {
      s.packages.push_back(package_id(p));
      for (std::uint32_t d = 0; d < p; ++d) s.dependencies.values.push_back(d);
      s.dependencies.close_row();
      s.post_dependencies.close_row();
    }
    solutions.push_back(std::move(s));
    packages.emplace_back().name = "p" + std::to_string(i);
    index_of.push_back(plan_package_id(i));
  }
  std::vector<const solution*> pointers;
  for (const solution& s : solutions) pointers.push_back(&s);
  CHECK_THROWS_AS(static_cast<void>(make_layers(pointers, index_of, packages, {}, 2,
                                                [](const progress_event&) { return false; })),
                  cancelled);
  const layer_graph one = make_layers(pointers, index_of, packages, {}, 1);
  REQUIRE(one.size() == count);
  for (const unsigned threads : {2U, 5U}) {
    const layer_graph more = make_layers(pointers, index_of, packages, {}, threads);
    REQUIRE(more.size() == count);
    CHECK(more.closures == one.closures);
    for (std::uint32_t i = 0; i < count; ++i) {
      CHECK(more.layers[layer_id(i)].key == one.layers[layer_id(i)].key);
      CHECK(more.targets[i].layer == one.targets[i].layer);
    }
  }
}
