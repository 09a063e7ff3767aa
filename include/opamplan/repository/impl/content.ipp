#pragma once

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "opamplan/base/text.hpp"
#include "opamplan/package/version.hpp"
#include "opamplan/repository/impl/beside.hpp"
#include "opamplan/repository/impl/content.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan::repository_impl {

OPAMPLAN_INLINE content_builder::content_builder(workers& team, const load_limits& limits)
    : team_(team), limits_(limits), parts_(team.count()) {}

OPAMPLAN_INLINE void content_builder::problem(unsigned worker, severity level,
                                              std::string_view path, std::string message,
                                              syntax::position where) {
  part& p = parts_[worker];
  p.diagnostics.push_back(
      {level, 0, printable(path), where.line, where.column, std::move(message)});
  if (p.diagnostics.size() >= 2 * limits_.diagnostics + 16) {
    p.more_diagnostics += keep_first(p.diagnostics, limits_.diagnostics);
  }
}

inline auto diagnostic_order(const repository_diagnostic& d) {
  return std::tie(d.path, d.line, d.column, d.message, d.level);
}

/// Sorts and keeps the first `most`; how many went. The first of all are among the first of each
/// worker, so that the threads change nothing.
OPAMPLAN_INLINE std::size_t content_builder::keep_first(
    std::vector<repository_diagnostic>& diagnostics, std::size_t most) {
  std::sort(diagnostics.begin(), diagnostics.end(),
            [](const repository_diagnostic& a, const repository_diagnostic& b) {
              return diagnostic_order(a) < diagnostic_order(b);
            });
  if (diagnostics.size() <= most) return 0;
  const std::size_t gone = diagnostics.size() - most;
  diagnostics.resize(most);
  return gone;
}

OPAMPLAN_INLINE void content_builder::stamp(unsigned worker, std::string_view path,
                                            std::uint64_t value) {
  part& p = parts_[worker];
  p.stamps.push_back({p.strings->store(path), value});
}

OPAMPLAN_INLINE void content_builder::admit_folder() {
  if (folders_.fetch_add(1) < limits_.folders) return;
  throw load_error("more than " + std::to_string(limits_.folders) +
                   " folders, counted as they are reached: not an opam repository? "
                   "(load_limits::folders)");
}

OPAMPLAN_INLINE bool content_builder::admit(unsigned worker, std::string_view path,
                                            std::uint64_t size) {
  if (size > limits_.file_bytes) {
    problem(worker, severity::error, path,
            "the file has " + std::to_string(size) + " bytes, the limit is " +
                std::to_string(limits_.file_bytes) + "; left out");
    return false;
  }
  // A partial repository would depend on the order of the threads: nothing at all is better.
  if (files_.fetch_add(1) >= limits_.files) {
    throw load_error("more than " + std::to_string(limits_.files) +
                     " files: not an opam repository? (load_limits::files)");
  }
  // Sizes are at most `file_bytes`, so that the sum cannot overflow before it is refused.
  const std::size_t before = bytes_.fetch_add(size);
  if (before > limits_.total_bytes || size > limits_.total_bytes - before) {
    throw load_error("files of more than " + std::to_string(limits_.total_bytes) +
                     " bytes in all: not an opam repository? (load_limits::total_bytes)");
  }
  return true;
}

OPAMPLAN_INLINE const syntax::file* content_builder::add_file(unsigned worker,
                                                              std::string_view path,
                                                              std::string text,
                                                              std::uint32_t order) {
  const std::string_view folder = base_name(path) == "opam" ? folder_name(path) : path;
  const std::string_view full_name = base_name(folder);
  const auto parts = package_view::parse(full_name);
  if (!parts) {
    problem(worker, severity::error, path,
            "the folder's name '" + printable(full_name) +
                "' is not NAME.VERSION as opam allows it; left out");
    return nullptr;
  }
  const std::string_view parent = base_name(folder_name(folder));
  if (!parent.empty() && parent != parts->name && parent != "packages") {
    problem(
        worker, severity::warning, path,
        "package '" + std::string(parts->name) + "' is in a folder '" + printable(parent) + "'");
  }
  return add_version(worker, parts->name, parts->version, path, std::move(text), order);
}

OPAMPLAN_INLINE const syntax::file* content_builder::add_version(
    unsigned worker, std::string_view name, std::string_view version, std::string_view path,
    std::string text, std::uint32_t order) {
  syntax::parse_result parsed = syntax::parse_recovering(std::move(text), printable(path));
  if (!parsed.errors.empty()) {
    // opam takes any bytes in strings and comments; here texts are UTF-8.
    const syntax::position first = parsed.errors.front().where;
    std::string replaced = as_utf8(parsed.tree.text());
    if (replaced != parsed.tree.text()) {
      parsed = syntax::parse_recovering(std::move(replaced), printable(path));
      if (parsed.errors.empty()) {
        problem(worker, severity::warning, path,
                "bytes that are not UTF-8; each is taken as U+FFFD", first);
      }
    }
  }
  if (!parsed.errors.empty()) {
    const syntax::parse_diagnostic& first = parsed.errors.front();
    problem(worker, severity::error, path,
            first.expected.empty() ? first.message : first.message + ", expected " + first.expected,
            first.where);
    return nullptr;
  }
  part& p = parts_[worker];
  p.entries.push_back({p.strings->store(name), p.strings->store(version), p.strings->store(path),
                       order, std::move(parsed.tree)});
  return &p.entries.back().tree;
}

OPAMPLAN_INLINE void content_builder::add_side_file(unsigned worker, const side_path& path,
                                                    std::string_view content, bool executable,
                                                    std::uint32_t order) {
  part& p = parts_[worker];
  p.sides.push_back({{p.strings->store(path.folder), p.strings->store(path.file)},
                     p.strings->store(content),
                     executable,
                     order});
}

OPAMPLAN_INLINE void content_builder::add_path(unsigned worker, std::string_view path,
                                               std::string text, bool executable,
                                               std::uint32_t order) {
  const auto side = split_side_path(path);
  if (side) add_side_file(worker, *side, text, executable, order);
  // A file `opam` below `files/` is a version after all if the folder above is none.
  if (!side || base_name(path) == "opam") add_file(worker, path, std::move(text), order);
}

/// By name, version, path; of equal paths the later file first. Versions that opam's order takes
/// for equal but are written differently (`1.0`, `1.00`) are different versions, in byte order.
OPAMPLAN_INLINE bool entry_less(const content_entry& a, const content_entry& b) {
  if (a.name != b.name) return a.name < b.name;
  if (const int order = compare_versions(a.version, b.version); order != 0) return order < 0;
  if (a.version != b.version) return a.version < b.version;
  if (a.path != b.path) return a.path < b.path;
  return a.order > b.order;
}

/// True if a folder above `path`'s own, below `packages`, is a package version: then opam does not
/// look at `path`, which is one of that version's extra files.
OPAMPLAN_INLINE bool is_inside_version(std::string_view path,
                                       const std::unordered_set<std::string_view>& versions) {
  std::string_view folder = folder_name(folder_name(path));
  for (; !folder.empty(); folder = folder_name(folder)) {
    if (versions.count(folder) != 0) return true;
  }
  return false;
}

OPAMPLAN_INLINE void content_builder::keep_only(std::string_view prefix) {
  const auto other = [&](const auto& x) {
    return std::string_view(x.path).substr(0, prefix.size()) != prefix;
  };
  for (part& p : parts_) {
    p.entries.erase(std::remove_if(p.entries.begin(), p.entries.end(), other), p.entries.end());
    p.diagnostics.erase(std::remove_if(p.diagnostics.begin(), p.diagnostics.end(), other),
                        p.diagnostics.end());
  }
}

OPAMPLAN_INLINE void content_builder::drop_nested() {
  constexpr std::ptrdiff_t usual_depth = 4;  // [folder/]packages/NAME/NAME.VERSION/opam
  const auto is_deep = [](std::string_view path) {
    return std::count(path.begin(), path.end(), '/') >= usual_depth;
  };
  std::unordered_set<std::string_view> versions;
  bool any_deep = false;
  for (const part& p : parts_) {
    for (const content_entry& e : p.entries) any_deep = any_deep || is_deep(e.path);
    for (const repository_diagnostic& d : p.diagnostics) any_deep = any_deep || is_deep(d.path);
  }
  if (!any_deep) return;
  for (const part& p : parts_) {
    for (const content_entry& e : p.entries) versions.insert(folder_name(e.path));
  }
  const auto nested = [&](const auto& x) {
    return is_deep(x.path) && is_inside_version(x.path, versions);
  };
  // What is wrong with a file of a version's own is told.
  const auto of_nested = [&](const repository_diagnostic& d) {
    return nested(d) && (base_name(d.path) == "opam" || !split_side_path(d.path));
  };
  for (part& p : parts_) {
    p.diagnostics.erase(std::remove_if(p.diagnostics.begin(), p.diagnostics.end(), of_nested),
                        p.diagnostics.end());
    p.entries.erase(std::remove_if(p.entries.begin(), p.entries.end(), nested), p.entries.end());
  }
}

/// Gives each version of `out` what lies beside its file.
OPAMPLAN_INLINE void content_builder::attach_sides(source_content& out) {
  std::vector<const side_file*> sides;
  for (const part& p : parts_) {
    for (const side_file& f : p.sides) sides.push_back(&f);
  }
  if (sides.empty()) return;
  const auto place = [](const side_file* f) { return std::tie(f->at.folder, f->at.file); };
  std::sort(sides.begin(), sides.end(), [&](const side_file* a, const side_file* b) {
    return std::tuple(place(a), b->order) < std::tuple(place(b), a->order);
  });
  sides.erase(
      std::unique(sides.begin(), sides.end(),
                  [&](const side_file* a, const side_file* b) { return place(a) == place(b); }),
      sides.end());

  constexpr std::string_view files = "files/";
  auto extra = std::make_shared<std::vector<extra_file>>();
  extra->reserve(sides.size());  // spans into it stay valid
  for (content_entry& e : out.entries) {
    // In memory, a version's path may end with its folder.
    const std::string_view name = base_name(e.path);
    const bool is_folder = name == std::string(e.name) + '.' + std::string(e.version);
    const std::string_view folder = is_folder ? e.path : folder_name(e.path);
    auto at = std::lower_bound(
        sides.begin(), sides.end(), folder,
        [](const side_file* f, std::string_view wanted) { return f->at.folder < wanted; });
    const std::size_t first = extra->size();
    std::string appended;
    for (; at != sides.end() && (*at)->at.folder == folder; ++at) {
      const side_file& f = **at;
      if (f.at.file.substr(0, files.size()) == files) {
        extra->push_back({f.at.file.substr(files.size()), f.content, f.executable});
      } else if (f.at.file == "descr" && wants_descr(e.tree)) {
        appended += descr_fields(f.content);
      } else if (f.at.file == "url" && wants_url(e.tree)) {
        const std::string path = std::string(folder) + "/url";
        const auto parsed = syntax::parse_recovering(std::string(f.content), printable(path));
        if (parsed.errors.empty()) {
          appended += url_section(parsed.tree);
        } else {
          problem(0, severity::warning, path, parsed.errors.front().message + "; not looked at",
                  parsed.errors.front().where);
        }
      }
    }
    if (extra->size() != first) e.extra = std::span(*extra).subspan(first);
    if (appended.empty()) continue;
    std::string text(e.tree.text());
    if (!text.empty() && text.back() != '\n') text += '\n';
    auto whole = syntax::parse_recovering(text + appended, e.tree.path());
    if (whole.errors.empty()) e.tree = std::move(whole.tree);
  }
  if (!extra->empty()) out.storage.push_back(std::move(extra));
}

OPAMPLAN_INLINE source_content content_builder::finish() {
  source_content out;
  std::vector<content_entry*> sorted;
  for (part& p : parts_) {
    for (content_entry& e : p.entries) sorted.push_back(&e);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const content_entry* a, const content_entry* b) { return entry_less(*a, *b); });
  if (!kept_.empty()) {
    const auto read = static_cast<std::ptrdiff_t>(sorted.size());
    for (content_entry& e : kept_) sorted.push_back(&e);
    std::inplace_merge(
        sorted.begin(), sorted.begin() + read, sorted.end(),
        [](const content_entry* a, const content_entry* b) { return entry_less(*a, *b); });
  }
  out.entries.reserve(sorted.size());
  for (content_entry* e : sorted) {
    if (!out.entries.empty() && out.entries.back().name == e->name &&
        out.entries.back().version == e->version) {
      problem(0, severity::warning, e->path,
              "the same package version as " + printable(out.entries.back().path) + "; left out");
      continue;
    }
    out.entries.push_back(std::move(*e));
  }
  attach_sides(out);
  out.repo_text = std::move(repo_text_);
  read_repo_text(out.repo_text, out.info);
  if (!out.info.opam_version.empty() && compare_versions(out.info.opam_version, "2.0") < 0) {
    problem(0, severity::warning, "repo",
            "a repository in the format of opam " + printable(out.info.opam_version) +
                ", which is read as if it were 2.0; convert it with `opam admin upgrade`");
  }
  std::size_t more = 0;
  for (part& p : parts_) {
    out.storage.push_back(p.strings);
    std::move(p.diagnostics.begin(), p.diagnostics.end(), std::back_inserter(out.diagnostics));
    out.stamps.insert(out.stamps.end(), p.stamps.begin(), p.stamps.end());
  }
  for (const part& p : parts_) more += p.more_diagnostics;
  more += keep_first(out.diagnostics, limits_.diagnostics);
  if (more != 0) {
    out.diagnostics.push_back(
        {severity::error, 0, "packages", 0, 0,
         std::to_string(more) + " more are not shown (load_limits::diagnostics)"});
  }
  std::sort(out.stamps.begin(), out.stamps.end(),
            [](const file_stamp& a, const file_stamp& b) { return a.path < b.path; });
  out.cacheable = cacheable_.load();
  parts_.clear();
  return out;
}

}  // namespace opamplan::repository_impl
