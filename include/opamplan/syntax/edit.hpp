/// \file
/// Changing one field of an opam file's text and keeping the rest byte for byte.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::syntax {

/// Which field: `version`, or with its section `url.src`; with a label, any section of that kind
/// and label, without one, the first of that kind that has none.
struct field_path {
  std::string section;  ///< "" at the top level.
  std::optional<std::string> label;
  std::string name;

  field_path() = default;
  /// Without a label; the part before the first `.`, if any, is the section.
  field_path(std::string_view path);                                    // NOLINT(*-explicit-*)
  field_path(const char* path) : field_path(std::string_view(path)) {}  // NOLINT(*-explicit-*)
  field_path(std::string section_kind, std::optional<std::string> section_label, std::string field)
      : section(std::move(section_kind)), label(std::move(section_label)), name(std::move(field)) {}
};

/// The first field of that path, which is the one that counts.
[[nodiscard]] std::optional<item> find(const file& f, const field_path& path);

// Each of these gives the new text. They throw `parse_error` if `source` is not one value or the
// result would not parse, and `invalid_request` if the path makes no sense.

/// Replaces the value of a field by `source`, opam text such as `quote("1.0")`; adds the field, and
/// its section, if absent.
[[nodiscard]] std::string set_field(const file& f, const field_path& path, std::string_view source);

/// Adds a field that must be absent: at the top level behind the last field, in a section at its
/// end.
[[nodiscard]] std::string add_field(const file& f, const field_path& path, std::string_view source);

/// Adds an element at the end of a field's list. A field that is no list becomes one; an absent
/// field is added.
[[nodiscard]] std::string append_element(const file& f, const field_path& path,
                                         std::string_view source);

/// Removes a field, however often it occurs, with its lines if nothing else is on them. The text
/// itself if absent.
[[nodiscard]] std::string remove_field(const file& f, const field_path& path);

}  // namespace opamplan::syntax

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/syntax/impl/edit.ipp"
#endif
