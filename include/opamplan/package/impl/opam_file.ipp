/// \file
/// The typed opam file, the single-field readers, and the effective part.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/package/impl/field_table.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/package/version.hpp"
#include "opamplan/syntax/printer.hpp"

namespace opamplan {
namespace package_impl {

/// Takes what is found in fields into a list of diagnostics; into nothing without one.
class reporter {
 public:
  reporter() = default;
  reporter(const syntax::file& file, std::vector<file_diagnostic>& out)
      : file_(&file), out_(&out) {}

  void operator()(std::string_view field, std::uint32_t where, std::string message,
                  bool left_out = false) const {
    if (out_ == nullptr) return;
    // opam itself looks at no field whose name begins with x-.
    const severity level = field.substr(0, 2) == "x-" ? severity::warning : severity::error;
    out_->push_back(
        {std::string(field), std::move(message), file_->locate(where), level, left_out});
  }
  void operator()(std::string_view field, const findings& found) const {
    if (!found.failed()) return;
    (*this)(field, found.where(), found.message() + "; the field is left out", true);
  }

 private:
  const syntax::file* file_ = nullptr;
  std::vector<file_diagnostic>* out_ = nullptr;
};

constexpr std::string_view repeated = "this field is repeated; the first one counts";

/// Nothing, as in opam, if no address is in it.
inline std::optional<source_archive> read_archive(const syntax::item& section,
                                                  const reporter& report) {
  source_archive a;
  std::set<std::string_view> seen;
  const std::string kind(section.name());
  if (const auto label = section.label()) a.name = label->as_string();
  for (const syntax::item field : section.items()) {
    const std::string name = kind + '.' + std::string(field.name());
    const archive_rule* rule = find_archive_field(field.name());
    if (field.is_section() || rule == nullptr) {
      report(name, field.span().begin, "unknown field in this section");
    } else if (!seen.insert(field.name()).second) {
      report(name, field.span().begin, std::string(repeated));
    } else {
      findings found;
      rule->read(a, field.value(), found);
      report(name, found);
    }
  }
  if (a.url.empty()) {
    report(kind, section.span().begin, "no address of the source; the section is left out", true);
    return std::nullopt;
  }
  return a;
}

inline void read_section(const syntax::item& section, const reporter& report, opam_file& to,
                         bool& url_seen) {
  const std::string_view kind = section.name();
  if (kind == "url") {
    if (std::exchange(url_seen, true)) {
      report(kind, section.span().begin, "this section is repeated; the first one counts");
    } else {
      to.url = read_archive(section, report);
    }
  } else if (kind == "extra-source") {
    if (!section.label()) {
      report(kind, section.span().begin, "expected a name in quotes; the section is left out",
             true);
    } else if (auto archive = read_archive(section, report)) {
      to.extra_sources.push_back(std::move(*archive));
    }
  } else if (kind.substr(0, 2) != "x-") {
    report(kind, section.span().begin, "unknown section");
  }
}

/// The format of a file that opam before this version cannot read; empty for 2.0 and older ones.
inline std::string newer_format(const syntax::file& file) {
  const auto v = file.find("opam-version");
  if (!v || v->kind() != syntax::value_kind::string || v->raw() == "2.0") return {};
  std::string format = v->as_string();
  return compare_versions(format, "2.0") > 0 ? format : std::string();
}

}  // namespace package_impl

OPAMPLAN_INLINE opam_file opam_file::read(const syntax::file& file) {
  using namespace package_impl;
  opam_file o;
  const reporter report(file, o.diagnostics);
  std::set<std::string_view> seen;
  bool url_seen = false;
  for (const syntax::item item : file.items()) {
    if (item.is_section()) {
      read_section(item, report, o, url_seen);
      continue;
    }
    const std::string_view name = item.name();
    if (!seen.insert(name).second) {
      report(name, item.span().begin, std::string(repeated));
      continue;
    }
    if (name.substr(0, 2) == "x-") o.extensions.emplace(name, item.value().source());
    if (const package_impl::field_rule* rule = package_impl::find_field(name)) {
      findings found;
      rule->read(o, item.value(), found);
      report(name, found);
    } else if (name.substr(0, 2) != "x-") {
      report(name, item.span().begin, "unknown field");
    }
  }
  o.flags = package_impl::make_flags(std::move(o.flags.all), o.tags);
  return o;
}

OPAMPLAN_INLINE std::vector<std::string_view> known_fields() {
  std::vector<std::string_view> names;
  for (const package_impl::field_rule& rule : package_impl::fields) names.push_back(rule.name);
  return names;
}

OPAMPLAN_INLINE filtered_formula read_depends(const syntax::file& file) {
  return package_impl::read_whole(file.find("depends"), package_impl::read_conjunction);
}

OPAMPLAN_INLINE filtered_formula read_depopts(const syntax::file& file) {
  return package_impl::read_whole(file.find("depopts"), package_impl::read_disjunction);
}

OPAMPLAN_INLINE filtered_formula read_conflicts(const syntax::file& file) {
  return package_impl::read_whole(file.find("conflicts"), package_impl::read_disjunction);
}

OPAMPLAN_INLINE void for_each_dependency(const syntax::value& field,
                                         const std::function<void(const syntax::value&)>& visit) {
  package_impl::findings found;
  package_impl::for_each_element(field, 1, found, visit);
}

OPAMPLAN_INLINE std::optional<filtered_formula> read_dependency(const syntax::value& element) {
  package_impl::findings found;
  filtered_formula f = package_impl::read_package_formula_item(element, found);
  return found.failed() ? std::nullopt : std::optional(std::move(f));
}

OPAMPLAN_INLINE filter read_available(const syntax::file& file) {
  filter available =
      package_impl::read_whole(file.find("available"), package_impl::read_available_field);
  std::string format = package_impl::newer_format(file);
  if (format.empty()) return available;
  filter variable;
  variable.kind = filter_kind::identifier;
  variable.text = "opam-version";
  filter needed;
  needed.kind = filter_kind::string;
  needed.text = std::move(format);
  filter relation;
  relation.kind = filter_kind::relation;
  relation.op = relop::geq;
  relation.args = {std::move(variable), std::move(needed)};
  filter both;
  both.kind = filter_kind::conjunction;
  both.args = {std::move(relation), std::move(available)};
  return both;
}

OPAMPLAN_INLINE std::vector<std::string> read_conflict_classes(const syntax::file& file) {
  return package_impl::read_whole(file.find("conflict-class"), package_impl::read_package_names);
}

OPAMPLAN_INLINE package_flags read_flags(const syntax::file& file) {
  return package_impl::make_flags(
      package_impl::read_whole(file.find("flags"), package_impl::read_flag_names),
      package_impl::read_whole(file.find("tags"), package_impl::read_strings));
}

OPAMPLAN_INLINE std::vector<external_dependency> read_depexts(const syntax::file& file) {
  return package_impl::read_whole(file.find("depexts"), package_impl::read_depexts);
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
  const auto text_of = [](const source_archive& a) {
    if (a.checksums.empty()) return a.url;
    std::string text;
    for (const std::string& sum : a.checksums) text += sum + "\n";
    return text;
  };
  bool has_url = false;
  for (const syntax::item item : file.items()) {
    const std::string name(item.name());
    if (item.is_section()) {
      if ((name != "url" || has_url) && (name != "extra-source" || !item.label())) continue;
      const auto archive = package_impl::read_archive(item, {});
      has_url = has_url || name == "url";
      if (archive) parts.emplace(name + " " + archive->name, text_of(*archive));
      continue;
    }
    const package_impl::field_rule* rule = package_impl::find_field(name);
    if (rule == nullptr || !rule->effective || parts.count(name) != 0) continue;
    opam_file ignored;
    package_impl::findings found;
    rule->read(ignored, item.value(), found);
    parts.emplace(name, found.failed() ? std::string() : syntax::print(item.value()));
  }
  std::string out;
  for (const auto& [name, text] : parts) {
    if (!text.empty()) out += name + ": " + text + "\n";
  }
  return out;
}

}  // namespace opamplan
