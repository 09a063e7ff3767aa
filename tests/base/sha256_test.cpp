#include "opamplan/base/sha256.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace opamplan;

// The examples of FIPS 180-2, appendix B, and the empty message.
TEST_CASE("the digests are those of the standard's examples") {
  CHECK(to_hex(sha256_of("")) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256_of("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256_of(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a message is the same however it is cut") {
  const std::string text(300, 'x');
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CHECK(sha256().add(text.substr(0, cut)).add(text.substr(cut)).finish() == sha256_of(text));
  }
}

TEST_CASE("fields do not run into each other") {
  CHECK(sha256().add_field("ab").add_field("c").finish() !=
        sha256().add_field("a").add_field("bc").finish());
  CHECK(sha256().add_field("").add_field("a").finish() !=
        sha256().add_field("a").add_field("").finish());
}

TEST_CASE("hexadecimal can be cut short") { CHECK(to_hex(sha256_of("abc"), 10) == "ba7816bf8f"); }
