/// \file
/// The Python side of a plan's steps and batches.
#include "plan.hpp"

#include <pybind11/stl.h>

#include <opamplan/plan/json.hpp>
#include <tuple>

#include "bindings.hpp"
#include "value.hpp"

namespace opamplan::python {
namespace {

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

}  // namespace

void bind_plan_steps(py::module_& module) {
  bind_parts(module);
  bind_steps(module);
}

}  // namespace opamplan::python
