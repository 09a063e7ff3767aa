/// \file
/// The Python side of what the emitters can be told.
#include <pybind11/stl.h>

#include <map>
#include <opamplan/emit/options.hpp>
#include <set>
#include <string>
#include <type_traits>

#include "bindings.hpp"
#include "collections.hpp"
#include "value.hpp"

namespace opamplan::python {
namespace {

/// A value as one writes it: mappings as dicts, which none of their copies says it is.
std::string shown(const py::object& value) {
  const bool mapping = py::hasattr(value, "items");
  return py::repr(mapping ? py::object(py::dict(value)) : value).cast<std::string>();
}

/// The options that are not as they are by default, as the call that makes them.
std::string options_repr(const py::object& options) {
  const py::object usual = py::cast(emit_options());
  std::string out = "EmitOptions(";
  for (const py::handle name : py::type::of(options).attr("__dict__")) {
    const py::object value = py::getattr(options, name);
    if (name.cast<std::string>().front() == '_' || py::hasattr(value, "__call__") ||
        value.equal(py::getattr(usual, name))) {
      continue;
    }
    if (out.back() != '(') out += ", ";
    out += name.cast<std::string>() + "=" + shown(value);
  }
  return out + ")";
}

/// An option by its name, as an argument of `__init__`.
template <class Member>
struct option {
  const char* name;
  Member emit_options::*member;
};
template <class Member>
option(const char*, Member emit_options::*) -> option<Member>;

template <class Member>
constexpr bool is_collection =
    std::is_same_v<Member, texts> || std::is_same_v<Member, text_set> ||
    std::is_same_v<Member, text_pairs> || std::is_same_v<Member, text_numbers>;
template <class Member>
using argument_for = std::conditional_t<is_collection<Member>, assigned<Member>, Member>;

template <class Member>
void assign(emit_options& to, const option<Member>& which, const argument_for<Member>& value) {
  if constexpr (is_collection<Member>) {
    to.*which.member = taken<Member>(which.name, value);
  } else {
    to.*which.member = value;
  }
}

template <class Member>
py::arg_v argument(const option<Member>& which) {
  const emit_options usual;
  if constexpr (is_collection<Member>) {
    // As one writes it: signatures show it.
    if constexpr (std::is_same_v<Member, text_numbers>) return py::arg(which.name) = py::dict();
    return py::arg(which.name) = py::tuple();
  } else {
    return py::arg(which.name) = usual.*which.member;
  }
}

/// Every option by its name, so that Python's signature has them all.
template <class... Member>
void bind_init(py::class_<emit_options>& type, const option<Member>&... each) {
  type.def(py::init([each...](const argument_for<Member>&... values) {
             emit_options made;
             (assign(made, each, values), ...);
             return made;
           }),
           py::kw_only(), argument(each)..., "Any of the options; the others keep their defaults.");
}

void bind_collections(py::class_<emit_options>& options) {
  using o = emit_options;
  collection(options, "base_environment", &o::base_environment,
             "Variables of the base image, as (name, value), for LLB, which does not know "
             "them; `opamplan.image_environment` reads them.");
  collection(options, "archive_mirrors", &o::archive_mirrors,
             "URLs below which opam looks for sources first, by checksum, as ``opam admin "
             "cache`` lays them out.");
  collection(options, "archives", &o::archives,
             "Archives in the build context, below ``archives/``, by checksum: see "
             "`archive_paths`. Steps mount those of their packages.");
  collection(options, "build_args", &o::build_args,
             "Build arguments, as (name, value). Proxies are in every step's environment "
             "and in no cache key; others are for `instructions`, and not in LLB.");
  collection(options, "environment", &o::environment,
             "Variables of every step, as (name, value), after opam's.");
  collection(options, "labels", &o::labels, "``KEY=VALUE``, on every image. Not in LLB.");
  collection(options, "run_options", &o::run_options, "Words after RUN. Not in LLB.");
  collection(options, "outputs", &o::outputs,
             "Of batches in bake files; empty: results in a folder.");
  collection(options, "retry", &o::retry,
             "By NAME.VERSION, or by the first 16 digits of a layer's key: a number that gives its "
             "steps a new cache key.");
  collection(options, "platforms", &o::platforms, "Of the targets in bake files: ``linux/arm64``.");
  collection(options, "cache_from", &o::cache_from, "Of bake files: ``type=registry,ref=...``.");
  collection(options, "cache_to", &o::cache_to, "Of bake files: ``type=registry,ref=...``.");
}

}  // namespace

void bind_emit_options(py::module_& module) {
  using o = emit_options;
  py::class_<o> options(module, "EmitOptions",
                        "What the emitters can be told; the defaults build real packages.");
  as_changing_value(options, &o::base_image, &o::base_archive, &o::base_environment, &o::snapshot,
                    &o::opam, &o::user, &o::archive_mirrors, &o::archives, &o::prepare, &o::setup,
                    &o::environment, &o::instructions, &o::labels, &o::source_date_epoch,
                    &o::install, &o::depexts, &o::time_limit, &o::log_limit, &o::download_cache,
                    &o::system_cache, &o::network, &o::build_args, &o::run_options, &o::retry,
                    &o::registry, &o::platforms, &o::cache_from, &o::cache_to, &o::outputs)
      .def("__repr__", &options_repr)
      .def_static("stand_in", &emit_options::stand_in,
                  "Installs nothing, so that BuildKit's own costs can be seen.")
      .def_readwrite("base_image", &emit_options::base_image,
                     "The image that steps stand on; empty: the plan's.")
      .def_readwrite("base_archive", &emit_options::base_archive,
                     "Instead: a root file system, a tar, by its path in the build context.")
      .def_readwrite("opam", &emit_options::opam,
                     "Where opam is from. Empty: the image's, else its distribution's package; "
                     "``image`` or ``distribution``: that or an error; else a program's path in "
                     "the build context.")
      .def_readwrite("user", &emit_options::user,
                     "Who builds packages; made if the image has none of that name. Empty: root.")
      .def_readwrite("system_cache", &emit_options::system_cache,
                     "Cache mounts in which steps that install system packages share the package "
                     "manager's lists and archives.")
      .def_readwrite("prepare", &emit_options::prepare,
                     "Shell commands, run once, as root, before `setup`: package sources, "
                     "certificates.")
      .def_readwrite("network", &emit_options::network,
                     "Of every step: ``none``, ``host`` or ``default``; empty: the builder's "
                     "default.")
      .def_readwrite("setup", &emit_options::setup,
                     "Shell commands, run once; empty: opam, the user and an empty switch.")
      .def_readwrite("install", &emit_options::install,
                     "Shell commands that install ``$1``; empty: ``opam install``.")
      .def_readwrite("depexts", &emit_options::depexts,
                     "Shell commands that install the system packages ``$@``.")
      .def_readwrite("instructions", &emit_options::instructions,
                     "Dockerfile lines after `setup`. Not in LLB.")
      .def_readwrite("snapshot", &emit_options::snapshot,
                     "``YYYYMMDDTHHMMSSZ``: Debian packages as they were then; empty: today's.")
      .def_readwrite("download_cache", &emit_options::download_cache,
                     "A cache mount for opam's downloads.")
      .def_readwrite("time_limit", &emit_options::time_limit,
                     "Seconds for one install, then it has failed; 0: none.")
      .def_readwrite("log_limit", &emit_options::log_limit, "Bytes kept of a log; 0: all.")
      .def_readwrite("source_date_epoch", &emit_options::source_date_epoch,
                     "Seconds since 1970 that files and images are dated; 0: when they are built.")
      .def_readwrite("registry", &emit_options::registry,
                     "Images are tagged ``REGISTRY/NAME``; empty: they are not.");
  bind_collections(options);
  bind_init(options, option{"base_image", &o::base_image}, option{"base_archive", &o::base_archive},
            option{"base_environment", &o::base_environment}, option{"snapshot", &o::snapshot},
            option{"opam", &o::opam}, option{"user", &o::user},
            option{"archive_mirrors", &o::archive_mirrors}, option{"archives", &o::archives},
            option{"prepare", &o::prepare}, option{"setup", &o::setup},
            option{"environment", &o::environment}, option{"instructions", &o::instructions},
            option{"labels", &o::labels}, option{"source_date_epoch", &o::source_date_epoch},
            option{"install", &o::install}, option{"depexts", &o::depexts},
            option{"time_limit", &o::time_limit}, option{"log_limit", &o::log_limit},
            option{"download_cache", &o::download_cache}, option{"system_cache", &o::system_cache},
            option{"network", &o::network}, option{"build_args", &o::build_args},
            option{"run_options", &o::run_options}, option{"retry", &o::retry},
            option{"registry", &o::registry}, option{"platforms", &o::platforms},
            option{"cache_from", &o::cache_from}, option{"cache_to", &o::cache_to},
            option{"outputs", &o::outputs});
}

}  // namespace opamplan::python
