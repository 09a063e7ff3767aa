/// \file
/// Collecting what a plan knows of its packages, then layers, steps and batches.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/workers.hpp"
#include "opamplan/closure/closure.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/plan/batches.hpp"
#include "opamplan/plan/graft.hpp"
#include "opamplan/plan/impl/describe.hpp"
#include "opamplan/plan/impl/system_sets.hpp"
#include "opamplan/plan/layers.hpp"
#include "opamplan/plan/make.hpp"
#include "opamplan/plan/merge.hpp"
#include "opamplan/plan/strategies.hpp"
#include "opamplan/plan/words.hpp"
#include "opamplan/repository/pack.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan {
namespace plan_impl {

inline bool is_compiler(const syntax::file& file) {
  return file.find("flags") && read_flags(file).compiler;
}

inline std::string full_name(const repository& repo, package_id id) {
  return repo.name_string(id) + "." + std::string(repo.version_string(id));
}

inline std::string cyclic(const repository& repo, const std::vector<package_id>& cycle) {
  std::vector<std::string> names;
  for (const package_id id : cycle) names.push_back(full_name(repo, id));
  return cycle_reason(names);
}

/// Collects targets of which some cannot be built.
class planner {
 public:
  planner(const universe& u, const plan_options& options, plan& out)
      : universe_(u), repo_(u.repository()), options_(options), plan_(out) {}

  void run(std::span<const solution* const> solutions) {
    // Targets ascending, so that the order in which they were solved does not show.
    solutions_.assign(solutions.begin(), solutions.end());
    std::ranges::sort(solutions_, {}, [](const solution* s) { return s->target; });
    leave_out_cyclic();
    do {
      number_packages();
      describe_packages();
    } while (leave_out_unnameable());
    pack_sources();
    tell(0);
    layer_graph layers = make_layers(solutions_, index_of_, plan_.packages, plan_.base,
                                     options_.threads, options_.progress);
    tell(1);
    assemble(layers);
    plan_.layers = std::move(layers.layers);
    tell(2);
    make_batches(plan_);
    tell(3);
    std::sort(omissions_.begin(), omissions_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [id, omission] : omissions_) plan_.left_out.push_back(std::move(omission));
  }

 private:
  void tell(std::size_t parts) const {
    if (options_.progress && !options_.progress({"plan", parts, 3})) throw cancelled();
  }

  /// Those that have one. By solution; empty: it stays.
  void leave_out(const std::vector<std::string>& reasons) {
    std::vector<const solution*> kept;
    for (std::size_t i = 0; i < solutions_.size(); ++i) {
      const package_id target = solutions_[i]->target;
      if (reasons[i].empty()) {
        kept.push_back(solutions_[i]);
      } else {
        omissions_.emplace_back(target, plan_omission{full_name(repo_, target), reasons[i]});
      }
    }
    solutions_ = std::move(kept);
  }

  void leave_out_cyclic() {
    std::vector<std::string> reasons(solutions_.size());
    parallel_blocks(solutions_.size(), options_.threads, 64, "describe", {}, [&] {
      return [&](std::size_t i) {
        const std::vector<package_id> cycle = build_cycle(*solutions_[i]);
        if (!cycle.empty()) reasons[i] = cyclic(repo_, cycle);
      };
    });
    leave_out(reasons);
  }

  static std::vector<package_id> closure(const solution& s) {
    return closure_packages(s, closure_edges::build_and_post);
  }

  void number_packages() {
    index_of_.assign(repo_.size(), plan_package_id::none);
    for (const solution* s : solutions_) {
      for (const package_id id : closure(*s)) index_of_[id] = plan_package_id(0);
    }
    used_.clear();
    for (const package_id id : repo_.packages()) {
      if (index_of_[id] == plan_package_id::none) continue;
      index_of_[id] = plan_package_id(used_.size());
      used_.push_back(id);
    }
  }

  void describe_packages() {
    plan_.packages.assign(used_.size(), {});
    is_compiler_.assign(used_.size(), 0);
    parallel_blocks(used_.size(), options_.threads, 64, "describe", options_.progress, [&] {
      return [&](std::size_t i) {
        describe(used_[i], plan_.packages[i]);
        is_compiler_[i] = is_compiler(repo_.file(used_[i])) ? 1 : 0;
      };
    });
    fill_sizes();
  }

  /// Packages whose size is not known are as large as the median of the others.
  void fill_sizes() {
    std::vector<std::uint64_t> known;
    for (const plan_package& package : plan_.packages) {
      if (package.size != 0) known.push_back(package.size);
    }
    if (!known.empty()) {
      const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
      std::nth_element(known.begin(), middle, known.end());
      median_size_ = std::min(*middle, max_package_size / 128);  // no sum of costs may overflow
    }
    for (plan_package& package : plan_.packages) {
      if (package.size == 0) package.size = median_size_;
    }
  }

  void describe(package_id id, plan_package& package) const {
    package = described(repo_, id, universe_.environment());
    if (options_.size_of) package.size = options_.size_of(id);
    if (package.size > max_package_size) {
      throw invalid_request("the size of " + package.full_name() + ", " +
                            std::to_string(package.size) + " bytes, is more than a terabyte");
    }
  }

  /// What pins are built from: each folder once.
  void pack_sources() {
    std::vector<source_tree> packed;
    for (std::size_t i = 0; i < used_.size(); ++i) {
      const std::optional<source_tree> tree = repo_.source_folder(used_[i]);
      if (!tree) continue;
      const auto known = std::find(packed.begin(), packed.end(), *tree);
      plan_package& package = plan_.packages[i];
      package.source = source_id(known - packed.begin());
      if (known == packed.end()) {
        packed.push_back(*tree);
        std::string archive = pack_source(*tree);
        const digest sum = sha256_of(archive);
        plan_.sources.push_back({sum, std::move(archive)});
      }
      package.effective =
          sha256().add(package.effective).add(plan_.sources[package.source].sha256).finish();
    }
  }

  /// What needs a package that no step can name goes with it. True if there was any.
  bool leave_out_unnameable() {
    std::vector<std::string> problems;
    for (const plan_package& package : plan_.packages) problems.push_back(word_problem(package));
    if (std::ranges::all_of(problems, &std::string::empty)) return false;
    std::vector<std::string> reasons(solutions_.size());
    for (std::size_t i = 0; i < solutions_.size(); ++i) {
      for (const package_id id : closure(*solutions_[i])) {
        if (reasons[i].empty()) reasons[i] = problems[index_of_[id]];
      }
    }
    const std::size_t before = solutions_.size();
    leave_out(reasons);
    return solutions_.size() != before;
  }

  /// By layer: whether it installs a compiler.
  [[nodiscard]] std::vector<char> compilers_of(const layer_graph& layers) const {
    std::vector<char> compilers;
    for (const plan_layer& layer : layers.layers) {
      char any = 0;
      for (const plan_package_id i : layer.packages) any |= is_compiler_[i];
      compilers.push_back(any);
    }
    return compilers;
  }

  /// What it costs to bring layers in. A compiler, of which most layers hold one, is much larger
  /// than other packages; it is weighed as such, whether its size is known or not.
  [[nodiscard]] graft_costs costs_of(const layer_graph& layers,
                                     const std::vector<char>& compilers) const {
    constexpr std::uint64_t packages_a_compiler = 100;
    constexpr std::uint64_t packages_a_run = 50;
    constexpr std::uint64_t packages_a_depext = 10;
    graft_costs costs;
    costs.depexts = layer_depexts(layers, plan_);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      std::uint64_t size = 0;
      for (const plan_package_id i : layers.layers[l].packages) size += plan_.packages[i].size;
      // The package that holds the files is not always the one that is flagged.
      const std::uint64_t least = compilers[l] != 0 ? packages_a_compiler * median_size_ : 0;
      costs.sizes.push_back(std::max(size, least));
    }
    costs.system_run = options_.system_run_size.value_or(packages_a_run * median_size_);
    costs.depext_size = options_.depext_size.value_or(packages_a_depext * median_size_);
    return costs;
  }

  void assemble(const layer_graph& layers) {
    switch (options_.strategy) {
      case strategy::graft:
        return assemble_graft(layers, costs_of(layers, compilers_of(layers)), options_.limits.depth,
                              options_.like, plan_);
      case strategy::merge: {
        const std::vector<char> compilers = compilers_of(layers);
        return assemble_merge(layers, costs_of(layers, compilers), compilers, options_.limits.depth,
                              options_.like, plan_);
      }
      case strategy::chain:
        return assemble_chain(layers, options_.limits.depth, plan_);
      case strategy::prefix:
        return assemble_prefix(layers, options_.limits.depth, plan_);
    }
  }

  const universe& universe_;
  const repository& repo_;
  const plan_options& options_;
  plan& plan_;
  std::vector<const solution*> solutions_;  // those that can be built, so far
  std::vector<package_id> used_;            // by plan package
  std::vector<plan_package_id> index_of_;   // by package
  std::uint64_t median_size_ = 1;
  std::vector<char> is_compiler_;  // by plan package: flagged as one
  std::vector<std::pair<package_id, plan_omission>> omissions_;
};

}  // namespace plan_impl

OPAMPLAN_INLINE plan make_plan(const universe& u, std::span<const solution> solutions,
                               const plan_options& options) {
  std::vector<const solution*> pointers;
  for (const solution& s : solutions) pointers.push_back(&s);
  return make_plan(u, pointers, options);
}

OPAMPLAN_INLINE plan make_plan(const universe& u, std::span<const solution* const> solutions,
                               const plan_options& options) {
  if (std::max(options.depext_size.value_or(0), options.system_run_size.value_or(0)) >
      max_package_size) {
    throw invalid_request("a system package, or a run of the package manager, of over a terabyte");
  }
  for (const plan* like : options.like) {
    if (options.strategy != strategy::graft && options.strategy != strategy::merge) {
      throw invalid_request("only plans of the strategies graft and merge are made like others");
    }
    if (like->strategy != options.strategy) {
      throw invalid_request(fmt::format(
          "a plan of the strategy {} builds nothing like one of {}; make both by one strategy",
          to_string(options.strategy), to_string(like->strategy)));
    }
  }
  plan p;
  p.strategy = options.strategy;
  p.limits = options.limits;
  p.base = plan_impl::base_of(u, options.image, options.opam_version);
  plan_impl::planner(u, options, p).run(solutions);
  return p;
}

}  // namespace opamplan
