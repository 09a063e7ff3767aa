#include <doctest/doctest.h>

#include <opamplan/package/checksum.hpp>
#include <string>

using namespace opamplan;

TEST_CASE("a checksum is a kind and as many digits as it has; alone they are MD5") {
  const std::string digits(128, 'A');
  CHECK(parse_checksum("md5=" + digits.substr(0, 32))->kind == checksum_kind::md5);
  CHECK(parse_checksum(digits.substr(0, 32))->kind == checksum_kind::md5);
  CHECK(parse_checksum("sha256=" + digits.substr(0, 64))->kind == checksum_kind::sha256);
  CHECK(parse_checksum("sha512=" + digits)->kind == checksum_kind::sha512);
  CHECK(parse_checksum("MD5=" + digits.substr(0, 32))->kind == checksum_kind::md5);  // as opam
  CHECK(parse_checksum("Sha256=" + digits.substr(0, 64))->kind == checksum_kind::sha256);
  for (const std::string& none :
       {"md5:" + digits.substr(0, 32), std::string("md"), std::string(), std::string("md5="),
        "md5=" + digits, digits.substr(0, 31) + "g", "sha1=" + digits.substr(0, 40)}) {
    CHECK_FALSE(parse_checksum(none));
  }
}

TEST_CASE("bytes have their own checksums, in digits of any case, and no others") {
  for (const char* own :
       {"md5=764efa883dda1e11db47671c4a3bbd9e", "764EFA883DDA1E11DB47671C4A3BBD9E",
        "sha256=98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4",
        "sha512="
        "d78abb0542736865f94704521609c230dac03a2f369d043ac212d6933b91410e06399e37f9c5cc88436a317373"
        "30c1c8eccb2c2f9f374d62f716432a32d50fac"}) {
    const auto sum = parse_checksum(own);
    REQUIRE(sum);
    CHECK(has_checksum("hi\n", *sum));
    CHECK_FALSE(has_checksum("hi", *sum));
  }
}
