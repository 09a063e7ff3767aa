#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "opamplan/repository/detail/readers.hpp"
#include "opamplan/syntax/parser.hpp"

// Files that are already at hand: memory and pins.

namespace opamplan::detail {

OPAMPLAN_INLINE source_content read_memory(const memory_source& from, content_builder& to) {
  to.run().set_total(from.files.size());
  to.run().for_each_index(from.files.size(), 16, [&](unsigned worker, std::size_t i) {
    const memory_file& f = from.files[i];
    if (f.path == "repo") {
      to.set_repo_text(f.text);
    } else if (to.admit(worker, f.path, f.text.size())) {
      to.add_path(worker, f.path, f.text, false, static_cast<std::uint32_t>(i));
    }
    to.run().add_done();
  });
  to.drop_nested();
  source_content content = to.finish();
  content.info.label = from.label;
  content.cacheable = false;
  return content;
}

/// Pins are few: read one after the other.
class pin_reader {
 public:
  explicit pin_reader(content_builder& to) : to_(to) {}

  void read(const pin& p) {
    namespace fs = std::filesystem;
    const fs::path path = p.path;
    std::error_code ignored;
    if (!fs::exists(path, ignored)) throw load_error(printable(p.path) + ": nothing to pin there");
    if (!fs::is_directory(path, ignored)) return read_file(p, path);

    std::vector<fs::path> files = opam_files(path);
    if (files.empty()) throw load_error(printable(p.path) + ": no opam file to pin in this folder");
    if (!p.name.empty()) {
      // Of several, only the one that was asked for.
      const auto other = [&](const fs::path& f) {
        return name_in_path(f).value_or(p.name) != p.name;
      };
      files.erase(std::remove_if(files.begin(), files.end(), other), files.end());
      if (files.empty()) {
        throw load_error(printable(p.path) + ": no opam file of " + printable(p.name));
      }
    }
    for (const fs::path& f : files) read_file(p, f);
  }

 private:
  /// opam's places, in its order: NAME.opam, NAME.opam/opam, opam, opam/opam, opam/NAME.opam.
  static std::vector<std::filesystem::path> opam_files(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    std::vector<fs::path> out;
    const auto add_named = [&](const fs::path& where) {
      std::vector<fs::path> found;
      std::error_code code;
      for (fs::directory_iterator i(where, code), end; !code && i != end; i.increment(code)) {
        std::error_code ignored;
        if (i->path().extension() != ".opam" || i->path().stem().empty()) continue;
        if (i->is_regular_file(ignored)) found.push_back(i->path());
        if (i->is_directory(ignored) && fs::is_regular_file(i->path() / "opam", ignored)) {
          found.push_back(i->path() / "opam");
        }
      }
      std::sort(found.begin(), found.end());
      out.insert(out.end(), found.begin(), found.end());
    };
    std::error_code ignored;
    add_named(folder);
    if (fs::is_regular_file(folder / "opam", ignored)) out.push_back(folder / "opam");
    if (fs::is_regular_file(folder / "opam" / "opam", ignored)) {
      out.push_back(folder / "opam" / "opam");
    }
    if (fs::is_directory(folder / "opam", ignored)) add_named(folder / "opam");
    return out;
  }

  /// NAME of NAME.opam and NAME.opam/opam.
  static std::optional<std::string> name_in_path(const std::filesystem::path& file) {
    if (file.extension() == ".opam") return file.stem().string();
    if (file.parent_path().extension() == ".opam") return file.parent_path().stem().string();
    return std::nullopt;
  }

  void read_file(const pin& p, const std::filesystem::path& file) {
    namespace fs = std::filesystem;
    const std::string path = file.generic_string();
    std::error_code code;
    const std::uintmax_t size = fs::file_size(file, code);
    if (code) return to_.problem(0, severity::error, path, code.message());
    if (!to_.admit(0, path, size)) return;
    std::ifstream in(file, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());

    std::string name = p.name;
    if (name.empty()) name = name_in_path(file).value_or("");
    if (name.empty()) {
      const syntax::parse_result parsed = syntax::parse_recovering(text, path);
      if (const auto field = parsed.tree.find("name");
          field && field->kind() == syntax::value_kind::string) {
        name = field->as_string();
      }
    }
    if (name.empty()) {
      fs::path folder = fs::absolute(file, code).lexically_normal().parent_path();
      if (folder.filename() == "opam") folder = folder.parent_path();
      name = folder.filename().string();
    }
    const std::string version = p.version.empty() ? "dev" : p.version;
    if (!is_package_name(name) || !is_package_version(version)) {
      return to_.problem(0, severity::error, path,
                         "'" + printable(name + '.' + version) +
                             "' is not NAME.VERSION as opam allows it; left out");
    }
    if (!names_.insert(name).second) {
      return to_.problem(0, severity::warning, path,
                         "another pin of " + name + " comes first; left out");
    }
    to_.add_version(0, name, version, path, std::move(text));
  }

  content_builder& to_;
  std::set<std::string> names_;
};

OPAMPLAN_INLINE source_content read_pins(const pin_source& from, content_builder& to) {
  pin_reader reader(to);
  for (const pin& p : from.pins) reader.read(p);
  source_content content = to.finish();
  content.info.label = "pins";
  content.info.pins = true;
  content.cacheable = false;
  return content;
}

}  // namespace opamplan::detail
