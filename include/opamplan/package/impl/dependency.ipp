/// \file
/// Deciding the filters of dependencies.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/package/dependency.hpp"
#include "opamplan/package/version.hpp"

namespace opamplan {
namespace package_impl {

/// True, false, or a formula over versions.
struct decided {
  std::optional<bool> constant;
  version_formula versions;
};

inline std::optional<bool> dependency_variable(std::string_view name,
                                               const dependency_context& context,
                                               std::string_view version) {
  if (name == "build") return context.build;
  if (name == "post") return context.post;
  if (name == "with-test") return context.with_test;
  if (name == "with-doc") return context.with_doc;
  if (name == "with-dev-setup") return context.with_dev_setup;
  if (name == "dev") return context.dev || compare_versions(version, "dev") == 0;
  return std::nullopt;
}

/// opam decides in two passes: first the package's environment, in which the dependency variables
/// are undefined, then these. `?with-test` is decided in the first.
inline std::optional<variable_value> evaluate_in_two_passes(const filter& f,
                                                            const variable_lookup& first,
                                                            const variable_lookup& both) {
  if (f.kind == filter_kind::definedness) {
    return variable_value(evaluate(f.args[0], first).has_value());
  }
  if (f.kind == filter_kind::conjunction || f.kind == filter_kind::disjunction ||
      f.kind == filter_kind::negation) {
    filter copy = f;
    for (filter& arg : copy.args) {
      const auto v = evaluate_in_two_passes(arg, first, both);
      if (v && std::holds_alternative<bool>(*v)) {
        arg = filter{};
        arg.value = std::get<bool>(*v);
      }
    }
    return evaluate(copy, both);
  }
  return evaluate(f, both);
}

inline bool mentions_definedness(const filter& f) {
  if (f.kind == filter_kind::definedness) return true;
  for (const filter& arg : f.args) {
    if (mentions_definedness(arg)) return true;
  }
  return false;
}

class evaluator {
 public:
  evaluator(const environment& env, std::string_view version, const dependency_context& context,
            looked_at* looked)
      : env_(env), version_(version), context_(context), looked_(looked) {}
  evaluator(const evaluator&) = delete;

  decided constraint(const formula<filtered_constraint>& f) const {
    switch (f.kind) {
      case formula_kind::empty:
        return {std::nullopt, {}};
      case formula_kind::atom:
        return atom(f.atom);
      default:
        break;
    }
    const bool conjunction = f.is_conjunction();
    decided result = constraint(f.args[0]);
    for (std::size_t i = 1; i < f.args.size(); ++i) {
      decided next = constraint(f.args[i]);
      if (result.constant == !conjunction || next.constant == !conjunction) {
        result = {!conjunction, {}};
      } else if (result.constant) {
        result = std::move(next);
      } else if (!next.constant) {
        result.versions = join(f.kind, std::move(result.versions), std::move(next.versions));
      }
    }
    return result;
  }

 private:
  std::optional<variable_value> value(const filter& f) const {
    if (is_literal(f)) return variable_value(f.text);
    const variable_lookup first = package_lookup(env_, version_, looked_);
    const variable_lookup both = [&](std::string_view name) { return variable(name, first); };
    return mentions_definedness(f) ? evaluate_in_two_passes(f, first, both) : evaluate(f, both);
  }

  /// Nearly all versions are,
  static bool is_literal(const filter& f) {
    return f.kind == filter_kind::string && f.text.find('%') == std::string::npos;
  }
  /// or the version of the package itself.
  [[nodiscard]] bool is_own_version(const filter& f) const {
    return f.kind == filter_kind::identifier && f.text == "version" &&
           version_.find('%') == std::string_view::npos;
  }

  std::optional<variable_value> variable(std::string_view name,
                                         const variable_lookup& first) const {
    const std::optional<bool> b = dependency_variable(name, context_, version_);
    if (!b) return first(name);
    if (looked_ != nullptr) {
      (name == "dev" ? looked_->package : looked_->switches) = true;
      looked_->post = looked_->post || name == "post";
    }
    return variable_value(*b);
  }

  decided atom(const filtered_constraint& c) const {
    if (c.is_version && is_literal(c.expression)) {
      return {std::nullopt, version_formula::of({c.op, c.expression.text})};
    }
    if (c.is_version && is_own_version(c.expression)) {
      if (looked_ != nullptr) looked_->package = true;
      return {std::nullopt, version_formula::of({c.op, std::string(version_)})};
    }
    const auto v = value(c.expression);
    if (!c.is_version) {
      return {v && as_bool(*v).value_or(false), {}};
    }
    if (!v) return {std::nullopt, {}};  // opam ignores a version that cannot be known
    return {std::nullopt, version_formula::of({c.op, to_string(*v)})};
  }

  const environment& env_;
  std::string_view version_;
  const dependency_context& context_;
  looked_at* looked_;
};

inline package_formula evaluate_formula(const filtered_formula& f, const evaluator& e) {
  package_formula result;
  if (f.is_atom()) {
    if (f.atom.condition.is_empty()) {
      result = package_formula::of({f.atom.name, {}});
    } else {
      decided d = e.constraint(f.atom.condition);
      if (d.constant == false) return result;
      result = package_formula::of({f.atom.name, std::move(d.versions)});
    }
  } else {
    for (const filtered_formula& arg : f.args) {
      result = join(f.kind, std::move(result), evaluate_formula(arg, e));
    }
  }
  if (!result.is_empty()) {
    result.parentheses = static_cast<std::uint8_t>(result.parentheses + f.parentheses);
  }
  return result;
}

inline bool mentions(const formula<filtered_constraint>& f, const variable_test& is_meant) {
  if (f.is_atom()) return mentions_variable(f.atom.expression, is_meant);
  return std::ranges::any_of(
      f.args, [&](const formula<filtered_constraint>& arg) { return mentions(arg, is_meant); });
}

}  // namespace package_impl

OPAMPLAN_INLINE bool mentions_variable(const filtered_formula& f, const variable_test& is_meant) {
  if (f.is_atom()) return package_impl::mentions(f.atom.condition, is_meant);
  return std::ranges::any_of(
      f.args, [&](const filtered_formula& arg) { return mentions_variable(arg, is_meant); });
}

OPAMPLAN_INLINE package_formula evaluate_depends(const filtered_formula& f, const environment& env,
                                                 std::string_view /*name*/,
                                                 std::string_view version,
                                                 const dependency_context& context,
                                                 looked_at* looked) {
  if (f.is_empty()) return {};
  return package_impl::evaluate_formula(f, package_impl::evaluator(env, version, context, looked));
}

}  // namespace opamplan
