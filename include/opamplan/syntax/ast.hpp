/// \file
/// The syntax tree of an opam file: flat nodes over the text they came from, seen through views.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/syntax/position.hpp"

namespace opamplan::syntax {

enum class value_kind : std::uint8_t {
  boolean,          ///< `true`
  integer,          ///< `42`
  string,           ///< `"text"` or `"""text"""`
  identifier,       ///< `name`, `pkg:name`, `a+b:name`
  list,             ///< `[ ... ]`
  group,            ///< `( ... )`
  option,           ///< `subject { ... }`
  relation,         ///< `left = right`
  prefix_relation,  ///< `>= right`
  logical,          ///< `left & right`
  prefix,           ///< `!right`, `?right`
  env_update,       ///< `left += right`
};

enum class op : std::uint8_t {
  none,
  eq,
  neq,
  geq,
  gt,
  leq,
  lt,  // relations
  conj,
  disj,  // logical
  negate,
  defined,  // prefix
  set,
  plus_eq,
  eq_plus,
  eq_plus_eq,
  colon_eq,
  eq_colon,  // environment updates
};

/// The operator as opam prints it; `~` is an old spelling of `>=`.
[[nodiscard]] std::string_view to_string(op o) noexcept;

/// No node.
inline constexpr std::uint32_t no_node = 0xffffffffU;

/// One node of the tree; plain bytes, so that a tree can be written to disk and mapped.
struct node {
  enum class type : std::uint8_t { value, variable, section };
  enum flag : std::uint8_t {
    escaped = 1,  ///< A string whose body is not its value: `\` or CRLF in it.
    triple_quoted = 2,
    labelled = 4,  ///< A section whose first child is its label.
  };
  type what = type::value;
  value_kind kind = value_kind::boolean;
  op oper = op::none;
  std::uint8_t flags = 0;
  std::uint32_t begin = 0;  ///< Of the source text.
  std::uint32_t end = 0;
  std::uint32_t first = no_node;  ///< Child. Of an item: see `name_end`.
  std::uint32_t next = no_node;   ///< Sibling.
  std::uint32_t name_end = 0;     ///< Of an item: where its name, which begins it, ends.
};
static_assert(sizeof(node) == 24);

/// What a file's views point to. Node 0 is the root, whose children are the items; no nodes: no
/// items. `owner` keeps `text` and `nodes` alive.
struct tree {
  std::string_view text;
  std::span<const node> nodes;
  std::shared_ptr<const void> owner;
};

template <class View>
class sibling_range;

/// A view of one value; valid while its `file`, or a copy of it, lives.
class value {
 public:
  value() = default;
  value(const tree* t, std::uint32_t index) noexcept : tree_(t), index_(index) {}

  [[nodiscard]] value_kind kind() const noexcept { return get().kind; }
  [[nodiscard]] op oper() const noexcept { return get().oper; }
  [[nodiscard]] syntax::span span() const noexcept { return {get().begin, get().end}; }

  /// Of its node in the tree.
  [[nodiscard]] std::uint32_t node_index() const noexcept { return index_; }

  /// The source text of the value.
  [[nodiscard]] std::string_view source() const noexcept {
    return tree_->text.substr(get().begin, get().end - get().begin);
  }
  /// The text of an identifier; the body of a string as written, undecoded.
  [[nodiscard]] std::string_view raw() const noexcept;
  /// The text of an identifier; the decoded string.
  [[nodiscard]] std::string as_string() const;
  /// The same; `scratch` is used only when there is something to decode.
  [[nodiscard]] std::string_view as_string_view(std::string& scratch) const;
  [[nodiscard]] bool as_bool() const noexcept { return source() == "true"; }
  [[nodiscard]] std::int64_t as_int() const noexcept;
  [[nodiscard]] bool is_triple_quoted() const noexcept {
    return (get().flags & node::triple_quoted) != 0;
  }

  /// The elements of a list or group; the arguments of an option.
  [[nodiscard]] sibling_range<value> children() const noexcept;
  /// Of an option.
  [[nodiscard]] value subject() const noexcept { return {tree_, get().first}; }
  /// Of a relation, logical or env_update.
  [[nodiscard]] value left() const noexcept { return {tree_, get().first}; }
  /// Of these, and the operand of prefix_relation and prefix.
  [[nodiscard]] value right() const noexcept;

 private:
  template <class View>
  friend class sibling_range;
  [[nodiscard]] const node& get() const noexcept { return tree_->nodes[index_]; }
  const tree* tree_ = nullptr;
  std::uint32_t index_ = no_node;
};

/// A view of a variable (`name: value`) or a section (`kind "label" { items }`).
class item {
 public:
  item() = default;
  item(const tree* t, std::uint32_t index) noexcept : tree_(t), index_(index) {}

  [[nodiscard]] bool is_section() const noexcept { return get().what == node::type::section; }
  /// The variable's name, or the section's kind.
  [[nodiscard]] std::string_view name() const noexcept {
    return tree_->text.substr(get().begin, get().name_end - get().begin);
  }
  [[nodiscard]] syntax::span name_span() const noexcept { return {get().begin, get().name_end}; }
  [[nodiscard]] syntax::span span() const noexcept { return {get().begin, get().end}; }
  /// Of a variable.
  [[nodiscard]] syntax::value value() const noexcept { return {tree_, get().first}; }
  /// Of a section that has one.
  [[nodiscard]] std::optional<syntax::value> label() const noexcept;
  /// Of a section.
  [[nodiscard]] sibling_range<item> items() const noexcept;

 private:
  template <class View>
  friend class sibling_range;
  [[nodiscard]] const node& get() const noexcept { return tree_->nodes[index_]; }
  const tree* tree_ = nullptr;
  std::uint32_t index_ = no_node;
};

/// Siblings in the order written; a forward range.
template <class View>
class sibling_range {
 public:
  class iterator {
   public:
    using value_type = View;
    using difference_type = std::ptrdiff_t;
    using reference = View;
    using pointer = void;
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category = std::input_iterator_tag;  // views are made on the way

    iterator() = default;
    iterator(const tree* t, std::uint32_t index) noexcept : tree_(t), index_(index) {}
    View operator*() const noexcept { return View(tree_, index_); }
    iterator& operator++() noexcept {
      index_ = tree_->nodes[index_].next;
      return *this;
    }
    iterator operator++(int) noexcept {
      iterator old = *this;
      ++*this;
      return old;
    }
    friend bool operator==(const iterator& a, const iterator& b) noexcept {
      return a.index_ == b.index_;
    }

   private:
    const tree* tree_ = nullptr;
    std::uint32_t index_ = no_node;
  };

  sibling_range(const tree* t, std::uint32_t first) noexcept : tree_(t), first_(first) {}
  [[nodiscard]] iterator begin() const noexcept { return {tree_, first_}; }
  [[nodiscard]] iterator end() const noexcept { return {tree_, no_node}; }
  [[nodiscard]] bool empty() const noexcept { return first_ == no_node; }
  /// Linear.
  [[nodiscard]] std::size_t size() const noexcept {
    return static_cast<std::size_t>(std::distance(begin(), end()));
  }

 private:
  const tree* tree_;
  std::uint32_t first_;
};

/// A parsed opam file. Cheap to copy: copies share the text and the nodes, and views stay valid as
/// long as one of them lives.
class file {
 public:
  file() : tree_(std::make_shared<tree>()) {}
  /// From a tree made elsewhere (a parser, a cache).
  file(tree t, std::string path)
      : tree_(std::make_shared<tree>(std::move(t))), path_(std::move(path)) {}
  file(std::shared_ptr<const tree> t, std::string path) noexcept
      : tree_(std::move(t)), path_(std::move(path)) {}

  /// Over text and nodes that someone else keeps alive, such as a mapped cache.
  [[nodiscard]] static file borrow(std::string_view text, std::span<const node> nodes,
                                   std::string path) {
    return file(tree{text, nodes, nullptr}, std::move(path));
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string_view text() const noexcept { return tree_->text; }
  [[nodiscard]] std::span<const node> nodes() const noexcept { return tree_->nodes; }
  [[nodiscard]] sibling_range<item> items() const noexcept {
    return {tree_.get(), tree_->nodes.empty() ? no_node : tree_->nodes[0].first};
  }
  /// The first variable of that name at the top level, which is the one opam takes when a field is
  /// repeated. Linear in the number of items.
  [[nodiscard]] std::optional<value> find(std::string_view name) const noexcept;
  /// The value with this `node_index`.
  [[nodiscard]] value value_at(std::uint32_t node) const noexcept { return {tree_.get(), node}; }
  /// Of a byte offset. Linear in the offset.
  [[nodiscard]] position locate(std::uint32_t offset) const noexcept;

 private:
  std::shared_ptr<const tree> tree_;
  std::string path_;
};

/// The body of a string with its escapes and line ends decoded.
[[nodiscard]] std::string decode_string(std::string_view body);

/// Line and column of a byte offset. Linear in the offset.
[[nodiscard]] position locate(std::string_view text, std::uint32_t offset) noexcept;

inline sibling_range<value> value::children() const noexcept {
  std::uint32_t first = get().first;
  if (kind() == value_kind::option) first = tree_->nodes[first].next;
  return {tree_, first};
}

inline value value::right() const noexcept {
  const bool unary = kind() == value_kind::prefix || kind() == value_kind::prefix_relation;
  return {tree_, unary ? get().first : tree_->nodes[get().first].next};
}

inline std::optional<value> item::label() const noexcept {
  if ((get().flags & node::labelled) == 0) return std::nullopt;
  return syntax::value(tree_, get().first);
}

inline sibling_range<item> item::items() const noexcept {
  std::uint32_t first = get().first;
  if ((get().flags & node::labelled) != 0) first = tree_->nodes[first].next;
  return {tree_, first};
}

}  // namespace opamplan::syntax

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/syntax/impl/ast.ipp"
#endif
