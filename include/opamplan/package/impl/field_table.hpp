/// \file
/// Every field of an opam file: how it is read, where it goes, and whether it can change a build.
/// The known fields, the typed file, the effective part and the checks all follow from this table.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "opamplan/package/impl/fields.hpp"
#include "opamplan/package/opam_file.hpp"

namespace opamplan::package_impl {

struct field_rule {
  std::string_view name;
  void (*read)(opam_file& to, const value& v, findings& found);
  bool effective = false;  ///< True if it can change a build.
};

/// Reads into one member, which stays as it is where the field is malformed.
template <auto Member, auto Reader>
void into(opam_file& to, const value& v, findings& found) {
  auto read = Reader(v, found);
  if (!found.failed()) to.*Member = std::move(read);
}

/// For fields that opam reads and planning does not need: only their form counts.
template <auto Reader>
void nowhere(opam_file&, const value& v, findings& found) {
  (void)Reader(v, found);
}
inline void anything(opam_file&, const value&, findings&) {}

/// `author`, an old name of `authors`.
inline void into_authors(opam_file& to, const value& v, findings& found) {
  if (!to.authors.empty()) return found.error(v, "`authors` is there as well");
  into<&opam_file::authors, read_strings>(to, v, found);
}

/// `descr`, of opam 1: the first line is the synopsis.
inline void into_synopsis_and_description(opam_file& to, const value& v, findings& found) {
  const std::string text = read_string(v, found);
  if (found.failed()) return;
  const std::size_t line = std::min(text.find('\n'), text.size());
  if (to.synopsis.empty()) to.synopsis = text.substr(0, line);
  if (to.description.empty()) to.description = text.substr(line);
}

inline void into_flags(opam_file& to, const value& v, findings& found) {
  auto names = read_flag_names(v, found);
  if (!found.failed()) to.flags.all = std::move(names);
}

// opam 1's tests and documentation are commands that opam 2 still runs.
inline constexpr std::array fields = {
    field_rule{"author", into_authors},
    field_rule{"authors", into<&opam_file::authors, read_strings>},
    field_rule{"available", into<&opam_file::available, read_available_field>, true},
    field_rule{"bug-reports", into<&opam_file::bug_reports, read_strings>},
    field_rule{"build", into<&opam_file::build, read_commands>, true},
    field_rule{"build-doc", nowhere<read_commands>, true},
    field_rule{"build-env", into<&opam_file::build_env, read_updates>, true},
    field_rule{"build-test", nowhere<read_commands>, true},
    field_rule{"configure-style", anything},
    field_rule{"conflict-class", into<&opam_file::conflict_classes, read_package_names>, true},
    field_rule{"conflicts", into<&opam_file::conflicts, read_disjunction>, true},
    field_rule{"depends", into<&opam_file::depends, read_conjunction>, true},
    field_rule{"depexts", into<&opam_file::depexts, read_depexts>, true},
    field_rule{"depopts", into<&opam_file::depopts, read_disjunction>, true},
    field_rule{"descr", into_synopsis_and_description},
    field_rule{"description", into<&opam_file::description, read_string>},
    field_rule{"dev-repo", into<&opam_file::dev_repo, read_string>},
    field_rule{"doc", into<&opam_file::documentation, read_strings>},
    field_rule{"extra-files", into<&opam_file::extra_files, read_pairs>, true},
    field_rule{"extra-sources", anything, true},
    field_rule{"features", anything, true},
    field_rule{"flags", into_flags, true},
    field_rule{"homepage", into<&opam_file::homepages, read_strings>},
    field_rule{"install", into<&opam_file::install, read_commands>, true},
    field_rule{"libraries", anything},
    field_rule{"license", into<&opam_file::licenses, read_strings>},
    field_rule{"maintainer", into<&opam_file::maintainers, read_strings>},
    field_rule{"messages", into<&opam_file::messages, read_conditional_texts>},
    field_rule{"name", into<&opam_file::name, read_package_name>},
    field_rule{"ocaml-version", anything, true},
    field_rule{"opam-version", into<&opam_file::opam_version, read_string>},
    field_rule{"os", anything, true},
    field_rule{"patches", into<&opam_file::patches, read_conditional_texts>, true},
    field_rule{"pin-depends", into<&opam_file::pin_depends, read_pin_depends>},
    field_rule{"post-messages", into<&opam_file::post_messages, read_conditional_texts>},
    field_rule{"remove", into<&opam_file::remove, read_commands>, true},
    field_rule{"run-test", into<&opam_file::run_test, read_commands>, true},
    field_rule{"setenv", into<&opam_file::setenv, read_updates>, true},
    field_rule{"substs", into<&opam_file::substs, read_strings>, true},
    field_rule{"synopsis", into<&opam_file::synopsis, read_string>},
    field_rule{"syntax", anything},
    field_rule{"tags", into<&opam_file::tags, read_strings>},
    field_rule{"version", into<&opam_file::version, read_own_version>},
    field_rule{"x-ci-accept-failures", into<&opam_file::ci_accept_failures, read_strings>}};

inline constexpr bool by_name(const field_rule& a, const field_rule& b) noexcept {
  return a.name < b.name;
}
static_assert(std::is_sorted(fields.begin(), fields.end(), by_name));

/// Null if opam does not know the field.
inline const field_rule* find_field(std::string_view name) noexcept {
  const auto at = std::lower_bound(
      fields.begin(), fields.end(), name,
      [](const field_rule& rule, std::string_view wanted) { return rule.name < wanted; });
  return at != fields.end() && at->name == name ? &*at : nullptr;
}

// The same for the sections `url` and `extra-source`.

struct archive_rule {
  std::string_view name;
  void (*read)(source_archive& to, const value& v, findings& found);
};

template <auto Member, auto Reader>
void into_archive(source_archive& to, const value& v, findings& found) {
  auto read = Reader(v, found);
  if (!found.failed()) to.*Member = std::move(read);
}
inline void into_url(source_archive& to, const value& v, findings& found) {
  if (!to.url.empty()) return found.error(v, "another address of the source comes before");
  into_archive<&source_archive::url, read_string>(to, v, found);
}
inline void read_path(source_archive&, const value& v, findings& found) {
  (void)read_string(v, found);
}

inline constexpr std::array archive_fields = {
    archive_rule{"archive", into_url},
    archive_rule{"checksum", into_archive<&source_archive::checksums, read_strings>},
    archive_rule{"darcs", into_url},
    archive_rule{"git", into_url},
    archive_rule{"hg", into_url},
    archive_rule{"http", into_url},
    archive_rule{"local", into_url},
    archive_rule{"mirrors", into_archive<&source_archive::mirrors, read_strings>},
    archive_rule{"src", into_url},
    archive_rule{"subpath", read_path},
    archive_rule{"swhid", read_path}};

inline const archive_rule* find_archive_field(std::string_view name) noexcept {
  for (const archive_rule& rule : archive_fields) {
    if (rule.name == name) return &rule;
  }
  return nullptr;
}

}  // namespace opamplan::package_impl
