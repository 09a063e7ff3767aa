#pragma once

#include "opamplan/base/config.hpp"
#include "opamplan/repository/detail/text.hpp"

namespace opamplan::detail {

/// The length of the well-formed UTF-8 sequence at `text[i]`; 0 if there is none.
OPAMPLAN_INLINE std::size_t utf8_length(std::string_view text, std::size_t i) noexcept {
  const auto byte = [&](std::size_t k) -> unsigned {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U;
  };
  const auto follows = [&](std::size_t k) { return (byte(k) & 0xC0U) == 0x80U; };
  const unsigned b = byte(i);
  if (b < 0x80) return 1;
  if (b >= 0xC2 && b <= 0xDF) return follows(i + 1) ? 2 : 0;
  if (b >= 0xE0 && b <= 0xEF) {
    const unsigned second = byte(i + 1);
    if (b == 0xE0 && second < 0xA0) return 0;  // longer than needed
    if (b == 0xED && second > 0x9F) return 0;  // surrogates
    return follows(i + 1) && follows(i + 2) ? 3 : 0;
  }
  if (b >= 0xF0 && b <= 0xF4) {
    const unsigned second = byte(i + 1);
    if (b == 0xF0 && second < 0x90) return 0;
    if (b == 0xF4 && second > 0x8F) return 0;  // beyond U+10FFFF
    return follows(i + 1) && follows(i + 2) && follows(i + 3) ? 4 : 0;
  }
  return 0;
}

OPAMPLAN_INLINE std::string printable(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t n = utf8_length(bytes, i);
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (n == 0 || byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
      ++i;
    } else {
      out.append(bytes.substr(i, n));
      i += n;
    }
  }
  return out;
}

OPAMPLAN_INLINE std::string as_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t n = utf8_length(bytes, i);
    if (n == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
    } else {
      out.append(bytes.substr(i, n));
      i += n;
    }
  }
  return out;
}

OPAMPLAN_INLINE bool is_package_name(std::string_view text) noexcept {
  bool letter = false;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      letter = true;
    } else if (!((c >= '0' && c <= '9') || c == '-' || c == '_' || c == '+')) {
      return false;
    }
  }
  return letter;
}

OPAMPLAN_INLINE bool is_package_version(std::string_view text) noexcept {
  for (const char c : text) {
    const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_' || c == '+' || c == '.' || c == '~';
    if (!ok) return false;
  }
  return !text.empty();
}

OPAMPLAN_INLINE std::optional<name_and_version> split_full_name(std::string_view text) noexcept {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const name_and_version parts{text.substr(0, dot), text.substr(dot + 1)};
  if (!is_package_name(parts.name) || !is_package_version(parts.version)) return std::nullopt;
  return parts;
}

OPAMPLAN_INLINE std::string_view base_name(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

OPAMPLAN_INLINE std::string_view folder_name(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

OPAMPLAN_INLINE std::optional<side_path> split_side_path(std::string_view path) noexcept {
  constexpr std::string_view inside = "/files/";
  for (std::size_t at = path.find(inside); at != std::string_view::npos;
       at = path.find(inside, at + 1)) {
    const std::string_view folder = path.substr(0, at);
    if (split_full_name(base_name(folder))) return side_path{folder, path.substr(at + 1)};
  }
  const std::string_view name = base_name(path);
  if (name != "url" && name != "descr") return std::nullopt;
  if (!split_full_name(base_name(folder_name(path)))) return std::nullopt;
  return side_path{folder_name(path), name};
}

}  // namespace opamplan::detail
