/// \file
/// Syntax trees as JSON: one object a line, for other programs.
///
/// A file is `{"file":LABEL,"items":[ITEM...]}`; an item `{"var":NAME,"value":V}` or
/// `{"section":KIND,"name":LABEL,"items":[...]}` (no name: no label); a value one of `{"bool":b}`,
/// `{"int":i}`, `{"str":s}`, `{"id":s}`, `{"list":[V]}`, `{"group":[V]}`, `{"opt":V,"args":[V]}`,
/// `{"rel":op,"l":V,"r":V}`, `{"prel":op,"r":V}`, `{"log":op,"l":V,"r":V}`, `{"pfx":op,"r":V}`,
/// `{"env":op,"l":V,"r":V}`. Bytes of a string that are not UTF-8 become `\udc80` to `\udcff`,
/// which Python's `surrogateescape` turns back.
#pragma once

#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/syntax/ast.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan::syntax {

/// One line without its end.
[[nodiscard]] std::string to_json(const file& f, std::string_view label);
[[nodiscard]] std::string to_json(const value& v);

/// `{"file":LABEL,"error":"LINE:COLUMN: MESSAGE"}`.
[[nodiscard]] std::string to_json(const parse_diagnostic& d, std::string_view label);

/// The same as `to_json`, appended to `out`.
void append_json(const file& f, std::string_view label, std::string& out);
void append_json(const value& v, std::string& out);
void append_json(const parse_diagnostic& d, std::string_view label, std::string& out);

}  // namespace opamplan::syntax

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/syntax/impl/json.ipp"
#endif
