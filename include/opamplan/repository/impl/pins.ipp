#pragma once

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

#include "opamplan/base/text.hpp"
#include "opamplan/package/version.hpp"
#include "opamplan/repository/impl/pins.hpp"
#include "opamplan/repository/load.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan::repository_impl {

inline bool ends_with_opam(std::string_view name) noexcept {
  constexpr std::string_view suffix = ".opam";
  return name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
}

OPAMPLAN_INLINE bool is_pin_folder(std::string_view path) noexcept {
  const std::size_t slash = path.find('/');
  const std::string_view first = path.substr(0, slash);
  if (first != "opam" && !ends_with_opam(first)) return false;
  if (slash == std::string_view::npos) return true;
  const std::string_view rest = path.substr(slash + 1);
  return rest.substr(0, rest.find('/')) == "files";
}

OPAMPLAN_INLINE bool is_pin_file(std::string_view path) noexcept {
  const std::string_view folder = folder_name(path);
  const std::string_view name = base_name(path);
  const bool is_opam = name == "opam" || ends_with_opam(name);
  if (folder.empty()) return is_opam;
  if (!is_pin_folder(folder)) return false;
  return folder.find('/') != std::string_view::npos || base_name(folder) == "files" || is_opam ||
         name == "url" || name == "descr";
}

OPAMPLAN_INLINE std::optional<std::string> name_in_path(std::string_view path) {
  for (const std::string_view part : {base_name(path), base_name(folder_name(path))}) {
    if (ends_with_opam(part)) return std::string(part.substr(0, part.size() - 5));
    if (part != "opam") break;
  }
  return std::nullopt;
}

OPAMPLAN_INLINE std::vector<std::string> opam_files(const pin_tree& tree) {
  const auto rank = [](std::string_view path) {
    if (path == "opam") return 1;
    if (path == "opam/opam") return 2;
    const std::string_view folder = folder_name(path);
    const bool named = ends_with_opam(base_name(path));
    if (folder.empty() && named) return 0;
    if (ends_with_opam(folder) && base_name(path) == "opam") return 0;
    return folder == "opam" && named ? 3 : -1;
  };
  std::vector<std::string> out;
  for (int wanted = 0; wanted < 4; ++wanted) {
    for (const auto& [path, file] : tree.files) {
      if (rank(path) == wanted) out.push_back(path);
    }
  }
  return out;
}

inline std::string read_pin_file(const std::filesystem::path& file, content_builder& to) {
  const std::string path = printable(file.generic_string());
  std::error_code code;
  if (!std::filesystem::is_regular_file(file, code)) {
    throw load_error(path + ": a pin is a folder or a file of opam's; this is neither");
  }
  const std::uintmax_t size = std::filesystem::file_size(file, code);
  if (code) throw load_error(path + ": " + code.message());
  if (!to.admit(0, path, size)) throw load_error(path + ": too large (load_limits::file_bytes)");
  std::ifstream in(file, std::ios::binary);
  if (!in) throw load_error(path + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

OPAMPLAN_INLINE pin_tree read_pin_folder(const std::string& folder, content_builder& to) {
  namespace fs = std::filesystem;
  pin_tree out;
  std::vector<std::string> folders{""};
  while (!folders.empty()) {
    const std::string inside = std::move(folders.back());
    folders.pop_back();
    to.admit_folder();
    std::error_code code;
    fs::directory_iterator i(fs::path(folder) / inside, code);
    for (const fs::directory_iterator end; !code && i != end; i.increment(code)) {
      const std::string name = i->path().filename().string();
      const std::string path = inside.empty() ? name : inside + '/' + name;
      std::error_code ignored;
      const bool link = inside.find('/') != std::string::npos && i->is_symlink(ignored);
      if (i->is_directory(ignored)) {
        if (is_pin_folder(path) && !link) folders.push_back(path);
      } else if (is_pin_file(path) && i->is_regular_file(ignored)) {
        const auto mode = i->status(ignored).permissions();
        out.files[path] = {read_pin_file(i->path(), to),
                           (mode & fs::perms::owner_exec) != fs::perms::none};
      }
    }
    if (code) throw load_error(printable(folder + '/' + inside) + ": " + code.message());
  }
  return out;
}

/// Pins are few: read one after the other.
class pin_reader {
 public:
  explicit pin_reader(content_builder& to) : to_(to) {}

  void read(const pin_source& from) {
    std::deque<pin> waiting(from.pins.begin(), from.pins.end());
    for (; !waiting.empty(); waiting.pop_front()) {
      for (pin& more : read(waiting.front())) depends_.push_back(std::move(more));
    }
    // Those asked for come first; each name is read once, so this ends.
    for (; !depends_.empty(); depends_.pop_front()) {
      if (folder_of_.count(depends_.front().name) != 0) continue;
      for (pin& more : read(depends_.front())) depends_.push_back(std::move(more));
    }
  }

  /// Gives the entries their folders.
  void finish(source_content& content) {
    for (std::size_t i = 0; i < folders_->size(); ++i) {
      if (versions_[i].size() == 1) (*folders_)[i].version = *versions_[i].begin();
    }
    for (content_entry& e : content.entries) {
      e.pinned = &(*folders_)[folder_of_.at(std::string(e.name))];
    }
    content.storage.push_back(folders_);
  }

 private:
  /// Reads what one pin offers; gives what that pins in turn.
  std::vector<pin> read(const pin& p) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    const std::string shown = printable(p.path);
    if (!fs::exists(p.path, ignored)) throw load_error(shown + ": nothing to pin there");
    std::string folder = fs::absolute(p.path, ignored).lexically_normal().generic_string();
    while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
    std::string only;
    pin_tree tree;
    if (!p.revision.empty()) {
      tree = read_git_pin(p, to_);
    } else if (fs::is_directory(p.path, ignored)) {
      tree = read_pin_folder(folder, to_);
    } else {
      only = std::string(base_name(folder));
      const std::string text = read_pin_file(folder, to_);
      folder = std::string(folder_name(folder));
      if (is_pin_folder(base_name(folder))) {
        only = std::string(base_name(folder)) + '/' + only;
        folder = std::string(folder_name(folder));
      }
      tree.files[only] = {text, false};
    }
    std::vector<std::string> files = only.empty() ? opam_files(tree) : std::vector{only};
    if (files.empty()) throw load_error(shown + ": no opam file to pin in this folder");
    if (!p.name.empty()) {
      // Of several, only the one that was asked for.
      const auto other = [&](const std::string& f) {
        return name_in_path(f).value_or(p.name) != p.name;
      };
      if (files.size() > 1 || only.empty()) {
        files.erase(std::remove_if(files.begin(), files.end(), other), files.end());
      }
      if (files.empty()) throw load_error(shown + ": no opam file of " + printable(p.name));
    }
    folders_->push_back({{folder.empty() ? "/" : folder, tree.commit}, {}});
    versions_.emplace_back();
    std::vector<pin> more;
    for (const std::string& file : files) read_file(p, folder, tree, file, !only.empty(), more);
    return more;
  }

  static std::string string_field(const syntax::file& tree, std::string_view name) {
    const auto v = tree.find(name);
    return v && v->kind() == syntax::value_kind::string ? v->as_string() : std::string();
  }

  static bool has_url(const syntax::file& tree) {
    for (const syntax::item i : tree.items()) {
      if (i.is_section() && i.name() == "url") return true;
    }
    return false;
  }

  void read_file(const pin& p, const std::string& folder, const pin_tree& tree,
                 const std::string& file, bool only, std::vector<pin>& more) {
    const std::string path = folder + '/' + file;
    const std::string& text = tree.files.at(file).content;
    const syntax::parse_result parsed = syntax::parse_recovering(text, path);
    if (!parsed.errors.empty()) {
      const syntax::parse_diagnostic& first = parsed.errors.front();
      throw load_error(printable(path) + ':' + std::to_string(first.where.line) + ':' +
                           std::to_string(first.where.column) +
                           ": the pinned file is broken: " + first.message,
                       p.path);
    }
    if (parsed.tree.items().empty()) {
      throw load_error(printable(path) + ": the pinned file is empty");
    }
    std::string name = p.name;
    std::string version = p.version;
    // As for opam, a folder of a repository's is NAME.VERSION, whatever the file in it says.
    const auto said = package_view::parse(base_name(folder));
    if (name.empty() && file == "opam" && said) {
      name = said->name;
      if (version.empty()) version = said->version;
    }
    if (name.empty()) name = name_in_path(file).value_or("");
    if (name.empty()) name = string_field(parsed.tree, "name");
    if (name.empty()) name = std::string(base_name(folder));
    if (version.empty()) version = string_field(parsed.tree, "version");
    if (!is_package_name(name) || (!version.empty() && !is_version(version))) {
      const std::string whole = version.empty() ? name : name + '.' + version;
      throw load_error(printable(path) + ": '" + printable(whole) + "' is not " +
                       (version.empty() ? "a package's name" : "NAME.VERSION") +
                       " as opam allows it");
    }
    if (folder_of_.count(name) != 0) {
      to_.problem(0, severity::warning, path, "another pin of " + name + " comes first; left out");
      return;
    }
    const std::size_t at = folders_->size() - 1;
    // One file that says where its sources are is no tree of sources: other files may lie there.
    if (only && has_url(parsed.tree)) (*folders_)[at].tree = {};
    if (!version.empty()) versions_[at].insert(version);
    folder_of_[name] = at;
    to_.add_version(0, name, version, path, text);
    // As opam does: what lies beside an opam file at the root is no metadata but the sources.
    const std::string metadata(folder_name(file));
    if (!metadata.empty()) {
      for (auto i = tree.files.lower_bound(metadata + '/'); i != tree.files.end(); ++i) {
        if (i->first.compare(0, metadata.size() + 1, metadata + '/') != 0) break;
        const std::string inside = i->first.substr(metadata.size() + 1);
        if (inside != "url" && inside != "descr" && inside.compare(0, 6, "files/") != 0) continue;
        to_.add_side_file(0, {folder + '/' + metadata, inside}, i->second.content,
                          i->second.executable);
      }
    }
    follow(parsed.tree, folder, path, more);
  }

  /// `pin-depends: [["NAME.VERSION" "URL"] ...]`.
  void follow(const syntax::file& tree, const std::string& folder, const std::string& path,
              std::vector<pin>& more) {
    const auto field = tree.find("pin-depends");
    if (!field || field->kind() != syntax::value_kind::list) return;
    const auto strings = [](const syntax::value& v) {
      std::vector<std::string> out;
      if (v.kind() != syntax::value_kind::list) return out;
      for (const syntax::value item : v.children()) {
        if (item.kind() == syntax::value_kind::string) out.push_back(item.as_string());
      }
      return out;
    };
    const auto take = [&](const syntax::value& v, const std::vector<std::string>& pair) {
      const auto package = pair.size() == 2 ? package_view::parse(pair[0]) : std::nullopt;
      if (!package) return;  // the field is malformed, which `check` says
      const auto found = pin_at(pair[1], folder);
      if (!found) {
        to_.problem(0, severity::warning, path,
                    "pin-depends: " + pair[0] + " at " + printable(pair[1]) +
                        " is not followed, because it is no folder or git repository on this "
                        "machine; get it and add a pin of it, " +
                        pair[0] + "=PATH",
                    tree.locate(v.span().begin));
        return;
      }
      more.push_back({found->path, std::string(package->name), std::string(package->version),
                      found->revision});
    };
    const auto flat = strings(*field);
    if (!flat.empty()) return take(*field, flat);
    for (const syntax::value v : field->children()) take(v, strings(v));
  }

  content_builder& to_;
  std::deque<pin> depends_;
  std::map<std::string, std::size_t> folder_of_;  ///< By package name: index into `folders_`.
  std::shared_ptr<std::vector<pinned_folder>> folders_ =
      std::make_shared<std::vector<pinned_folder>>();
  std::vector<std::set<std::string>> versions_;  ///< That the files of each folder name.
};

OPAMPLAN_INLINE source_content read_pins(const pin_source& from, content_builder& to) {
  pin_reader reader(to);
  reader.read(from);
  source_content content = to.finish();
  reader.finish(content);
  content.info.label = "pins";
  content.info.pins = true;
  content.cacheable = false;
  return content;
}

}  // namespace opamplan::repository_impl

namespace opamplan {

OPAMPLAN_INLINE std::optional<pin> pin_at(const std::string& url, const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  std::string path = url;
  const bool git = path.compare(0, 4, "git+") == 0;
  if (git) path.erase(0, 4);
  if (path.compare(0, 7, "file://") == 0) path.erase(0, 7);
  if (path.find("://") != std::string::npos) return std::nullopt;
  std::string revision;
  if (const std::size_t hash = path.rfind('#'); hash != std::string::npos) {
    revision = path.substr(hash + 1);
    path.erase(hash);
  }
  if (git && revision.empty()) revision = "HEAD";
  for (const fs::path& base : {fs::path(folder), fs::path(".")}) {
    const fs::path place = base / path;  // an absolute path stays itself
    if (!path.empty() && fs::exists(place, ignored)) {
      return pin{place.lexically_normal().generic_string(), {}, {}, revision};
    }
  }
  return std::nullopt;
}

}  // namespace opamplan
