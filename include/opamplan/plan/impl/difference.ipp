/// \file
/// Comparing plans.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/plan/build_keys.hpp"
#include "opamplan/plan/difference.hpp"
#include "opamplan/syntax/equal.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan {

OPAMPLAN_INLINE std::string_view to_string(change_kind k) noexcept {
  switch (k) {
    case change_kind::base:
      return "base";
    case change_kind::version:
      return "version";
    case change_kind::fields:
      return "fields";
    case change_kind::depexts:
      return "depexts";
    case change_kind::switches:
      return "switches";
    case change_kind::new_dependency:
      return "new-dependency";
    case change_kind::lost_dependency:
      return "lost-dependency";
  }
  return "";
}

namespace plan_impl {

/// A plan and its layers, found by key.
struct plan_side {
  explicit plan_side(const plan& p) : value(p) {
    for (const layer_id l : p.layers.indices()) by_key[p.layers[l].key] = l;
  }
  /// The one that names the layer.
  [[nodiscard]] const plan_package& package(layer_id layer) const {
    return value.packages[value.layers[layer].packages.front()];
  }
  [[nodiscard]] std::vector<std::string> names_of_layers_not_in(const plan_side& other) const {
    std::vector<std::string> names;
    for (const auto& [key, layer] : by_key) {
      if (other.by_key.count(key) == 0) names.push_back(package(layer).full_name());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  const plan& value;
  std::map<digest, layer_id> by_key;
};

/// What a pin is built from; zeros for other packages.
inline digest source_of(const plan& p, const plan_package& package) {
  return package.source == source_id::none ? digest{} : p.sources[package.source].sha256;
}

/// The fields of two opam files that are not equal, as far as they can change a build, and
/// `sources` if those of a pin did.
inline std::string changed_fields(const plan_package& a, const plan_package& b,
                                  bool other_sources) {
  std::set<std::string> names;
  if (other_sources) names.insert("sources");
  try {
    const syntax::file fa = syntax::parse(effective_part(syntax::parse(a.opam)));
    const syntax::file fb = syntax::parse(effective_part(syntax::parse(b.opam)));
    const auto collect = [&](const syntax::file& from, const syntax::file& other) {
      for (const syntax::item i : from.items()) {
        bool same = false;
        for (const syntax::item o : other.items()) same = same || equal(i, o);
        if (!same) names.insert(std::string(i.name()));
      }
    };
    collect(fa, fb);
    collect(fb, fa);
  } catch (const syntax::parse_error&) {
    return "its opam file";
  }
  if (a.files != b.files) names.insert("files");
  return names.empty() ? "its opam file" : fmt::format("{}", fmt::join(names, ", "));
}

class causes {
 public:
  causes(const plan_side& before, const plan_side& after) : before_(before), after_(after) {}

  struct reason {
    plan_cause cause;
    std::size_t length = 0;  // of the chain below this layer
    layer_id next;           // the layer of the new plan the chain goes on with
  };

  /// Why the layer `b` of the new plan is not `a` of the old. Their keys differ. No recursion:
  /// plans may be chains of any length.
  const reason& find(layer_id a, layer_id b) {
    open_.assign(1, {a, b});
    while (!open_.empty()) {
      const auto pair = open_.back();
      const std::size_t others = open_.size();
      auto found = memo_.count(pair) != 0 ? std::nullopt : look(pair.first, pair.second);
      if (open_.size() > others) continue;  // those first
      open_.pop_back();
      if (found) memo_.emplace(pair, std::move(*found));
    }
    return memo_.at({a, b});
  }

 private:
  /// Nothing if that depends on pairs whose reason is not known yet; they are then open.
  std::optional<reason> look(layer_id a, layer_id b) {
    const plan_package& pb = after_.package(b);
    for (const plan_package_id member : after_.value.layers[b].packages) {
      const plan_package& now = after_.value.packages[member];
      const plan_package* const was = member_named(before_, a, now.name);
      if (was == nullptr) continue;
      if (std::optional<reason> own = look_at_package(*was, now)) return *own;
    }
    const auto root = [&](change_kind kind, std::string text) {
      return reason{{kind, pb.full_name(), std::move(text)}, 0, layer_id::none};
    };
    const std::size_t others = open_.size();
    // A dependency that changed explains more than one that came or went with it.
    const auto old_needs = needs_by_name(before_, a);
    const auto new_needs = needs_by_name(after_, b);
    std::optional<reason> best;
    for (const auto& [name, layer] : new_needs) {
      const auto old = old_needs.find(name);
      if (old == old_needs.end()) continue;
      if (before_.value.layers[old->second].key == after_.value.layers[layer].key) continue;
      const auto below = memo_.find({old->second, layer});
      if (below == memo_.end()) {
        open_.emplace_back(old->second, layer);
      } else if (!best || below->second.length + 1 < best->length) {
        best = reason{below->second.cause, below->second.length + 1, layer};
      }
    }
    if (open_.size() > others) return std::nullopt;
    if (best) return best;
    for (const plan_package_id member : after_.value.layers[b].packages) {
      const plan_package& now = after_.value.packages[member];
      if (member_named(before_, a, now.name) == nullptr) {
        return root(change_kind::new_dependency,
                    fmt::format("{} now comes with {}", pb.full_name(), now.full_name()));
      }
    }
    for (const plan_package_id member : before_.value.layers[a].packages) {
      const plan_package& was = before_.value.packages[member];
      if (member_named(after_, b, was.name) == nullptr) {
        return root(change_kind::lost_dependency,
                    fmt::format("{} no longer comes with {}", pb.full_name(), was.full_name()));
      }
    }
    for (const auto& [name, layer] : new_needs) {
      if (old_needs.count(name) == 0) {
        return root(change_kind::new_dependency,
                    fmt::format("{} now builds with {}", pb.full_name(),
                                after_.package(layer).full_name()));
      }
    }
    for (const auto& [name, layer] : old_needs) {
      if (new_needs.count(name) == 0) {
        return root(change_kind::lost_dependency,
                    fmt::format("{} no longer builds with {}", pb.full_name(),
                                before_.package(layer).full_name()));
      }
    }
    return root(change_kind::switches,
                fmt::format("{}: built with other test or documentation switches", pb.full_name()));
  }

  /// What changed in a package of the layer itself.
  [[nodiscard]] std::optional<reason> look_at_package(const plan_package& was,
                                                      const plan_package& now) const {
    const auto root = [&](change_kind kind, std::string text) {
      return reason{{kind, now.full_name(), std::move(text)}, 0, layer_id::none};
    };
    if (was.version != now.version) {
      return root(change_kind::version, fmt::format("{} -> {}", was.full_name(), now.full_name()));
    }
    if (was.effective != now.effective) {
      return root(change_kind::fields,
                  fmt::format("{}: {} changed", now.full_name(),
                              changed_fields(
                                  was, now,
                                  source_of(before_.value, was) != source_of(after_.value, now))));
    }
    if (was.depexts != now.depexts) {
      return root(change_kind::depexts,
                  fmt::format("{}: other system packages: [{}], before [{}]", now.full_name(),
                              fmt::join(now.depexts, " "), fmt::join(was.depexts, " ")));
    }
    return std::nullopt;
  }

  static const plan_package* member_named(const plan_side& s, layer_id layer,
                                          const std::string& name) {
    for (const plan_package_id member : s.value.layers[layer].packages) {
      if (s.value.packages[member].name == name) return &s.value.packages[member];
    }
    return nullptr;
  }

  static std::map<std::string, layer_id> needs_by_name(const plan_side& s, layer_id layer) {
    std::map<std::string, layer_id> names;
    for (const layer_id n : s.value.layers[layer].needs) names[s.package(n).name] = n;
    return names;
  }

  const plan_side& before_;
  const plan_side& after_;
  std::map<std::pair<layer_id, layer_id>, reason> memo_;
  std::vector<std::pair<layer_id, layer_id>> open_;  // to be looked at, the last first
};

/// Targets of one plan by name; several versions may share one.
inline std::map<std::string, std::vector<target_id>> targets_by_name(const plan& p) {
  std::map<std::string, std::vector<target_id>> names;
  for (const target_id t : p.targets.indices()) {
    names[p.packages[p.targets[t].package].name].push_back(t);
  }
  return names;
}

struct matching {
  std::vector<std::pair<target_id, target_id>> pairs;
  std::vector<target_id> dropped;
  std::vector<target_id> added;
};

inline matching match_targets(const plan& before, const plan& after) {
  matching m;
  const auto old_names = targets_by_name(before);
  auto new_names = targets_by_name(after);
  for (const auto& [name, olds] : old_names) {
    auto& news = new_names[name];
    std::vector<target_id> left;
    for (const target_id o : olds) {
      const std::string& version = before.packages[before.targets[o].package].version;
      const auto same = std::find_if(news.begin(), news.end(), [&](target_id n) {
        return after.packages[after.targets[n].package].version == version;
      });
      if (same == news.end()) {
        left.push_back(o);
      } else {
        m.pairs.emplace_back(o, *same);
        news.erase(same);
      }
    }
    if (left.size() == 1 && news.size() == 1) {
      m.pairs.emplace_back(left[0], news[0]);
      left.clear();
      news.clear();
    }
    m.dropped.insert(m.dropped.end(), left.begin(), left.end());
  }
  for (const auto& [name, news] : new_names) {
    m.added.insert(m.added.end(), news.begin(), news.end());
  }
  return m;
}

inline std::string target_name(const plan& p, target_id t) {
  return p.packages[p.targets[t].package].full_name();
}

/// Orders causes by how many targets they rebuild.
inline void rank_causes(plan_difference& d) {
  std::vector<std::uint32_t> order(d.causes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return d.cause_counts[a] != d.cause_counts[b] ? d.cause_counts[a] > d.cause_counts[b]
                                                  : d.causes[a] < d.causes[b];
  });
  std::vector<std::uint32_t> place(order.size());
  std::vector<plan_cause> causes;
  std::vector<std::uint32_t> counts;
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    causes.push_back(std::move(d.causes[order[i]]));
    counts.push_back(d.cause_counts[order[i]]);
  }
  d.causes = std::move(causes);
  d.cause_counts = std::move(counts);
  for (rebuilt_target& t : d.rebuilt_targets) t.cause = place[t.cause];
}

/// Steps and layers that a builder of the old plan has, and those that it must build.
inline void count_steps(const plan_side& before, const plan_side& after, plan_difference& d) {
  const std::vector<digest> had = sorted_build_keys(before.value);
  const index_vector<step_id, digest> keys = build_keys(after.value);
  std::set<digest> seen;
  std::set<digest> moved;
  for (const step_id s : after.value.steps.indices()) {
    const bool kept = std::binary_search(had.begin(), had.end(), keys[s]);
    if (seen.insert(keys[s]).second) ++(kept ? d.kept_steps : d.new_steps);
    if (kept) continue;
    for (const layer_id l : after.value.steps[s].installs) {
      const digest& key = after.value.layers[l].key;
      if (before.by_key.count(key) != 0) moved.insert(key);
    }
  }
  d.moved_layers = moved.size();
}

inline std::string base_text(const plan_base& a, const plan_base& b) {
  if (a.image != b.image) return fmt::format("base image {} -> {}", a.image, b.image);
  if (a.opam_version != b.opam_version) {
    return fmt::format("opam {} -> {}", a.opam_version, b.opam_version);
  }
  return "another environment";
}

}  // namespace plan_impl

OPAMPLAN_INLINE plan_difference compare(const plan& before, const plan& after) {
  using namespace plan_impl;
  const plan_side old_side(before);
  const plan_side new_side(after);
  plan_difference d;
  d.added_layers = new_side.names_of_layers_not_in(old_side);
  d.dropped_layers = old_side.names_of_layers_not_in(new_side);
  d.kept_layers = new_side.by_key.size() - d.added_layers.size();

  count_steps(old_side, new_side, d);

  const bool same_base = before.base.image == after.base.image &&
                         before.base.opam_version == after.base.opam_version &&
                         before.base.environment == after.base.environment;
  const matching m = match_targets(before, after);
  for (const target_id t : m.dropped) d.dropped_targets.push_back(target_name(before, t));
  for (const target_id t : m.added) d.added_targets.push_back(target_name(after, t));
  causes reasons(old_side, new_side);
  std::map<plan_cause, std::uint32_t> known;
  for (const auto& [o, n] : m.pairs) {
    if (before.layers[before.targets[o].layer].key == after.layers[after.targets[n].layer].key) {
      d.unchanged_targets.push_back(target_name(after, n));
      continue;
    }
    rebuilt_target t{target_name(before, o), target_name(after, n), {}, 0};
    t.chain.push_back(t.after);
    plan_cause cause;
    if (same_base) {
      layer_id a = before.targets[o].layer;
      layer_id b = after.targets[n].layer;
      cause = reasons.find(a, b).cause;
      while (reasons.find(a, b).next != layer_id::none) {
        b = reasons.find(a, b).next;
        const std::string& name = new_side.package(b).name;
        for (const layer_id need : before.layers[a].needs) {
          if (old_side.package(need).name == name) {
            a = need;
            break;
          }
        }
        t.chain.push_back(new_side.package(b).full_name());
      }
    } else {
      cause = {change_kind::base, "", base_text(before.base, after.base)};
    }
    const auto [it, fresh] = known.try_emplace(cause, static_cast<std::uint32_t>(d.causes.size()));
    if (fresh) {
      d.causes.push_back(std::move(cause));
      d.cause_counts.push_back(0);
    }
    t.cause = it->second;
    ++d.cause_counts[t.cause];
    d.rebuilt_targets.push_back(std::move(t));
  }
  rank_causes(d);
  for (auto* list : {&d.unchanged_targets, &d.added_targets, &d.dropped_targets}) {
    std::sort(list->begin(), list->end());
  }
  std::sort(d.rebuilt_targets.begin(), d.rebuilt_targets.end(),
            [](const rebuilt_target& a, const rebuilt_target& b) { return a.after < b.after; });
  return d;
}

}  // namespace opamplan
