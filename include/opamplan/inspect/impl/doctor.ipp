/// \file
/// Checking plans.
#pragma once

#include <fmt/format.h>

#include <algorithm>

#include "opamplan/base/config.hpp"
#include "opamplan/inspect/doctor.hpp"
#include "opamplan/plan/batches.hpp"
#include "opamplan/plan/contents.hpp"
#include "opamplan/plan/shards.hpp"

namespace opamplan {
namespace inspect_impl {

class doctor {
 public:
  doctor(const plan& p, const limits& l) : plan_(p), limits_(l) {}

  std::vector<plan_finding> run() {
    for (std::string& text : problems_of(plan_)) unsound(std::move(text));
    sound_ = findings_.empty();
    if (sound_) check_depth();
    const bool listed = check_batches();
    if (sound_ && listed) {
      check_sizes();
      if (plan_.builders != 0) check_waves();
    }
    return std::move(findings_);
  }

 private:
  void unsound(std::string text) {
    findings_.push_back({"contents", text.substr(0, text.find(':')), 0, 0, text,
                         "plan again; if opamplan made this plan, report a bug"});
  }

  void check(const char* limit, std::string where, std::uint64_t value, std::uint64_t allowed,
             const char* unit, const char* remedy) {
    if (allowed == 0 || value <= allowed) return;
    std::string text = fmt::format("{}: {} {}, {} are allowed", where, value, unit, allowed);
    findings_.push_back({limit, std::move(where), value, allowed, std::move(text), remedy});
  }

  void check_depth() {
    for (const plan_target& t : plan_.targets) {
      check("depth", "target " + plan_.packages[t.package].full_name(), plan_.steps[t.step].depth,
            limits_.depth, "steps in one image",
            "plan with these limits: steps are then joined into chunks");
    }
  }

  // Whether every step of every batch is one of the plan's.
  bool check_batches() {
    index_vector<target_id, batch_id> batch_of(plan_.targets.size());
    check("batches", "plan", plan_.batches.size(), limits_.batches, "batches",
          "plan fewer targets, or raise the limits of a batch");
    bool listed = true;
    for (const batch_id b : plan_.batches.indices()) {
      const plan_batch& batch = plan_.batches[b];
      const std::string where = fmt::format("batch {}", b.value());
      if (batch.targets.empty() && plan_.builders == 0) unsound(where + ": it has no target");
      if (batch.steps.empty()) unsound(where + ": it has no step");
      for (const target_id t : batch.targets) {
        if (t >= plan_.targets.size()) {
          unsound(where + ": a target that the plan does not list");
        } else if (batch_of[t] != batch_id::none) {
          unsound(fmt::format("{}: its target {} is in batch {} too", where, t.value(),
                              batch_of[t].value()));
        } else {
          batch_of[t] = b;
        }
      }
      listed = check_steps(batch, where) && listed;
    }
    for (const target_id t : batch_of.indices()) {
      if (batch_of[t] == batch_id::none)
        unsound(fmt::format("target {}: it is in no batch", t.value()));
    }
    return listed;
  }

  // That shards come wave after wave, and say how much of them is their own.
  void check_waves() {
    const flat_rows<step_id> own = own_steps(plan_);
    for (const batch_id b : plan_.batches.indices()) {
      const std::uint32_t wave = plan_.batches[b].wave;
      if (b != 0 && wave < plan_.batches[batch_id(b - 1)].wave) {
        unsound(fmt::format("batch {}: its wave, {}, is over", b.value(), wave));
      }
      if (plan_.batches[b].new_steps != own[b].size()) {
        unsound(fmt::format("batch {}: of its steps {} are in no wave before it, and not {}",
                            b.value(), own[b].size(), plan_.batches[b].new_steps));
      }
    }
  }

  bool check_steps(const plan_batch& batch, const std::string& where) {
    std::vector<bool> held(plan_.steps.size(), false);
    for (const step_id s : batch.steps) {
      if (s >= plan_.steps.size()) {
        unsound(where + ": a step that the plan does not list");
        return false;
      }
      held[s] = true;
    }
    const auto want = [&](step_id s, step_id by) {
      if (s < held.size() && !held[s]) {
        unsound(fmt::format("{}: step {} is missing, which step {} stands on", where, s.value(),
                            by.value()));
      }
    };
    for (const step_id s : batch.steps) {
      const plan_step& step = plan_.steps[s];
      if (step.parent != step_id::none) want(step.parent, s);
      for (const step_id g : step.grafts) want(g, s);
    }
    for (const target_id t : batch.targets) {
      if (t < plan_.targets.size()) want(plan_.targets[t].step, plan_.targets[t].step);
    }
    return true;
  }

  void check_sizes() {
    const auto records = cache_record_sizes(plan_);
    for (const batch_id b : plan_.batches.indices()) check_sizes(b, records[b]);
  }

  void check_sizes(batch_id b, std::size_t record) {
    const plan_batch& batch = plan_.batches[b];
    const std::string where = fmt::format("batch {}", b.value());
    constexpr const char* smaller = "plan with these limits, so that batches are smaller";
    constexpr const char* alone =
        "it is one target: use the strategy graft, or a builder with larger messages";
    const char* const remedy = batch.targets.size() > 1 ? smaller : alone;
    step_cost sum;
    std::size_t line = 0;
    for (const step_id s : batch.steps) {
      sum += estimate(plan_, plan_.steps[s]);
      for (const std::string& d : plan_.steps[s].depexts) line = std::max(line, d.size());
    }
    check("batch_targets", where, batch.targets.size(), limits_.batch_targets, "targets", remedy);
    check("batch_steps", where, batch.steps.size(), limits_.batch_steps, "steps", remedy);
    check("file_bytes", where, sum.file_bytes, limits_.file_bytes, "bytes of Dockerfile", remedy);
    check("definition_bytes", where, sum.definition_bytes, limits_.definition_bytes,
          "bytes of definition", remedy);
    check("cache_record_bytes", where, record, limits_.cache_record_bytes,
          "bytes of record in a cache", remedy);
    check("line_bytes", where, line, limits_.line_bytes, "bytes in one line",
          "shorten the name of the system package");
  }

  const plan& plan_;
  const limits& limits_;
  std::vector<plan_finding> findings_;
  bool sound_ = false;  // every index is in range, so that sizes can be measured
};

}  // namespace inspect_impl

OPAMPLAN_INLINE std::vector<plan_finding> diagnose(const plan& p, const limits& l) {
  return inspect_impl::doctor(p, l).run();
}

}  // namespace opamplan
