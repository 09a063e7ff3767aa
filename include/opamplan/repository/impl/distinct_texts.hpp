/// \file
/// Which texts files declare something with, each distinct one once, wherever it stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "opamplan/base/rows.hpp"

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

  // By file, as positions in these. Malformed elements are among them.
  flat_rows<std::uint32_t> depends;
  flat_rows<std::uint32_t> conflicts;
  flat_rows<std::uint32_t> depopts;
  std::vector<std::uint32_t> available_of;
  std::vector<std::uint32_t> conflict_classes_of;

  std::vector<std::uint8_t> avoid_version;  ///< By file: 1 if it has the flag.
};

/// References to all arrays, in an order that is part of the cache's layout.
template <class Texts>
[[nodiscard]] auto arrays_of(Texts& texts) noexcept {
  return std::tie(texts.elements, texts.available, texts.conflict_classes, texts.depends.offsets,
                  texts.depends.values, texts.conflicts.offsets, texts.conflicts.values,
                  texts.depopts.offsets, texts.depopts.values, texts.available_of,
                  texts.conflict_classes_of, texts.avoid_version);
}
inline constexpr std::size_t array_count =
    std::tuple_size_v<decltype(arrays_of(std::declval<distinct_texts&>()))>;

/// Calls `visit` for each of them in its turn.
template <class Texts, class Visit>
void for_each_array(Texts& texts, const Visit& visit) {
  std::apply([&](auto&... arrays) { (visit(arrays), ...); }, arrays_of(texts));
}

}  // namespace opamplan::repository_impl
