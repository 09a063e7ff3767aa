/// \file
/// Finding what a person meant: names and versions, and suggestions where there is none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/repository/repository.hpp"

namespace opamplan {

/// A name, or a version of a name, that a repository lacks.
class unknown_package : public invalid_request {
 public:
  unknown_package(const std::string& what, std::string asked, std::vector<std::string> near)
      : invalid_request(what), asked_(std::move(asked)), near_(std::move(near)) {}

  /// As it was asked for.
  [[nodiscard]] const std::string& asked() const noexcept { return asked_; }
  /// What may have been meant, the likeliest first: names, or versions of the name as NAME.VERSION.
  [[nodiscard]] const std::vector<std::string>& suggestions() const noexcept { return near_; }

 private:
  std::string asked_;
  std::vector<std::string> near_;
};

/// The names of a repository that are close to `text`. Some milliseconds for opam-repository.
[[nodiscard]] std::vector<std::string> close_names(const repository& repo, std::string_view text,
                                                   std::size_t most = 3);

/// `NAME` or `NAME.VERSION`.
struct package_request {
  name_id name = name_id::none;
  package_id package = package_id::none;  ///< `package_id::none` if no version was given.
};

/// Throws `unknown_package` if the repository has no such name or version.
[[nodiscard]] package_request find_request(const repository& repo, std::string_view text);

/// The version of `name` that is written `version`. Throws `unknown_package`, which names those
/// that begin so (`5.4`: 5.4.0 and 5.4.1), or the newest.
[[nodiscard]] package_id require_version(const repository& repo, std::string_view name,
                                         std::string_view version);

/// The name's id. Throws `unknown_package`.
[[nodiscard]] name_id require_name(const repository& repo, std::string_view name);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/names.ipp"
#endif
