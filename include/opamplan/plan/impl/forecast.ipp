/// \file
/// Batches, one after the other or on several builders.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/plan/build_keys.hpp"
#include "opamplan/plan/forecast.hpp"
#include "opamplan/plan/impl/default_seconds.hpp"
#include "opamplan/plan/impl/list_schedule.hpp"
#include "opamplan/plan/impl/step_bytes.hpp"
#include "opamplan/plan/impl/steps_of_others.hpp"
#include "opamplan/plan/shards.hpp"

namespace opamplan {

OPAMPLAN_INLINE flat_rows<step_id> step_dependencies(const plan& p) {
  flat_rows<step_id> out;
  for (const plan_step& step : p.steps) {
    if (step.parent != step_id::none) out.values.push_back(step.parent);
    out.values.insert(out.values.end(), step.grafts.begin(), step.grafts.end());
    out.close_set();
  }
  return out;
}

namespace plan_impl {

class scheduler {
 public:
  scheduler(const plan& p, const forecast_options& options, plan_forecast& out)
      : plan_(p), workers_(options.workers), out_(out) {
    seconds_.resize(p.steps.size());
    ends_.resize(p.steps.size());
    representative_.resize(p.steps.size());
    // Equal steps (in `chain`) run once; the later ones are found in the cache.
    const index_vector<step_id, digest> keys = build_keys(p);
    std::vector<std::pair<digest, step_id>> first;
    for (const step_id s : p.steps.indices()) first.emplace_back(keys[s], s);
    std::sort(first.begin(), first.end());
    for (std::size_t i = 0, run = 0; i < first.size(); ++i) {
      if (first[i].first != first[run].first) run = i;
      representative_[first[i].second] = first[run].second;
    }
    for (const step_id s : p.steps.indices()) {
      const plan_step& step = p.steps[s];
      if (representative_[s] != s) {
        seconds_[s] = 0;
        continue;
      }
      if (std::binary_search(options.built.begin(), options.built.end(), keys[s])) {
        ++out_.built;
        continue;
      }
      ++out_.steps;
      seconds_[s] = options.seconds_of ? options.seconds_of(p, s) : default_seconds(step);
      out_.work_seconds += seconds_[s];
      out_.bytes += plan_impl::step_bytes(p, step);
    }
  }

  void run() {
    const flat_rows<step_id> before = step_dependencies(plan_);
    step_times times(before, std::move(seconds_));
    find_critical_path(times);
    const flat_rows<step_id> own = own_steps(plan_);
    const std::size_t most = std::max<std::size_t>(1, plan_.batches.size());
    builders_.assign(std::clamp<std::size_t>(plan_.builders, 1, most), 0);
    for (const batch_id b : plan_.batches.indices()) {
      double start = 0;  // a batch waits for those that build what it stands on
      for (const step_id s : steps_of_others(plan_, b, own)) start = std::max(start, ends_[s]);
      const auto builder = std::min_element(builders_.begin(), builders_.end());
      const auto first = static_cast<std::uint32_t>((builder - builders_.begin()) * workers_);
      start = std::max(*builder, start);
      out_.batch_begins.push_back(start);
      *builder = times.schedule(own[b], workers_, start, [&](scheduled_step step) {
        step.worker += first;
        if (step.end > step.start) out_.schedule.push_back(step);
      });
      for (const step_id s : own[b]) ends_[s] = *builder;
      out_.batch_ends.push_back(*builder);
      out_.makespan_seconds = std::max(out_.makespan_seconds, *builder);
      out_.idle_seconds -= *builder - start;
    }
    const double all = out_.makespan_seconds * std::max(plan_.builders, 1U);
    out_.idle_seconds = std::max(0.0, all + out_.idle_seconds);
    std::stable_sort(out_.schedule.begin(), out_.schedule.end(),
                     [](const auto& a, const auto& b) { return a.start < b.start; });
  }

 private:
  void find_critical_path(const step_times& times) {
    step_id start;
    for (std::size_t i = plan_.steps.size(); i-- > 0;) {
      const step_id s(i);
      if (start == step_id::none || times.remaining(s) >= times.remaining(start)) start = s;
    }
    if (start == step_id::none) return;
    out_.critical_seconds = times.remaining(start);
    for (step_id s = start; s != step_id::none; s = times.next(s)) {
      if (times.seconds(s) > 0) out_.critical_path.push_back(s);
    }
  }

  const plan& plan_;
  std::size_t workers_;
  plan_forecast& out_;
  index_vector<step_id, double> seconds_;
  index_vector<step_id, double> ends_;
  index_vector<step_id, step_id> representative_;  // the first step of the same key
  std::vector<double> builders_;                   // when each is free
};

}  // namespace plan_impl

OPAMPLAN_INLINE plan_forecast forecast(const plan& p, const forecast_options& options) {
  if (options.workers == 0) throw invalid_request("a forecast needs at least one worker");
  plan_forecast out;
  plan_impl::scheduler(p, options, out).run();
  return out;
}

}  // namespace opamplan
