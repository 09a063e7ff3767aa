/// \file
/// The Python side of what a builder can take.
#include "plan.hpp"

#include <pybind11/stl.h>

#include <array>
#include <opamplan/plan/limits.hpp>
#include <tuple>

#include "bindings.hpp"
#include "value.hpp"

namespace opamplan::python {
namespace {

/// For pickling: name, reason, numbers.
using limits_state = std::tuple<std::string, std::string, std::array<std::size_t, 8>>;

}  // namespace

void bind_plan_limits(py::module_& module) {
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

}  // namespace opamplan::python
