/// \file
/// The Python side of what is said about plans: forecasts, differences.
#include <fmt/format.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <map>
#include <opamplan/base/error.hpp>
#include <opamplan/plan/build_keys.hpp>
#include <opamplan/plan/difference.hpp>
#include <opamplan/plan/disk.hpp>
#include <opamplan/plan/forecast.hpp>
#include <optional>
#include <tuple>

#include "arrow.hpp"
#include "bindings.hpp"
#include "durations.hpp"
#include "plan.hpp"
#include "value.hpp"

namespace opamplan::python {
namespace {

struct py_forecast {
  std::shared_ptr<plan> owner;
  plan_forecast value;
};

std::vector<std::string> critical_path(const py_forecast& f) {
  std::vector<std::string> names;
  for (const step_id s : f.value.critical_path) {
    for (std::string& n : layer_names(*f.owner, f.owner->steps[s])) names.push_back(std::move(n));
  }
  return names;
}

auto key_of(const py_forecast& f) {
  const plan_forecast& v = f.value;
  return std::tuple(v.steps, v.built, v.bytes, v.work_seconds, v.makespan_seconds,
                    v.critical_seconds, critical_path(f), v.idle_seconds, v.batch_begins,
                    v.batch_ends);
}

/// Step, worker, start, end.
using scheduled_state = std::tuple<step_id, std::uint32_t, double, double>;

/// What a pickled forecast holds: its plan and its members.
using forecast_state =
    std::tuple<std::shared_ptr<plan>, std::size_t, std::size_t, std::uint64_t, double, double,
               double, std::vector<step_id>, double, std::vector<double>, std::vector<double>,
               std::vector<scheduled_state>>;

column_dict schedule_columns(const py_forecast& f) {
  std::vector<step_id> steps;
  std::vector<std::string> labels;
  std::vector<std::uint32_t> workers;
  std::vector<double> starts;
  std::vector<double> ends;
  for (const scheduled_step& each : f.value.schedule) {
    steps.push_back(each.step);
    labels.push_back(label_of(*f.owner, f.owner->steps[each.step]));
    workers.push_back(each.worker);
    starts.push_back(each.start);
    ends.push_back(each.end);
  }
  column_dict columns;
  columns["step"] = steps;
  columns["label"] = labels;
  columns["worker"] = workers;
  columns["start"] = starts;
  columns["end"] = ends;
  return columns;
}

void bind_forecast(py::module_& module) {
  py::class_<py_forecast> type(module, "Forecast", "What carrying a plan out will take.");
  compare_by(type, [](const py_forecast& f) { return key_of(f); })
      .def_property_readonly(
          "steps", [](const py_forecast& f) { return f.value.steps; }, "Steps to run.")
      .def_property_readonly(
          "built", [](const py_forecast& f) { return f.value.built; },
          "Steps that an earlier plan has built.")
      .def_property_readonly(
          "bytes", [](const py_forecast& f) { return f.value.bytes; },
          "Sizes of the packages that the steps to run install or graft, in the unit of the plan.")
      .def_property_readonly(
          "work_seconds", [](const py_forecast& f) { return f.value.work_seconds; },
          "All steps to run, one after the other.")
      .def_property_readonly(
          "makespan_seconds", [](const py_forecast& f) { return f.value.makespan_seconds; },
          "On the workers, batch after batch.")
      .def_property_readonly(
          "critical_seconds", [](const py_forecast& f) { return f.value.critical_seconds; },
          "The longest chain of steps: no number of workers beats it.")
      .def_property_readonly("critical_path", &critical_path, "Its packages, first to last.")
      .def_property_readonly(
          "idle_seconds", [](const py_forecast& f) { return f.value.idle_seconds; },
          "In which a builder of several has no shard, of all of them added up: while the first "
          "wave is built, and at the end.")
      .def_property_readonly(
          "idle_share",
          [](const py_forecast& f) {
            const double all = f.value.makespan_seconds * std::max(f.owner->builders, 1U);
            return all > 0 ? f.value.idle_seconds / all : 0.0;
          },
          "The part of the builders' time that `idle_seconds` is, from 0 to 1.")
      .def_property_readonly(
          "batch_begins", [](const py_forecast& f) { return f.value.batch_begins; },
          "Seconds from the start to the beginning of each batch.")
      .def_property_readonly(
          "batch_ends", [](const py_forecast& f) { return f.value.batch_ends; },
          "Seconds from the start to the end of each batch.")
      .def("to_columns", &schedule_columns,
           "A row a step that takes time, by its start: `step`, its index in the plan, `label`, "
           "`worker` from 0, `start` and `end` in seconds.")
      .def(py::pickle(
          [](const py_forecast& f) {
            const plan_forecast& v = f.value;
            std::vector<scheduled_state> schedule;
            for (const scheduled_step& each : v.schedule) {
              schedule.emplace_back(each.step, each.worker, each.start, each.end);
            }
            return forecast_state(f.owner, v.steps, v.built, v.bytes, v.work_seconds,
                                  v.makespan_seconds, v.critical_seconds, v.critical_path,
                                  v.idle_seconds, v.batch_begins, v.batch_ends,
                                  std::move(schedule));
          },
          [](const forecast_state& state) {
            py_forecast f;
            plan_forecast& v = f.value;
            std::vector<scheduled_state> schedule;
            std::tie(f.owner, v.steps, v.built, v.bytes, v.work_seconds, v.makespan_seconds,
                     v.critical_seconds, v.critical_path, v.idle_seconds, v.batch_begins,
                     v.batch_ends, schedule) = state;
            const auto require_step = [&](step_id s) {
              if (s >= f.owner->steps.size()) throw py::value_error("its plan has no such step");
            };
            for (const step_id s : v.critical_path) require_step(s);
            for (const auto& [step, worker, start, end] : schedule) {
              require_step(step);
              v.schedule.push_back({step, worker, start, end});
            }
            return f;
          }))
      .def("__repr__", [](const py_forecast& f) {
        return "<Forecast: " + counted(f.value.steps, "step") + ", " +
               std::to_string(static_cast<long long>(f.value.makespan_seconds)) + " s>";
      });
  using enum arrow_type;
  as_arrow(type, &schedule_columns,
           {{"step", number}, {"label", text}, {"worker", number}, {"start", real}, {"end", real}});
  module.def(
      "forecast",
      [](const std::shared_ptr<plan>& p, unsigned workers,
         const std::map<std::string, double>& durations, double default_seconds,
         double system_seconds, const std::optional<std::shared_ptr<plan>>& earlier) {
        if (workers == 0) throw invalid_request("a forecast needs at least one worker");
        const step_durations known(durations, default_seconds, system_seconds);
        const py::gil_scoped_release release;
        std::vector<digest> built;
        if (earlier) built = sorted_build_keys(**earlier);
        forecast_options options;
        options.workers = workers;
        options.built = built;
        options.seconds_of = known;
        return py_forecast{p, forecast(*p, options)};
      },
      py::arg("plan"), py::arg("workers") = 4,
      py::arg("durations") = std::map<std::string, double>(),
      py::arg("default_seconds") = default_install_seconds,
      py::arg("system_seconds") = default_system_seconds, py::arg("earlier") = py::none(),
      R"(How long a plan takes on so many workers.

``durations``: seconds of an install by layer key, NAME.VERSION or NAME, and of the system's package
manager by what it installs, ``depexts: libgmp-dev pkg-config``; ``default_seconds`` and
``system_seconds`` for the others. Steps that the plan ``earlier`` holds too are built already and take no time.)");
  module.def(
      "disk_bytes",
      [](const plan& p, const plan* earlier, const std::map<std::string, std::uint64_t>& sizes) {
        const py::gil_scoped_release release;
        const auto built = earlier == nullptr ? std::vector<digest>() : sorted_build_keys(*earlier);
        return disk_bytes(p, built, [&](const plan_step& step) -> std::optional<std::uint64_t> {
          const auto it = sizes.find(depexts_name(step));
          if (it == sizes.end()) return std::nullopt;
          return std::min(it->second, max_package_size);
        });
      },
      py::arg("plan"), py::arg("earlier") = py::none(),
      py::arg("sizes") = std::map<std::string, std::uint64_t>(),
      R"(What carrying a plan out adds to the store of one builder, in bytes, roughly.

With sizes of packages, where the plan has them (``has_sizes``): what steps install and copy, and
what they have the system's package manager install, by ``sizes`` (``depexts: libgmp-dev
pkg-config``, see ``State.sizes``) or 28 MB each. Else what a step took on the average where real
packages were built. Steps that the plan ``earlier`` holds too are there already.)");
}

void bind_difference(py::module_& module) {
  py::class_<rebuilt_target> rebuilt(module, "RebuiltTarget", "A target that must be built again.");
  as_value(rebuilt, &rebuilt_target::before, &rebuilt_target::after, &rebuilt_target::chain,
           &rebuilt_target::cause)
      .def_readonly("before", &rebuilt_target::before, "NAME.VERSION in the old plan.")
      .def_readonly("after", &rebuilt_target::after, "NAME.VERSION in the new one.")
      .def_readonly("chain", &rebuilt_target::chain,
                    "From the target down to where the change began, each depending on the next.")
      .def_readonly("cause", &rebuilt_target::cause, "Index into the difference's causes.")
      .def("__repr__", [](const rebuilt_target& t) { return "<RebuiltTarget " + t.after + ">"; });
  py::class_<plan_cause> cause(module, "PlanCause", "Where a change began.");
  as_value(cause, &plan_cause::kind, &plan_cause::package, &plan_cause::text)
      .def_property_readonly(
          "kind", [](const plan_cause& c) { return to_string(c.kind); },
          "``base``, ``version``, ``fields``, ``depexts``, ``switches``, ``new_dependency``...")
      .def_readonly("package", &plan_cause::package, "NAME.VERSION in the new plan, or empty.")
      .def_readonly("text", &plan_cause::text, "What changed.")
      .def("__str__", [](const plan_cause& c) { return c.text; })
      .def("__repr__", [](const plan_cause& c) { return "<PlanCause: " + c.text + ">"; });
  py::class_<plan_difference> difference(module, "PlanDifference", "Two plans compared.");
  as_value(difference, &plan_difference::kept_layers, &plan_difference::moved_layers,
           &plan_difference::added_layers, &plan_difference::dropped_layers,
           &plan_difference::kept_steps, &plan_difference::new_steps,
           &plan_difference::unchanged_targets, &plan_difference::added_targets,
           &plan_difference::dropped_targets, &plan_difference::rebuilt_targets,
           &plan_difference::causes, &plan_difference::cause_counts)
      .def_readonly("kept_layer_count", &plan_difference::kept_layers, "How many layers both hold.")
      .def_readonly("moved_layer_count", &plan_difference::moved_layers,
                    "Of these, how many stand on other images, so that they are built again: not "
                    "in a plan that is made ``like`` the other.")
      .def_readonly("added_layers", &plan_difference::added_layers,
                    "NAME.VERSION of layers only in the new plan; a name for each variant.")
      .def_readonly("dropped_layers", &plan_difference::dropped_layers,
                    "The same of those only in the old plan.")
      .def_readonly("kept_step_count", &plan_difference::kept_steps,
                    "Steps that the builder's cache serves.")
      .def_readonly("new_step_count", &plan_difference::new_steps, "Steps that must run.")
      .def_readonly("unchanged_targets", &plan_difference::unchanged_targets,
                    "Those whose layers both plans hold, as NAME.VERSION.")
      .def_readonly("added_targets", &plan_difference::added_targets,
                    "Those of names that the old plan has not, as NAME.VERSION.")
      .def_readonly("dropped_targets", &plan_difference::dropped_targets,
                    "Those of names that the new plan has not, as NAME.VERSION.")
      .def_readonly("rebuilt_targets", &plan_difference::rebuilt_targets,
                    "Those that must be built again, with the cause of each.")
      .def_readonly("causes", &plan_difference::causes, "Those that rebuild most targets first.")
      .def_readonly("cause_counts", &plan_difference::cause_counts, "Targets, by cause.")
      .def(
          "__bool__",
          [](const plan_difference& d) {
            return !(d.added_layers.empty() && d.dropped_layers.empty() &&
                     d.rebuilt_targets.empty() && d.added_targets.empty() &&
                     d.dropped_targets.empty() && d.new_steps == 0);
          },
          "True if anything differs, be it only in which steps the layers are built.")
      .def("__repr__", [](const plan_difference& d) {
        return "<PlanDifference: " + counted(d.kept_layers, "layer") + " kept, " +
               std::to_string(d.added_layers.size()) + " added, " +
               std::to_string(d.dropped_layers.size()) + " dropped, " +
               counted(d.rebuilt_targets.size(), "target") + " rebuilt>";
      });
  module.def(
      "compare_plans",
      [](const plan& before, const plan& after) {
        const py::gil_scoped_release release;
        return compare(before, after);
      },
      py::arg("before"), py::arg("after"),
      "What must be built again after a change, and why. True in a condition if anything differs.");
}

}  // namespace

void bind_plan_reports(py::module_& module) {
  bind_forecast(module);
  bind_difference(module);
}

}  // namespace opamplan::python
