/// \file
/// Latest versions, searching by words, and checking every file.
#pragma once

#include <algorithm>

#include "opamplan/base/config.hpp"
#include "opamplan/base/sha256.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/base/workers.hpp"
#include "opamplan/package/check_file.hpp"
#include "opamplan/package/checksum.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/repository/impl/text.hpp"
#include "opamplan/repository/queries.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan {
namespace repository_impl {

inline std::string field_text(const syntax::file& file, std::string_view field) {
  const auto v = file.find(field);
  return v ? lower_case(v->source()) : std::string();
}

// How well one word fits; 0 if it does not occur.
inline std::uint32_t score(std::string_view word, std::string_view name, std::string_view tags,
                           std::string_view synopsis) {
  if (name == word) return 16;
  if (name.substr(0, word.size()) == word) return 8;
  if (name.find(word) != std::string_view::npos) return 4;
  if (tags.find(word) != std::string_view::npos) return 2;
  if (synopsis.find(word) != std::string_view::npos) return 1;
  return 0;
}

/// The pairs of a field such as `extra-files`, with the place of each: a list of two texts, or a
/// list of such lists.
template <class Visit>
void for_each_pair(const syntax::value& v, const Visit& visit) {
  using syntax::value_kind;
  if (v.kind() != value_kind::list && v.kind() != value_kind::group) return;
  std::vector<syntax::value> items;
  for (const syntax::value item : v.children()) items.push_back(item);
  const auto is_text = [](const syntax::value& item) { return item.kind() == value_kind::string; };
  if (items.size() == 2 && is_text(items[0]) && is_text(items[1])) {
    visit(items[0].as_string(), items[1].as_string(), items[1].span().begin);
    return;
  }
  for (const syntax::value& item : items) for_each_pair(item, visit);
}

struct extra_file_problem {
  syntax::position at;
  std::string message;
};

/// What is in the field `extra-files` and not in `files/`, the other way round, or of another
/// content: opam refuses to build with what it names otherwise, and copies what it names alone.
inline std::vector<extra_file_problem> compare_extra_files(const repository& repo, package_id id) {
  std::vector<extra_file_problem> out;
  const syntax::file& file = repo.file(id);
  const auto field = file.find("extra-files");
  const std::span<const extra_file> files = repo.extra_files(id);
  if (!field && files.empty()) return out;
  std::vector<std::string> named;
  const auto compare = [&](const std::string& name, const std::string& text, std::uint32_t where) {
    named.push_back(name);
    const syntax::position at = file.locate(where);
    const auto found = std::find_if(files.begin(), files.end(),
                                    [&](const extra_file& f) { return f.path == name; });
    if (found == files.end()) {
      out.push_back({at, "\"" + name + "\" is not in the folder files"});
      return;
    }
    const auto sum = parse_checksum(text);
    if (sum && !has_checksum(found->content, *sum)) {
      out.push_back(
          {at, "\"" + name + "\" in the folder files has another checksum, so that opam " +
                   "does not build with it: it has sha256=" + to_hex(sha256_of(found->content))});
    }
  };
  const opam_file o = repo.opam(id);
  if (field && !o.extra_files.empty()) for_each_pair(*field, compare);
  const syntax::position at = field ? file.locate(field->span().begin) : syntax::position{0, 0};
  for (const extra_file& f : files) {
    if (std::find(named.begin(), named.end(), f.path) == named.end()) {
      out.push_back({at, "\"" + printable(f.path) + "\" is in the folder files and not named"});
    }
  }
  return out;
}

}  // namespace repository_impl

OPAMPLAN_INLINE package_id latest_available(const repository& repo, const environment& env,
                                            name_id name) {
  const package_range versions = repo.versions(name);
  for (std::size_t i = versions.size(); i-- > 0;) {
    const package_id id = versions[i];
    if (is_available(read_available(repo.file(id)), env, repo.name_string(id),
                     repo.version_string(id))) {
      return id;
    }
  }
  return package_id::none;
}

OPAMPLAN_INLINE std::vector<package_id> latest_available(const repository& repo,
                                                         const environment& env) {
  std::vector<package_id> latest;
  latest.reserve(repo.name_count());
  for (std::uint32_t n = 0; n < repo.name_count(); ++n) {
    latest.push_back(latest_available(repo, env, name_id{n}));
  }
  return latest;
}

OPAMPLAN_INLINE std::vector<search_hit> search(const repository& repo, std::string_view text,
                                               std::size_t limit) {
  std::vector<std::string> words;
  const std::string lower = lower_case(text);
  for (std::size_t i = 0; i < lower.size();) {
    const std::size_t begin = lower.find_first_not_of(" \t\n", i);
    if (begin == std::string::npos) break;
    i = std::min(lower.find_first_of(" \t\n", begin), lower.size());
    words.push_back(lower.substr(begin, i - begin));
  }
  std::vector<search_hit> hits;
  for (std::uint32_t n = 0; n < repo.name_count() && !words.empty(); ++n) {
    const package_range versions = repo.versions(name_id{n});
    const package_id newest = versions[versions.size() - 1];
    const syntax::file& file = repo.file(newest);
    const std::string name = lower_case(repo.name_string(newest));
    const std::string tags = repository_impl::field_text(file, "tags");
    const std::string synopsis = repository_impl::field_text(file, "synopsis");
    std::uint32_t total = 0;
    const bool all = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      const std::uint32_t s = repository_impl::score(word, name, tags, synopsis);
      total += s;
      return s != 0;
    });
    if (all) hits.push_back({newest, total});
  }
  std::stable_sort(hits.begin(), hits.end(),
                   [](const search_hit& a, const search_hit& b) { return a.score > b.score; });
  if (limit != 0 && hits.size() > limit) hits.resize(limit);
  return hits;
}

OPAMPLAN_INLINE std::vector<repository_diagnostic> check_package(const repository& repo,
                                                                 package_id id) {
  const package_origin origin = repo.origin(id);
  std::vector<repository_diagnostic> out;
  const auto add = [&](severity level, syntax::position at, std::string message,
                       std::string left_out = {}) {
    out.push_back({level, origin.source, std::string(origin.path), at.line, at.column,
                   std::move(message), std::move(left_out)});
  };
  for (const file_diagnostic& d :
       check_file(repo.file(id), repo.name_string(id),
                  repo.is_pinned(id) ? std::string_view() : repo.version_string(id))) {
    add(d.level, d.position, d.field + ": " + d.message, d.left_out ? d.field : std::string());
  }
  for (const auto& [at, message] : repository_impl::compare_extra_files(repo, id)) {
    add(severity::error, at, "extra-files: " + message);
  }
  return out;
}

OPAMPLAN_INLINE std::vector<repository_diagnostic> check_files(const repository& repo,
                                                               unsigned threads,
                                                               const progress_callback& progress) {
  std::vector<std::vector<repository_diagnostic>> found(repo.size());
  const auto check = [&](package_id id) { found[id] = check_package(repo, id); };
  parallel_blocks(repo.size(), threads, 256, "check", progress,
                  [&] { return [&](std::size_t i) { check(package_id(i)); }; });
  std::vector<repository_diagnostic> all;
  for (auto& list : found) {
    for (auto& d : list) all.push_back(std::move(d));
  }
  return all;
}

}  // namespace opamplan
