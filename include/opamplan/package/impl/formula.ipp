/// \file
/// Relations, satisfaction and printing of formulas.
#pragma once

#include <algorithm>

#include "opamplan/base/config.hpp"
#include "opamplan/package/formula.hpp"
#include "opamplan/package/version.hpp"

namespace opamplan {

OPAMPLAN_INLINE std::string_view to_string(relop op) noexcept {
  switch (op) {
    case relop::eq:
      return "=";
    case relop::neq:
      return "!=";
    case relop::geq:
      return ">=";
    case relop::gt:
      return ">";
    case relop::leq:
      return "<=";
    case relop::lt:
      return "<";
  }
  return "";
}

OPAMPLAN_INLINE relop negate(relop op) noexcept {
  switch (op) {
    case relop::eq:
      return relop::neq;
    case relop::neq:
      return relop::eq;
    case relop::geq:
      return relop::lt;
    case relop::gt:
      return relop::leq;
    case relop::leq:
      return relop::gt;
    case relop::lt:
      return relop::geq;
  }
  return op;
}

OPAMPLAN_INLINE bool holds(relop op, int comparison) noexcept {
  switch (op) {
    case relop::eq:
      return comparison == 0;
    case relop::neq:
      return comparison != 0;
    case relop::geq:
      return comparison >= 0;
    case relop::gt:
      return comparison > 0;
    case relop::leq:
      return comparison <= 0;
    case relop::lt:
      return comparison < 0;
  }
  return false;
}

OPAMPLAN_INLINE bool satisfies(const version_formula& f, std::string_view version) {
  const auto each = [&](const version_formula& arg) { return satisfies(arg, version); };
  switch (f.kind) {
    case formula_kind::empty:
      return true;
    case formula_kind::atom:
      return holds(f.atom.op, compare_versions(version, f.atom.version));
    case formula_kind::conjunction:
      return std::all_of(f.args.begin(), f.args.end(), each);
    case formula_kind::disjunction:
      return std::any_of(f.args.begin(), f.args.end(), each);
  }
  return false;
}

namespace package_impl {

template <class Atom, class Print>
void print(const formula<Atom>& f, bool in_conjunction, const Print& print_atom, std::string& out) {
  if (f.is_atom() && f.parentheses == 0) {
    print_atom(f.atom, out);
    return;
  }
  const bool needed = f.is_disjunction() && in_conjunction && f.parentheses == 0;
  const std::size_t brackets = f.parentheses + (needed ? 1U : 0U);
  out.append(brackets, '(');
  if (f.is_atom()) print_atom(f.atom, out);
  for (std::size_t i = 0; i < f.args.size(); ++i) {
    if (i != 0) out += f.is_conjunction() ? " & " : " | ";
    print(f.args[i], f.is_conjunction(), print_atom, out);
  }
  out.append(brackets, ')');
}

inline void print_constraint(const version_constraint& c, std::string& out) {
  out += to_string(c.op);
  out += ' ';
  out += c.version;
}

inline void print_atom(const package_atom& a, std::string& out) {
  out += a.name;
  if (a.constraint.is_empty()) return;
  const bool single = a.constraint.is_atom();
  out += single ? " " : " (";
  print(a.constraint, false, print_constraint, out);
  if (!single) out += ')';
}

}  // namespace package_impl

OPAMPLAN_INLINE std::string to_string(const version_formula& f) {
  std::string out;
  package_impl::print(f, false, package_impl::print_constraint, out);
  return out;
}

OPAMPLAN_INLINE std::string to_string(const package_atom& atom) {
  std::string out;
  package_impl::print_atom(atom, out);
  return out;
}

OPAMPLAN_INLINE std::string to_string(const package_formula& f) {
  if (f.is_empty()) return "[]";
  std::string out;
  package_impl::print(f, false, package_impl::print_atom, out);
  return out;
}

}  // namespace opamplan
