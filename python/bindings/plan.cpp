/// \file
/// The Python side of plans: making them, their parts, their files.
#include "plan.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <map>
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

/// For pickling: name, reason, numbers.
using limits_state = std::tuple<std::string, std::string, std::array<std::size_t, 8>>;

void bind_limits(py::module_& module) {
  py::class_<limits> type(module, "Limits", R"(What a builder can take; 0 means without limit.

``Limits("buildkit", depth=60)`` is a profile with some numbers changed; `limit_profiles` lists the
profiles. They leave room for a base image of 9 layers; ``base_layers`` says how many it has, and
each above that is a step less.)");
  compare_by(type,
             [](const limits& l) {
               return std::tie(l.name, l.reason, l.depth, l.batch_targets, l.batch_steps,
                               l.file_bytes, l.definition_bytes, l.cache_record_bytes, l.line_bytes,
                               l.batches);
             })
      .def(
          py::init([](const std::string& profile, std::optional<std::size_t> depth,
                      std::optional<std::size_t> batch_targets,
                      std::optional<std::size_t> batch_steps, std::optional<std::size_t> file_bytes,
                      std::optional<std::size_t> definition_bytes,
                      std::optional<std::size_t> cache_record_bytes,
                      std::optional<std::size_t> line_bytes, std::optional<std::size_t> batches,
                      std::size_t base_layers) {
            limits l = limit_profile(profile);
            const auto change = [&](std::size_t& member, const std::optional<std::size_t>& value) {
              if (!value || *value == member) return;
              member = *value;
              l.name = profile + " (changed)";
            };
            change(l.depth, depth);
            change(l.batch_targets, batch_targets);
            change(l.batch_steps, batch_steps);
            change(l.file_bytes, file_bytes);
            change(l.definition_bytes, definition_bytes);
            change(l.cache_record_bytes, cache_record_bytes);
            change(l.line_bytes, line_bytes);
            change(l.batches, batches);
            change(l.depth, on_base(l, base_layers).depth);
            return l;
          }),
          py::arg("profile") = "buildkit", py::kw_only(), py::arg("depth") = py::none(),
          py::arg("batch_targets") = py::none(), py::arg("batch_steps") = py::none(),
          py::arg("file_bytes") = py::none(), py::arg("definition_bytes") = py::none(),
          py::arg("cache_record_bytes") = py::none(), py::arg("line_bytes") = py::none(),
          py::arg("batches") = py::none(), py::arg("base_layers") = 0)
      .def_readonly("name", &limits::name, "Of the profile that they are, or began as.")
      .def_readonly("depth", &limits::depth, "Steps in one image, on top of the common header.")
      .def_readonly("batch_targets", &limits::batch_targets, "Targets of one invocation.")
      .def_readonly("batch_steps", &limits::batch_steps, "Install steps of one invocation.")
      .def_readonly("file_bytes", &limits::file_bytes, "Of one Dockerfile.")
      .def_readonly("definition_bytes", &limits::definition_bytes, "Of one LLB definition.")
      .def_readonly("cache_record_bytes", &limits::cache_record_bytes,
                    "Of what one invocation exports to a cache, the layers' contents apart.")
      .def_readonly("line_bytes", &limits::line_bytes, "Of one line of a Dockerfile.")
      .def_readonly("batches", &limits::batches, "Jobs that a CI system takes in one go.")
      .def_readonly("reason", &limits::reason, "Where the numbers come from.")
      .def(py::pickle(
          [](const limits& l) {
            return limits_state(
                l.name, l.reason,
                {l.depth, l.batch_targets, l.batch_steps, l.file_bytes, l.definition_bytes,
                 l.cache_record_bytes, l.line_bytes, l.batches});
          },
          [](const limits_state& state) {
            limits l;
            std::array<std::size_t, 8> n{};
            std::tie(l.name, l.reason, n) = state;
            std::tie(l.depth, l.batch_targets, l.batch_steps, l.file_bytes, l.definition_bytes,
                     l.cache_record_bytes, l.line_bytes, l.batches) = std::tuple_cat(n);
            return l;
          }))
      .def("__repr__", [](const limits& l) {
        std::string text = "<Limits " + l.name + ":";
        const auto tell = [&](const char* name, std::size_t value) {
          if (value != 0) text += std::string(" ") + name + "=" + std::to_string(value);
        };
        tell("depth", l.depth);
        tell("batch_targets", l.batch_targets);
        tell("batch_steps", l.batch_steps);
        tell("file_bytes", l.file_bytes);
        tell("definition_bytes", l.definition_bytes);
        tell("cache_record_bytes", l.cache_record_bytes);
        tell("line_bytes", l.line_bytes);
        tell("batches", l.batches);
        return text + ">";
      });
  module.def(
      "limit_profiles",
      [] {
        py::typing::Dict<py::str, limits> d;
        for (const limits& l : limit_profiles()) d[py::str(l.name)] = l;
        return d;
      },
      "The limits there are, by name; `reason` says where their numbers come from.");
}

bool is_for_target(const plan& p, const plan_step& step) {
  return std::any_of(step.installs.begin(), step.installs.end(),
                     [&](layer_id l) { return p.layers[l].for_target; });
}

std::vector<std::string> layer_keys(const plan& p, const plan_step& step) {
  std::vector<std::string> keys;
  for (const layer_id l : step.installs) {
    keys.insert(keys.end(), p.layers[l].packages.size(), to_hex(p.layers[l].key));
  }
  return keys;
}

// What Python can read of each, so that objects compare whatever plan they are of.

auto key_of(const py_step& s) {
  const plan_step& v = s.step();
  return std::tuple(s.index, v.key, v.parent, v.grafts, installed_names(*s.owner, v),
                    layer_keys(*s.owner, v), v.depexts, v.depth, is_for_target(*s.owner, v));
}

auto key_of(const py_batch& b) {
  const plan_batch& v = b.batch();
  return std::tuple(b.index, target_names(*b.owner, v.targets), v.steps, v.new_steps, v.wave);
}

plan_package named_package(const std::string& full_name) {
  const std::size_t dot = std::min(full_name.find('.'), full_name.size());
  plan_package package;
  package.name = full_name.substr(0, dot);
  package.version = full_name.substr(std::min(dot + 1, full_name.size()));
  return package;
}

/// Key, packages, for a target.
using layer_state = std::tuple<digest, std::vector<std::string>, bool>;
/// Index, key, parent, grafts, layers, depexts, depth.
using step_state = std::tuple<std::size_t, digest, step_id, std::vector<step_id>,
                              std::vector<layer_state>, std::vector<std::string>, std::uint32_t>;

step_state state_of(const py_step& s) {
  const plan_step& v = s.step();
  std::vector<layer_state> layers;
  for (const layer_id l : v.installs) {
    const plan_layer& layer = s.owner->layers[l];
    layers.emplace_back(layer.key, package_names(*s.owner, layer.packages), layer.for_target);
  }
  return {s.index, v.key, v.parent, v.grafts, std::move(layers), v.depexts, v.depth};
}

py_step step_from(const step_state& state) {
  const auto& [index, key, parent, grafts, layers, depexts, depth] = state;
  auto owner = std::make_shared<plan>();
  plan_step step{key, parent, grafts, {}, depexts, depth};
  for (const auto& [layer_key, packages, for_target] : layers) {
    if (packages.empty()) throw py::value_error("a layer has a package");
    plan_layer layer{layer_key, {}, {}, for_target};
    for (const std::string& name : packages) {
      layer.packages.push_back(owner->packages.next());
      owner->packages.push_back(named_package(name));
    }
    step.installs.push_back(owner->layers.next());
    owner->layers.push_back(std::move(layer));
  }
  owner->steps.push_back(std::move(step));
  return {std::move(owner), index, 0};
}

/// Index, targets, steps, new steps, wave.
using batch_state = std::tuple<std::size_t, std::vector<std::string>, std::vector<step_id>,
                               std::uint32_t, std::uint32_t>;

batch_state state_of(const py_batch& b) {
  const plan_batch& v = b.batch();
  return {b.index, target_names(*b.owner, v.targets), v.steps, v.new_steps, v.wave};
}

py_batch batch_from(const batch_state& state) {
  const auto& [index, targets, steps, new_steps, wave] = state;
  auto owner = std::make_shared<plan>();
  plan_batch batch{{}, steps, new_steps, wave};
  for (const std::string& name : targets) {
    batch.targets.push_back(owner->targets.next());
    owner->targets.push_back({owner->packages.next(), {}, {}});
    owner->packages.push_back(named_package(name));
  }
  owner->batches.push_back(std::move(batch));
  return {std::move(owner), index, 0};
}

/// All steps of a plan, made one by one when they are asked for.
struct py_steps {
  std::shared_ptr<plan> owner;
  [[nodiscard]] std::size_t size() const { return owner->steps.size(); }
  /// From the end if negative.
  [[nodiscard]] py_step at(std::ptrdiff_t index) const {
    const auto count = static_cast<std::ptrdiff_t>(size());
    if (index < 0) index += count;
    if (index < 0 || index >= count) throw py::index_error("no such step");
    return {owner, static_cast<std::size_t>(index)};
  }
};

void bind_steps(py::module_& module) {
  py::class_<py_steps> steps(module, "PlanSteps", R"(The steps of a plan, a sequence.

Each is made when it is asked for. Equal if all of them are.)");
  compare_by(
      steps,
      [](const py_steps& s) {
        std::vector<decltype(key_of(py_step()))> keys;
        for (std::size_t i = 0; i < s.size(); ++i) keys.push_back(key_of(py_step{s.owner, i}));
        return keys;
      },
      [](const py_steps& s) {
        std::vector<digest> keys;
        for (const plan_step& step : s.owner->steps) keys.push_back(step.key);
        return keys;
      })
      .def(py::pickle([](const py_steps& s) { return to_json(*s.owner); },
                      [](const std::string& text) {
                        return py_steps{std::make_shared<plan>(plan_from_json(text))};
                      }))
      // By reference: for a pointer to a member None is a self, and null.
      .def("__len__", [](const py_steps& s) { return s.size(); })
      .def(
          "__getitem__", [](const py_steps& s, py::ssize_t index) { return s.at(index); },
          py::arg("index"))
      .def(
          "__getitem__",
          [](const py_steps& s, const py::slice& slice) {
            py::ssize_t start = 0;
            py::ssize_t stop = 0;
            py::ssize_t step = 0;
            py::ssize_t count = 0;
            if (!slice.compute(static_cast<py::ssize_t>(s.size()), &start, &stop, &step, &count)) {
              throw py::error_already_set();
            }
            std::vector<py_step> out;
            for (; count > 0; --count, start += step) out.push_back(s.at(start));
            return out;
          },
          py::arg("slice"))
      .def("__iter__",
           [](const py::object& s) -> iterator_of<py_step> {
             return py::reinterpret_steal<iterator_of<py_step>>(PySeqIter_New(s.ptr()));
           })
      .def("__repr__",
           [](const py_steps& s) { return "<PlanSteps: " + counted(s.size(), "step") + ">"; });
}

void bind_parts(py::module_& module) {
  py::class_<py_step> step_class(module, "PlanStep", R"(One build step of a plan.

On top of the image of `parent`, bring in the own packages of the steps `grafts`, then install
`installs`. A system step has none of both: its image has the system packages `depexts`, and is the
parent of steps that need the same ones. Equal if all of this is, the place in the plan too; `key` alone says whether two plans
share a step.)");
  compare_by(step_class, [](const py_step& s) { return key_of(s); })
      .def(py::pickle([](const py_step& s) { return state_of(s); }, &step_from))
      .def_readonly("index", &py_step::index, "Its place in the plan; parents come first.")
      .def_property_readonly(
          "key", [](const py_step& s) { return to_hex(s.step().key); },
          "Hash of all that can change the result.")
      .def_property_readonly(
          "parent",
          [](const py_step& s) -> std::optional<step_id> {
            if (s.step().parent == step_id::none) return std::nullopt;
            return s.step().parent;
          },
          "The index of the step it stands on; None: the base image.")
      .def_property_readonly(
          "grafts", [](const py_step& s) { return s.step().grafts; },
          "Indices of the steps whose own package is brought in, in order.")
      .def_property_readonly(
          "installs", [](const py_step& s) { return installed_names(*s.owner, s.step()); },
          "The packages it installs, as NAME.VERSION, in order; those of a post group, which opam "
          "installs together, follow each other.")
      .def_property_readonly(
          "label", [](const py_step& s) { return label_of(*s.owner, s.step()); },
          "What it installs, for people: packages, or the system packages of a system step.")
      .def_property_readonly(
          "layers", [](const py_step& s) { return layer_keys(*s.owner, s.step()); },
          "For each install the key of its layer, the same in every strategy. The packages of a "
          "post group share one.")
      .def_property_readonly(
          "depexts", [](const py_step& s) { return s.step().depexts; },
          "System packages that the parent lacks.")
      .def_property_readonly(
          "depth", [](const py_step& s) { return s.step().depth; },
          "Steps from the base image, this one included.")
      .def_property_readonly(
          "for_target", [](const py_step& s) { return is_for_target(*s.owner, s.step()); },
          "With the tests or documentation that were asked for targets.")
      .def("__repr__", [](const py_step& s) {
        return "<PlanStep " + std::to_string(s.index) + ": " + label_of(*s.owner, s.step()) + ">";
      });
  py::class_<py_batch> batch_class(module, "PlanBatch",
                                   "What one invocation of the builder builds.");
  compare_by(batch_class, [](const py_batch& b) { return key_of(b); })
      .def(py::pickle([](const py_batch& b) { return state_of(b); }, &batch_from))
      .def_readonly("index", &py_batch::index,
                    "Its place in the plan: earlier ones are built first.")
      .def_property_readonly(
          "targets", [](const py_batch& b) { return target_names(*b.owner, b.batch().targets); },
          "Its targets, as NAME.VERSION.")
      .def_property_readonly(
          "steps", [](const py_batch& b) { return b.batch().steps; },
          "The indices of all steps that its targets need, ascending.")
      .def_property_readonly(
          "new_step_count", [](const py_batch& b) { return b.batch().new_steps; },
          "How many of the steps no earlier batch builds.")
      .def_property_readonly(
          "wave", [](const py_batch& b) { return b.batch().wave; },
          "Of a plan for several builders: shards of one wave may be built at the same time.")
      .def("__repr__", [](const py_batch& b) {
        return "<PlanBatch " + std::to_string(b.index) + ": " +
               counted(b.batch().targets.size(), "target") + ", " +
               counted(b.batch().steps.size(), "step") + ">";
      });
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

void bind_the_plan(py::module_& module) {
  py::class_<plan, std::shared_ptr<plan>> type(module, "Plan", R"(A build plan.

Iterates over its steps; ``len`` is their number. A value: compares, pickles, and is a file with
`save` and `load`. `summary` has the figures.)");
  compare_by(
      type, [](const plan& p) -> const plan& { return p; },
      [](const plan& p) {
        std::vector<digest> keys;
        for (const plan_target& t : p.targets) keys.push_back(p.steps[t.step].key);
        return keys;
      })
      .def_property_readonly("summary", &summary_dict, "The figures of the plan, as a dict.")
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
          "For which it was made; empty for a plan of none. See `base` for the text of it.")
      .def_property_readonly(
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
           "ascending.")
      .def(
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
                      }))
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
  bind_limits(module);
  bind_parts(module);
  bind_steps(module);
  bind_the_plan(module);
  module.def(
      "make_plan",
      [](const std::vector<std::shared_ptr<py_result>>& results, const std::string& strategy_name,
         const limits_or_name& given_limits, const std::string& image,
         const std::string& opam_version, const std::map<std::string, std::uint64_t>& sizes,
         std::optional<std::uint64_t> system_run_size, std::optional<std::uint64_t> depext_size,
         unsigned threads, const progress_argument& progress) {
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
        options.threads = threads;
        return run_with_progress(progress, [&](const progress_callback& report) {
          options.progress = report;
          std::vector<solution> solutions;
          for (const auto& r : results) {
            if (r->universe != results[0]->universe) {
              throw invalid_request("the results of one plan must come from one universe");
            }
            if (r->result.solution) solutions.push_back(*r->result.solution);
          }
          return std::make_shared<plan>(make_plan(u, solutions, options));
        });
      },
      py::arg("results"), py::arg("strategy") = "graft", py::arg("limits") = "buildkit",
      py::arg("image") = "", py::arg("opam_version") = "", py::kw_only(),
      py::arg("sizes") = std::map<std::string, std::uint64_t>(),
      py::arg("system_run_size") = py::none(), py::arg("depext_size") = py::none(),
      py::arg("threads") = 0, py::arg("progress") = py::none(),
      R"(Plan the builds of all results that have a solution, together.

``limits`` is a profile's name or `Limits`. ``image``: the base image, by default that of the
environment's preset; ``opam_version``: of the opam in it, by default the environment's
``opam-version``. ``sizes``: installed bytes by NAME.VERSION or NAME, so
that grafts are chosen by bytes, not by number; ``system_run_size``: what one more run of the
system's package manager costs, in the same unit, and ``depext_size``: each system package that it
installs; by default as much as 50 and 10 packages of the median size. ``threads``: how many
describe packages (0: one a core).)");
  bind_plan_align(module);
  bind_plan_reports(module);
  bind_plan_series(module);
  bind_plan_shards();
}

}  // namespace opamplan::python
