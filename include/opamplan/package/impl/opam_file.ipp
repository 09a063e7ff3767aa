/// \file
/// The typed opam file, the single-field readers, and the effective part.
#pragma once

#include <array>
#include <set>

#include "opamplan/config.hpp"
#include "opamplan/package/impl/fields.ipp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/syntax/printer.hpp"

namespace opamplan {
namespace opam_file_detail {

inline source_archive read_archive(const syntax::item& section,
                                   const field_detail::reporter& report) {
  source_archive a;
  if (const auto label = section.label()) a.name = label->as_string();
  for (const syntax::item field : section.items()) {
    if (field.is_section()) continue;
    const syntax::value v = field.value();
    if (field.name() == "src" || field.name() == "archive" || field.name() == "http" ||
        field.name() == "git") {
      a.url = field_detail::read_string(v, report);
    } else if (field.name() == "mirrors") {
      a.mirrors = field_detail::read_strings(v, report);
    } else if (field.name() == "checksum") {
      a.checksums = field_detail::read_strings(v, report);
    } else if (field.name() != "subpath" && field.name() != "swhid") {
      report(v, "unknown field in this section");
    }
  }
  return a;
}

// Fields of opam 2.x that are read elsewhere or say nothing about planning.
inline bool is_known_field(std::string_view name) {
  static constexpr std::array<std::string_view, 11> others = {
      "features", "libraries", "syntax",     "os",     "ocaml-version",  "pin-depends",
      "doc",      "build-doc", "build-test", "author", "configure-style"};
  return std::find(others.begin(), others.end(), name) != others.end();
}

}  // namespace opam_file_detail

OPAMPLAN_INLINE opam_file opam_file::read(const syntax::file& file) {
  using namespace field_detail;
  opam_file o;
  reporter report(file, o.diagnostics);
  std::set<std::string_view> seen;
  for (const syntax::item item : file.items()) {
    const std::string_view field = item.name();
    report.field(field);
    if (item.is_section()) {
      if (field == "url") {
        o.url = opam_file_detail::read_archive(item, report);
      } else if (field == "extra-source") {
        o.extra_sources.push_back(opam_file_detail::read_archive(item, report));
      } else if (field.substr(0, 2) != "x-") {
        o.diagnostics.push_back(
            {std::string(field), "unknown section", file.locate(item.span().begin)});
      }
      continue;
    }
    const value v = item.value();
    if (!seen.insert(field).second) {
      o.diagnostics.push_back({std::string(field), "this field is repeated; the last one counts",
                               file.locate(item.span().begin)});
    }
    if (field == "opam-version") {
      o.opam_version = read_string(v, report);
    } else if (field == "name") {
      o.name = read_string(v, report);
    } else if (field == "version") {
      o.version = read_string(v, report);
    } else if (field == "synopsis") {
      o.synopsis = read_string(v, report);
    } else if (field == "description" || field == "descr") {
      o.description = read_string(v, report);
    } else if (field == "maintainer") {
      o.maintainers = read_strings(v, report);
    } else if (field == "authors" || field == "author") {
      o.authors = read_strings(v, report);
    } else if (field == "license") {
      o.licenses = read_strings(v, report);
    } else if (field == "tags") {
      o.tags = read_strings(v, report);
      if (!file.find("flags")) o.flags = field_detail::read_flags(std::nullopt, v, {});
    } else if (field == "homepage") {
      o.homepages = read_strings(v, report);
    } else if (field == "bug-reports") {
      o.bug_reports = read_strings(v, report);
    } else if (field == "doc") {
      o.documentation = read_strings(v, report);
    } else if (field == "dev-repo") {
      o.dev_repo = read_string(v, report);
    } else if (field == "depends") {
      o.depends = read_package_formula(v, formula_kind::conjunction, report);
    } else if (field == "depopts") {
      o.depopts = read_package_formula(v, formula_kind::disjunction, report);
    } else if (field == "conflicts") {
      o.conflicts = read_package_formula(v, formula_kind::disjunction, report);
    } else if (field == "conflict-class") {
      o.conflict_classes = read_strings(v, report);
    } else if (field == "available") {
      o.available = opamplan::read_available(file);
    } else if (field == "flags") {
      o.flags = field_detail::read_flags(v, file.find("tags"), report);
    } else if (field == "depexts") {
      o.depexts = field_detail::read_depexts(v, report);
    } else if (field == "build") {
      o.build = read_commands(v, report);
    } else if (field == "install") {
      o.install = read_commands(v, report);
    } else if (field == "remove") {
      o.remove = read_commands(v, report);
    } else if (field == "run-test") {
      o.run_test = read_commands(v, report);
    } else if (field == "patches") {
      o.patches = read_conditional_texts(v, report);
    } else if (field == "substs") {
      o.substs = read_strings(v, report);
    } else if (field == "setenv") {
      o.setenv = read_updates(v, report);
    } else if (field == "build-env") {
      o.build_env = read_updates(v, report);
    } else if (field == "messages") {
      o.messages = read_conditional_texts(v, report);
    } else if (field == "post-messages") {
      o.post_messages = read_conditional_texts(v, report);
    } else if (field == "extra-files") {
      for_each_element(v, [&](const value& pair) {
        const auto parts = read_strings(pair, report);
        if (parts.size() == 2) o.extra_files.emplace_back(parts[0], parts[1]);
      });
    } else if (field.substr(0, 2) == "x-") {
      o.extensions.emplace(std::string(field), std::string(v.source()));
    } else if (!opam_file_detail::is_known_field(field)) {
      o.diagnostics.push_back(
          {std::string(field), "unknown field", file.locate(item.span().begin)});
    }
  }
  return o;
}

OPAMPLAN_INLINE filtered_formula read_depends(const syntax::file& file) {
  const auto v = file.find("depends");
  return v ? field_detail::read_package_formula(*v, formula_kind::conjunction, {})
           : filtered_formula{};
}

OPAMPLAN_INLINE filtered_formula read_depopts(const syntax::file& file) {
  const auto v = file.find("depopts");
  return v ? field_detail::read_package_formula(*v, formula_kind::disjunction, {})
           : filtered_formula{};
}

OPAMPLAN_INLINE filtered_formula read_conflicts(const syntax::file& file) {
  const auto v = file.find("conflicts");
  return v ? field_detail::read_package_formula(*v, formula_kind::disjunction, {})
           : filtered_formula{};
}

OPAMPLAN_INLINE filter read_available(const syntax::file& file) {
  const auto v = file.find("available");
  if (!v) return {};
  if (v->kind() != syntax::value_kind::list) return field_detail::read_filter(*v, {});
  const auto items = v->children();
  if (items.empty()) return {};
  return items.size() == 1 ? field_detail::read_filter(*items.begin(), {})
                           : field_detail::undefined_filter();
}

OPAMPLAN_INLINE std::vector<std::string> read_conflict_classes(const syntax::file& file) {
  const auto v = file.find("conflict-class");
  return v ? field_detail::read_strings(*v, {}) : std::vector<std::string>{};
}

OPAMPLAN_INLINE package_flags read_flags(const syntax::file& file) {
  const auto v = file.find("flags");
  const auto tags = file.find("tags");
  return field_detail::read_flags(v, tags, {});
}

OPAMPLAN_INLINE std::vector<external_dependency> read_depexts(const syntax::file& file) {
  const auto v = file.find("depexts");
  return v ? field_detail::read_depexts(*v, {}) : std::vector<external_dependency>{};
}

OPAMPLAN_INLINE std::vector<std::string> depexts_for(
    const std::vector<external_dependency>& depexts, const environment& env) {
  std::set<std::string> packages;
  const variable_lookup lookup = [&](std::string_view name) -> std::optional<variable_value> {
    const variable_value* const v = env.get(name);
    return v == nullptr ? std::nullopt : std::optional(*v);
  };
  for (const external_dependency& d : depexts) {
    if (evaluate_bool(d.condition, lookup, false)) {
      packages.insert(d.packages.begin(), d.packages.end());
    }
  }
  return {packages.begin(), packages.end()};
}

OPAMPLAN_INLINE std::vector<std::string> depexts_for(const opam_file& file,
                                                     const environment& env) {
  return depexts_for(file.depexts, env);
}

OPAMPLAN_INLINE std::string effective_part(const syntax::file& file) {
  // Sorted by name, so that the order of the file does not matter.
  std::map<std::string, std::string> parts;
  static constexpr std::array<std::string_view, 16> fields = {
      "available", "build",   "build-env",   "conflict-class", "conflicts", "depends",
      "depexts",   "depopts", "extra-files", "features",       "flags",     "install",
      "patches",   "remove",  "run-test",    "setenv"};
  for (const syntax::item item : file.items()) {
    const std::string_view name = item.name();
    if (!item.is_section()) {
      if (std::find(fields.begin(), fields.end(), name) != fields.end() || name == "substs") {
        parts[std::string(name)] = syntax::print(item.value());
      }
      continue;
    }
    if (name != "url" && name != "extra-source") continue;
    const auto archive = opam_file_detail::read_archive(item, {});
    std::string text;
    if (archive.checksums.empty()) {
      text = archive.url;
    } else {
      for (const std::string& sum : archive.checksums) text += sum + "\n";
    }
    parts[std::string(name) + " " + archive.name] = text;
  }
  std::string out;
  for (const auto& [name, text] : parts) out += name + ": " + text + "\n";
  return out;
}

}  // namespace opamplan
