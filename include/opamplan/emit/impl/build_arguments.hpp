/// \file
/// Build arguments as words of a command line.
#pragma once

#include <string>
#include <string_view>

#include "opamplan/base/error.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/emit/recipe.hpp"

namespace opamplan::emit_impl {

/// Whether a text is one line for all that read it: YAML ends lines at U+0085, U+2028 and U+2029
/// too, and takes no other control character and nothing that is not UTF-8.
inline bool is_one_line(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    const std::size_t length = utf8_length(p, end);
    if (length == 0 || is_control(*p)) return false;
    const std::string_view character(p, length);
    const bool is_c1 = character >= "\xc2\x80" && character < "\xc2\xa0";
    if (is_c1 || character == "\xe2\x80\xa8" || character == "\xe2\x80\xa9") return false;
    p += length;
  }
  return true;
}

/// Each as `option` and one word, `prefix` and NAME=VALUE, which `quoted` makes.
template <class Quoted>
std::string argument_words(const emit_options& options, const std::string& option,
                           const std::string& prefix, const Quoted& quoted) {
  std::string out;
  for (const auto& [name, value] : options.build_args) {
    if (!is_one_line(value)) {
      throw invalid_request("build argument " + build_argument_name(name) + ": " +
                            json_string(value) + " does not fit into a line");
    }
    out += option + ' ' + quoted(prefix + build_argument_name(name) + '=' + value) + ' ';
  }
  return out;
}

}  // namespace opamplan::emit_impl
