/// \file
/// Reading an atom: versions get their quotes, then it is opam's language.
#pragma once

#include <algorithm>
#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/package/atom_text.hpp"
#include "opamplan/package/dependency.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan {
namespace package_impl {

/// The constraint with every version in quotes.
inline std::string with_quotes(std::string_view constraint) {
  constexpr std::string_view ends = " &|()<>=!\"";
  std::string out;
  for (std::size_t at = 0; at < constraint.size();) {
    const char c = constraint[at];
    std::size_t end = at + 1;
    if (c == '"') {  // it has them
      end = std::min(constraint.find('"', end), constraint.size() - 1) + 1;
      out += constraint.substr(at, end - at);
    } else if (ends.find(c) == ends.npos) {
      end = std::min(constraint.find_first_of(ends, at), constraint.size());
      out += '"' + std::string(constraint.substr(at, end - at)) + '"';
    } else {
      out += c;
    }
    at = end;
  }
  return out;
}

}  // namespace package_impl

OPAMPLAN_INLINE package_atom parse_atom(std::string_view text) {
  const auto refuse = [&] {
    throw invalid_request("\"" + std::string(text) +
                          "\" is no package with a constraint, such as dune >= 3.0 & < 4.0");
  };
  const std::size_t end = std::min(text.find_first_of(" =<>!.\"{}[]()&|"), text.size());
  const std::string name(text.substr(0, end));
  if (name.empty()) refuse();
  std::string rest(text.substr(end));
  if (rest.find_first_not_of(' ') == rest.npos) return {name, {}};
  if (rest.front() == '.') rest = "= " + rest.substr(1);
  try {
    const syntax::file file =
        syntax::parse("depends: [\"" + name + "\" {" + package_impl::with_quotes(rest) + "}]");
    const package_formula f =
        evaluate_depends(read_depends(file), environment(), name, "", dependency_context());
    if (!f.is_atom() || f.atom.constraint.is_empty()) refuse();
    return f.atom;
  } catch (const syntax::parse_error&) {
    refuse();
  }
  return {};
}

}  // namespace opamplan
