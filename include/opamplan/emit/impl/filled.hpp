/// \file
/// Texts with places to fill in.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace opamplan::emit_impl {

/// The text with what `values` have for each `@NAME@`. What is filled in is not read again, and
/// other `@` stay.
inline std::string filled(
    std::string_view text,
    std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    std::size_t read = 1;
    std::string_view by = rest.substr(0, read);
    for (const auto& [name, value] : values) {
      if (rest.front() == '@' && rest.substr(1, name.size()) == name &&
          rest.substr(1 + name.size(), 1) == "@") {
        read = name.size() + 2;
        by = value;
      }
    }
    out += by;
    at += read;
  }
  return out;
}

}  // namespace opamplan::emit_impl
