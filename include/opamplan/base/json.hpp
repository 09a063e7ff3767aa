/// \file
/// JSON: reading it, whoever wrote it, with the place of every error and no recursion, so that no
/// input's depth can exhaust the stack; and writing strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"

namespace opamplan {

namespace base_impl {
class json_reader;
}

/// Text that is no JSON. `what()` is "line L, column C: MESSAGE"; both count from 1, columns bytes.
class json_error : public error {
 public:
  json_error(std::size_t line, std::size_t column, std::string message);

  [[nodiscard]] std::size_t line() const noexcept { return line_; }
  [[nodiscard]] std::size_t column() const noexcept { return column_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }

 private:
  std::size_t line_;
  std::size_t column_;
  std::string message_;
};

enum class json_kind : std::uint8_t { null, boolean, number, string, array, object };

/// How deep arrays and objects may be in each other.
inline constexpr std::size_t json_depth = 100;

class json_value;

/// A text that was read. Values refer to it, and it to the text.
class json_document {
 public:
  /// Throws `json_error`. Linear; `text` must outlive the document. `\udc80` to `\udcff` are the
  /// bytes that `append_json_string` writes so.
  [[nodiscard]] static json_document parse(std::string_view text);

  [[nodiscard]] json_value root() const;

 private:
  friend class json_value;
  friend class base_impl::json_reader;
  struct node {
    std::string_view name;   // in an object
    std::string_view text;   // of a string what it says, of other scalars as they are written
    std::size_t at = 0;      // in the text
    std::uint32_t end = 0;   // the node after this one and all in it
    std::uint32_t size = 0;  // how many are directly in it
    json_kind kind = json_kind::null;
  };

  std::string_view source_;
  std::vector<node> nodes_;  // each before those in it
  std::deque<std::string> unescaped_;
};

/// A value of a document, which must outlive it.
class json_value {
 public:
  [[nodiscard]] json_kind kind() const noexcept { return node().kind; }
  /// Its name in the object it is in; else empty.
  [[nodiscard]] std::string_view name() const noexcept { return node().name; }
  /// What a string says; numbers, true, false and null as they are written; else empty.
  [[nodiscard]] std::string_view text() const noexcept { return node().text; }
  /// Of an array or object.
  [[nodiscard]] std::size_t size() const noexcept { return node().size; }
  /// The first member of that name. Linear in the members.
  [[nodiscard]] std::optional<json_value> find(std::string_view name) const noexcept;
  /// Where it begins in the text.
  [[nodiscard]] std::size_t offset() const noexcept { return node().at; }

  /// Goes through what an array or object holds, in the order of the text.
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = json_value;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = json_value;

    iterator(const json_document* in, std::uint32_t index) : in_(in), index_(index) {}
    [[nodiscard]] json_value operator*() const noexcept { return {*in_, index_}; }
    iterator& operator++() noexcept {
      index_ = in_->nodes_[index_].end;
      return *this;
    }
    iterator operator++(int) noexcept {
      const iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) noexcept {
      return a.index_ == b.index_;
    }

   private:
    const json_document* in_;
    std::uint32_t index_;
  };
  [[nodiscard]] iterator begin() const noexcept { return {in_, index_ + 1}; }
  [[nodiscard]] iterator end() const noexcept { return {in_, node().end}; }

 private:
  friend class json_document;
  json_value(const json_document& in, std::uint32_t index) : in_(&in), index_(index) {}
  [[nodiscard]] const json_document::node& node() const noexcept { return in_->nodes_[index_]; }

  const json_document* in_;
  std::uint32_t index_;
};

/// A text as a JSON string with its quotes, appended to `out`; bytes that are not UTF-8 become
/// `\udc80` to `\udcff`, which Python's `surrogateescape` turns back.
void append_json_string(std::string_view text, std::string& out);
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/base/impl/json.ipp"
#endif
