/// \file
/// The table of spellings: uname's, Docker's, Debian's, Rust's and Windows' names.
#pragma once

#include <fmt/format.h>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/package/spelling.hpp"

namespace opamplan {
namespace package_impl {

struct spelling {
  std::string_view variable;
  std::string_view opam;
  std::string_view others;  // each between spaces
};

inline constexpr spelling spellings[] = {
    {"arch", "x86_64", " amd64 x64 x86-64 intel64 em64t "},
    {"arch", "x86_32", " x86 i386 i486 i586 i686 ia32 386 "},
    {"arch", "arm64", " aarch64 aarch64_be aarch64-be armv8 armv8l armv8b arm64v8 arm64-v8 "},
    {"arch", "arm32", " arm armv5 armv6 armv6l armv7 armv7l armhf armel arm32v7 arm32-v7 "},
    {"arch", "ppc64", " ppc64le ppc64el powerpc64 powerpc64le "},
    {"arch", "ppc32", " ppc powerpc ppcle ppc32le "},
    {"arch", "riscv64", " riscv riscv64gc "},
    {"arch", "s390x", " s390 "},
    {"os", "linux", " gnu/linux gnu-linux "},
    {"os", "macos", " darwin osx mac macosx mac-os "},
    {"os", "win32", " windows win win64 windows_nt mingw msvc "},
    {"os-distribution", "arch", " archlinux arch-linux "},
    {"os-distribution", "rhel", " redhat red-hat "},
    {"os-distribution", "almalinux", " alma "},
    {"os-distribution", "rocky", " rockylinux rocky-linux "},
    {"os-distribution", "ol", " oracle oraclelinux oracle-linux "},
    {"os-distribution", "amzn", " amazon amazonlinux amazon-linux "},
    {"os-distribution", "opensuse-leap", " leap "},
    {"os-distribution", "opensuse-tumbleweed", " tumbleweed "},
    {"os-distribution", "homebrew", " brew "},
    {"os-distribution", "macports", " ports port "},
    {"os-family", "arch", " archlinux "},
    {"os-family", "rhel", " redhat red-hat "},
    {"os-family", "windows", " win32 win "},
};

}  // namespace package_impl

OPAMPLAN_INLINE std::string opam_spelling(std::string_view variable, std::string_view value) {
  if (variable != "arch" && variable != "os" && variable != "os-distribution" &&
      variable != "os-family") {
    return std::string(value);
  }
  const std::string lower = lower_case(value);  // opam writes all of them so
  const std::string word = " " + lower + " ";
  for (const package_impl::spelling& s : package_impl::spellings) {
    if (s.variable == variable && s.others.find(word) != std::string_view::npos) {
      return std::string(s.opam);
    }
  }
  return lower;
}

OPAMPLAN_INLINE void require_opam_spelling(std::string_view variable, std::string_view value) {
  const std::string opam = opam_spelling(variable, value);
  if (opam == value) return;
  throw invalid_request(
      fmt::format("opam knows no {} \"{}\"{}", variable, value, did_you_mean(std::array{opam})));
}

}  // namespace opamplan
