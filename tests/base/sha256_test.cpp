#include "opamplan/base/sha256.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <opamplan/base/impl/sha256_blocks.hpp>
#include <string>
#include <string_view>

using namespace opamplan;

namespace {

std::string hex_by(base_impl::sha256_blocks with, std::string_view text) {
  return to_hex(sha256(with).add(text).finish());
}

}  // namespace

// The examples of FIPS 180-2, appendix B, and the empty message.
TEST_CASE("the digests are those of the standard's examples, whatever computes them") {
  for (const auto with : {base_impl::portable_sha256_blocks, base_impl::best_sha256_blocks()}) {
    CHECK(hex_by(with, "") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex_by(with, "abc") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex_by(with, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex_by(with, std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }
}

TEST_CASE("the processor's instructions and the portable code agree on messages of all lengths") {
  const base_impl::sha256_blocks native = base_impl::native_sha256_blocks();
  if (native == nullptr) {
    MESSAGE("skipped: this processor has no instructions for SHA-256 that opamplan knows");
    return;
  }
  std::string text;
  for (std::uint32_t i = 0; i < 400; ++i) {
    CHECK(hex_by(native, text) == hex_by(base_impl::portable_sha256_blocks, text));
    text += static_cast<char>(i * i * 2654435761U >> 24U);
  }
}

TEST_CASE("a message is the same however it is cut") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
  const digest whole = sha256_of(text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CHECK(sha256().add(text.substr(0, cut)).add(text.substr(cut)).finish() == whole);
  }
  sha256 by_bytes;
  for (const char& byte : text) by_bytes.add({&byte, 1});
  CHECK(by_bytes.finish() == whole);
}

TEST_CASE("fields do not run into each other") {
  CHECK(sha256().add_field("ab").add_field("c").finish() !=
        sha256().add_field("a").add_field("bc").finish());
  CHECK(sha256().add_field("").add_field("a").finish() !=
        sha256().add_field("a").add_field("").finish());
}

TEST_CASE("hexadecimal can be cut short") {
  CHECK(to_hex(sha256_of("abc"), 10) == "ba7816bf8f");
  CHECK(to_hex(sha256_of("abc"), 3) == "ba7");
}

TEST_CASE("a digest is read from 64 hexadecimal digits and from nothing else") {
  const digest d = sha256_of("abc");
  const std::string text = to_hex(d);
  CHECK(from_hex(text) == d);
  std::string capitals = text;
  for (char& c : capitals) c = static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
  CHECK(from_hex(capitals) == d);
  CHECK(!from_hex(text.substr(1)));
  CHECK(!from_hex(text + "0"));
  for (const char wrong : {'g', '/', ':', '@', '`', 'G', ' ', '\0', '\xb0'}) {
    for (const std::size_t at : {0U, 1U, 63U}) {
      std::string other = text;
      other[at] = wrong;
      CHECK(!from_hex(other));
    }
  }
}
