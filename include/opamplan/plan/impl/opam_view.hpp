/// \file
/// How opam sees an image: are the dependencies of a package there, as its opam file says?
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/error.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/plan/plan.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan::plan_impl {

/// Reads each opam file of a plan once, when it is first asked for.
class opam_view {
 public:
  explicit opam_view(const plan& p) : plan_(p), depends_(p.packages.size()) {
    try {
      environment_ = parse_environment(p.base.environment);
    } catch (const invalid_request&) {
      // Nothing is known of it then: filters are undefined, which is false.
    }
  }

  /// The part of the `depends` of `package` that `holds` does not find: holds(i) says whether the
  /// plan's package i is installed, or will be by the same command. Empty if all is there.
  template <class Holds>
  std::string missing(plan_package_id package, bool for_target, const Holds& holds) {
    const package_formula* part = find_missing(depends(package, for_target), holds);
    return part == nullptr ? std::string() : to_string(*part);
  }

 private:
  const package_formula& depends(plan_package_id package, bool for_target) {
    auto& known = depends_[package];
    std::optional<package_formula>& f = for_target ? known.second : known.first;
    if (!f) {
      const plan_package& described = plan_.packages[package];
      dependency_context context;
      context.with_test = for_target && plan_.base.with_test;
      context.with_doc = for_target && plan_.base.with_doc;
      try {
        f = evaluate_depends(read_depends(syntax::parse(described.opam)), environment_,
                             described.name, described.version, context);
      } catch (const syntax::parse_error&) {
        f.emplace();  // opam will say it
      }
    }
    return *f;
  }

  /// The first conjunct that does not hold.
  template <class Holds>
  const package_formula* find_missing(const package_formula& f, const Holds& holds) const {
    switch (f.kind) {
      case formula_kind::empty:
        return nullptr;
      case formula_kind::atom:
        return satisfied(f.atom, holds) ? nullptr : &f;
      case formula_kind::conjunction:
        for (const package_formula& arg : f.args) {
          if (const auto* found = find_missing(arg, holds)) return found;
        }
        return nullptr;
      case formula_kind::disjunction:
        for (const package_formula& arg : f.args) {
          if (find_missing(arg, holds) == nullptr) return nullptr;
        }
        return &f;
    }
    return nullptr;
  }

  template <class Holds>
  bool satisfied(const package_atom& atom, const Holds& holds) const {
    const auto& all = plan_.packages;  // ascending by name
    const auto first = std::lower_bound(
        all.begin(), all.end(), atom.name,
        [](const plan_package& p, const std::string& name) { return p.name < name; });
    for (auto p = first; p != all.end() && p->name == atom.name; ++p) {
      if (holds(plan_package_id(p - all.begin())) && satisfies(atom.constraint, p->version)) {
        return true;
      }
    }
    return false;
  }

  const plan& plan_;
  environment environment_;
  /// By package: as any layer's, and as a target's.
  std::vector<std::pair<std::optional<package_formula>, std::optional<package_formula>>> depends_;
};

}  // namespace opamplan::plan_impl
