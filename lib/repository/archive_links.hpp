/// \file
/// Links in archives: which other paths the members have. A link leads to what the archive holds,
/// whichever of both comes first, and to nothing outside of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/package/version.hpp"
#include "opamplan/repository/impl/text.hpp"
#include "opamplan/repository/source.hpp"

namespace opamplan::repository_impl {

class archive_links {
 public:
  /// \param most How many steps, and paths that they make, are too many: a load_error.
  explicit archive_links(std::size_t most) : most_(most) {}

  void add(std::string path, std::string_view target, bool hard) {
    while (hard && target.starts_with("./")) target.remove_prefix(2);
    if (hard && target == path) return;  // as tar packs a file that it is given twice
    links_.insert_or_assign(std::move(path), link{std::string(target), hard});
  }
  /// A member that is no link takes the place of an earlier one that was.
  void remove(const std::string& path) {
    if (!links_.empty()) links_.erase(path);
  }
  [[nodiscard]] bool empty() const noexcept { return links_.empty(); }

  /// Finds where those lead that may be packages or their files; `problem(path, why)` says of which
  /// it cannot. Links below a linked folder are followed to files only, as in a folder.
  template <class Problem>
  void resolve(const Problem& problem) {
    paths_by_target folders;
    for (const auto& [path, to] : links_) {
      if (!is_wanted(path)) continue;
      const auto real = real_path(path);
      if (!real) {
        problem(path, "a link that leaves the archive, or leads in a circle; left out");
      } else if (is_in(path, *real)) {
        problem(path, "a link to a folder that it is in; left out");
      } else {
        (is_file(path) ? files_ : folders).emplace(*real, path);
        unmet_.insert(path);
      }
    }
    folders_ = std::move(folders);
    // Links that are below linked folders: first folders `files`, then files, which are in these
    // too.
    paths_by_target further;
    for (const auto& each : links_) {
      for_each_path(each.first, [&](const std::string& linked) {
        if (is_file(linked) || !is_wanted(linked)) return;
        if (base_name(linked) != "files") {
          problem(linked, "a link below another one; left out");
        } else if (const auto real = real_path(each.first)) {
          further.emplace(*real, linked);
          unmet_.insert(linked);
        }
      });
    }
    folders_.merge(further);
    paths_by_target files;
    for (const auto& each : links_) {
      for_each_path(each.first, [&](const std::string& linked) {
        if (!is_file(linked)) return;
        if (const auto real = real_path(each.first)) {
          files.emplace(*real, linked);
          unmet_.insert(linked);
        }
      });
    }
    files_.merge(files);
  }

  /// Calls `visit(path)` with each other path of a member.
  template <class Visit>
  void for_each_path(std::string_view member, const Visit& visit) {
    const auto give = [&](const std::string& link, std::string_view below) {
      count();
      unmet_.erase(link);
      visit(link + std::string(below));
    };
    const auto [first, last] = files_.equal_range(member);
    for (auto i = first; i != last; ++i) give(i->second, {});
    for (std::string_view folder = folder_name(member); !folder.empty();
         folder = folder_name(folder)) {
      const auto [begin, end] = folders_.equal_range(folder);
      for (auto i = begin; i != end; ++i) give(i->second, member.substr(folder.size()));
    }
  }

  /// Links that led to no member.
  [[nodiscard]] const std::set<std::string>& unmet() const noexcept { return unmet_; }

 private:
  struct link {
    std::string target;
    bool hard = false;
  };
  using paths_by_target = std::multimap<std::string, std::string, std::less<>>;

  /// Whether a package's file is meant, not a folder.
  static bool is_file(std::string_view path) {
    const std::string_view name = base_name(path);
    return name == "opam" || name == "repo" || split_side_path(path).has_value();
  }
  /// Whether it is a file of a package, or a folder that may hold some.
  static bool is_wanted(std::string_view path) {
    if (is_file(path)) return true;
    const bool in_version = package_view::parse(base_name(folder_name(path))).has_value();
    return !in_version || base_name(path) == "files";
  }
  static bool is_in(std::string_view path, std::string_view folder) {
    return folder.empty() || path == folder ||
           (path.starts_with(folder) && path[folder.size()] == '/');
  }

  /// Where a path leads when each link in it is followed; nothing if that is outside or a circle.
  [[nodiscard]] std::optional<std::string> real_path(std::string_view path) {
    constexpr int most_followed = 40;         // as Linux
    constexpr std::size_t most_bytes = 4096;  // the same
    std::string done;
    std::string left(path);
    std::size_t at = 0;
    for (int followed = 0; at < left.size();) {
      if (left.size() > most_bytes) return std::nullopt;
      count();
      const std::size_t slash = std::min(left.find('/', at), left.size());
      const std::string name = left.substr(at, slash - at);
      at = slash + 1;
      if (name.empty() || name == ".") continue;
      if (name == "..") {
        if (done.empty()) return std::nullopt;
        done = folder_name(done);
        continue;
      }
      std::string next = done.empty() ? name : done + '/' + name;
      const auto found = links_.find(next);
      if (found == links_.end()) {
        done = std::move(next);
        continue;
      }
      const auto& [target, hard] = found->second;
      if (++followed > most_followed || target.starts_with('/')) return std::nullopt;
      if (hard) done.clear();
      left = at < left.size() ? target + '/' + left.substr(at) : target;
      at = 0;
    }
    return done;
  }

  /// So that no archive, however made, keeps a reader busy for long.
  void count() {
    if (++steps_ > most_) {
      throw load_error("links take more than " + std::to_string(most_) +
                       " steps to follow in this archive");
    }
  }

  std::size_t most_;
  std::size_t steps_ = 0;
  std::map<std::string, link> links_;
  paths_by_target files_;  ///< Links to files, by where they lead.
  paths_by_target folders_;
  std::set<std::string> unmet_;
};

}  // namespace opamplan::repository_impl
