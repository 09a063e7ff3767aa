/// \file
/// One thing an opam file says: what explanations are made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "opamplan/package/ids.hpp"

namespace opamplan {

/// One thing an opam file says.
struct fact {
  enum class kind : std::uint8_t { needs, conflicts, conflict_class };
  kind what = kind::needs;
  package_id package = package_id::none;  ///< Whose file says it.
  std::string field;                      ///< `depends`, `conflicts` or `conflict-class`.
  std::string other;               ///< The one name or class it is about; empty for alternatives.
  std::vector<std::string> names;  ///< Every package name in it, in the order written.
  std::string text;                ///< As written after evaluation: `ocaml < 5.0`.
  std::string path;                ///< Of the file, in its source.
  std::uint32_t line = 0;          ///< 1-based; 0 if not known.
  std::uint32_t column = 0;
  bool impossible_alone =
      false;  ///< Nothing that was allowed can satisfy it: a root of the matter...
  std::vector<std::string> lacking;  ///< ...and of these names it wants versions that nobody allows
                                     ///< or that do not exist. Ascending.

  friend bool operator==(const fact&, const fact&) = default;
};

}  // namespace opamplan
