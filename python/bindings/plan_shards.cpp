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
             double system_seconds, double wave_seconds, double most_repeated) {
  shard_options options;
  options.builders = builders;
  options.workers = workers;
  options.wave_seconds = wave_seconds;
  require_seconds("wave_seconds", wave_seconds);
  if (!(most_repeated >= 0))
    throw invalid_request("most_repeated is a part of all work: at least 0");
  options.most_repeated = most_repeated;
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
            const flat_rows<step_id> own = own_steps(p);
            return std::vector<step_id>(own[batch].begin(), own[batch].end());
          },
          py::arg("batch"),
          "The steps that a batch builds: those of no batch before it, of a shard of no wave.")
      .def_property_readonly(
          "repeated_step_count", [](const plan& p) { return repeated_steps(p); },
          "How many steps more than there are all batches together build: of shards alone.")
      .def("sharded", &sharded, py::arg("builders"), py::kw_only(), py::arg("workers") = 4,
           py::arg("durations") = std::map<std::string, double>(),
           py::arg("default_seconds") = default_install_seconds,
           py::arg("system_seconds") = default_system_seconds,
           py::arg("wave_seconds") = shard_options().wave_seconds,
           py::arg("most_repeated") = shard_options().most_repeated,
           R"(The same plan with its batches cut into shards for so many builders.

What several of them need is built first, by one, and the others read its cache, one each; of what
does not fit into it, and where that is faster, each builds what it needs again: ``most_repeated``
of all work at most, more only where limits want it. Each builder runs ``workers`` steps at once;
``durations`` and what follows say how long they take, as for `forecast`, and ``wave_seconds`` what
each of the two waves costs beside.)");
}

}  // namespace opamplan::python
