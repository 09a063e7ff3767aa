/// \file
/// Which packages a build step can name.
#pragma once

#include <algorithm>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/package/check_file.hpp"
#include "opamplan/plan/words.hpp"

namespace opamplan {
namespace plan_impl {

inline bool is_of_opam(char c) {
  return is_letter_or_digit(c) || std::string_view("_+~.-").find(c) != std::string_view::npos;
}

}  // namespace plan_impl

OPAMPLAN_INLINE std::string word_problem(const plan_package& package) {
  const std::string name = package.full_name();
  if (name.front() == '-' || name.front() == '.' ||
      !std::all_of(name.begin(), name.end(), plan_impl::is_of_opam)) {
    return json_string(name) + " is no name and version that a build can use";
  }
  for (const std::string& word : package.depexts) {
    const std::string what = name + " asks for the system package " + json_string(word);
    if (word.empty()) return what + ", an empty word";
    if (const std::string_view other = other_meaning(word); !other.empty()) {
      return what + ", which would be read as " + std::string(other);
    }
    if (std::any_of(word.begin(), word.end(), is_control)) {
      return what + ", which holds a control character";
    }
  }
  return {};
}

}  // namespace opamplan
