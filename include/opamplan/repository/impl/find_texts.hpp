/// \file
/// One walk over each file, and what neighbours say put together.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/workers.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/repository/impl/distinct_texts.hpp"
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

/// The texts of neighbouring files, each file added in its turn.
class text_finder {
 public:
  /// `number`: of the file, which must outlive this.
  void add(std::uint32_t number, const syntax::file& file) {
    const declared_fields fields(file);
    add_elements(number, fields[declared_fields::depends], rows_.depends);
    add_elements(number, fields[declared_fields::conflicts], rows_.conflicts);
    add_elements(number, fields[declared_fields::depopts], rows_.depopts);
    // In a newer format the file's version has a part in it too.
    const bool usual = fields.text(declared_fields::opam_version) == "\"2.0\"";
    const auto here = [&] { return number; };
    rows_.available.push_back(
        filters_.position(usual ? fields.text(declared_fields::available) : file.text(), here));
    rows_.conflict_classes.push_back(
        class_lists_.position(fields.text(declared_fields::conflict_class), here));
    rows_.avoid_version.push_back((mentions_avoid(fields.text(declared_fields::flags)) ||
                                   mentions_avoid(fields.text(declared_fields::tags))) &&
                                  read_flags(file).avoid_version);
  }

  /// The files of another one after those of this one.
  void take(text_finder&& next) {
    const auto elements = elements_.take(std::move(next.elements_));
    const auto filters = filters_.take(std::move(next.filters_));
    const auto class_lists = class_lists_.take(std::move(next.class_lists_));
    const auto append = [](const auto& moved, const auto& from, auto& to) {
      for (const std::uint32_t at : from) to.push_back(moved[at]);
    };
    const auto append_rows = [&](const auto& from, auto& to) {
      for (std::size_t row = 0; row < from.size(); ++row) {
        append(elements, from[row], to.values);
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

  [[nodiscard]] distinct_texts finish() && {
    return {std::move(elements_.values()), std::move(filters_.values()),
            std::move(class_lists_.values()), std::move(rows_)};
  }

 private:
  static bool mentions_avoid(std::string_view text) {
    return text.find("avoid-version") != std::string_view::npos;
  }

  void add_elements(std::uint32_t number, const std::optional<syntax::value>& field,
                    flat_rows<std::uint32_t>& rows) {
    if (field) {
      for_each_dependency(*field, [&](const syntax::value& element) {
        rows.values.push_back(elements_.position(element.source(), [&] {
          return text_place{number, element.node_index()};
        }));
      });
    }
    rows.close_row();
  }

  text_pool<text_place> elements_;
  text_pool<std::uint32_t> filters_;
  text_pool<std::uint32_t> class_lists_;
  declared_rows rows_;
};

/// Of `count` files, which `file_at(i)` gives. Linear in what they say. May throw `cancelled`.
template <class FileAt>
distinct_texts find_texts(std::size_t count, const FileAt& file_at, workers& team) {
  constexpr std::size_t block = 256;
  team.start_over();
  team.set_total(count);
  // One part a worker, of neighbours: few texts are met in several parts.
  std::vector<text_finder> parts(std::min<std::size_t>(team.count(), count / block + 1));
  team.for_each(parts.size(), 1, [&](unsigned worker) {
    return [&, worker](std::size_t i) {
      const std::size_t end = count * (i + 1) / parts.size();
      std::size_t counted = count * i / parts.size();
      for (std::size_t at = counted; at < end && !team.stopped(); ++at) {
        parts[i].add(static_cast<std::uint32_t>(at), file_at(at));
        if (at + 1 - counted < block && at + 1 < end) continue;
        team.add_done(at + 1 - counted);
        counted = at + 1;
        if (worker == 0) team.report();
      }
    };
  });
  for (std::size_t i = 1; i < parts.size(); ++i) parts[0].take(std::move(parts[i]));
  return std::move(parts[0]).finish();
}

}  // namespace opamplan::repository_impl
