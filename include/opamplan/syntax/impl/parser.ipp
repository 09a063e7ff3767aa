/// \file
/// Parsing: checks of the whole text, the parser, and who owns the result.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/syntax/impl/diagnose.hpp"
#include "opamplan/syntax/impl/parser.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan::syntax {
namespace syntax_impl {

/// What a file's views look into; on the heap, so that moving a file moves nothing.
struct storage {
  std::string text;
  std::vector<node> nodes;
  syntax::tree tree;
};

inline file make_file(std::shared_ptr<storage> s, std::string path) {
  s->tree.text = s->text;
  s->tree.nodes = s->nodes;
  const syntax::tree* const tree = &s->tree;
  return file(std::shared_ptr<const syntax::tree>(std::move(s), tree), std::move(path));
}

inline void check_size(std::string_view text, const parse_options& options) {
  const std::uint32_t limit = std::min(options.max_bytes, 1U << 31U);
  if (text.size() <= limit) return;
  throw failure{{limit, limit},
                std::to_string(text.size()) + " bytes long; the limit is " + std::to_string(limit),
                ""};
}

inline void check_encoding(std::string_view text) {
  if (!text.starts_with("\xff\xfe") && !text.starts_with("\xfe\xff")) return;
  throw failure{{0, 2}, "UTF-16, which opam does not read: save the file as UTF-8", ""};
}

inline failure bad_byte(std::string_view text, std::size_t at) {
  const auto begin = static_cast<std::uint32_t>(at);
  return {{begin, begin + 1}, text[at] == '\0' ? "NUL byte" : "byte that is not UTF-8", ""};
}

inline void check_bytes(std::string_view text, const parse_options& options) {
  if (options.any_bytes) return;
  const std::size_t at = find_bad_byte(text, 0);
  if (at != std::string_view::npos) throw bad_byte(text, at);
}

// Calls `work`; what fails in the text is thrown as a parse_error.
template <class Work>
void parse_or_throw(std::string_view text, std::string_view path, Work&& work) {
  try {
    work();
  } catch (failure& f) {
    throw parse_error(diagnoser(text, path)(std::move(f)));
  }
}

}  // namespace syntax_impl

OPAMPLAN_INLINE std::string parse_diagnostic::to_string() const {
  std::string out = printable(path);
  if (!out.empty()) out += ':';
  out += std::to_string(where.line);
  out += ':';
  out += std::to_string(where.column);
  out += ": ";
  out += message;
  if (!expected.empty()) out += ", expected " + expected;
  if (!source_line.empty()) out += "\n  " + source_line + "\n  " + caret;
  return out;
}

OPAMPLAN_INLINE void parse_nodes(std::string_view text, std::vector<node>& nodes,
                                 std::string_view path, parse_options options) {
  syntax_impl::parse_or_throw(text, path, [&] {
    syntax_impl::check_size(text, options);
    syntax_impl::check_encoding(text);
    syntax_impl::check_bytes(text, options);
    syntax_impl::parser(text, nodes, options).parse_items(nullptr);
  });
}

OPAMPLAN_INLINE file parse(std::string text, std::string path, parse_options options) {
  auto s = std::make_shared<syntax_impl::storage>();
  s->text = std::move(text);
  parse_nodes(s->text, s->nodes, path, options);
  return syntax_impl::make_file(std::move(s), std::move(path));
}

OPAMPLAN_INLINE parse_result parse_recovering(std::string text, std::string path,
                                              parse_options options) {
  auto s = std::make_shared<syntax_impl::storage>();
  s->text = std::move(text);
  std::vector<syntax_impl::failure> failures;
  try {
    syntax_impl::check_size(s->text, options);
    syntax_impl::check_encoding(s->text);
    for (std::size_t at = options.any_bytes ? s->text.npos : syntax_impl::find_bad_byte(s->text, 0);
         at != s->text.npos && failures.size() < options.max_errors;
         at = syntax_impl::find_bad_byte(s->text, at + 1)) {
      failures.push_back(syntax_impl::bad_byte(s->text, at));
    }
    syntax_impl::parser(s->text, s->nodes, options).parse_items(&failures);
  } catch (syntax_impl::failure& f) {
    failures.push_back(std::move(f));
  }
  const auto begins_before = [](const syntax_impl::failure& a, const syntax_impl::failure& b) {
    return a.where.begin < b.where.begin;
  };
  std::stable_sort(failures.begin(), failures.end(), begins_before);
  parse_result result;
  syntax_impl::diagnoser diagnose(s->text, path);
  for (syntax_impl::failure& f : failures) {
    // A bad byte outside strings and comments is a bad token too: once is enough.
    if (!result.errors.empty() && result.errors.back().span == f.where) continue;
    if (result.errors.size() >= std::max(options.max_errors, 1U)) break;
    result.errors.push_back(diagnose(std::move(f)));
  }
  result.tree = syntax_impl::make_file(std::move(s), std::move(path));
  return result;
}

OPAMPLAN_INLINE file parse_value(std::string text, parse_options options) {
  auto s = std::make_shared<syntax_impl::storage>();
  s->text = std::move(text);
  syntax_impl::parse_or_throw(s->text, "", [&] {
    syntax_impl::check_size(s->text, options);
    syntax_impl::check_encoding(s->text);
    syntax_impl::check_bytes(s->text, options);
    syntax_impl::parser(s->text, s->nodes, options).parse_only_value();
  });
  return syntax_impl::make_file(std::move(s), "");
}

}  // namespace opamplan::syntax
