/// \file
/// The Python side of series: commits planned one after the other.
#include <pybind11/stl.h>

#include <memory>
#include <opamplan/plan/series.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "progress.hpp"
#include "solve.hpp"
#include "value.hpp"

namespace opamplan::python {
namespace {

/// A series, which begins with its first universe and what that asks of every request.
class py_series {
 public:
  explicit py_series(series_options options) : options_(std::move(options)) {}

  series_change add(const std::shared_ptr<py_universe>& u, const progress_argument& progress) {
    const in_use held(*this);
    const solve_options& asked = u->options;
    if (!series_) {
      series_.emplace(asked, options_);
      asked_ = asked;
    }
    if (asked.roots != asked_.roots || asked.constraints != asked_.constraints ||
        asked.conflict_limit != asked_.conflict_limit || asked.time_limit != asked_.time_limit) {
      throw invalid_request("the universes of a series must be made with the same options");
    }
    series_change change = run_with_progress(progress, [&](const progress_callback& report) {
      return series_->add(u->universe, report);
    });
    last_ = u;
    return change;
  }

  [[nodiscard]] std::vector<std::shared_ptr<py_result>> results() const {
    const in_use held(*this);
    std::vector<std::shared_ptr<py_result>> out;
    if (!last_) return out;
    for (const solve_result& r : series_->last().results) {
      out.push_back(std::make_shared<py_result>(py_result{last_->universe.repository(), last_, r}));
    }
    return out;
  }

  [[nodiscard]] const std::shared_ptr<py_universe>& last() const noexcept { return last_; }

 private:
  /// `add` runs without the interpreter's lock: nobody else may look meanwhile.
  class in_use {
   public:
    explicit in_use(const py_series& of) : of_(of) {
      if (of.in_use_) throw invalid_request("the series is in use by another thread");
      of.in_use_ = true;
    }
    ~in_use() { of_.in_use_ = false; }
    in_use(const in_use&) = delete;
    in_use& operator=(const in_use&) = delete;

   private:
    const py_series& of_;
  };

  mutable bool in_use_ = false;  // read and written with the interpreter's lock
  series_options options_;
  solve_options asked_;
  std::optional<series> series_;
  std::shared_ptr<py_universe> last_;
};

void bind_change(py::module_& module) {
  py::class_<series_change> type(module, "SeriesChange",
                                 R"(What one repository of a series is to the one before it.

Targets are the newest versions; one can be built if it has a solution that a plan would hold. In
the first repository of a series everything is new. True in a condition if any layer came or went,
or any target was lost or gained.)");
  as_value(type, &series_change::target_count, &series_change::solved_count,
           &series_change::layer_count, &series_change::added_layers,
           &series_change::dropped_layers, &series_change::rebuilt_targets, &series_change::lost,
           &series_change::gained)
      .def_readonly("target_count", &series_change::target_count,
                    "Newest versions: a target a name.")
      .def_readonly("solved_count", &series_change::solved_count,
                    "How many were searched for; a change cannot touch the others.")
      .def_readonly("layer_count", &series_change::layer_count,
                    "Distinct layers of all targets that can be built.")
      .def_readonly("added_layers", &series_change::added_layers,
                    "NAME.VERSION of layers that were not there; a name for each variant.")
      .def_readonly("dropped_layers", &series_change::dropped_layers,
                    "The same of those that no target needs any more.")
      .def_readonly("rebuilt_targets", &series_change::rebuilt_targets,
                    "Targets whose own layer was not there.")
      .def_readonly("lost", &series_change::lost,
                    "Names that could be built and cannot, as NAME.VERSION of the target that "
                    "there is now, or was.")
      .def_readonly("gained", &series_change::gained,
                    "Targets that can be built, and whose name could not.")
      .def("__bool__",
           [](const series_change& c) {
             return !(c.added_layers.empty() && c.dropped_layers.empty() && c.lost.empty() &&
                      c.gained.empty());
           })
      .def("__repr__", [](const series_change& c) {
        return "<SeriesChange: " + counted(c.added_layers.size(), "layer") + " added, " +
               std::to_string(c.dropped_layers.size()) + " dropped, of " +
               std::to_string(c.layer_count) + ">";
      });
}

}  // namespace

void bind_plan_series(py::module_& module) {
  bind_change(module);
  py::class_<py_series> type(module, "Series",
                             R"(Repositories planned one after the other, such as commits.

Each `add` says which layers of the newest versions the repository before had not. What a change
cannot touch is not solved again, and layers are kept: with ``Repository.open(previous=...)`` a
commit costs a twentieth of a first one. ``image`` and ``opam_version`` are those of `make_plan`.)");
  refuse_copying(type, "make it again from its repositories");
  type.def(py::init([](std::string image, std::string opam_version) {
             return py_series({std::move(image), std::move(opam_version)});
           }),
           py::arg("image") = "", py::arg("opam_version") = "")
      // By reference: for a pointer to a member None is a self, and null.
      .def(
          "add",
          [](py_series& s, const std::shared_ptr<py_universe>& u,
             const progress_argument& progress) { return s.add(u, progress); },
          py::arg("universe"), py::arg("progress") = py::none(),
          "Go on to the next repository. Raises InvalidRequest if the universe has another "
          "environment or other options than the one before, or pins.")
      .def_property_readonly(
          "universe", [](const py_series& s) { return s.last(); },
          "The last one; None before `add`.")
      .def_property_readonly(
          "results", [](const py_series& s) { return s.results(); },
          "Of its newest versions, by name, as `Universe.solve_all` finds "
          "them: what `make_plan` takes.")
      .def("__repr__", [](const py_series& s) {
        if (!s.last()) return std::string("<Series of nothing yet>");
        return "<Series at " + counted(s.last()->universe.repository().size(), "version") + ">";
      });
}

}  // namespace opamplan::python
