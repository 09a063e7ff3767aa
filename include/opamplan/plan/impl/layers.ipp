/// \file
/// Keys of layers, and the layers of many solutions.
#pragma once

#include <algorithm>
#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/impl/layer_builder.hpp"
#include "opamplan/plan/layers.hpp"

namespace opamplan {

OPAMPLAN_INLINE digest base_key(const plan_base& base) {
  return sha256()
      .add_field("opamplan layer 2")
      .add_field(base.image)
      .add_field(base.opam_version)
      .add_field(base.environment)
      .finish();
}

OPAMPLAN_INLINE digest layer_key(const digest& base, std::span<const plan_package> packages,
                                 std::span<const plan_package_id> members, bool with_test,
                                 bool with_doc, std::span<digest> needs) {
  // By key, not by id: the order of the input must not matter.
  std::sort(needs.begin(), needs.end());
  sha256 hash;
  hash.add(base).add_field(std::to_string(members.size()));
  for (const plan_package_id m : members) {
    const plan_package& package = packages[m];
    hash.add_field(package.name).add_field(package.version).add(package.effective);
    hash.add_field(std::to_string(package.depexts.size()));
    for (const std::string& d : package.depexts) hash.add_field(d);
  }
  hash.add_field(with_test ? with_doc ? "td" : "t" : with_doc ? "d" : "");
  for (const digest& d : needs) hash.add(d);
  return hash.finish();
}

OPAMPLAN_INLINE layer_graph make_layers(std::span<const solution> solutions,
                                        std::span<const plan_package_id> index_of,
                                        std::span<const plan_package> packages,
                                        const plan_base& base) {
  layer_graph out;
  plan_impl::layer_builder b(base, out);
  for (const solution& s : solutions) b.add(s, index_of, packages);
  return out;
}

}  // namespace opamplan
