#include "opamplan/base/base64.hpp"

#include <doctest/doctest.h>

using namespace opamplan;

TEST_CASE("bytes of every length come back") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(from_base64(to_base64(bytes)) == bytes);
    bytes += static_cast<char>(i * 7);
  }
  // RFC 4648, section 10.
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("what is no base64 is refused") {
  for (const char* const text : {"Z", "Zg", "Zg=", "Zh==", "Zg===", "Zg==Zg==", "Z g=", "Zm9*"}) {
    CAPTURE(text);
    CHECK(!from_base64(text).has_value());
  }
}
