/// \file
/// The simulator.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "opamplan/config.hpp"
#include "opamplan/plan/contents.hpp"

namespace opamplan {

OPAMPLAN_INLINE std::vector<std::uint32_t> plan_contents::closure_of(std::uint32_t layer) const {
  std::vector<bool> seen(layers.size(), false);
  std::vector<std::uint32_t> found;
  std::vector<std::uint32_t> stack{layer};
  while (!stack.empty()) {
    const std::uint32_t l = stack.back();
    stack.pop_back();
    for (const std::uint32_t d : layers[l].needs) {
      if (seen[d]) continue;
      seen[d] = true;
      found.push_back(d);
      stack.push_back(d);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

namespace contents_detail {

using entries = std::vector<plan_contents::entry>;

class simulator {
 public:
  simulator(const plan& p, plan_contents& out) : plan_(p), out_(out) {}

  void run() {
    out_.images.resize(plan_.steps.size());
    depexts_.resize(plan_.steps.size());
    for (std::uint32_t s = 0; s < plan_.steps.size(); ++s) {
      if (in_range(s)) carry_out(s);
    }
    for (const plan_target& t : plan_.targets) check_target(t);
  }

 private:
  template <class... Args>
  void problem(std::uint32_t s, fmt::format_string<Args...> text, Args&&... args) {
    out_.problems.push_back(
        fmt::format("step {}: {}", s, fmt::format(text, std::forward<Args>(args)...)));
  }

  [[nodiscard]] std::string name(std::uint32_t package) const {
    return plan_.packages[package].full_name();
  }

  bool in_range(std::uint32_t s) {
    const plan_step& step = plan_.steps[s];
    const std::size_t before = out_.problems.size();
    const auto package_exists = [&](std::uint32_t i) { return i < plan_.packages.size(); };
    if (step.parent != no_step && step.parent >= s) problem(s, "its parent is not an earlier step");
    if (step.sources.size() != step.grafts.size()) problem(s, "not one source for each graft");
    for (const auto* list : {&step.grafts, &step.sources}) {
      for (const std::uint32_t g : *list) {
        if (g >= s || plan_.steps[g].installs.empty()) {
          problem(s, "graft {} is not an earlier step that installs something", g);
        }
      }
    }
    if (step.installs.empty()) problem(s, "it installs nothing");
    if (step.layers.size() != step.installs.size() || step.needs.size() != step.installs.size()) {
      problem(s, "not one layer and one list of needs for each install");
    } else if (!std::all_of(step.installs.begin(), step.installs.end(), package_exists)) {
      problem(s, "it installs a package that the plan does not list");
    } else {
      for (const auto& needs : step.needs) {
        if (!std::all_of(needs.begin(), needs.end(), package_exists)) {
          problem(s, "it needs a package that the plan does not list");
        }
      }
    }
    return out_.problems.size() == before;
  }

  [[nodiscard]] static std::optional<std::uint32_t> find(const entries& image,
                                                         std::uint32_t package) {
    const auto it = std::lower_bound(
        image.begin(), image.end(), package,
        [](const plan_contents::entry& e, std::uint32_t wanted) { return e.package < wanted; });
    if (it == image.end() || it->package != package) return std::nullopt;
    return it->layer;
  }

  void put(std::uint32_t s, entries& image, plan_contents::entry e) {
    const auto at = std::lower_bound(
        image.begin(), image.end(), e.package,
        [](const plan_contents::entry& x, std::uint32_t wanted) { return x.package < wanted; });
    if (at != image.end() && at->package == e.package) {
      problem(s, "{} is in the image already", name(e.package));
      return;
    }
    // Packages ascend by name: another version of this one would be a neighbour.
    const auto other = [&](const plan_contents::entry& x) {
      return plan_.packages[x.package].name == plan_.packages[e.package].name;
    };
    if ((at != image.end() && other(*at)) || (at != image.begin() && other(*std::prev(at)))) {
      problem(s, "{} joins another version of it", name(e.package));
    }
    image.insert(at, e);
  }

  void carry_out(std::uint32_t s) {
    const plan_step& step = plan_.steps[s];
    entries image = step.parent == no_step ? entries() : out_.images[step.parent];
    std::vector<std::string> depexts =
        step.parent == no_step ? std::vector<std::string>() : depexts_[step.parent];
    const std::uint32_t depth = step.parent == no_step ? 1 : plan_.steps[step.parent].depth + 1;
    if (step.depth != depth) problem(s, "its depth is {}, not {}", depth, step.depth);
    for (const std::string& d : step.depexts) {
      const auto at = std::lower_bound(depexts.begin(), depexts.end(), d);
      if (at != depexts.end() && *at == d) {
        problem(s, "the system package {} is there already", d);
      } else {
        depexts.insert(at, d);
      }
    }
    for (std::size_t i = 0; i < step.grafts.size(); ++i) graft(s, i, image, depexts);
    for (std::size_t i = 0; i < step.installs.size(); ++i) install(s, i, image, depexts);
    out_.images[s] = std::move(image);
    depexts_[s] = std::move(depexts);
  }

  void check_depexts(std::uint32_t s, std::uint32_t package,
                     const std::vector<std::string>& depexts) {
    for (const std::string& d : plan_.packages[package].depexts) {
      if (!std::binary_search(depexts.begin(), depexts.end(), d)) {
        problem(s, "{} wants the system package {}, which is not there", name(package), d);
      }
    }
  }

  void graft(std::uint32_t s, std::size_t i, entries& image,
             const std::vector<std::string>& depexts) {
    const plan_step& step = plan_.steps[s];
    const plan_step& from = plan_.steps[step.grafts[i]];
    const std::uint32_t package = from.installs.back();
    const auto layer = find(out_.images[step.grafts[i]], package);
    if (!layer) return;  // that step's own problem
    if (find(out_.images[step.sources[i]], package) != layer) {
      problem(s, "{} is not in the image of step {}, as step {} built it", name(package),
              step.sources[i], step.grafts[i]);
    }
    for (const std::uint32_t needed : out_.layers[*layer].needs) {
      const std::uint32_t p = out_.layers[needed].package;
      if (find(image, p) != needed) problem(s, "{} comes before {}", name(package), name(p));
    }
    check_depexts(s, package, depexts);
    put(s, image, {package, *layer});
  }

  void install(std::uint32_t s, std::size_t i, entries& image,
               const std::vector<std::string>& depexts) {
    const plan_step& step = plan_.steps[s];
    const std::uint32_t package = step.installs[i];
    std::vector<std::uint32_t> needs;
    for (const std::uint32_t p : step.needs[i]) {
      if (const auto layer = find(image, p)) {
        needs.push_back(*layer);
      } else {
        problem(s, "{} is installed without {}", name(package), name(p));
      }
    }
    std::sort(needs.begin(), needs.end());
    check_depexts(s, package, depexts);

    const auto fresh = static_cast<std::uint32_t>(out_.layers.size());
    const auto [it, added] = known_.try_emplace(step.layers[i], fresh);
    const bool last = i + 1 == step.installs.size();
    if (added) {
      out_.layers.push_back({step.layers[i], package, s, needs, step.for_target && last});
    } else if (out_.layers[it->second].package != package ||
               out_.layers[it->second].needs != needs) {
      problem(s, "{} has the key of another layer", name(package));
    }
    if (plan_.strategy == strategy::graft) {
      if (!added) problem(s, "{} is built a second time", name(package));
      const std::size_t wanted = out_.closure_of(it->second).size();
      if (image.size() != wanted) {
        problem(s, "{} is installed on {} packages, not on the {} of its closure", name(package),
                image.size(), wanted);
      }
    }
    put(s, image, {package, it->second});
  }

  void check_target(const plan_target& t) {
    if (t.package >= plan_.packages.size() || t.step >= plan_.steps.size()) {
      out_.problems.push_back("a target names a package or a step that the plan does not list");
      return;
    }
    const entries& image = out_.images[t.step];
    const auto layer = find(image, t.package);
    if (!layer || out_.layers[*layer].key != t.key) {
      problem(t.step, "the image of the target {} does not hold it", name(t.package));
      return;
    }
    // Needs are in the image (checked when installed), so equal counts are equal sets.
    const std::size_t wanted = out_.closure_of(*layer).size() + 1;
    if (image.size() != wanted) {
      problem(t.step, "the image of the target {} holds {} packages, not the {} of its closure",
              name(t.package), image.size(), wanted);
    }
  }

  const plan& plan_;
  plan_contents& out_;
  std::map<digest, std::uint32_t> known_;
  std::vector<std::vector<std::string>> depexts_;  // by step: system packages, ascending
};

}  // namespace contents_detail

OPAMPLAN_INLINE plan_contents contents_of(const plan& p) {
  plan_contents out;
  contents_detail::simulator(p, out).run();
  return out;
}

}  // namespace opamplan
