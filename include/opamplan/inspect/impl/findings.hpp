/// \file
/// What both inspectors say.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/inspect/doctor.hpp"

namespace opamplan::inspect_impl {

inline void exceed(std::vector<plan_finding>& findings, const char* limit, std::string where,
                   std::size_t value, std::size_t allowed, const char* what, const char* remedy) {
  if (allowed == 0 || value <= allowed) return;
  std::string text = fmt::format("{}: {} {}, {} are allowed", where, value, what, allowed);
  findings.push_back({limit, std::move(where), value, allowed, std::move(text), remedy});
}

inline void broken(std::vector<plan_finding>& findings, std::string where, std::string_view what,
                   const char* remedy) {
  std::string text = fmt::format("{}: {}", where, what);
  findings.push_back({"contents", std::move(where), 0, 0, std::move(text), remedy});
}

/// The repository of an image's reference has capital letters; host, tag and digest may.
inline bool has_capitals(std::string_view reference) {
  reference = reference.substr(0, reference.find('@'));
  const std::size_t slash = reference.find('/');
  const std::string_view host = reference.substr(0, slash);
  if (slash != std::string_view::npos &&
      (host.find_first_of(".:$") != std::string_view::npos || host == "localhost")) {
    reference.remove_prefix(slash + 1);
  }
  const std::size_t last = reference.rfind('/') + 1;  // 0 after npos
  reference = reference.substr(0, reference.find(':', last));
  return std::any_of(reference.begin(), reference.end(),
                     [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace opamplan::inspect_impl
