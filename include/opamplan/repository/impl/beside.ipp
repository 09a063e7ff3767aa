#pragma once

#include <algorithm>
#include <array>

#include "opamplan/repository/impl/beside.hpp"
#include "opamplan/syntax/parser.hpp"
#include "opamplan/syntax/printer.hpp"

namespace opamplan::repository_impl {

OPAMPLAN_INLINE bool wants_url(const syntax::file& opam) noexcept {
  const auto items = opam.items();
  return std::none_of(items.begin(), items.end(),
                      [](const syntax::item& i) { return i.is_section() && i.name() == "url"; });
}

OPAMPLAN_INLINE bool wants_descr(const syntax::file& opam) noexcept {
  return !opam.find("synopsis") && !opam.find("description") && !opam.find("descr");
}

OPAMPLAN_INLINE std::string url_section(const syntax::file& url) {
  static constexpr std::array<std::string_view, 11> known = {
      "src",   "archive", "http",     "git",     "darcs", "hg",
      "local", "mirrors", "checksum", "subpath", "swhid"};
  std::string fields;
  for (const syntax::item i : url.items()) {
    if (i.is_section() || std::find(known.begin(), known.end(), i.name()) == known.end()) continue;
    fields += "  " + std::string(i.name()) + ": " + syntax::print(i.value()) + '\n';
  }
  return fields.empty() ? fields : "url {\n" + fields + "}\n";
}

inline std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
  const std::size_t end = text.find_last_not_of(blanks) + 1;  // npos + 1 is 0
  return end <= begin ? std::string_view{} : text.substr(begin, end - begin);
}

OPAMPLAN_INLINE std::string descr_fields(std::string_view descr) {
  const std::size_t line = std::min(descr.find('\n'), descr.size());
  const std::string_view synopsis = trimmed(descr.substr(0, line));
  const std::string_view rest = trimmed(descr.substr(line));
  std::string out;
  if (!synopsis.empty()) out += "synopsis: " + syntax::quote(synopsis) + '\n';
  if (!rest.empty()) out += "description: " + syntax::quote(rest) + '\n';
  return out;
}

OPAMPLAN_INLINE void read_repo_text(const std::string& text, source_info& info) {
  if (text.empty()) return;
  const syntax::parse_result parsed = syntax::parse_recovering(text, "repo");
  const auto is_string = [](const syntax::value& v) {
    return v.kind() == syntax::value_kind::string;
  };
  if (const auto v = parsed.tree.find("opam-version"); v && is_string(*v)) {
    info.opam_version = v->as_string();
  }
  const auto mirrors = parsed.tree.find("archive-mirrors");
  if (!mirrors) return;
  if (is_string(*mirrors)) info.archive_mirrors.push_back(mirrors->as_string());
  if (mirrors->kind() != syntax::value_kind::list) return;
  for (const syntax::value v : mirrors->children()) {
    if (is_string(v)) info.archive_mirrors.push_back(v.as_string());
  }
}

}  // namespace opamplan::repository_impl
