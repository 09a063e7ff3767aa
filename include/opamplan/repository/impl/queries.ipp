/// \file
/// Latest versions, searching by words, and checking every file.
#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "opamplan/base/joined_threads.hpp"
#include "opamplan/config.hpp"
#include "opamplan/error.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/repository/queries.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan {
namespace query_detail {

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

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

}  // namespace query_detail

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
  return no_package;
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
  const std::string lower = query_detail::lower_case(text);
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
    const std::string name = query_detail::lower_case(repo.name_string(newest));
    const std::string tags = query_detail::field_text(file, "tags");
    const std::string synopsis = query_detail::field_text(file, "synopsis");
    std::uint32_t total = 0;
    const bool all = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      const std::uint32_t s = query_detail::score(word, name, tags, synopsis);
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

OPAMPLAN_INLINE std::vector<repository_diagnostic> check_files(const repository& repo,
                                                               unsigned threads,
                                                               const progress_callback& progress) {
  std::vector<std::vector<repository_diagnostic>> found(repo.size());
  const auto check = [&](package_id id) {
    const opam_file file = repo.opam(id);
    const package_origin origin = repo.origin(id);
    auto& out = found[to_index(id)];
    const auto add = [&](std::uint32_t line, std::uint32_t column, std::string message) {
      out.push_back({severity::warning, origin.source, std::string(origin.path), line, column,
                     std::move(message)});
    };
    if (!file.name.empty() && file.name != repo.name_string(id)) {
      add(0, 0, "the field name says \"" + file.name + "\", the folder " + repo.name_string(id));
    }
    if (!file.version.empty() && file.version != repo.version_string(id) && !repo.is_pinned(id)) {
      add(0, 0,
          "the field version says \"" + file.version + "\", the folder " +
              std::string(repo.version_string(id)));
    }
    for (const file_diagnostic& d : file.diagnostics) {
      add(d.position.line, d.position.column, d.field + ": " + d.message);
    }
  };
  const std::size_t thread_count =
      std::max<std::size_t>(1, threads == 0 ? std::thread::hardware_concurrency() : threads);
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  constexpr std::size_t block = 256;
  const auto work = [&](bool reports) {
    while (!stop) {
      const std::size_t begin = block * next++;
      if (begin >= repo.size()) break;
      for (std::size_t i = begin; i < std::min(begin + block, repo.size()); ++i) {
        check(package_id{static_cast<std::uint32_t>(i)});
      }
      if (reports && progress && !progress({"check", begin, repo.size()})) stop = true;
    }
  };
  {
    joined_threads pool;
    for (std::size_t i = 1; i < thread_count && pool.start(work, false); ++i) continue;
    work(true);
  }
  if (stop) throw cancelled();
  std::vector<repository_diagnostic> all;
  for (auto& list : found) {
    for (auto& d : list) all.push_back(std::move(d));
  }
  return all;
}

}  // namespace opamplan
