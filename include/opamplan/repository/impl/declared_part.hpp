/// \file
/// One walk over each file, and what neighbours say put together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/package/opam_file.hpp"
#include "opamplan/repository/declarations.hpp"
#include "opamplan/repository/impl/text_pool.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::repository_impl {

/// The fields that are read, found in one walk over a file: the first of each name counts.
struct declared_fields {
  enum name : std::uint8_t {
    depends,
    conflicts,
    depopts,
    available,
    conflict_class,
    flags,
    tags,
    opam_version,
  };
  static constexpr std::array<std::string_view, 8> names = {
      "depends",        "conflicts", "depopts", "available",
      "conflict-class", "flags",     "tags",    "opam-version"};

  explicit declared_fields(const syntax::file& file) {
    for (const syntax::item item : file.items()) {
      if (item.is_section()) continue;
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (item.name() == names[i] && !values_[i]) values_[i] = item.value();
      }
    }
  }

  [[nodiscard]] const std::optional<syntax::value>& operator[](name n) const noexcept {
    return values_[n];
  }
  /// Empty if there is none.
  [[nodiscard]] std::string_view text(name n) const noexcept {
    return values_[n] ? values_[n]->source() : std::string_view();
  }

 private:
  std::array<std::optional<syntax::value>, names.size()> values_;
};

/// What neighbouring packages say, each added in its turn.
class declared_part {
 public:
  /// The repository must outlive it.
  explicit declared_part(const repository& repo) : repo_(&repo) {}

  void add(const syntax::file& file) {
    const declared_fields fields(file);
    add_elements(fields[declared_fields::depends], rows_.depends);
    add_elements(fields[declared_fields::conflicts], rows_.conflicts);
    add_elements(fields[declared_fields::depopts], rows_.depopts);
    // In a newer format the file's version has a part in it too.
    const bool usual = fields.text(declared_fields::opam_version) == "\"2.0\"";
    rows_.available.push_back(
        filters_.position(usual ? fields.text(declared_fields::available) : file.text(),
                          [&] { return read_available(file); }));
    rows_.conflict_classes.push_back(class_lists_.position(
        fields.text(declared_fields::conflict_class), [&] { return read_conflict_classes(file); }));
    rows_.avoid_version.push_back((mentions_avoid(fields.text(declared_fields::flags)) ||
                                   mentions_avoid(fields.text(declared_fields::tags))) &&
                                  read_flags(file).avoid_version);
  }

  /// The packages of another part after those of this one.
  void take(declared_part&& next) {
    const auto formulas = formulas_.take(std::move(next.formulas_));
    const auto filters = filters_.take(std::move(next.filters_));
    const auto class_lists = class_lists_.take(std::move(next.class_lists_));
    const auto append = [](const auto& moved, const auto& from, auto& to) {
      for (const std::uint32_t at : from) to.push_back(moved[at]);
    };
    const auto append_rows = [&](const auto& from, auto& to) {
      for (std::size_t row = 0; row < from.size(); ++row) {
        append(formulas, from[row], to.values);
        to.close_row();
      }
    };
    append_rows(next.rows_.depends, rows_.depends);
    append_rows(next.rows_.conflicts, rows_.conflicts);
    append_rows(next.rows_.depopts, rows_.depopts);
    append(filters, next.rows_.available, rows_.available);
    append(class_lists, next.rows_.conflict_classes, rows_.conflict_classes);
    rows_.avoid_version.insert(rows_.avoid_version.end(), next.rows_.avoid_version.begin(),
                               next.rows_.avoid_version.end());
  }

  [[nodiscard]] declarations finish() && {
    for (std::optional<declared_formula>& f : formulas_.values()) {
      rows_.formulas.push_back(f ? std::move(*f) : nothing());
    }
    rows_.filters = std::move(filters_.values());
    rows_.class_lists = std::move(class_lists_.values());
    return std::move(rows_);
  }

 private:
  static bool mentions_avoid(std::string_view text) {
    return text.find("avoid-version") != std::string_view::npos;
  }

  // One that is malformed takes its whole field with it, as in opam.
  void add_elements(const std::optional<syntax::value>& field, flat_rows<std::uint32_t>& rows) {
    const std::size_t begin = rows.values.size();
    bool malformed = false;
    const auto add = [&](const syntax::value& element) {
      if (malformed) return;
      const std::uint32_t at =
          formulas_.position(element.source(), [&] { return read_element(element); });
      rows.values.push_back(at);
      malformed = !formulas_.values()[at];
    };
    if (field) for_each_dependency(*field, add);
    if (malformed) rows.values.resize(begin);
    rows.close_row();
  }

  static declared_formula nothing() { return {std::make_shared<const filtered_formula>(), {}}; }

  // Nothing if it is malformed.
  [[nodiscard]] std::optional<declared_formula> read_element(const syntax::value& element) const {
    std::optional<filtered_formula> written = read_dependency(element);
    if (!written) return std::nullopt;
    looked_at looked;
    const package_formula f = evaluate_depends(*written, environment(), "", "", {}, &looked);
    declared_formula out;
    out.written = std::make_shared<const filtered_formula>(std::move(*written));
    if (!looked.anything()) out.settled = find_versions(*repo_, f);
    return out;
  }

  const repository* repo_;
  text_pool<std::optional<declared_formula>> formulas_;
  text_pool<filter> filters_;
  text_pool<std::vector<std::string>> class_lists_;
  declarations rows_;  // its pools are filled in the end
};

}  // namespace opamplan::repository_impl
