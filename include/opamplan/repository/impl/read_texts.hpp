/// \file
/// What distinct texts mean in a repository, each read once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/workers.hpp"
#include "opamplan/package/dependency.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/repository/declarations.hpp"
#include "opamplan/repository/impl/distinct_texts.hpp"
#include "opamplan/repository/version_sets.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::repository_impl {

/// Nothing if it is malformed.
inline std::optional<declared_formula> read_element(const repository& repo,
                                                    const syntax::value& element) {
  std::optional<filtered_formula> written = read_dependency(element);
  if (!written) return std::nullopt;
  looked_at looked;
  const package_formula f = evaluate_depends(*written, environment(), "", "", {}, &looked);
  declared_formula out;
  out.written = std::make_shared<const filtered_formula>(std::move(*written));
  if (!looked.anything()) out.settled = find_versions(repo, f);
  return out;
}

/// Empties the rows that hold a malformed element, which takes its whole field with it, as in opam.
inline void empty_malformed(flat_rows<std::uint32_t>& rows,
                            const std::vector<std::uint8_t>& malformed) {
  const auto bad = [&](std::uint32_t at) { return malformed[at] != 0; };
  if (std::ranges::none_of(rows.values, bad)) return;
  flat_rows<std::uint32_t> out;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    out.add_row(std::ranges::any_of(rows[row], bad) ? std::span<const std::uint32_t>() : rows[row]);
  }
  rows = std::move(out);
}

/// Of the files that `file_at(i)` gives, all of the repository or some. Linear in the texts, which
/// is short: only finding them counts as progress. May throw `cancelled`.
template <class FileAt>
declarations read_texts(const repository& repo, const distinct_texts& texts, const FileAt& file_at,
                        workers& team) {
  declarations out{texts.rows, {}, {}, {}};
  out.formulas.resize(texts.elements.size());
  std::vector<std::uint8_t> malformed(texts.elements.size(), 0);
  team.for_each(texts.elements.size(), 256, [&](unsigned) {
    return [&](std::size_t i) {
      const text_place place = texts.elements[i];
      const syntax::file& file = file_at(place.file);
      if (auto read = read_element(repo, file.value_at(place.node))) {
        out.formulas[i] = std::move(*read);
      } else {
        malformed[i] = 1;
        out.formulas[i].written = std::make_shared<const filtered_formula>();
      }
    };
  });
  team.report(true);
  for (const std::uint32_t at : texts.available) {
    out.filters.push_back(read_available(file_at(at)));
  }
  for (const std::uint32_t at : texts.conflict_classes) {
    out.class_lists.push_back(read_conflict_classes(file_at(at)));
  }
  for (auto* const rows : {&out.depends, &out.conflicts, &out.depopts}) {
    empty_malformed(*rows, malformed);
  }
  return out;
}

}  // namespace opamplan::repository_impl
