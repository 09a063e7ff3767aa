/// \file
/// Texts that lie beside the packages: opam 1's `url` and `descr`, and a source's file `repo`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/repository/source.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::repository_impl {

/// True if opam would look at a file `url`, or `descr`, beside this one.
[[nodiscard]] bool wants_url(const syntax::file& opam) noexcept;
[[nodiscard]] bool wants_descr(const syntax::file& opam) noexcept;

/// The file `url` as a section, with the fields that opam knows; empty if it has none of them.
[[nodiscard]] std::string url_section(const syntax::file& url);

/// The file `descr` as fields: the first line is the synopsis, the rest the description.
[[nodiscard]] std::string descr_fields(std::string_view descr);

/// Fills in what the file `repo` says; what does not parse says nothing.
void read_repo_text(const std::string& text, source_info& info);

}  // namespace opamplan::repository_impl

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/beside.ipp"
#endif
