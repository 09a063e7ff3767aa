/// \file
/// Small repositories in memory: by hand, and at random.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/package/environment.hpp"
#include "opamplan/repository/load.hpp"
#include "opamplan/solve/solver.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan::test {

/// A package version and the fields of its file: {"a.1", R"(depends: ["b"])"}.
struct small_file {
  std::string full_name;
  std::string fields = {};
};

inline repository small_repository(const std::vector<small_file>& files) {
  memory_source from;
  for (const small_file& f : files) {
    from.files.push_back({f.full_name + "/opam", "opam-version: \"2.0\"\n" + f.fields + "\n"});
  }
  return load_repository(from);
}

inline environment small_environment() { return preset_environment("debian-12"); }

inline universe small_universe(const std::vector<small_file>& files,
                               universe_options options = {}) {
  return make_universe(small_repository(files), small_environment(), std::move(options));
}

inline package_id id_of(const universe& u, const std::string& full_name) {
  return u.repository().find(full_name);
}

/// "a.1 b.2": full names in the order given.
inline std::string text_of(const universe& u, const std::vector<package_id>& ids) {
  std::string out;
  for (const package_id id : ids) {
    if (!out.empty()) out += ' ';
    out += u.repository().full_name(id);
  }
  return out;
}

/// The packages of the answer, or its status.
inline std::string answer_text(const universe& u, const solve_result& r) {
  return r.solution ? text_of(u, r.solution->packages) : std::string(to_string(r.status));
}

inline package_atom small_atom(std::string name, relop op, std::string version) {
  return {std::move(name), version_formula::of({op, std::move(version)})};
}

struct small_shape {
  std::uint32_t names = 5;
  std::uint32_t most_versions = 3;
  std::uint32_t most_depends = 3;
  double alternative = 0.2;
  double conflict = 0.3;
  double conflict_class = 0.15;
  double unavailable = 0.1;
  double avoid = 0.1;
  double missing = 0.03;
  double filtered = 0.0;  ///< {with-test}, {= version} or the like on a dependency
};

/// At random, but the same for the same seed on every machine: no distribution of the standard
/// library, whose results are not fixed.
class small_generator {
 public:
  small_generator(std::uint32_t seed, const small_shape& shape) : random_(seed), shape_(shape) {}

  std::vector<small_file> files() {
    std::vector<small_file> out;
    for (std::uint32_t n = 0; n < shape_.names; ++n) {
      const std::uint32_t versions = 1 + below(shape_.most_versions);
      for (std::uint32_t v = 1; v <= versions; ++v) {
        out.push_back({name(n) + "." + std::to_string(v), fields()});
      }
    }
    return out;
  }

  /// The same with one version added, changed or removed.
  std::vector<small_file> edited(std::vector<small_file> files) {
    const std::string full_name =
        name(below(shape_.names)) + "." + std::to_string(1 + below(shape_.most_versions + 1));
    const auto at = std::find_if(files.begin(), files.end(),
                                 [&](const small_file& f) { return f.full_name == full_name; });
    if (at == files.end()) {
      files.push_back({full_name, fields()});
    } else if (chance(0.3)) {
      files.erase(at);
    } else {
      at->fields = fields();
    }
    return files;
  }

  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool chance(double p) { return below(10000) < static_cast<std::uint32_t>(p * 10000); }

 private:
  static std::string name(std::uint32_t n) { return "p" + std::to_string(n); }

  std::string atom() {
    std::string text =
        "\"" + (chance(shape_.missing) ? std::string("missing") : name(below(shape_.names))) + "\"";
    std::vector<std::string> conditions;
    if (chance(0.6)) {
      static constexpr const char* ops[] = {"=", "!=", ">=", ">", "<=", "<"};
      const std::string op = ops[below(6)];
      conditions.push_back(op + " \"" + std::to_string(1 + below(shape_.most_versions)) + "\"");
    }
    if (chance(shape_.filtered)) {
      static constexpr const char* filters[] = {"with-test",      "post",       "= version", "dev",
                                                "os = \"linux\"", "!with-test", "build"};
      conditions.emplace_back(filters[below(7)]);
    }
    if (conditions.empty()) return text;
    return text + " {" + conditions[0] + (conditions.size() > 1 ? " & " + conditions[1] : "") + "}";
  }

  // One after the other: compilers differ in which operand of + they evaluate first.
  std::string both() {
    std::string text = "(" + atom();
    text += " & " + atom();
    return text + ")";
  }

  std::string alternative() {
    std::string text = "(" + atom();
    const std::uint32_t more = 1 + below(2);
    for (std::uint32_t i = 0; i < more; ++i) {
      text += " | ";
      text += chance(0.3) ? both() : atom();
    }
    return text + ")";
  }

  std::string fields() {
    std::string out = "depends: [";
    for (std::uint32_t i = below(shape_.most_depends + 1); i > 0; --i) {
      out += " " + (chance(shape_.alternative) ? alternative() : atom());
    }
    out += " ]\n";
    if (chance(shape_.conflict)) {
      out += "conflicts: [ " + atom();
      if (chance(0.2)) out += " " + both();
      out += " ]\n";
    }
    if (chance(shape_.conflict_class)) out += "conflict-class: \"k\"\n";
    if (chance(shape_.unavailable)) out += "available: os = \"win32\"\n";
    if (chance(shape_.avoid)) out += "flags: avoid-version\n";
    return out;
  }

  std::mt19937 random_;
  small_shape shape_;
};

}  // namespace opamplan::test
