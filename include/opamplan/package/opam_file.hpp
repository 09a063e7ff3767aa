/// \file
/// The typed opam file: the fields that planning needs, read from the syntax tree.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/severity.hpp"
#include "opamplan/package/dependency.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/package/filter.hpp"
#include "opamplan/package/formula.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan {

/// Something odd in an opam file. Nothing else is lost by it.
struct file_diagnostic {
  std::string field;
  std::string message;
  syntax::position position;
  severity level = severity::warning;
  bool left_out =
      false;  ///< The field could not be read: the file is taken without it, as by opam.
  friend bool operator==(const file_diagnostic&, const file_diagnostic&) = default;
};

struct package_flags {
  bool avoid_version = false;
  bool compiler = false;
  bool conf = false;
  bool deprecated = false;
  bool plugin = false;
  bool light_uninstall = false;
  bool verbose = false;
  std::vector<std::string> all;  ///< As written, sorted.
  friend bool operator==(const package_flags&, const package_flags&) = default;
};

/// `"name" {filter}` in a command; an identifier stands for a variable's value.
struct command_argument {
  std::string text;
  bool is_variable = false;
  std::optional<filter> condition;
  friend bool operator==(const command_argument&, const command_argument&) = default;
};
struct command {
  std::vector<command_argument> arguments;
  std::optional<filter> condition;
  friend bool operator==(const command&, const command&) = default;
};

/// System packages where a filter holds.
struct external_dependency {
  std::vector<std::string> packages;
  filter condition;
  friend bool operator==(const external_dependency&, const external_dependency&) = default;
};

/// Of a `url` or `extra-source` section.
struct source_archive {
  std::string name;  ///< Of an extra-source.
  std::string url;
  std::vector<std::string> mirrors;
  std::vector<std::string> checksums;
  friend bool operator==(const source_archive&, const source_archive&) = default;
};

/// A text with a condition: `patches`, messages.
struct conditional_text {
  std::string text;
  std::optional<filter> condition;
  friend bool operator==(const conditional_text&, const conditional_text&) = default;
};

/// `PATH += "bin"`
struct environment_update {
  std::string variable;
  syntax::op op = syntax::op::set;
  std::string value;
  friend bool operator==(const environment_update&, const environment_update&) = default;
};

struct opam_file {
  std::string opam_version;
  std::string name;     ///< As the field says; often empty.
  std::string version;  ///< As the field says; often empty.
  std::string synopsis;
  std::string description;
  std::vector<std::string> maintainers;
  std::vector<std::string> authors;
  std::vector<std::string> licenses;
  std::vector<std::string> tags;
  std::vector<std::string> homepages;
  std::vector<std::string> bug_reports;
  std::vector<std::string> documentation;
  std::string dev_repo;

  filtered_formula depends;
  filtered_formula depopts;
  filtered_formula conflicts;
  std::vector<std::string> conflict_classes;
  filter available;
  package_flags flags;
  std::vector<external_dependency> depexts;

  std::vector<command> build;
  std::vector<command> install;
  std::vector<command> remove;
  std::vector<command> run_test;
  std::vector<conditional_text> patches;
  std::vector<std::string> substs;
  std::vector<environment_update> setenv;
  std::vector<environment_update> build_env;
  std::vector<conditional_text> messages;
  std::vector<conditional_text> post_messages;
  std::optional<source_archive> url;
  std::vector<source_archive> extra_sources;
  std::vector<std::pair<std::string, std::string>> extra_files;  ///< Name and checksum.
  std::vector<std::pair<std::string, std::string>> pin_depends;  ///< NAME.VERSION and URL.
  std::vector<std::string> ci_accept_failures;  ///< Where opam's CI accepts that it fails.

  std::map<std::string, std::string> extensions;  ///< `x-...` fields, as written.
  std::vector<file_diagnostic> diagnostics;       ///< In the order of the file.

  /// Reads every field. Never throws for odd content: see `diagnostics`. As in opam, the first of a
  /// repeated field counts, and one that is malformed anywhere is left out whole.
  [[nodiscard]] static opam_file read(const syntax::file& file);
};

/// The names of the fields that opam 2 knows, ascending.
[[nodiscard]] std::vector<std::string_view> known_fields();

// One field each, without a typed file: what a universe of thousands of packages needs.
[[nodiscard]] filtered_formula read_depends(const syntax::file& file);
[[nodiscard]] filtered_formula read_depopts(const syntax::file& file);
[[nodiscard]] filtered_formula read_conflicts(const syntax::file& file);
/// What these three join: the elements of a field, none of one that is no list, and one of them;
/// nothing if it is malformed, and then the field is left out.
void for_each_dependency(const syntax::value& field,
                         const std::function<void(const syntax::value&)>& visit);
[[nodiscard]] std::optional<filtered_formula> read_dependency(const syntax::value& element);
/// With `opam-version >= V` where the file is in a format V that is newer than 2.0: opam has such
/// packages only from V on.
[[nodiscard]] filter read_available(const syntax::file& file);
[[nodiscard]] std::vector<std::string> read_conflict_classes(const syntax::file& file);
[[nodiscard]] package_flags read_flags(const syntax::file& file);
[[nodiscard]] std::vector<external_dependency> read_depexts(const syntax::file& file);

/// The system packages that hold in an environment, sorted, unique.
[[nodiscard]] std::vector<std::string> depexts_for(const std::vector<external_dependency>& depexts,
                                                   const environment& env);
[[nodiscard]] std::vector<std::string> depexts_for(const opam_file& file, const environment& env);

/// What can change a build, as canonical text: equal texts build alike. Holds dependencies,
/// commands, patches, environment, checksums of sources and files (where there is a checksum, not
/// the URL), depexts; not descriptions, authors, tags, comments or layout. After opam's own
/// `effective_part`.
[[nodiscard]] std::string effective_part(const syntax::file& file);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/package/impl/opam_file.ipp"
#endif
