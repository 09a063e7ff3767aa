#include <doctest/doctest.h>

#include <cstdint>
#include <opamplan/repository/impl/checksum.hpp>
#include <set>
#include <string>

using opamplan::repository_impl::checksum;

TEST_CASE("every change of one byte, and every length, changes the checksum") {
  std::string data(200, '\0');
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 37);
  std::set<std::uint64_t> seen;
  for (std::size_t n = 0; n <= data.size(); ++n) seen.insert(checksum(data.data(), n));
  CHECK(seen.size() == data.size() + 1);
  const std::uint64_t whole = checksum(data.data(), data.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = data;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      CHECK(checksum(changed.data(), changed.size()) != whole);
    }
  }
}

TEST_CASE("zeros of different lengths, and exchanged words, differ") {
  const std::string zeros(300, '\0');
  std::set<std::uint64_t> seen;
  for (std::size_t n = 0; n <= zeros.size(); ++n) seen.insert(checksum(zeros.data(), n));
  CHECK(seen.size() == zeros.size() + 1);
  std::string words(128, 'a');
  words.replace(0, 8, "bbbbbbbb");
  std::string exchanged(128, 'a');
  exchanged.replace(64, 8, "bbbbbbbb");
  CHECK(checksum(words.data(), words.size()) != checksum(exchanged.data(), exchanged.size()));
}
