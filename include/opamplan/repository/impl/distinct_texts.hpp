/// \file
/// Which texts files declare something with, each distinct one once, wherever it stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "opamplan/repository/declared_rows.hpp"

namespace opamplan::repository_impl {

/// An element of a field: a node of the tree of a file.
struct text_place {
  std::uint32_t file = 0;
  std::uint32_t node = 0;
};

/// Of files that are numbered from 0. Finding them takes a walk over all that the files say, which
/// is why a cache keeps them; what they mean is in `declarations`, which are of a repository.
struct distinct_texts {
  // By text, where it stands first. Of fields that are read as a whole the file alone is told.
  std::vector<text_place> elements;      ///< Of `depends`, `conflicts` and `depopts`.
  std::vector<std::uint32_t> available;  ///< Files.
  std::vector<std::uint32_t> conflict_classes;

  declared_rows rows;  ///< By file. Malformed elements are among them.
};

/// References to all arrays, in an order that is part of the cache's layout.
template <class Texts>
[[nodiscard]] auto arrays_of(Texts& texts) noexcept {
  auto& rows = texts.rows;
  return std::tie(texts.elements, texts.available, texts.conflict_classes, rows.depends.offsets,
                  rows.depends.values, rows.conflicts.offsets, rows.conflicts.values,
                  rows.depopts.offsets, rows.depopts.values, rows.available, rows.conflict_classes,
                  rows.avoid_version);
}
inline constexpr std::size_t array_count =
    std::tuple_size_v<decltype(arrays_of(std::declval<distinct_texts&>()))>;

/// Calls `visit` for each of them in its turn.
template <class Texts, class Visit>
void for_each_array(Texts& texts, const Visit& visit) {
  std::apply([&](auto&... arrays) { (visit(arrays), ...); }, arrays_of(texts));
}

}  // namespace opamplan::repository_impl
