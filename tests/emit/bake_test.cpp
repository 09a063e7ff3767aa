#include "opamplan/emit/bake.hpp"

#include <doctest/doctest.h>

#include "emit/emitted.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/inspect/files.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("both notations have the batches in one file, the images in another, each by itself") {
  const plan p = of_diamond();
  struct file {
    bake_targets which;
    std::vector<std::string> names;
    std::vector<std::string> others;
  };
  const std::vector<std::string> of_batches = {"group all", "target batch0"};
  const std::vector<std::string> of_images = {"group batch0-images", "target images",
                                              "variable OPAMPLAN_IMAGES", "variable PACKAGES"};
  for (const file& f : {file{bake_targets::batches, of_batches, of_images},
                        {bake_targets::images, of_images, of_batches}}) {
    const std::string hcl = bake_hcl(p, {}, f.which);
    const std::string json = bake_json(p, {}, f.which);
    const json_document document = json_document::parse(json);
    const auto in_both = [&](const std::string& block) {
      const std::string type = block.substr(0, block.find(' '));
      const std::string name = block.substr(type.size() + 1);
      const bool there = document.root().find(type)->find(name).has_value();
      CHECK(has(hcl, type + " \"" + name + "\" {") == there);
      return there;
    };
    for (const std::string& name : f.names) CHECK(in_both(name));
    for (const std::string& name : f.others) CHECK_FALSE(in_both(name));
    CHECK(in_both("target opamplan-common"));
    CHECK(in_both("group default"));  // what is built where nothing is named
    CHECK(inspect_bake(hcl, "a.hcl", limit_profile("buildkit")).findings.empty());
    CHECK(inspect_bake(json, "a.json", limit_profile("buildkit")).findings.empty());
    CHECK(json == bake_json(of_diamond(), {}, f.which));
  }
}

TEST_CASE("images are one target, whose matrix is what PACKAGES names in a table of all") {
  emit_options o;
  o.registry = "ghcr.io/me";
  const plan p = of_diamond();
  const std::string hcl = bake_hcl(p, o, bake_targets::images);
  const std::string json = bake_json(p, o, bake_targets::images);
  const std::vector<std::string> stages = stage_names(p);
  std::string table;
  for (const plan_target& target : p.targets) {
    const std::string name = p.packages[target.package].name;
    table += (table.empty() ? "" : ", ") + name + ".1 pkg-" + name + "-1 batch0 " +
             stages[target.step] + " pkg-" + name + "-1";
  }
  CHECK(has(hcl, "  default = \"" + table + "\"\n"));
  CHECK(has(json, "\"OPAMPLAN_IMAGES\": {\"default\": \"" + table + "\"}"));
  CHECK(has(hcl, "  target = image.stage\n"));
  CHECK(has(json, R"("target": "${image.stage}")"));
  CHECK(has(hcl, R"(tags = ["${REGISTRY}/${image.tag}:${TAG}"])"));
  CHECK_FALSE(has(bake_hcl(p, {}, bake_targets::images), "\"tag\""));
}

TEST_CASE("values of options end no string and interpolate nothing") {
  emit_options o;
  o.cache_from = {"linux/amd64\", \"x${evil}"};
  CHECK(has(bake_hcl(of_diamond(), o), R"("linux/amd64\", \"x$${evil}")"));
  CHECK(has(bake_json(of_diamond(), o), R"("linux/amd64\", \"x$${evil}")"));
}

TEST_CASE("{batch} in caches and outputs is the name of the batch") {
  emit_options o;
  o.cache_from = {"type=registry,ref=x:{batch}"};
  o.cache_to = {"type=registry,ref=x:all"};
  o.outputs = {"type=tar,dest={batch}/{batch}.tar", "type=cacheonly"};
  const std::string hcl = bake_hcl(of_diamond(), o);
  CHECK(has(hcl, R"(output = ["type=tar,dest=batch0/batch0.tar", "type=cacheonly"])"));
  CHECK(has(hcl, R"(cache-from = ["type=registry,ref=x:batch0"])"));
  CHECK(has(hcl, R"(cache-to = ["type=registry,ref=x:all"])"));
  CHECK_FALSE(has(hcl, "{batch}"));
  CHECK(has(bake_hcl(of_diamond(), {}), R"(output = ["type=local,dest=results/batch0"])"));
  CHECK(has(bake_hcl(of_diamond(), o, bake_targets::images),
            R"(cache-from = ["type=registry,ref=x:${image.batch}"])"));
}

TEST_CASE("what was emitted with a registry has no finding, whatever capitals a package has") {
  const solved s = solve_files({{"ANSITerminal.0.8.5", ""}, {"b.1", ""}});
  emit_options o;
  o.registry = "ghcr.io/me";
  o.base_image = "other:1";
  const plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  for (const std::string& text :
       {bake_hcl(p, o, bake_targets::images), bake_json(p, o, bake_targets::images)}) {
    CHECK(has(text, " pkg-ansiterminal-0-8-5, "));
    CHECK(has(text, "\"other:1\""));
    CHECK(inspect_bake(text, "bake", limit_profile("none")).findings.empty());
  }
}

TEST_CASE("bake is asked for the network of the machine when steps want it, and not otherwise") {
  emit_options o;
  o.network = "host";
  CHECK(has(bake_hcl(of_diamond(), o), "network = \"host\""));
  CHECK(has(bake_json(of_diamond(), o), "\"network\": \"host\""));
  o.network = "none";
  CHECK_FALSE(has(bake_json(of_diamond(), o), "\"network\""));
}
