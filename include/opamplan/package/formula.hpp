/// \file
/// Formulas over atoms: conjunctions and disjunctions as opam files write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"

namespace opamplan {

enum class relop : std::uint8_t { eq, neq, geq, gt, leq, lt };

/// "=", "!=", ">=", ">", "<=", "<"
[[nodiscard]] std::string_view to_string(relop op) noexcept;

/// The relation that holds exactly where `op` does not.
[[nodiscard]] relop negate(relop op) noexcept;

/// Whether `op` holds, given the sign of a comparison.
[[nodiscard]] bool holds(relop op, int comparison) noexcept;

enum class formula_kind : std::uint8_t { empty, atom, conjunction, disjunction };

/// A value tree. Operators associate to the left, so `a & b & c` is one node of three arguments,
/// while an argument in parentheses keeps its own node. An empty formula says nothing; what it is
/// worth depends on where it stands (`depends: []` holds, `conflicts: []` does not).
template <class Atom>
struct formula {
  formula_kind kind = formula_kind::empty;
  std::uint8_t parentheses = 0;  ///< How many pairs stand around it.
  Atom atom{};                   // if kind is atom
  std::vector<formula> args;     // at least two if kind is conjunction or disjunction

  [[nodiscard]] bool is_empty() const noexcept { return kind == formula_kind::empty; }
  [[nodiscard]] bool is_atom() const noexcept { return kind == formula_kind::atom; }
  [[nodiscard]] bool is_conjunction() const noexcept { return kind == formula_kind::conjunction; }
  [[nodiscard]] bool is_disjunction() const noexcept { return kind == formula_kind::disjunction; }

  [[nodiscard]] static formula of(Atom a) {
    formula f;
    f.kind = formula_kind::atom;
    f.atom = std::move(a);
    return f;
  }

  friend bool operator==(const formula&, const formula&) = default;
};

/// Joins two formulas; an empty one vanishes.
template <class Atom>
[[nodiscard]] formula<Atom> join(formula_kind kind, formula<Atom> left, formula<Atom> right) {
  if (left.is_empty()) return right;
  if (right.is_empty()) return left;
  if (left.kind == kind && left.parentheses == 0) {
    left.args.push_back(std::move(right));
    return left;
  }
  formula<Atom> f;
  f.kind = kind;
  f.args.reserve(2);
  f.args.push_back(std::move(left));
  f.args.push_back(std::move(right));
  return f;
}

/// `>= 1.2`
struct version_constraint {
  relop op = relop::eq;
  std::string version;
  friend bool operator==(const version_constraint&, const version_constraint&) = default;
};
using version_formula = formula<version_constraint>;

/// True if `version` is allowed; an empty formula allows all.
[[nodiscard]] bool satisfies(const version_formula& f, std::string_view version);

/// A name and the versions of it that are meant.
struct package_atom {
  std::string name;
  version_formula constraint;
  friend bool operator==(const package_atom&, const package_atom&) = default;
};
using package_formula = formula<package_atom>;

/// As opam prints them: `ocaml >= 4.08 & (a | b)`.
[[nodiscard]] std::string to_string(const version_formula& f);
[[nodiscard]] std::string to_string(const package_atom& atom);
[[nodiscard]] std::string to_string(const package_formula& f);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/package/impl/formula.ipp"
#endif
