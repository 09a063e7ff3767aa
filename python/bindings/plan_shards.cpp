/// \file
/// The Python side of shards: a plan for several builders.
#include <pybind11/stl.h>

#include <algorithm>
#include <map>
#include <memory>
#include <opamplan/plan/forecast.hpp>
#include <opamplan/plan/shards.hpp>
#include <vector>

#include "bindings.hpp"
#include "durations.hpp"
#include "plan.hpp"

namespace opamplan::python {
namespace {

std::vector<std::vector<batch_id>> by_batch(const flat_rows<batch_id>& rows) {
  std::vector<std::vector<batch_id>> out;
  for (std::size_t b = 0; b < rows.size(); ++b) out.emplace_back(rows[b].begin(), rows[b].end());
  return out;
}

plan sharded(const plan& p, unsigned builders, unsigned workers,
             const std::map<std::string, double>& durations, double default_seconds,
             double system_seconds, double wave_seconds, std::size_t most_waves) {
  shard_options options;
  options.most_waves = std::max<std::size_t>(1, most_waves);
  options.builders = builders;
  options.workers = workers;
  options.wave_seconds = wave_seconds;
  require_seconds("wave_seconds", wave_seconds);
  options.seconds_of = step_durations(durations, default_seconds, system_seconds);
  const py::gil_scoped_release release;
  plan out = p;
  make_shards(out, options);
  return out;
}

}  // namespace

void bind_plan_shards() {
  // The class is bind_plan's.
  class_of<plan, std::shared_ptr<plan>>()
      .def_property_readonly(
          "builders", [](const plan& p) { return p.builders; },
          "For how many builders the batches are shards; 0: for one, which builds them in order.")
      .def_property_readonly(
          "cache_imports", [](const plan& p) { return by_batch(cache_imports(p)); },
          "By batch: the earlier ones whose caches together hold all that it stands on.")
      .def_property_readonly(
          "waits_for", [](const plan& p) { return by_batch(waits_for(p)); },
          "By batch: the earlier ones that build what it stands on.")
      .def(
          "own_steps",
          [](const plan& p, batch_id batch) {
            if (batch >= p.batches.size()) throw py::index_error("no such batch");
            return own_steps(p, batch);
          },
          py::arg("batch"), "The steps that a batch builds, and no earlier one.")
      .def("sharded", &sharded, py::arg("builders"), py::kw_only(), py::arg("workers") = 4,
           py::arg("durations") = std::map<std::string, double>(),
           py::arg("default_seconds") = default_install_seconds,
           py::arg("system_seconds") = default_system_seconds,
           py::arg("wave_seconds") = shard_options().wave_seconds,
           py::arg("most_waves") = shard_options().most_waves,
           R"(The same plan with its batches cut into shards for so many builders.

Shards of a wave are built at the same time, and none builds what another does: what several need
is built in an earlier wave. Each builder runs ``workers`` steps at once; ``durations`` and what
follows say how long they take, as for `forecast`, and ``wave_seconds`` what a wave costs beside. Of two waves each shard reads one cache;
where it reads several, BuildKit 0.32 builds some steps again, so there are no more unless limits
want it, or ``most_waves``.)");
}

}  // namespace opamplan::python
