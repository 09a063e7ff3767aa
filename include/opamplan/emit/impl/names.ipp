/// \file
/// Names of batches, stages and bake targets.
#pragma once

#include <unordered_map>
#include <unordered_set>

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

namespace emit_impl {

/// A system step has no package that could name it.
inline std::string stage_stem(const plan& p, const plan_step& step) {
  if (step.installs.empty()) return "s-system";
  const plan_layer& layer = p.layers[step.installs.back()];
  return "s-" + stage_word(p.packages[layer.packages.front()].full_name());
}

/// The names that a step may have, the first free of which it gets: with ten digits of its key,
/// with more of them, and then with a number. Steps of `chain` may have equal keys: they are the
/// same step, written once a target.
inline std::string stage_candidate(const std::string& stem, const digest& key,
                                   std::size_t attempt) {
  const std::size_t digits = 10 + 6 * attempt;
  if (digits <= 64) return stem + "-" + to_hex(key, digits);
  return stem + "-" + to_hex(key, 10) + "-" + std::to_string(attempt - 8);
}

/// Where names are equal, each gets a number after `mark`.
inline std::vector<std::string> numbered(std::vector<std::string> names, char mark) {
  struct uses {
    std::size_t count = 0;
    std::size_t numbers = 0;  // that were tried
  };
  std::unordered_map<std::string, uses> of;
  for (const std::string& name : names) ++of[name].count;
  std::unordered_set<std::string> taken(names.begin(), names.end());
  for (std::string& name : names) {
    uses& all = of[name];
    if (all.count < 2) continue;
    std::string other;
    do {
      other = name + mark + std::to_string(++all.numbers);
    } while (!taken.insert(other).second);
    name = std::move(other);
  }
  return names;
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::string batch_name(batch_id batch) { return "batch" + std::to_string(batch); }

OPAMPLAN_INLINE std::vector<std::string> stage_names(const plan& p) {
  std::vector<std::string> names;
  names.reserve(p.steps.size());
  std::unordered_set<std::string> taken;
  std::unordered_map<std::string, std::size_t> attempts;  // that were taken, by name and whole key
  for (const plan_step& s : p.steps) {
    const std::string stem = emit_impl::stage_stem(p, s);
    std::string name = emit_impl::stage_candidate(stem, s.key, 0);
    if (!taken.insert(name).second) {
      std::size_t& attempt = attempts[stem + to_hex(s.key)];
      do {
        name = emit_impl::stage_candidate(stem, s.key, ++attempt);
      } while (!taken.insert(name).second);
    }
    names.push_back(std::move(name));
  }
  return names;
}

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
