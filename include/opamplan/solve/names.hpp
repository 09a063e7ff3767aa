/// \file
/// Finding what a person meant: names and versions, and suggestions where there is none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/config.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/repository/repository.hpp"

namespace opamplan {

/// Names that are close to `text`, the closest first: few edits away (of letters, swaps count
/// once), or equal but for case, dashes and underscores. Some milliseconds for opam-repository.
[[nodiscard]] std::vector<std::string> close_names(const repository& repo, std::string_view text,
                                                   std::size_t most = 3);

/// `NAME` or `NAME.VERSION`.
struct package_request {
  name_id name = no_name;
  package_id package = no_package;  ///< `no_package` if no version was given.
};

/// Throws `invalid_request`, with suggestions, if the repository has no such name or version.
[[nodiscard]] package_request find_request(const repository& repo, std::string_view text);

/// The name's id. Throws `invalid_request`, with suggestions.
[[nodiscard]] name_id require_name(const repository& repo, std::string_view name);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/names.ipp"
#endif
