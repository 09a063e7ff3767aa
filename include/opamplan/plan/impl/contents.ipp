/// \file
/// The simulator.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/contents.hpp"
#include "opamplan/plan/impl/opam_view.hpp"
#include "opamplan/plan/merge.hpp"

namespace opamplan {
namespace plan_impl {

/// A package in an image.
struct held_package {
  plan_package_id package;
  layer_id layer;
};
using held_packages = std::vector<held_package>;  // ascending by package

struct held_image {
  held_packages packages;
  std::vector<std::string> depexts;  // system packages, ascending
};

class simulator {
 public:
  explicit simulator(const plan& p) : plan_(p), opam_(p) {}

  std::vector<std::string> run() {
    if (!layers_in_range()) return std::move(problems_);
    count_closures();
    images_.resize(plan_.steps.size());
    find_last_uses();
    ordinary_ = ordinary_steps(plan_);
    std::vector<std::vector<const plan_target*>> ends(plan_.steps.size());
    for (const plan_target& t : plan_.targets) {
      if (t.package >= plan_.packages.size() || t.step >= plan_.steps.size() ||
          t.layer >= plan_.layers.size()) {
        problems_.emplace_back("a target names what the plan does not list");
      } else {
        ends[t.step].push_back(&t);
      }
    }
    for (const step_id s : plan_.steps.indices()) {
      if (in_range(s)) carry_out(s);
      for (const plan_target* t : ends[s]) check_target(*t);
      if (last_use_[s] == s) images_[s] = {};
      const step_id parent = plan_.steps[s].parent;
      if (parent < s && last_use_[parent] == s) images_[parent] = {};
    }
    return std::move(problems_);
  }

 private:
  template <class... Args>
  void problem(step_id s, fmt::format_string<Args...> text, Args&&... args) {
    problems_.push_back(
        fmt::format("step {}: {}", s.value(), fmt::format(text, std::forward<Args>(args)...)));
  }

  [[nodiscard]] std::string name(plan_package_id package) const {
    return plan_.packages[package].full_name();
  }
  [[nodiscard]] std::string layer_name(layer_id layer) const {
    return name(plan_.layers[layer].packages.front());
  }

  bool layers_in_range() {
    std::set<digest> keys;
    for (const layer_id l : plan_.layers.indices()) {
      const plan_layer& layer = plan_.layers[l];
      const auto say = [&](const char* what) {
        problems_.push_back(fmt::format("layer {}: {}", l.value(), what));
      };
      if (layer.packages.empty()) say("it has no package");
      for (const plan_package_id p : layer.packages) {
        if (p >= plan_.packages.size()) say("it has a package that the plan does not list");
      }
      for (const layer_id n : layer.needs) {
        if (n >= l) say("it needs a layer that does not come before it");
      }
      if (!keys.insert(layer.key).second) say("it has the key of another layer");
    }
    return problems_.empty();
  }

  /// Packages that each layer stands on, directly or not. With stamps instead of sets.
  void count_closures() {
    std::vector<layer_id> seen(plan_.layers.size());
    std::vector<layer_id> stack;
    for (const layer_id l : plan_.layers.indices()) {
      std::size_t count = 0;
      stack.assign(1, l);
      while (!stack.empty()) {
        const layer_id at = stack.back();
        stack.pop_back();
        for (const layer_id n : plan_.layers[at].needs) {
          if (seen[n] == l) continue;
          seen[n] = l;
          count += plan_.layers[n].packages.size();
          stack.push_back(n);
        }
      }
      closure_sizes_.push_back(count);
    }
  }

  void find_last_uses() {
    last_use_.resize(plan_.steps.size());
    for (const step_id s : plan_.steps.indices()) {
      last_use_[s] = s;
      if (plan_.steps[s].parent < s) last_use_[plan_.steps[s].parent] = s;
    }
  }

  bool in_range(step_id s) {
    const plan_step& step = plan_.steps[s];
    const std::size_t before = problems_.size();
    if (step.parent != step_id::none && step.parent >= s)
      problem(s, "its parent is not an earlier step");
    for (const step_id g : step.grafts) {
      if (g >= s || plan_.steps[g].installs.empty()) {
        problem(s, "graft {} is not an earlier step that installs something", g.value());
      }
    }
    if (step.installs.empty() && step.depexts.empty()) problem(s, "it installs nothing");
    for (const layer_id l : step.installs) {
      if (l >= plan_.layers.size()) problem(s, "it installs a layer that the plan does not list");
    }
    return problems_.size() == before;
  }

  [[nodiscard]] static held_packages::const_iterator place(const held_packages& in,
                                                           plan_package_id package) {
    return std::lower_bound(
        in.begin(), in.end(), package,
        [](const held_package& e, plan_package_id wanted) { return e.package < wanted; });
  }
  [[nodiscard]] static std::optional<layer_id> find(const held_packages& in,
                                                    plan_package_id package) {
    const auto it = place(in, package);
    if (it == in.end() || it->package != package) return std::nullopt;
    return it->layer;
  }
  [[nodiscard]] bool holds(const held_packages& in, layer_id layer) const {
    return find(in, plan_.layers[layer].packages.front()) == layer;
  }

  void put(step_id s, held_packages& in, held_package e) {
    const auto at = place(in, e.package);
    if (at != in.end() && at->package == e.package) {
      problem(s, "{} is in the image already", name(e.package));
      return;
    }
    // Packages ascend by name: another version of this one would be a neighbour.
    const auto other = [&](const held_package& x) {
      return plan_.packages[x.package].name == plan_.packages[e.package].name;
    };
    if ((at != in.end() && other(*at)) || (at != in.begin() && other(*std::prev(at)))) {
      problem(s, "{} joins another version of it", name(e.package));
    }
    in.insert(at, e);
  }

  void carry_out(step_id s) {
    const plan_step& step = plan_.steps[s];
    held_image now = step.parent == step_id::none ? held_image() : images_[step.parent];
    const std::uint32_t depth =
        step.parent == step_id::none ? 1 : plan_.steps[step.parent].depth + 1;
    if (step.depth != depth) problem(s, "its depth is {}, not {}", depth, step.depth);
    for (const std::string& d : step.depexts) {
      const auto at = std::lower_bound(now.depexts.begin(), now.depexts.end(), d);
      if (at != now.depexts.end() && *at == d) {
        problem(s, "the system package {} is there already", d);
      } else {
        now.depexts.insert(at, d);
      }
    }
    if (plan_.strategy == strategy::merge && !ordinary_[s] && !step.depexts.empty()) {
      problem(s, "it is merged, and installs the system package {}", step.depexts.front());
    }
    for (const step_id g : step.grafts) graft(s, plan_.steps[g].installs.back(), now);
    for (const layer_id l : step.installs) install(s, l, now);
    images_[s] = std::move(now);
  }

  void add_layer(step_id s, layer_id layer, held_image& now) {
    for (const plan_package_id package : plan_.layers[layer].packages) {
      for (const std::string& d : plan_.packages[package].depexts) {
        if (!std::binary_search(now.depexts.begin(), now.depexts.end(), d)) {
          problem(s, "{} wants the system package {}, which is not there", name(package), d);
        }
      }
      put(s, now.packages, {package, layer});
    }
  }

  void graft(step_id s, layer_id layer, held_image& now) {
    if (layer >= plan_.layers.size()) return;  // that step's own problem
    for (const layer_id n : plan_.layers[layer].needs) {
      if (!holds(now.packages, n)) {
        problem(s, "{} comes before {}", layer_name(layer), layer_name(n));
      }
    }
    add_layer(s, layer, now);
  }

  void install(step_id s, layer_id l, held_image& now) {
    const plan_layer& layer = plan_.layers[l];
    for (const layer_id n : layer.needs) {
      if (!holds(now.packages, n)) {
        problem(s, "{} is installed without {}", layer_name(l), layer_name(n));
      }
    }
    if (plan_.strategy == strategy::graft || plan_.strategy == strategy::merge) {
      if (!built_.insert(l).second) problem(s, "{} is built a second time", layer_name(l));
      if (now.packages.size() != closure_sizes_[l]) {
        problem(s, "{} is installed on {} packages, not on the {} of its closure", layer_name(l),
                now.packages.size(), closure_sizes_[l]);
      }
    }
    add_layer(s, l, now);
    for (const plan_package_id package : layer.packages) {
      const bool for_target = layer.for_target && package == layer.packages.front();
      const std::string missing = opam_.missing(package, for_target, [&](plan_package_id other) {
        return find(now.packages, other).has_value();
      });
      if (!missing.empty()) {
        problem(s, "opam would not install {}: it depends on {}, which is not there", name(package),
                missing);
      }
    }
  }

  void check_target(const plan_target& t) {
    const held_packages& in = images_[t.step].packages;
    if (find(in, t.package) != t.layer) {
      problem(t.step, "the image of the target {} does not hold it", name(t.package));
      return;
    }
    // Needs are in the image (checked when installed), so equal counts are equal sets.
    const std::size_t wanted = closure_sizes_[t.layer] + plan_.layers[t.layer].packages.size();
    if (in.size() != wanted) {
      problem(t.step, "the image of the target {} holds {} packages, not the {} of its closure",
              name(t.package), in.size(), wanted);
    }
    // Those that are missing were found when they were wanted; here are those too many.
    std::set<std::string_view> system;
    for (const auto& each : in) {
      const auto& depexts = plan_.packages[each.package].depexts;
      system.insert(depexts.begin(), depexts.end());
    }
    for (const std::string& d : images_[t.step].depexts) {
      if (system.count(d) != 0) continue;
      problem(t.step,
              "the image of the target {} has the system package {}, which is of none in it",
              name(t.package), d);
    }
  }

  const plan& plan_;
  opam_view opam_;
  std::vector<std::string> problems_;
  std::vector<std::size_t> closure_sizes_;  // by layer, without itself
  std::vector<held_image> images_;          // by step
  std::vector<step_id> last_use_;           // by step: the last that stands on it
  std::vector<bool> ordinary_;              // by step
  std::set<layer_id> built_;
};

}  // namespace plan_impl

OPAMPLAN_INLINE std::vector<std::string> problems_of(const plan& p) {
  return plan_impl::simulator(p).run();
}

OPAMPLAN_INLINE std::vector<plan_package_id> image_of(const plan& p, step_id step) {
  std::vector<plan_package_id> packages;
  const auto add = [&](layer_id layer) {
    const auto& more = p.layers[layer].packages;
    packages.insert(packages.end(), more.begin(), more.end());
  };
  for (step_id s = step; s != step_id::none; s = p.steps[s].parent) {
    for (const step_id g : p.steps[s].grafts) add(p.steps[g].installs.back());
    for (const layer_id l : p.steps[s].installs) add(l);
  }
  std::sort(packages.begin(), packages.end());
  return packages;
}

}  // namespace opamplan
