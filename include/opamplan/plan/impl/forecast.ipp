/// \file
/// List scheduling on the graph of steps.
#pragma once

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/plan/forecast.hpp"

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

OPAMPLAN_INLINE std::vector<digest> step_keys(const plan& p) {
  std::vector<digest> keys;
  keys.reserve(p.steps.size());
  for (const plan_step& s : p.steps) keys.push_back(s.key);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

namespace plan_impl {

class scheduler {
 public:
  scheduler(const plan& p, const forecast_options& options, plan_forecast& out)
      : plan_(p),
        workers_(options.workers),
        out_(out),
        before_(step_dependencies(p)),
        after_(transposed(before_, before_.size())) {
    seconds_.resize(p.steps.size());
    representative_.resize(p.steps.size());
    // Steps with equal keys (in `chain`) run once; the later ones are found in the cache.
    std::vector<std::pair<digest, step_id>> first;
    for (const step_id s : p.steps.indices()) first.emplace_back(p.steps[s].key, s);
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
      if (std::binary_search(options.built.begin(), options.built.end(), step.key)) {
        ++out_.built;
        continue;
      }
      ++out_.steps;
      seconds_[s] = options.seconds_of ? options.seconds_of(p, s) : default_seconds(step);
      out_.work_seconds += seconds_[s];
      const auto add_bytes = [&](layer_id layer) {
        for (const plan_package_id i : p.layers[layer].packages) out_.bytes += p.packages[i].size;
      };
      for (const layer_id l : step.installs) add_bytes(l);
      if (p.strategy == strategy::merge) continue;  // nothing is copied
      for (const step_id g : step.grafts) add_bytes(p.steps[g].installs.back());
    }
  }

  static double default_seconds(const plan_step& step) {
    const double system = step.depexts.empty() ? 0 : default_system_seconds;
    return default_install_seconds * static_cast<double>(step.installs.size()) + system;
  }

  void run() {
    measure_paths();
    std::vector<bool> done(plan_.steps.size(), false);
    double clock = 0;
    for (const plan_batch& batch : plan_.batches) {
      clock = run_batch(batch, clock, done);
      out_.batch_ends.push_back(clock);
    }
    out_.makespan_seconds = clock;
  }

 private:
  // The longest way from the start of each step to the end of all.
  void measure_paths() {
    remaining_.assign(plan_.steps.size(), 0);
    index_vector<step_id, step_id> next(plan_.steps.size());
    step_id start;
    for (std::size_t i = plan_.steps.size(); i-- > 0;) {
      const step_id s(i);
      for (const step_id a : after_[s]) {
        if (next[s] == step_id::none || remaining_[a] >= remaining_[next[s]]) next[s] = a;
      }
      remaining_[s] = seconds_[s] + (next[s] == step_id::none ? 0 : remaining_[next[s]]);
      if (start == step_id::none || remaining_[s] >= remaining_[start]) start = s;
    }
    if (start == step_id::none) return;
    out_.critical_seconds = remaining_[start];
    for (step_id s = start; s != step_id::none; s = next[s]) {
      if (seconds_[s] > 0) out_.critical_path.push_back(s);
    }
  }

  double run_batch(const plan_batch& batch, double clock, std::vector<bool>& done) {
    std::vector<std::uint32_t> missing(plan_.steps.size(), 0);
    std::vector<bool> mine(plan_.steps.size(), false);
    for (const step_id s : batch.steps) mine[s] = !done[s];
    using ready_entry = std::pair<double, step_id>;  // longest remaining path first
    const auto later = [](const ready_entry& a, const ready_entry& b) {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    };
    std::priority_queue<ready_entry, std::vector<ready_entry>, decltype(later)> ready(later);
    using running_entry = std::tuple<double, step_id, std::uint32_t>;  // earliest end first
    std::priority_queue<running_entry, std::vector<running_entry>, std::greater<>> running;
    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> idle;
    std::uint32_t hired = 0;  // workers that have run something
    for (const step_id s : batch.steps) {
      if (!mine[s]) continue;
      for (const step_id d : before_[s]) missing[s] += mine[d] ? 1U : 0U;
      if (missing[s] == 0) ready.emplace(remaining_[s], s);
    }
    while (!ready.empty() || !running.empty()) {
      while (!ready.empty() && running.size() < workers_) {
        const step_id s = ready.top().second;
        ready.pop();
        if (idle.empty()) idle.push(hired++);
        const std::uint32_t worker = idle.top();
        idle.pop();
        const double end = clock + seconds_[s];
        running.emplace(end, s, worker);
        if (seconds_[s] > 0) out_.schedule.push_back({s, worker, clock, end});
      }
      const auto [end, s, worker] = running.top();
      running.pop();
      idle.push(worker);
      clock = end;
      done[s] = true;
      for (const step_id a : after_[s]) {
        if (mine[a] && --missing[a] == 0) ready.emplace(remaining_[a], a);
      }
    }
    return clock;
  }

  const plan& plan_;
  std::size_t workers_;
  plan_forecast& out_;
  flat_rows<step_id> before_;
  flat_rows<step_id> after_;
  std::vector<double> seconds_;
  std::vector<double> remaining_;
  index_vector<step_id, step_id> representative_;  // the first step of the same key
};

}  // namespace plan_impl

OPAMPLAN_INLINE plan_forecast forecast(const plan& p, const forecast_options& options) {
  if (options.workers == 0) throw invalid_request("a forecast needs at least one worker");
  plan_forecast out;
  plan_impl::scheduler(p, options, out).run();
  return out;
}

}  // namespace opamplan
