/// \file
/// The parser: recursive descent with bounded depth, appending to one array of nodes.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "opamplan/config.hpp"
#include "opamplan/syntax/lexer.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan::syntax {
namespace parser_detail {

/// Thrown inside the parser only; becomes a `parse_diagnostic`.
struct failure {
  syntax::span where;
  std::string message;
  std::string expected;
};

class parser {
 public:
  parser(std::string_view text, const parse_options& options)
      : text_(text), options_(options), lexer_(text) {
    nodes_.reserve(text.size() / 10 + 8);
    node root;
    root.what = node::type::section;
    nodes_.push_back(root);
  }

  /// All items up to the end. With `errors`, failures go there and reading goes on.
  void parse_items(std::vector<failure>* errors) {
    chain items;
    advance(errors);
    while (token_.kind != token_kind::end) {
      const std::uint32_t begin = token_.begin;
      const std::size_t known_nodes = nodes_.size();
      try {
        const std::uint32_t i = parse_item(0);
        check_opam_version(nodes_[i], items.first == no_node);
        append(items, i);
      } catch (failure& f) {
        if (errors == nullptr) throw;
        nodes_.resize(known_nodes);
        // The line of the error may itself be the next item, after a list without its end.
        const std::size_t line_break = text_.substr(0, f.where.begin).rfind('\n');
        const bool later_line = line_break != std::string_view::npos && line_break > begin;
        errors->push_back(std::move(f));
        lexer_.seek(next_item_line(later_line ? static_cast<std::uint32_t>(line_break) : begin));
        advance(errors);
      }
    }
    nodes_[0].first = items.first;
  }

  /// One value and nothing else, as an item without a name.
  void parse_only_value() {
    advance(nullptr);
    const std::uint32_t v = parse_value(0);
    if (token_.kind != token_kind::end) fail("the end of the value");
    node item;
    item.what = node::type::variable;
    item.begin = item.name_end = nodes_[v].begin;
    item.end = nodes_[v].end;
    item.first = v;
    nodes_[0].first = add(item);
  }

  std::vector<node> take_nodes() { return std::move(nodes_); }

 private:
  struct chain {
    std::uint32_t first = no_node;
    std::uint32_t last = no_node;
  };

  void append(chain& c, std::uint32_t index) {
    if (c.first == no_node) {
      c.first = index;
    } else {
      nodes_[c.last].next = index;
    }
    c.last = index;
  }

  void advance() {
    token_ = lexer_.next();
    if (token_.kind == token_kind::invalid) {
      throw failure{{token_.begin, token_.end}, token_.problem, ""};
    }
  }

  // Between items, where a bad token must not end everything.
  void advance(std::vector<failure>* errors) {
    while (true) {
      try {
        advance();
        return;
      } catch (failure& f) {
        if (errors == nullptr) throw;
        const std::uint32_t stop = f.where.begin;
        errors->push_back(std::move(f));
        lexer_.seek(next_item_line(stop));
      }
    }
  }

  [[noreturn]] void fail(const char* expected) const {
    std::string what = "unexpected end of file";
    if (token_.kind != token_kind::end) {
      std::string_view shown = text_.substr(token_.begin, token_.end - token_.begin);
      const bool cut = shown.size() > 40;
      shown = shown.substr(0, cut ? 37 : 40);
      what = fmt::format("unexpected `{}{}`", shown, cut ? "..." : "");
    }
    throw failure{{token_.begin, token_.end}, std::move(what), expected};
  }

  void check_depth(std::uint32_t depth) const {
    if (depth >= options_.max_depth) {
      throw failure{{token_.begin, token_.end},
                    fmt::format("nested deeper than {} levels", options_.max_depth),
                    ""};
    }
  }

  std::uint32_t add(const node& n) {
    nodes_.push_back(n);
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }

  std::uint32_t parse_item(std::uint32_t depth) {
    check_depth(depth);
    if (token_.kind != token_kind::identifier) fail("a field name or a section");
    node n;
    n.begin = token_.begin;
    n.name_end = token_.end;
    advance();
    if (token_.kind == token_kind::colon) {
      advance();
      n.what = node::type::variable;
      n.first = parse_value(depth + 1);
      n.end = nodes_[n.first].end;
      return add(n);
    }
    n.what = node::type::section;
    chain children;
    if (token_.kind == token_kind::string) {
      n.flags |= node::labelled;
      append(children, parse_atom());
    }
    if (token_.kind != token_kind::left_brace) fail("`:` or `{` after the name");
    advance();
    while (token_.kind != token_kind::right_brace) append(children, parse_item(depth + 1));
    n.end = token_.end;
    n.first = children.first;
    advance();
    return add(n);
  }

  std::uint32_t parse_value(std::uint32_t depth) {
    std::uint32_t left = parse_conjunction(depth);
    while (token_.kind == token_kind::logical && token_.oper == op::disj) {
      advance();
      left = join(value_kind::logical, op::disj, left, parse_conjunction(depth));
    }
    return left;
  }

  std::uint32_t parse_conjunction(std::uint32_t depth) {
    std::uint32_t left = parse_prefixed(depth);
    while (token_.kind == token_kind::logical && token_.oper == op::conj) {
      advance();
      left = join(value_kind::logical, op::conj, left, parse_prefixed(depth));
    }
    return left;
  }

  std::uint32_t parse_prefixed(std::uint32_t depth) {
    if (token_.kind != token_kind::prefix) return parse_options_of(parse_primary(depth), depth);
    check_depth(depth);
    node n;
    n.kind = value_kind::prefix;
    n.oper = token_.oper;
    n.begin = token_.begin;
    advance();
    n.first = parse_prefixed(depth + 1);
    n.end = nodes_[n.first].end;
    return add(n);
  }

  // `subject { arguments }`, any number of times.
  std::uint32_t parse_options_of(std::uint32_t subject, std::uint32_t depth) {
    while (token_.kind == token_kind::left_brace) {
      check_depth(++depth);
      node n;
      n.kind = value_kind::option;
      n.begin = nodes_[subject].begin;
      n.first = subject;
      advance();
      nodes_[subject].next = parse_sequence(token_kind::right_brace, depth, n.end);
      subject = add(n);
    }
    return subject;
  }

  std::uint32_t parse_primary(std::uint32_t depth) {
    node n;
    n.begin = token_.begin;
    switch (token_.kind) {
      case token_kind::left_bracket:
      case token_kind::left_parenthesis: {
        check_depth(depth);
        const bool list = token_.kind == token_kind::left_bracket;
        n.kind = list ? value_kind::list : value_kind::group;
        advance();
        n.first = parse_sequence(list ? token_kind::right_bracket : token_kind::right_parenthesis,
                                 depth + 1, n.end);
        return add(n);
      }
      case token_kind::relation:
        n.kind = value_kind::prefix_relation;
        n.oper = token_.oper;
        advance();
        n.first = parse_atom();
        n.end = nodes_[n.first].end;
        return add(n);
      default:
        break;
    }
    const std::uint32_t left = parse_atom();
    if (token_.kind != token_kind::relation && token_.kind != token_kind::environment) return left;
    const value_kind kind =
        token_.kind == token_kind::relation ? value_kind::relation : value_kind::env_update;
    const op o = token_.oper;
    advance();
    return join(kind, o, left, parse_atom());
  }

  std::uint32_t parse_atom() {
    node n;
    switch (token_.kind) {
      case token_kind::identifier:
        n.kind = value_kind::identifier;
        break;
      case token_kind::string:
        n.kind = value_kind::string;
        break;
      case token_kind::boolean:
        n.kind = value_kind::boolean;
        break;
      case token_kind::integer:
        n.kind = value_kind::integer;
        break;
      default:
        fail("a value");
    }
    n.flags = token_.flags;
    n.begin = token_.begin;
    n.end = token_.end;
    advance();
    return add(n);
  }

  // Values up to the closing token, which is read too; `end` is where it ends.
  std::uint32_t parse_sequence(token_kind close, std::uint32_t depth, std::uint32_t& end) {
    chain values;
    while (token_.kind != close) {
      if (token_.kind == token_kind::end || token_.kind == token_kind::right_brace ||
          token_.kind == token_kind::right_bracket ||
          token_.kind == token_kind::right_parenthesis) {
        fail(close == token_kind::right_brace     ? "a value or `}`"
             : close == token_kind::right_bracket ? "a value or `]`"
                                                  : "a value or `)`");
      }
      append(values, parse_value(depth));
    }
    end = token_.end;
    advance();
    return values.first;
  }

  std::uint32_t join(value_kind kind, op o, std::uint32_t left, std::uint32_t right) {
    node n;
    n.kind = kind;
    n.oper = o;
    n.begin = nodes_[left].begin;
    n.end = nodes_[right].end;
    n.first = left;
    nodes_[left].next = right;
    return add(n);
  }

  // From format 2.1 on, `opam-version` comes first and only once.
  void check_opam_version(const node& n, bool first) {
    if (n.what != node::type::variable) return;
    const std::string_view name = text_.substr(n.begin, n.name_end - n.begin);
    const node& v = nodes_[n.first];
    if (name != "opam-version" || v.kind != value_kind::string || v.end - v.begin < 2) return;
    const std::string_view version = text_.substr(v.begin + 1, v.end - v.begin - 2);
    const bool later = !(version == "2.0" || version.substr(0, 2) == "1." ||
                         version.substr(0, 2) == "0." || version.substr(0, 4) == "2.0.");
    if (first) {
      format_2_1_ = later;
    } else if (format_2_1_) {
      throw failure{{n.begin, n.end}, "opam-version cannot be repeated", ""};
    } else if (later) {
      throw failure{{n.begin, n.end}, "opam-version must be the first field of the file", ""};
    }
  }

  // Where a line after `from` begins like an item.
  std::uint32_t next_item_line(std::uint32_t from) const {
    for (std::size_t eol = text_.find('\n', from); eol != std::string_view::npos;
         eol = text_.find('\n', eol + 1)) {
      const auto begin = static_cast<std::uint32_t>(eol + 1);
      const char c = begin < text_.size() ? text_[begin] : '\0';
      if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) continue;
      lexer look(text_);
      look.seek(begin);
      if (look.next().kind != token_kind::identifier) continue;
      const token second = look.next();
      if (second.kind == token_kind::colon || second.kind == token_kind::left_brace ||
          (second.kind == token_kind::string && look.next().kind == token_kind::left_brace)) {
        return begin;
      }
    }
    return static_cast<std::uint32_t>(text_.size());
  }

  std::string_view text_;
  const parse_options& options_;
  lexer lexer_;
  token token_;
  std::vector<node> nodes_;
  bool format_2_1_ = false;
};

inline parse_diagnostic diagnose(const failure& f, std::string_view text, const std::string& path) {
  parse_diagnostic d;
  d.path = path;
  d.where = locate(text, f.where.begin);
  d.span = f.where;
  d.message = f.message;
  d.expected = f.expected;
  const std::size_t line_begin = f.where.begin - (d.where.column - 1);
  const std::size_t eol = text.find('\n', line_begin);
  d.source_line = text.substr(line_begin, (eol == std::string_view::npos ? text.size() : eol) -
                                              line_begin);
  if (!d.source_line.empty() && d.source_line.back() == '\r') d.source_line.pop_back();
  return d;
}

/// What a file's views look into; on the heap, so that moving a file moves nothing.
struct storage {
  std::string text;
  std::vector<node> nodes;
};

inline file make_file(std::shared_ptr<storage> s, std::string path) {
  s->nodes.shrink_to_fit();
  tree t;
  t.text = s->text;
  t.nodes = s->nodes;
  t.owner = std::move(s);
  return file(std::move(t), std::move(path));
}

inline void check_size(const std::string& text, const std::string& path,
                       const parse_options& options) {
  if (text.size() <= options.max_bytes) return;
  parse_diagnostic d;
  d.path = path;
  d.message = fmt::format("{} bytes long; the limit is {}", text.size(), options.max_bytes);
  throw parse_error(std::move(d));
}

}  // namespace parser_detail

OPAMPLAN_INLINE std::string parse_diagnostic::to_string() const {
  std::string out = fmt::format("{}{}{}:{}: {}{}{}", path, path.empty() ? "" : ":", where.line,
                                where.column, message, expected.empty() ? "" : ", expected ",
                                expected);
  if (source_line.empty()) return out;
  // A window of the line, with tabs kept so that the caret stands right.
  constexpr std::size_t width = 100;
  const std::size_t column = where.column - 1;
  const std::size_t begin = column > width * 3 / 4 ? column - width * 3 / 4 : 0;
  std::string pad;
  for (const char c : source_line.substr(begin, column - begin)) pad += c == '\t' ? '\t' : ' ';
  return fmt::format("{}\n  {}\n  {}^", out, source_line.substr(begin, width), pad);
}

OPAMPLAN_INLINE file parse(std::string text, std::string path, parse_options options) {
  parser_detail::check_size(text, path, options);
  auto s = std::make_shared<parser_detail::storage>();
  s->text = std::move(text);
  parser_detail::parser p(s->text, options);
  try {
    p.parse_items(nullptr);
  } catch (const parser_detail::failure& f) {
    throw parse_error(parser_detail::diagnose(f, s->text, path));
  }
  s->nodes = p.take_nodes();
  return parser_detail::make_file(std::move(s), std::move(path));
}

OPAMPLAN_INLINE parse_result parse_recovering(std::string text, std::string path,
                                              parse_options options) {
  parse_result result;
  try {
    parser_detail::check_size(text, path, options);
  } catch (const parse_error& e) {
    result.errors.push_back(e.diagnostic());
    return result;
  }
  auto s = std::make_shared<parser_detail::storage>();
  s->text = std::move(text);
  parser_detail::parser p(s->text, options);
  std::vector<parser_detail::failure> failures;
  p.parse_items(&failures);
  for (const auto& f : failures) {
    result.errors.push_back(parser_detail::diagnose(f, s->text, path));
  }
  s->nodes = p.take_nodes();
  result.tree = parser_detail::make_file(std::move(s), std::move(path));
  return result;
}

OPAMPLAN_INLINE file parse_value(std::string text, parse_options options) {
  parser_detail::check_size(text, "", options);
  auto s = std::make_shared<parser_detail::storage>();
  s->text = std::move(text);
  parser_detail::parser p(s->text, options);
  try {
    p.parse_only_value();
  } catch (const parser_detail::failure& f) {
    throw parse_error(parser_detail::diagnose(f, s->text, ""));
  }
  s->nodes = p.take_nodes();
  return parser_detail::make_file(std::move(s), "");
}

}  // namespace opamplan::syntax
