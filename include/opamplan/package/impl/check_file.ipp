#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "opamplan/package/check_file.hpp"
#include "opamplan/package/checksum.hpp"
#include "opamplan/package/impl/field_table.hpp"
#include "opamplan/package/version.hpp"

namespace opamplan {
namespace package_impl {

using syntax::value;
using syntax::value_kind;

/// Calls `visit(value)` for a value and everything in it, as written.
template <class Visit>
void for_each_value(const value& v, const Visit& visit) {
  visit(v);
  switch (v.kind()) {
    case value_kind::option:
      for_each_value(v.subject(), visit);
      [[fallthrough]];
    case value_kind::list:
    case value_kind::group:
      for (const value item : v.children()) for_each_value(item, visit);
      return;
    case value_kind::relation:
    case value_kind::logical:
    case value_kind::env_update:
      for_each_value(v.left(), visit);
      [[fallthrough]];
    case value_kind::prefix:
    case value_kind::prefix_relation:
      for_each_value(v.right(), visit);
      return;
    default:
      return;
  }
}

/// What opam lint asks of one file, in the order of its own numbers.
class checker {
 public:
  checker(const syntax::file& file, std::string_view name, std::string_view version)
      : file_(file), o_(opam_file::read(file)), name_(name), version_(version) {}

  std::vector<file_diagnostic> all() {
    check_format();
    check_identity();
    check_flags();
    check_available();
    check_dependencies("depends");
    check_dependencies("depopts");
    check_conflicts();
    check_depexts();
    check_sources();
    check_old_fields();
    std::stable_sort(o_.diagnostics.begin(), o_.diagnostics.end(),
                     [](const file_diagnostic& a, const file_diagnostic& b) {
                       return std::pair(a.position.line, a.position.column) <
                              std::pair(b.position.line, b.position.column);
                     });
    return std::move(o_.diagnostics);
  }

 private:
  void add(severity level, std::string_view field, const value& v, std::string message) {
    o_.diagnostics.push_back(
        {std::string(field), std::move(message), file_.locate(v.span().begin), level});
  }
  void add(severity level, std::string_view field, std::string message) {
    const auto v = file_.find(field);
    if (v) return add(level, field, *v, std::move(message));
    o_.diagnostics.push_back({std::string(field), std::move(message), {0, 0}, level});
  }

  void add_at(severity level, std::string_view field, std::uint32_t offset, std::string message) {
    o_.diagnostics.push_back({std::string(field), std::move(message), file_.locate(offset), level});
  }

  void check_format() {
    const auto v = file_.find("opam-version");
    if (!v) {
      return add(severity::error, "opam-version",
                 "absent: no opam 2 reads this file, nor a repository that holds it");
    }
    if (v->kind() != value_kind::string) return;
    const std::string& format = o_.opam_version;
    if (!is_version(format) || format[0] < '0' || format[0] > '9') {
      add(severity::error, "opam-version", "\"" + format + "\" is no version of opam's format");
    } else if (compare_versions(format, "2.0") > 0) {
      add(severity::error, "opam-version",
          "format " + format +
              ": opam 2.0 and 2.1 refuse a repository that holds it, later ones "
              "take the package only from opam " +
              format + " on, and without its content");
    } else if (compare_versions(format, "2.0") < 0) {
      add(severity::error, "opam-version",
          "format " + format +
              ", which is read as if it were 2.0; `opam admin upgrade` converts it");
    }
  }

  void check_identity() {
    if (!o_.name.empty() && o_.name != name_) {
      add(severity::error, "name",
          "the field says \"" + o_.name + "\", the folder " + std::string(name_));
    }
    if (!o_.version.empty() && !version_.empty() && o_.version != version_) {
      add(severity::error, "version",
          "the field says \"" + o_.version + "\", the folder " + std::string(version_));
    }
  }

  void check_flags() {
    static constexpr std::array<std::string_view, 7> known = {
        "avoid-version", "compiler", "conf", "deprecated", "light-uninstall", "plugin", "verbose"};
    for (const std::string& flag : o_.flags.all) {
      if (std::find(known.begin(), known.end(), flag) == known.end()) {
        add(severity::warning, file_.find("flags") ? "flags" : "tags",
            "unknown flag \"" + flag + "\"; it has no effect");
      }
    }
    if (o_.flags.conf &&
        (o_.url || !o_.extra_sources.empty() || !o_.install.empty() || !o_.remove.empty())) {
      add(severity::error, "flags",
          "a package flagged \"conf\" has no source and no install or remove commands");
    }
    if (o_.flags.light_uninstall && o_.remove.empty()) {
      add(severity::error, "flags", "\"light-uninstall\" without commands in `remove`");
    }
    if (o_.flags.plugin && name_.substr(0, 5) != "opam-") {
      add(severity::warning, "flags", "a plugin of opam has a name that begins with opam-");
    }
  }

  void check_available() {
    const auto v = file_.find("available");
    if (!v) return;
    for_each_value(*v, [&](const value& part) {
      if (part.kind() == value_kind::identifier && part.raw().find(':') != std::string_view::npos) {
        add(severity::error, "available", part,
            "the variable " + std::string(part.raw()) +
                " of a package; only variables of the system are known then");
      }
    });
    check_systems("available", *v);
  }

  /// Names of systems and machines that opam normalises to others.
  void check_systems(std::string_view field, const value& v) {
    static constexpr std::array<std::array<std::string_view, 3>, 11> other = {{
        {"arch", "amd64", "x86_64"},
        {"arch", "i386", "x86_32"},
        {"arch", "i586", "x86_32"},
        {"arch", "i686", "x86_32"},
        {"arch", "aarch64", "arm64"},
        {"arch", "armv7", "arm32"},
        {"arch", "armv7l", "arm32"},
        {"os", "darwin", "macos"},
        {"os", "osx", "macos"},
        {"os", "Linux", "linux"},
        {"os", "Win32", "win32"},
    }};
    for_each_value(v, [&](const value& part) {
      if (part.kind() != value_kind::relation) return;
      if (part.left().kind() != value_kind::identifier) return;
      if (part.right().kind() != value_kind::string) return;
      for (const auto& [variable, spelling, right] : other) {
        if (part.left().raw() == variable && part.right().as_string() == spelling) {
          add(severity::error, field, part.right(),
              "opam says \"" + std::string(right) + "\", never \"" + std::string(spelling) + "\"");
        }
      }
    });
  }

  void check_dependencies(std::string_view field) {
    const auto v = file_.find(field);
    if (!v) return;
    for_each_value(*v, [&](const value& part) {
      if (part.kind() == value_kind::option) {
        for (const value argument : part.children()) {
          check_condition(field, argument, field == "depopts");
        }
      }
    });
    check_systems(field, *v);
    if (field == "depopts") check_disjunction(field, *v);
  }

  void check_condition(std::string_view field, const value& condition, bool optional) {
    static constexpr std::array<std::array<std::string_view, 2>, 3> renamed = {
        {{"test", "with-test"}, {"doc", "with-doc"}, {"dev-setup", "with-dev-setup"}}};
    const auto is_flag = [](const value& part) {
      return part.kind() == value_kind::identifier &&
             (part.raw() == "build" || part.raw() == "post");
    };
    bool build = false;
    bool post = false;
    for_each_value(condition, [&](const value& part) {
      if (part.kind() == value_kind::prefix && part.oper() == syntax::op::negate &&
          is_flag(part.right())) {
        add(severity::error, field, part,
            "what !" + std::string(part.right().raw()) + " means is not defined");
      }
      if (part.kind() != value_kind::identifier) return;
      build = build || part.raw() == "build";
      post = post || part.raw() == "post";
      for (const auto& [old, now] : renamed) {
        if (part.raw() == old) {
          add(severity::warning, field, part,
              "the variable " + std::string(old) + " is never set; " + std::string(now) + " is");
        }
      }
    });
    if (post && (build || optional)) {
      add(severity::warning, field, condition,
          optional ? "\"post\" makes no sense for an optional dependency"
                   : "\"post\" makes no sense beside \"build\"");
    }
    check_text(field, condition);
  }

  /// A text where true or false is expected: `{"foo"}`, `{>= "1" "2"}`.
  void check_text(std::string_view field, const value& condition) {
    if (condition.kind() == value_kind::string) {
      const std::string text = condition.as_string();
      if (text != "true" && text != "false" && text.find("%{") == std::string::npos) {
        add(severity::warning, field, condition,
            "the text \"" + text + "\" is neither true nor false");
      }
    } else if (condition.kind() == value_kind::logical) {
      check_text(field, condition.left());
      check_text(field, condition.right());
    } else if (condition.kind() == value_kind::group) {
      for (const value item : condition.children()) check_text(field, item);
    }
  }

  void check_conflicts() {
    if (const auto v = file_.find("conflicts")) check_disjunction("conflicts", *v);
  }

  /// `&` among packages, where opam reads `|`.
  void check_disjunction(std::string_view field, const value& v) {
    if (v.kind() == value_kind::logical) {
      if (v.oper() == syntax::op::conj) {
        add(severity::warning, field, v, "`&` among packages is read as `|` here");
      }
      check_disjunction(field, v.left());
      check_disjunction(field, v.right());
    } else if (v.kind() == value_kind::list || v.kind() == value_kind::group) {
      for (const value item : v.children()) check_disjunction(field, item);
    }
  }

  void check_depexts() {
    const auto v = file_.find("depexts");
    if (!v) return;
    for (const external_dependency& d : o_.depexts) {
      for (const std::string& p : d.packages) {
        if (p.empty() || p.find_first_of(" \t\n") != std::string::npos) {
          add(severity::warning, "depexts", *v,
              "\"" + p + "\" is not the name of a system package: spaces, or nothing at all");
        } else if (const std::string_view other = other_meaning(p); !other.empty()) {
          add(severity::warning, "depexts", *v,
              "\"" + p + "\" would be read as " + std::string(other) +
                  " by package managers: no build can install it");
        }
      }
    }
    check_systems("depexts", *v);
  }

  void check_sources() {
    const auto check_archive = [&](const source_archive& a, std::string_view section,
                                   std::uint32_t where) {
      for (const std::string& sum : a.checksums) {
        if (parse_checksum(sum)) continue;
        add_at(severity::error, section, where,
               "\"" + sum + "\" is no checksum: md5=, sha256= or sha512= and hexadecimal digits");
      }
      const bool is_archive = a.url.compare(0, 4, "http") == 0 || a.url.compare(0, 3, "ftp") == 0;
      if (is_archive && a.checksums.empty() && a.url.find(".git") == std::string::npos) {
        add_at(severity::warning, section, where, "no checksum: what is built may change");
      }
    };
    bool url_seen = false;
    auto extra = o_.extra_sources.begin();
    for (const syntax::item item : file_.items()) {
      if (!item.is_section()) continue;
      if (item.name() == "url" && !std::exchange(url_seen, true) && o_.url) {
        check_archive(*o_.url, "url", item.span().begin);
      }
      const auto label = item.name() == "extra-source" ? item.label() : std::nullopt;
      if (label && extra != o_.extra_sources.end() && extra->name == label->as_string()) {
        check_archive(*extra++, "extra-source", item.span().begin);
      }
    }
    for (const auto& [file, sum] : o_.extra_files) {
      if (!parse_checksum(sum)) {
        add(severity::error, "extra-files", "\"" + sum + "\" is no checksum");
      }
    }
  }

  void check_old_fields() {
    if (file_.find("ocaml-version")) {
      add(severity::error, "ocaml-version", "of opam 1; a dependency on `ocaml` says it now");
    }
    if (file_.find("os"))
      add(severity::error, "os", "of opam 1; `available: os = ...` says it now");
    for (const char* field : {"build-test", "build-doc"}) {
      if (file_.find(field)) {
        add(severity::warning, field, "of opam 1; `run-test`, with-test and with-doc say it now");
      }
    }
  }

  const syntax::file& file_;
  opam_file o_;
  std::string_view name_;
  std::string_view version_;
};

}  // namespace package_impl

OPAMPLAN_INLINE std::vector<file_diagnostic> check_file(const syntax::file& file,
                                                        std::string_view name,
                                                        std::string_view version) {
  return package_impl::checker(file, name, version).all();
}

OPAMPLAN_INLINE std::string_view other_meaning(std::string_view word) noexcept {
  if (word.empty()) return {};
  if (word.front() == '-') return "an option";
  if (word.front() == '!' || word.front() == '~' || word.back() == '-') return "a removal";
  const bool archive = word.ends_with(".deb") || word.ends_with(".rpm") || word.ends_with(".apk") ||
                       word.find(".pkg.tar") != std::string_view::npos;
  if (word.front() == '/' || word.front() == '.' || word.find("://") != std::string_view::npos ||
      (archive && word.find('/') != std::string_view::npos)) {
    return "a file or an address";
  }
  if (word.find_first_of("*?[") != std::string_view::npos) return "a pattern";
  return {};
}

}  // namespace opamplan
