#include <doctest/doctest.h>

#include <cstdint>
#include <opamplan/base/md5.hpp>
#include <opamplan/base/sha512.hpp>
#include <string>

using namespace opamplan;

TEST_CASE("MD5 of the examples of RFC 1321 is as it says") {
  CHECK(md5_of("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(md5_of("a") == "0cc175b9c0f1b6a831c399e269772661");
  CHECK(md5_of("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(
      md5_of("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
      "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("SHA-512 of the examples of FIPS 180-2 is as it says") {
  CHECK(sha512_of("abc") ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  CHECK(sha512_of("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopq"
                  "klmnopqrlmnopqrsmnopqrstnopqrstu") ==
        "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
        "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909");
}

// Chained, so that one wrong length shows: made with Python's hashlib.
TEST_CASE("messages of all lengths up to three blocks have the digests of another program") {
  std::string md5 = "x";
  std::string sha512 = "x";
  for (std::size_t length = 0; length < 400; ++length) {
    const std::string filler(length, static_cast<char>('a' + length % 26));
    md5 = md5_of(md5 + filler);
    sha512 = sha512_of(sha512 + filler);
  }
  CHECK(md5 == "12ad49104bc36d5bac0af95c6eb80491");
  CHECK(sha512 ==
        "f51daacf0b75f2ab8d45848c5e2260d6fbe038f09912f0458827192dec0820f3"
        "0a89a1a126cb43f3f4d053975f758a83c10d50a7c54fef574744b08eb92a1c4d");
}
