/// \file
/// The Python side of plans: making them, their parts, their files.
#include "plan.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <map>
#include <opamplan/plan/build_keys.hpp>
#include <opamplan/plan/contents.hpp>
#include <opamplan/plan/disk.hpp>
#include <opamplan/plan/json.hpp>
#include <opamplan/plan/make.hpp>
#include <opamplan/plan/summary.hpp>
#include <opamplan/plan/targets.hpp>
#include <span>
#include <tuple>
#include <variant>

#include "arrow.hpp"
#include "bindings.hpp"
#include "progress.hpp"
#include "solve.hpp"
#include "value.hpp"

namespace opamplan::python {

/// Dicts whose keys have types, see python/opamplan/figures.py.
class summary_record : public record {
  using record::record;
};
class base_record : public record {
  using record::record;
};

}  // namespace opamplan::python

template <>
struct pybind11::detail::handle_type_name<opamplan::python::summary_record> {
  static constexpr auto name = const_name("opamplan.figures.PlanSummary");
};
template <>
struct pybind11::detail::handle_type_name<opamplan::python::base_record> {
  static constexpr auto name = const_name("opamplan.figures.PlanBase");
};

namespace opamplan::python {
namespace {

struct plan_format_error_name {
  static constexpr const char* value = "PlanFormatError";
};

summary_record summary_dict(const plan& p) {
  const plan_summary s = summarize(p);
  summary_record d;
  d["strategy"] = to_string(p.strategy);
  d["targets"] = s.targets;
  d["install_steps"] = s.install_steps;
  d["system_steps"] = s.system_steps;
  d["installs"] = s.installs;
  d["unshared_installs"] = s.unshared_installs;
  d["distinct_steps"] = s.distinct_steps;
  d["layers"] = s.layers;
  d["post_groups"] = s.post_groups;
  d["left_out"] = p.left_out.size();
  d["package_versions"] = s.package_versions;
  d["max_depth"] = s.max_depth;
  d["grafts"] = s.grafts;
  d["batches"] = s.batches;
  d["largest_batch"] = s.largest_batch;
  d["largest_cache_record"] = s.largest_cache_record;
  d["builders"] = s.builders;
  d["shards"] = s.shards;
  d["waves"] = s.waves;
  d["repeated_steps"] = s.repeated_steps;
  d["depexts"] = s.depexts;
  d["most_variants"] = s.most_variants;
  d["variants"] = s.variants;
  return d;
}

std::vector<std::string> image_of(const plan& p, const one_name& target) {
  return package_names(p, opamplan::image_of(p, p.targets[find_target(p, target)].step));
}

/// The steps as columns.
column_dict columns_of(const plan& p) {
  std::vector<std::string> keys;
  std::vector<std::optional<step_id>> parents;
  std::vector<std::vector<step_id>> grafts;
  std::vector<std::vector<std::string>> installs;
  std::vector<std::vector<std::string>> depexts;
  std::vector<std::uint32_t> depths;
  std::vector<bool> for_target;
  for (const plan_step& step : p.steps) {
    keys.push_back(to_hex(step.key));
    parents.emplace_back();
    if (step.parent != step_id::none) parents.back() = step.parent;
    grafts.push_back(step.grafts);
    installs.push_back(installed_names(p, step));
    depexts.push_back(step.depexts);
    depths.push_back(step.depth);
    for_target.push_back(is_for_target(p, step));
  }
  column_dict out;
  out["key"] = py::cast(keys);
  out["parent"] = py::cast(parents);
  out["grafts"] = py::cast(grafts);
  out["installs"] = py::cast(installs);
  out["depexts"] = py::cast(depexts);
  out["depth"] = py::cast(depths);
  out["for_target"] = py::cast(for_target);
  return out;
}

using plan_class = py::class_<plan, std::shared_ptr<plan>>;

/// What a plan was made for and by.
void bind_what_it_is_for(plan_class& type) {
  type.def_property_readonly("summary", &summary_dict, "The figures of the plan, as a dict.")
      .def_property_readonly(
          "strategy", [](const plan& p) { return to_string(p.strategy); },
          "How builds are shared: ``graft``, ``merge``, ``prefix`` or ``chain``.")
      .def_property_readonly(
          "limits", [](const plan& p) { return p.limits; }, "What it was made to keep.")
      .def_property_readonly(
          "base",
          [](const plan& p) {
            base_record d;
            d["image"] = p.base.image;
            d["opam_version"] = p.base.opam_version;
            d["environment"] = p.base.environment;
            d["with_test"] = p.base.with_test;
            d["with_doc"] = p.base.with_doc;
            return d;
          },
          "What every step stands on, as a dict.")
      .def_property_readonly(
          "has_sizes", [](const plan& p) { return has_sizes(p); },
          "Whether it was made with sizes of packages; one without takes each for one byte.")
      .def_property_readonly(
          "environment", [](const plan& p) { return parse_environment(p.base.environment); },
          "For which it was made; empty for a plan of none. See `base` for the text of it.");
}

/// Targets, packages, steps, layers, batches.
void bind_what_it_holds(plan_class& type) {
  type.def_property_readonly(
          "targets",
          [](const plan& p) {
            std::vector<std::string> names;
            for (const plan_target& t : p.targets)
              names.push_back(p.packages[t.package].full_name());
            return names;
          },
          "The targets, as NAME.VERSION, ascending.")
      .def_property_readonly(
          "target_steps",
          [](const plan& p) {
            std::vector<step_id> steps;
            for (const plan_target& t : p.targets) steps.push_back(t.step);
            return steps;
          },
          "For each target the index of the step whose image is its own.")
      .def_property_readonly(
          "packages",
          [](const plan& p) {
            std::vector<std::string> names;
            for (const plan_package& package : p.packages) names.push_back(package.full_name());
            return names;
          },
          "Every package version that the plan installs, ascending.")
      .def_property_readonly(
          "batches",
          [](const std::shared_ptr<plan>& p) {
            std::vector<py_batch> out;
            for (const batch_id i : p->batches.indices()) out.push_back({p, i});
            return out;
          },
          "The batches, in the order they run.")
      .def_property_readonly(
          "steps", [](const std::shared_ptr<plan>& p) { return py_steps{p}; },
          "The steps; what a step stands on comes before it.")
      .def("__len__", [](const plan& p) { return p.steps.size(); })
      .def(
          "__getitem__",
          [](const std::shared_ptr<plan>& p, std::ptrdiff_t index) {
            return py_steps{p}.at(index);
          },
          py::arg("index"))
      .def("__iter__",
           [](const py::object& p) -> iterator_of<py_step> { return py::iter(p.attr("steps")); })
      .def(
          "build_keys",
          [](const plan& p) {
            std::vector<std::string> out;
            for (const digest& key : build_keys(p)) out.push_back(to_hex(key));
            return out;
          },
          py::call_guard<py::gil_scoped_release>(),
          "By step, what a builder knows it by: equal for two steps, of any plans that are emitted "
          "alike, if its cache serves one with the other. Unlike the key of a step it says what "
          "that stands on. 64 digits each.")
      .def(
          "layers",
          [](const plan& p) {
            std::vector<std::tuple<std::string, std::string, std::vector<std::string>>> out;
            for (const plan_layer& layer : p.layers) {
              std::vector<std::string> needs;
              for (const layer_id n : layer.needs) {
                needs.push_back(to_hex(p.layers[n].key, 16));
              }
              out.emplace_back(to_hex(layer.key, 16),
                               p.packages[layer.packages.front()].full_name(), std::move(needs));
            }
            return out;
          },
          py::call_guard<py::gil_scoped_release>(),
          "Each distinct layer: the first 16 digits of its key, the package that names it, the "
          "layers it needs.")
      .def_property_readonly(
          "left_out",
          [](const plan& p) {
            std::map<std::string, std::string> out;
            for (const plan_omission& o : p.left_out) out[o.target] = o.reason;
            return out;
          },
          "Targets that have a solution and cannot be built, as NAME.VERSION, with the reason: "
          "cyclic dependencies, for example. Results without a solution were never targets: their "
          "status says why (the figures of `opamplan plan` count both as left out).")
      .def("image_of", &image_of, py::arg("target"),
           "The packages that the image of a target, NAME.VERSION or NAME, holds, as NAME.VERSION, "
           "ascending.");
}

/// Parts of a plan, and the plan as columns and as a text.
void bind_its_forms(plan_class& type) {
  type.def(
          "restricted_to",
          [](const plan& p, const std::variant<std::string, std::vector<std::string>>& targets) {
            const py::gil_scoped_release release;
            if (const auto* one = std::get_if<std::string>(&targets)) {
              return std::make_shared<plan>(restricted_to(p, std::span(one, 1)));
            }
            return std::make_shared<plan>(
                restricted_to(p, std::get<std::vector<std::string>>(targets)));
          },
          py::arg("targets"),
          R"(The plan of these targets alone, each NAME.VERSION, or NAME for its newest.

Keys stay, so that caches serve both plans; batches keep their order. Of what the plan leaves out,
what is named stays in `left_out`. Raises UnknownPackage for what is no target.)")
      .def("to_columns", &columns_of,
           "The steps as columns, lists of equal length: for pandas.DataFrame, polars.DataFrame, "
           "pyarrow.table.")
      .def(
          "to_json", [](const plan& p) { return to_json(p); },
          py::call_guard<py::gil_scoped_release>(),
          "The plan as canonical JSON: equal plans are equal texts.")
      .def_static(
          "from_json",
          [](const std::variant<std::string, py::bytes>& given) {
            const auto* const read = std::get_if<std::string>(&given);  // of bytes, too
            const std::string text = read != nullptr ? *read : std::string();
            const py::gil_scoped_release release;
            return std::make_shared<plan>(plan_from_json(text));
          },
          py::arg("text"), "The plan that `to_json` wrote. Raises PlanFormatError.")
      .def(py::pickle([](const plan& p) { return py::bytes(to_json(p)); },
                      [](const py::bytes& text) {
                        return std::make_shared<plan>(plan_from_json(std::string(text)));
                      }));
}

void bind_the_plan(py::module_& module) {
  plan_class type(module, "Plan", R"(A build plan.

Iterates over its steps; ``len`` is their number. A value: compares, pickles, and is a file with
`save` and `load`. `summary` has the figures.)");
  compare_by(
      type, [](const plan& p) -> const plan& { return p; },
      [](const plan& p) {
        std::vector<digest> keys;
        for (const plan_target& t : p.targets) keys.push_back(p.steps[t.step].key);
        return keys;
      })
      .def("__repr__", [](const plan& p) {
        return "<Plan (" + std::string(to_string(p.strategy)) +
               "): " + counted(p.targets.size(), "target") + ", " +
               counted(p.steps.size(), "step") + ", " +
               (p.builders != 0
                    ? counted(p.batches.size(), "shard") + " for " + counted(p.builders, "builder")
                    : std::to_string(p.batches.size()) +
                          (p.batches.size() == 1 ? " batch" : " batches")) +
               ">";
      });
  bind_what_it_is_for(type);
  bind_what_it_holds(type);
  bind_its_forms(type);
  using enum arrow_type;
  as_arrow(type, &columns_of,
           {{"key", text},
            {"parent", number},
            {"grafts", numbers},
            {"installs", texts},
            {"depexts", texts},
            {"depth", number},
            {"for_target", flag}});
}

/// A function of the universe's packages from sizes by NAME.VERSION or NAME.
std::function<std::uint64_t(package_id)> size_function(
    const repository& repo, const std::map<std::string, std::uint64_t>& sizes) {
  if (sizes.empty()) return {};
  return [&repo, &sizes](package_id id) -> std::uint64_t {
    for (const std::string& name : {repo.full_name(id), repo.name_string(id)}) {
      const auto it = sizes.find(name);
      if (it != sizes.end()) return it->second;
    }
    return 0;
  };
}

}  // namespace

void bind_plan(py::module_& module) {
  register_error<plan_format_error, plan_format_error_name>(
      [](py::object& instance, const plan_format_error& error) {
        instance.attr("path") = error.path();
        instance.attr("member") = error.member();
        instance.attr("line") = error.line();
      });
  bind_plan_limits(module);
  bind_plan_steps(module);
  bind_the_plan(module);
  module.def(
      "make_plan",
      [](const std::vector<std::shared_ptr<py_result>>& results, const std::string& strategy_name,
         const limits_or_name& given_limits, const std::string& image,
         const std::string& opam_version, const std::map<std::string, std::uint64_t>& sizes,
         std::optional<std::uint64_t> system_run_size, std::optional<std::uint64_t> depext_size,
         const std::vector<std::shared_ptr<plan>>& like, unsigned threads,
         const progress_argument& progress) {
        if (results.empty()) throw invalid_request("nothing to plan: no results were given");
        const universe& u = results[0]->whole().universe;
        plan_options options;
        options.strategy = parse_strategy(strategy_name);
        options.limits = limits_from(given_limits);
        options.image = image;
        options.opam_version = opam_version;
        options.size_of = size_function(u.repository(), sizes);
        options.system_run_size = system_run_size;
        options.depext_size = depext_size;
        for (const auto& each : like) options.like.push_back(each.get());
        options.threads = threads;
        return run_with_progress(progress, [&](const progress_callback& report) {
          options.progress = report;
          std::vector<const solution*> solutions;
          for (const auto& r : results) {
            if (r->universe != results[0]->universe) {
              throw invalid_request("the results of one plan must come from one universe");
            }
            if (r->result.solution) solutions.push_back(&*r->result.solution);
          }
          return std::make_shared<plan>(make_plan(u, solutions, options));
        });
      },
      py::arg("results"), py::arg("strategy") = "graft", py::arg("limits") = "buildkit",
      py::arg("image") = "", py::arg("opam_version") = "", py::kw_only(),
      py::arg("sizes") = std::map<std::string, std::uint64_t>(),
      py::arg("system_run_size") = py::none(), py::arg("depext_size") = py::none(),
      py::arg("like") = std::vector<std::shared_ptr<plan>>(), py::arg("threads") = 0,
      py::arg("progress") = py::none(),
      R"(Plan the builds of all results that have a solution, together.

``limits`` is a profile's name or `Limits`. ``image``: the base image, by default that of the
environment's preset; ``opam_version``: of the opam in it, by default the environment's
``opam-version``. ``sizes``: installed bytes by NAME.VERSION or NAME, so
that grafts are chosen by bytes, not by number; ``system_run_size``: what one more run of the
system's package manager costs, in the same unit, and ``depext_size``: each system package that it
installs; by default as much as 50 and 10 packages of the median size. ``like``: earlier plans, of
which this one takes over where layers stand that both have, so that a builder that carried them out
finds these in its cache; for ``graft`` and ``merge``, all of one strategy. ``threads``: how many do the work (0: one a core).)");
  bind_plan_align(module);
  bind_plan_reports(module);
  bind_plan_series(module);
  bind_plan_shards();
}

}  // namespace opamplan::python
