/// \file
/// Names of stages and bake targets.
#pragma once

#include <map>
#include <set>

#include "opamplan/base/config.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/emit/names.hpp"

namespace opamplan {
namespace emit_impl {

/// Letters, digits, `_` and `-`; others become `-`.
inline std::string target_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = is_letter_or_digit(c) || c == '_' || c == '-';
    out += plain ? c : '-';
  }
  return out;
}

/// Lower-case letters and digits, with single `-` for all that is between them. BuildKit reads the
/// name in `--mount=from=NAME` as an image's first, and refuses `a___b` or `a_-b`.
inline std::string stage_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if (is_small_letter(c) || is_digit(c)) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::vector<std::string> stage_names(const plan& p) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const plan_step& s : p.steps) {
    // A system step has no package that could name it.
    const std::string package =
        "s-" + (s.installs.empty()
                    ? std::string("system")
                    : emit_impl::stage_word(
                          p.packages[p.layers[s.installs.back()].packages.front()].full_name()));
    std::size_t digits = 10;
    std::string name = package + "-" + to_hex(s.key, digits);
    while (taken.count(name) != 0 && digits < 64) name = package + "-" + to_hex(s.key, digits += 6);
    // Steps of `chain` may have equal keys: they are the same step, written once a target.
    for (std::size_t n = 2; taken.count(name) != 0; ++n) {
      name = package + "-" + to_hex(s.key, 10) + "-" + std::to_string(n);
    }
    taken.insert(name);
    names.push_back(std::move(name));
  }
  return names;
}

namespace emit_impl {

/// Where names are equal, each gets a number after `mark`.
inline std::vector<std::string> numbered(std::vector<std::string> names, char mark) {
  std::map<std::string, std::size_t> uses;
  for (const std::string& name : names) ++uses[name];
  std::set<std::string> taken(names.begin(), names.end());
  for (std::string& name : names) {
    if (uses[name] < 2) continue;
    for (std::size_t n = 1;; ++n) {
      std::string other = name + mark + std::to_string(n);
      if (taken.insert(other).second) {
        name = std::move(other);
        break;
      }
    }
  }
  return names;
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::vector<std::string> bake_names(const plan& p) {
  std::vector<std::string> names;
  for (const plan_target& t : p.targets) {
    names.push_back("pkg-" + emit_impl::target_word(p.packages[t.package].full_name()));
  }
  return emit_impl::numbered(std::move(names), '_');
}

OPAMPLAN_INLINE std::vector<std::string> image_names(const plan& p) {
  std::vector<std::string> names;
  for (const plan_target& t : p.targets) {
    const std::string word = emit_impl::stage_word(p.packages[t.package].full_name());
    names.push_back(word.empty() ? "pkg" : "pkg-" + word);
  }
  return emit_impl::numbered(std::move(names), '-');
}

}  // namespace opamplan
