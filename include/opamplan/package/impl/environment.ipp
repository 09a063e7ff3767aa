/// \file
/// Presets, the host, and the canonical text of environments.
#pragma once

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/package/spelling.hpp"

namespace opamplan {

OPAMPLAN_INLINE std::string to_string(const variable_value& v) {
  if (const bool* b = std::get_if<bool>(&v)) return *b ? "true" : "false";
  return std::get<std::string>(v);
}

OPAMPLAN_INLINE std::optional<bool> as_bool(const variable_value& v) noexcept {
  if (const bool* b = std::get_if<bool>(&v)) return *b;
  const std::string& s = *std::get_if<std::string>(&v);
  if (s == "true") return true;
  if (s == "false") return false;
  return std::nullopt;
}

OPAMPLAN_INLINE variable_value parse_variable_value(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::string(text);
}

OPAMPLAN_INLINE std::string environment::canonical_text() const {
  std::string out;
  for (const auto& [name, value] : values_) {
    out += name;
    out += " = ";
    if (std::holds_alternative<bool>(value)) {
      out += to_string(value);
    } else {
      out += '"';
      for (const char c : std::get<std::string>(value)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
      }
      out += '"';
    }
    out += '\n';
  }
  return out;
}

OPAMPLAN_INLINE std::string preset_image(const environment& env) {
  const auto is = [&](std::string_view name, std::string_view wanted) {
    const variable_value* const value = env.get(name);
    return wanted.empty() ? value == nullptr : value != nullptr && to_string(*value) == wanted;
  };
  for (const environment_preset& preset : environment_presets()) {
    if (preset.os == "linux" && is("os", preset.os) && is("os-distribution", preset.distribution) &&
        is("os-version", preset.version)) {
      return std::string(preset.image);
    }
  }
  return {};
}

OPAMPLAN_INLINE environment parse_environment(std::string_view canonical_text) {
  constexpr std::string_view equals = " = ";
  environment env;
  std::string_view rest = canonical_text;
  const auto fail = [&]() -> std::size_t {
    throw invalid_request("an environment is one `name = value` a line, not \"" +
                          std::string(rest.substr(0, rest.find('\n'))) + "\"");
  };
  while (!rest.empty()) {
    const std::size_t name = rest.find(equals);
    if (name == std::string_view::npos) fail();
    std::size_t at = name + equals.size();
    variable_value value;
    if (rest.substr(at, 1) == "\"") {
      std::string text;
      for (++at; at < rest.size() && rest[at] != '"'; ++at) {
        if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
        text += rest[at];
      }
      value = std::move(text);
      at += 1;
    } else {
      const std::size_t end = std::min(rest.find('\n', at), rest.size());
      const std::string_view word = rest.substr(at, end - at);
      if (word != "true" && word != "false") fail();
      value = word == "true";
      at = end;
    }
    if (rest.substr(std::min(at, rest.size()), 1) != "\n") fail();
    env.set(std::string(rest.substr(0, name)), std::move(value));
    rest.remove_prefix(at + 1);
  }
  return env;
}

OPAMPLAN_INLINE std::uint64_t environment::digest() const {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : canonical_text()) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

OPAMPLAN_INLINE const std::vector<environment_preset>& environment_presets() {
  static const std::vector<environment_preset> presets = {
      {"almalinux-8", "linux", "almalinux", "rhel", "8", "almalinux:8", ""},
      {"almalinux-9", "linux", "almalinux", "rhel", "9", "almalinux:9", ""},
      {"alpine-3.20", "linux", "alpine", "alpine", "3.20", "alpine:3.20", "2.1.6"},
      {"alpine-3.21", "linux", "alpine", "alpine", "3.21", "alpine:3.21", ""},
      {"alpine-3.22", "linux", "alpine", "alpine", "3.22", "alpine:3.22", ""},
      {"arch", "linux", "arch", "arch", "", "archlinux:latest", ""},
      {"centos-9", "linux", "centos", "rhel", "9", "", ""},
      {"debian-11", "linux", "debian", "debian", "11", "debian:11", "2.0.8"},
      {"debian-12", "linux", "debian", "debian", "12", "debian:12", "2.1.2"},
      {"debian-13", "linux", "debian", "debian", "13", "debian:13", "2.3.0"},
      {"debian-sid", "linux", "debian", "debian", "", "debian:sid", "2.6.1"},
      {"fedora-41", "linux", "fedora", "fedora", "41", "fedora:41", ""},
      {"fedora-42", "linux", "fedora", "fedora", "42", "fedora:42", "2.5.0"},
      {"freebsd", "freebsd", "freebsd", "bsd", "1403000", "", ""},
      {"macos-homebrew", "macos", "homebrew", "homebrew", "15", "", ""},
      {"opensuse-leap", "linux", "opensuse-leap", "suse", "15.6", "opensuse/leap:15.6", ""},
      {"opensuse-tumbleweed", "linux", "opensuse-tumbleweed", "opensuse", "20251101",
       "opensuse/tumbleweed", ""},
      {"ubuntu-20.04", "linux", "ubuntu", "debian", "20.04", "ubuntu:20.04", ""},
      {"ubuntu-22.04", "linux", "ubuntu", "debian", "22.04", "ubuntu:22.04", "2.1.2"},
      {"ubuntu-24.04", "linux", "ubuntu", "debian", "24.04", "ubuntu:24.04", ""},
      {"ubuntu-26.04", "linux", "ubuntu", "debian", "26.04", "ubuntu:26.04", ""},
      {"windows", "win32", "cygwin", "windows", "10.0.20348", "", ""},
  };
  return presets;
}

namespace package_impl {

// Where a system has no opam of its own, or not one that is known.
inline constexpr std::string_view usual_opam = "2.3.0";

inline environment environment_of(std::string_view arch, std::string_view os,
                                  std::string_view distribution, std::string_view family,
                                  std::string_view version, std::string_view opam_version = {}) {
  environment env;
  env.set("arch", std::string(arch));
  env.set("os", std::string(os));
  env.set("os-distribution", std::string(distribution));
  env.set("os-family", std::string(family));
  if (!version.empty()) env.set("os-version", std::string(version));
  env.set("opam-version", std::string(opam_version.empty() ? usual_opam : opam_version));
  for (const char* name : {"version", "arch", "cc", "libc", "system"}) {
    env.set(std::string("sys-ocaml-") + name, "");
  }
  env.set("ocaml:native", true);
  return env;
}

}  // namespace package_impl

OPAMPLAN_INLINE environment preset_environment(std::string_view name, std::string_view arch) {
  const auto& presets = environment_presets();
  const auto it = std::find_if(presets.begin(), presets.end(),
                               [&](const environment_preset& p) { return p.name == name; });
  if (it == presets.end()) {
    std::vector<std::string> known;
    for (const auto& p : presets) known.emplace_back(p.name);
    throw invalid_request(
        fmt::format("unknown environment \"{}\"{}", name, did_you_mean_one_of(known, name)));
  }
  require_opam_spelling("arch", arch);
  return package_impl::environment_of(arch, it->os, it->distribution, it->family, it->version,
                                      it->opam_version);
}

OPAMPLAN_INLINE environment host_environment() {
  utsname system{};
  uname(&system);
  const std::string arch = opam_spelling("arch", system.machine);
  const std::string_view kernel = system.sysname;
  if (kernel == "Darwin") {
    return package_impl::environment_of(arch, "macos", "homebrew", "homebrew", system.release);
  }
  if (kernel != "Linux") {
    const std::string os = opam_spelling("os", kernel);
    const bool bsd = os.find("bsd") != std::string::npos;
    return package_impl::environment_of(arch, os, os, bsd ? "bsd" : os, system.release);
  }
  std::map<std::string, std::string> release;
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    std::string value = line.substr(equals + 1);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')) {
      value = value.substr(1, value.size() - 2);
    }
    release[line.substr(0, equals)] = value;
  }
  const std::string distribution =
      opam_spelling("os-distribution", release.count("ID") != 0 ? release["ID"] : "linux");
  const std::string like = release["ID_LIKE"];
  const std::string family =
      like.empty() ? distribution : opam_spelling("os-family", like.substr(0, like.find(' ')));
  return package_impl::environment_of(arch, "linux", distribution, family, release["VERSION_ID"]);
}

OPAMPLAN_INLINE environment with_ocaml(environment env, std::string_view version) {
  env.set("ocaml:version", std::string(version));
  return env;
}

}  // namespace opamplan
