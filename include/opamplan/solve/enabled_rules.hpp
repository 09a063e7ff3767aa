/// \file
/// Rules of candidates one by one: where one stands, and which of them hold.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "opamplan/solve/tables.hpp"

namespace opamplan {

/// Which rules hold: for explanations, which look for a small part of the rules that is already
/// contradictory. Each is indexed like `values` of the rows of the same name in the tables.
/// The rules of branches always hold.
struct enabled_rules {
  std::vector<std::uint8_t> required;
  std::vector<std::uint8_t> forbidden;
  std::vector<std::uint8_t> classes;
  std::vector<std::uint8_t> root_required;
  std::vector<std::uint8_t> root_forbidden;
};

/// One rule of a candidate, as its place in the candidate's row of the tables.
struct rule_place {
  enum class kind : std::uint8_t { required, forbidden, conflict_class };
  kind what = kind::required;
  candidate_id candidate = candidate_id::none;
  std::uint32_t position = 0;
  // clang-tidy 14 sees a null pointer in what this makes. NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const rule_place&, const rule_place&) = default;
};

}  // namespace opamplan
