/// \file
/// The parser: recursive descent with bounded depth, appending to one array of nodes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/syntax/impl/format_version.hpp"
#include "opamplan/syntax/lexer.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan::syntax::syntax_impl {

/// Thrown inside the parser only; becomes a `parse_diagnostic`.
struct failure {
  syntax::span where;
  std::string message;
  std::string expected;
};

class parser {
 public:
  static constexpr std::uint32_t depth_bound = 2'000;

  /// The nodes replace those in `nodes`.
  parser(std::string_view text, std::vector<node>& nodes, const parse_options& options)
      : text_(text),
        nodes_(nodes),
        lexer_(text),
        max_depth_(std::min(options.max_depth, depth_bound)),
        max_errors_(std::max(options.max_errors, 1U)) {
    nodes_.clear();
    nodes_.reserve(text.size() / 12 + 16);
    node& root = nodes_.emplace_back();
    root.what = node::type::section;
    root.end = static_cast<std::uint32_t>(text.size());
  }

  /// All items up to the end. With `errors`, failures go there and reading goes on.
  void parse_items(std::vector<failure>* errors) {
    chain items;
    advance_to_item(errors);
    while (token_.kind != token_kind::end) {
      const std::uint32_t begin = token_.begin;
      const std::size_t known_nodes = nodes_.size();
      try {
        const part i = parse_item(0);
        check_opam_version(nodes_[i.index], items.first == no_node);
        append(items, i.index);
      } catch (failure& f) {
        if (errors == nullptr) throw;
        nodes_.resize(known_nodes);
        // The line of the error may itself be the next item, after a list without its end.
        const std::size_t line_break = text_.substr(0, f.where.begin).rfind('\n');
        const bool later_line = line_break != std::string_view::npos && line_break > begin;
        recover(errors, std::move(f), later_line ? static_cast<std::uint32_t>(line_break) : begin);
        advance_to_item(errors);
      }
    }
    nodes_[0].first = items.first;
  }

  /// One value and nothing else, as an item without a name.
  void parse_only_value() {
    advance();
    const part v = parse_value(0);
    if (token_.kind != token_kind::end) fail("an operator or the end of the value");
    node item;
    item.what = node::type::variable;
    item.begin = item.name_end = nodes_[v.index].begin;
    item.end = nodes_[v.index].end;
    item.first = v.index;
    nodes_[0].first = add(item);
  }

 private:
  // Siblings so far.
  struct chain {
    std::uint32_t first = no_node;
    std::uint32_t last = no_node;
  };

  // A subtree and its height: 1 for a leaf.
  struct part {
    std::uint32_t index;
    std::uint32_t height;
  };

  std::uint32_t add(const node& n) {
    nodes_.push_back(n);
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }

  void append(chain& c, std::uint32_t index) {
    if (c.first == no_node) {
      c.first = index;
    } else {
      nodes_[c.last].next = index;
    }
    c.last = index;
  }

  void advance() {
    lexer_.next(token_);
    if (token_.kind == token_kind::invalid) [[unlikely]]
      reject_token();
  }

  [[noreturn]] void reject_token() const {
    throw failure{{token_.begin, token_.end}, token_.problem, ""};
  }

  // Between items, where a bad token must not end everything.
  void advance_to_item(std::vector<failure>* errors) {
    while (true) {
      try {
        advance();
        return;
      } catch (failure& f) {
        if (errors == nullptr) throw;
        const std::uint32_t stop = f.where.begin;
        recover(errors, std::move(f), stop);
      }
    }
  }

  void recover(std::vector<failure>* errors, failure&& f, std::uint32_t from) {
    errors->push_back(std::move(f));
    const bool enough = errors->size() >= max_errors_;
    lexer_.seek(enough ? static_cast<std::uint32_t>(text_.size()) : next_item_line(from));
  }

  [[noreturn]] void fail(const char* expected) const {
    std::string what = "unexpected end of file";
    if (token_.kind != token_kind::end) {
      std::string_view shown = text_.substr(token_.begin, token_.end - token_.begin);
      shown = shown.substr(0, shown.find_first_of("\r\n"));
      const bool cut = shown.size() > 40 || shown.size() < token_.end - token_.begin;
      what = "unexpected `";
      what += shown.substr(0, 40);
      what += cut ? "...`" : "`";
    }
    throw failure{{token_.begin, token_.end}, std::move(what), expected};
  }

  // `levels` of a tree: those above a place, or those below.
  void check_depth(std::uint32_t levels) const {
    if (levels > max_depth_) [[unlikely]] {
      throw failure{{token_.begin, token_.end},
                    "nested too deeply; the limit is " + std::to_string(max_depth_) + " levels",
                    ""};
    }
  }

  // name ':' value  |  kind [string] '{' items '}'
  part parse_item(std::uint32_t depth) {
    if (token_.kind != token_kind::identifier) {
      fail(depth == 0 ? "the name of a field or section" : "the name of a field, or `}`");
    }
    check_depth(depth + 1);
    node n;
    n.begin = token_.begin;
    n.name_end = token_.end;
    advance();
    if (token_.kind == token_kind::colon) {
      advance();
      const part value = parse_value(depth + 1);
      n.what = node::type::variable;
      n.first = value.index;
      n.end = nodes_[value.index].end;
      return {add(n), value.height + 1};
    }
    n.what = node::type::section;
    chain children;
    if (token_.kind == token_kind::string) {
      n.flags |= node::labelled;
      append(children, parse_atom().index);
      if (token_.kind != token_kind::left_brace) fail("`{`");
    }
    if (token_.kind != token_kind::left_brace) fail("`:` or `{`");
    advance();
    std::uint32_t height = 0;
    while (token_.kind != token_kind::right_brace) {
      const part child = parse_item(depth + 1);
      height = std::max(height, child.height);
      append(children, child.index);
    }
    n.end = token_.end;
    n.first = children.first;
    advance();
    return {add(n), height + 1};
  }

  // operands joined by `&` and `|`, both to the left, `&` first
  part parse_value(std::uint32_t depth) {
    part left = parse_operand(depth);
    while (token_.kind == token_kind::logical) {
      const op o = token_.oper;
      advance();
      part right = parse_operand(depth);
      while (o == op::disj && token_.kind == token_kind::logical && token_.oper == op::conj) {
        advance();
        right = join(value_kind::logical, op::conj, right, parse_operand(depth));
      }
      left = join(value_kind::logical, o, left, right);
    }
    return left;
  }

  // ('!' | '?')* primary ('{' values '}')*
  part parse_operand(std::uint32_t depth) {
    if (token_.kind == token_kind::prefix) {
      check_depth(depth + 1);
      node n;
      n.kind = value_kind::prefix;
      n.oper = token_.oper;
      n.begin = token_.begin;
      advance();
      const part operand = parse_operand(depth + 1);
      n.first = operand.index;
      n.end = nodes_[operand.index].end;
      return {add(n), operand.height + 1};
    }
    part subject = parse_primary(depth);
    while (token_.kind == token_kind::left_brace) {
      node n;
      n.kind = value_kind::option;
      n.begin = nodes_[subject.index].begin;
      n.first = subject.index;
      const part arguments = parse_sequence(token_kind::right_brace, depth, n.end);
      nodes_[subject.index].next = arguments.index;
      subject = {add(n), std::max(subject.height, arguments.height) + 1};
      check_depth(subject.height);
    }
    return subject;
  }

  // '[' values ']'  |  '(' values ')'  |  relop atom  |  atom [(relop | envop) atom]
  part parse_primary(std::uint32_t depth) {
    switch (token_.kind) {
      case token_kind::left_bracket:
        return parse_container(value_kind::list, token_kind::right_bracket, depth);
      case token_kind::left_parenthesis:
        return parse_container(value_kind::group, token_kind::right_parenthesis, depth);
      case token_kind::relation: {
        node n;
        n.begin = token_.begin;
        n.kind = value_kind::prefix_relation;
        n.oper = token_.oper;
        advance();
        n.first = parse_atom().index;
        n.end = nodes_[n.first].end;
        return {add(n), 2};
      }
      default:
        break;
    }
    const part left = parse_atom();
    if (token_.kind != token_kind::relation && token_.kind != token_kind::environment) return left;
    const value_kind kind =
        token_.kind == token_kind::relation ? value_kind::relation : value_kind::env_update;
    const op o = token_.oper;
    advance();
    return join(kind, o, left, parse_atom());
  }

  part parse_container(value_kind kind, token_kind close, std::uint32_t depth) {
    node n;
    n.kind = kind;
    n.begin = token_.begin;
    const part elements = parse_sequence(close, depth, n.end);
    n.first = elements.index;
    return {add(n), elements.height + 1};
  }

  part parse_atom() {
    node n;
    switch (token_.kind) {
      case token_kind::identifier:
        n.kind = value_kind::identifier;
        break;
      case token_kind::string:
        n.kind = value_kind::string;
        n.flags = token_.flags;
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
    n.begin = token_.begin;
    n.end = token_.end;
    advance();
    return {add(n), 1};
  }

  // The opening token, values, and the closing token, at whose end `end` is: the first value and
  // the greatest height.
  part parse_sequence(token_kind close, std::uint32_t depth, std::uint32_t& end) {
    check_depth(depth + 1);
    advance();
    chain values;
    std::uint32_t height = 0;
    while (token_.kind != close) {
      switch (token_.kind) {
        case token_kind::end:
        case token_kind::colon:
        case token_kind::right_brace:
        case token_kind::right_bracket:
        case token_kind::right_parenthesis:
          fail(close == token_kind::right_brace     ? "a value or `}`"
               : close == token_kind::right_bracket ? "a value or `]`"
                                                    : "a value or `)`");
        default:
          break;
      }
      const part v = parse_value(depth + 1);
      height = std::max(height, v.height);
      append(values, v.index);
    }
    end = token_.end;
    advance();
    return {values.first, height};
  }

  part join(value_kind kind, op o, part left, part right) {
    node n;
    n.kind = kind;
    n.oper = o;
    n.begin = nodes_[left.index].begin;
    n.end = nodes_[right.index].end;
    n.first = left.index;
    nodes_[left.index].next = right.index;
    const std::uint32_t height = std::max(left.height, right.height) + 1;
    // Each operator is a level of the tree: a long chain is not what a person calls nested.
    if (height > max_depth_ && left.height > right.height) [[unlikely]] {
      throw failure{{token_.begin, token_.end},
                    "too many values joined by `&` and `|`; the limit is " +
                        std::to_string(max_depth_) + ": put some of them in parentheses",
                    ""};
    }
    check_depth(height);
    return {add(n), height};
  }

  // From format 2.1 on, `opam-version` comes first and only once.
  void check_opam_version(const node& n, bool first) {
    if (n.what != node::type::variable) return;
    const std::string_view name = text_.substr(n.begin, n.name_end - n.begin);
    if (name != "opam-version") return;
    // What counts for the first field is the string behind the colon, whatever follows it.
    const node* v = &nodes_[n.first];
    while (first && v->kind != value_kind::string && v->first != no_node &&
           nodes_[v->first].begin == v->begin && v->kind != value_kind::list &&
           v->kind != value_kind::group) {
      v = &nodes_[v->first];
    }
    if (v->kind != value_kind::string) return;
    const std::uint32_t quotes = (v->flags & node::triple_quoted) != 0 ? 3 : 1;
    const auto [major, minor] = format_version(
        decode_string(text_.substr(v->begin + quotes, v->end - v->begin - 2 * quotes)));
    const bool after_2_0 = major > 2 || (major == 2 && minor > 0);
    if (first) {
      strict_version_ = after_2_0;
    } else if (strict_version_) {
      throw failure{{n.begin, n.end}, "opam-version cannot be repeated", ""};
    } else if (after_2_0) {
      throw failure{{n.begin, n.end}, "opam-version must be the first field of the file", ""};
    }
  }

  // Where a line after `from` begins like an item.
  [[nodiscard]] std::uint32_t next_item_line(std::uint32_t from) const {
    constexpr std::size_t look_at = 256;  // bytes of a line; enough for a name and a label
    token t;
    for (std::size_t line_break = text_.find('\n', from); line_break != std::string_view::npos;
         line_break = text_.find('\n', line_break + 1)) {
      const std::size_t begin = line_break + 1;
      if (begin == text_.size() || !about(text_[begin]).letter) continue;
      std::string_view line = text_.substr(begin, look_at);
      line = line.substr(0, line.find('\n'));
      lexer look(line);
      look.next(t);
      if (t.kind != token_kind::identifier) continue;
      look.next(t);
      if (t.kind == token_kind::string) look.next(t);
      if (t.kind == token_kind::colon || t.kind == token_kind::left_brace) {
        return static_cast<std::uint32_t>(begin);
      }
    }
    return static_cast<std::uint32_t>(text_.size());
  }

  std::string_view text_;
  std::vector<node>& nodes_;
  lexer lexer_;
  token token_;
  std::uint32_t max_depth_;
  std::uint32_t max_errors_;
  bool strict_version_ = false;
};

}  // namespace opamplan::syntax::syntax_impl
