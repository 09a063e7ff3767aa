/// \file
/// Telling rules: which atom of which field a row of the universe's tables came from.
#pragma once

#include <optional>

#include "opamplan/base/config.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/solve/rules.hpp"
#include "opamplan/syntax/ast.hpp"
#include "opamplan/syntax/parser.hpp"
#include "opamplan/syntax/printer.hpp"

namespace opamplan {
namespace solve_impl {

/// The requirements of a formula in the order of the universe's rows: atoms and alternatives.
template <class Visit>
void for_each_requirement(const package_formula& f, formula_kind flattened, const Visit& visit) {
  if (f.is_empty()) return;
  if (f.kind != flattened) {
    visit(f);
    return;
  }
  for (const package_formula& arg : f.args) for_each_requirement(arg, flattened, visit);
}

/// Where a string equal to `text` first stands in a value.
inline std::optional<std::uint32_t> find_string(const syntax::value& v, std::string_view text) {
  using syntax::value_kind;
  switch (v.kind()) {
    case value_kind::string:
      return v.raw() == text ? std::optional(v.span().begin) : std::nullopt;
    case value_kind::list:
    case value_kind::group:
      for (const syntax::value item : v.children()) {
        if (const auto found = find_string(item, text)) return found;
      }
      return std::nullopt;
    case value_kind::option:
      return find_string(v.subject(), text);
    case value_kind::logical: {
      const auto left = find_string(v.left(), text);
      return left ? left : find_string(v.right(), text);
    }
    default:
      return std::nullopt;
  }
}

/// Calls `visit` for each item of a field that is a list (or for the one value that is none), with
/// a file that has only this item in the field: formulas do not know where they are written.
template <class Visit>
void for_each_item(const syntax::file& file, const std::string& field, const Visit& visit) {
  const auto value = file.find(field);
  if (!value) return;
  const auto one = [&](const syntax::value& item) {
    const auto span = item.span();
    const std::string_view text = file.text();
    visit(item, syntax::parse(field + ": [" +
                              std::string(text.substr(span.begin, span.end - span.begin)) + "]"));
  };
  if (value->kind() != syntax::value_kind::list) return one(*value);
  for (const syntax::value item : value->children()) one(item);
}

inline void add_names(const package_formula& f, std::vector<std::string>& names) {
  if (f.is_atom()) names.push_back(f.atom.name);
  for (const package_formula& arg : f.args) add_names(arg, names);
}

}  // namespace solve_impl

OPAMPLAN_INLINE std::string rule_text(const package_atom& atom) { return to_string(atom); }

OPAMPLAN_INLINE std::string rule_text(const package_formula& formula) {
  const std::string text = to_string(formula);
  return formula.is_atom() || formula.parentheses != 0 ? text : "(" + text + ")";
}

OPAMPLAN_INLINE fact describe_rule(const universe& u, package_id id,
                                   const dependency_context& context, fact::kind what,
                                   std::uint32_t position) {
  const repository& repo = u.repository();
  const syntax::file& file = repo.file(id);
  fact f;
  f.what = what;
  f.package = id;
  f.path = std::string(repo.origin(id).path);
  std::uint32_t offset = 0;
  if (what == fact::kind::conflict_class) {
    f.field = "conflict-class";
    f.other = f.text = read_conflict_classes(file)[position];
    if (const auto value = file.find(f.field)) {
      offset = solve_impl::find_string(*value, f.text).value_or(value->span().begin);
    }
  } else {
    std::uint32_t at = 0;
    const auto take = [&](const char* field, const syntax::value& item,
                          const package_formula& rule) {
      if (at++ != position) return;
      solve_impl::add_names(rule, f.names);
      f.field = field;
      f.other = rule.is_atom() ? rule.atom.name : "";
      f.text = rule_text(rule);
      offset = solve_impl::find_string(item, f.names.front()).value_or(item.span().begin);
    };
    const auto evaluate = [&](const filtered_formula& formula) {
      return evaluate_depends(formula, u.environment(), repo.name_string(id),
                              repo.version_string(id), context);
    };
    if (what == fact::kind::needs) {
      solve_impl::for_each_item(
          file, "depends", [&](const syntax::value& item, const syntax::file& alone) {
            solve_impl::for_each_requirement(
                evaluate(read_depends(alone)), formula_kind::conjunction,
                [&](const package_formula& rule) { take("depends", item, rule); });
          });
    }
    // Conflicts: atoms are exclusions, conjunctions are alternatives among the requirements.
    solve_impl::for_each_item(
        file, "conflicts", [&](const syntax::value& item, const syntax::file& alone) {
          solve_impl::for_each_requirement(
              evaluate(read_conflicts(alone)), formula_kind::disjunction,
              [&](const package_formula& rule) {
                const bool excludes = rule.is_atom();
                if (excludes && repo.find_name(rule.atom.name) == name_id::none) return;
                if (excludes == (what == fact::kind::conflicts)) take("conflicts", item, rule);
              });
        });
  }
  if (offset != 0) {
    const syntax::position p = file.locate(offset);
    f.line = p.line;
    f.column = p.column;
  }
  return f;
}

OPAMPLAN_INLINE fact describe_optional(const universe& u, package_id id, const std::string& name) {
  fact f;
  f.package = id;
  f.field = "depopts";
  f.other = f.text = name;
  f.names = {name};
  f.path = std::string(u.repository().origin(id).path);
  const syntax::file& file = u.repository().file(id);
  if (const auto value = file.find(f.field)) {
    const syntax::position p =
        file.locate(solve_impl::find_string(*value, name).value_or(value->span().begin));
    f.line = p.line;
    f.column = p.column;
  }
  return f;
}

OPAMPLAN_INLINE std::string available_text(const universe& u, package_id id) {
  const auto value = u.repository().file(id).find("available");
  return value ? " (available: " + syntax::print(*value) + ")" : std::string();
}

}  // namespace opamplan
