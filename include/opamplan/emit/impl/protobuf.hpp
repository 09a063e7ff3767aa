/// \file
/// Writing protobuf messages: varints and lengths, which is all that LLB needs.
///
/// Not a library: the wire format of the three kinds of fields used here is twenty lines, and a
/// generated or templated encoder would be one more thing to install for `pip install`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace opamplan::emit_impl {

/// Appends fields, in the order of the calls. Default values must not be written: equal messages
/// are then equal bytes, as BuildKit's digests need.
class protobuf_message {
 public:
  protobuf_message& number(std::uint32_t field, std::int64_t value) {
    if (value == 0) return *this;
    varint(field << 3U);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  protobuf_message& flag(std::uint32_t field, bool value) { return number(field, value ? 1 : 0); }
  protobuf_message& text(std::uint32_t field, std::string_view value) {
    return value.empty() ? *this : bytes(field, value);
  }
  /// Bytes, or a message; written even if empty.
  protobuf_message& bytes(std::uint32_t field, std::string_view value) {
    varint(field << 3U | 2U);
    varint(value.size());
    out_ += value;
    return *this;
  }
  protobuf_message& message(std::uint32_t field, const protobuf_message& value) {
    return bytes(field, value.out_);
  }
  [[nodiscard]] const std::string& str() const noexcept { return out_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out_ += static_cast<char>(value | 0x80U);
    out_ += static_cast<char>(value);
  }
  std::string out_;
};

}  // namespace opamplan::emit_impl
