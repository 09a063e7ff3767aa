/// \file
/// UTF-8, and the edit distance.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/text.hpp"

namespace opamplan {
namespace base_impl {

/// The text with `replace(byte)` for each byte that belongs to no UTF-8 character, and for each
/// ASCII character that is not `plain`.
template <class Plain, class Replace>
std::string replaced(std::string_view text, const Plain& plain, const Replace& replace) {
  std::string out;
  out.reserve(text.size());
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    const std::size_t length = utf8_length(p, end);
    if (length == 0 || (length == 1 && !plain(*p))) {
      out += replace(static_cast<unsigned char>(*p++));
    } else {
      out.append(p, length);
      p += length;
    }
  }
  return out;
}

/// Lower case, without dashes and underscores.
inline std::string folded(std::string_view text) {
  std::string out = lower_case(text);
  out.erase(std::remove_if(out.begin(), out.end(), [](char c) { return c == '-' || c == '_'; }),
            out.end());
  return out;
}

/// Insertions, deletions, changes and swaps of neighbours (optimal string alignment).
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace base_impl

OPAMPLAN_INLINE std::string as_utf8(std::string_view bytes) {
  return base_impl::replaced(
      bytes, [](char) { return true; }, [](unsigned char) { return "\xef\xbf\xbd"; });
}

OPAMPLAN_INLINE std::string printable(std::string_view bytes, std::string_view kept) {
  return base_impl::replaced(
      bytes, [&](char c) { return !is_control(c) || kept.find(c) != std::string_view::npos; },
      [](unsigned char byte) { return fmt::format("\\x{:02x}", byte); });
}

OPAMPLAN_INLINE std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

OPAMPLAN_INLINE std::vector<std::string> close_names(std::span<const std::string> names,
                                                     std::string_view text, std::size_t most) {
  const std::string meant = base_impl::folded(text);
  // Of words of one or two letters half the others are one edit away.
  const std::size_t limit = meant.size() < 3 ? 0 : std::max<std::size_t>(1, meant.size() / 3);
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const std::string& name : names) {
    const std::string other = base_impl::folded(name);
    if (std::max(other.size(), meant.size()) - std::min(other.size(), meant.size()) > limit) {
      continue;
    }
    const std::size_t distance = base_impl::edit_distance(meant, other);
    if (distance <= limit ||
        std::is_permutation(meant.begin(), meant.end(), other.begin(), other.end())) {
      found.emplace_back(distance, name);
    }
  }
  std::sort(found.begin(), found.end());
  if (found.size() > most) found.resize(most);
  std::vector<std::string> out;
  for (const auto& [distance, name] : found) out.emplace_back(name);
  return out;
}

OPAMPLAN_INLINE std::string did_you_mean(std::span<const std::string> near) {
  return near.empty() ? std::string() : fmt::format("; did you mean {}?", fmt::join(near, ", "));
}

OPAMPLAN_INLINE std::string did_you_mean_one_of(std::span<const std::string> words,
                                                std::string_view text) {
  const std::vector<std::string> near = close_names(words, text);
  return near.empty() ? fmt::format("; there are: {}", fmt::join(words, ", ")) : did_you_mean(near);
}

}  // namespace opamplan
