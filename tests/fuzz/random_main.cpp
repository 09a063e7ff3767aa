/// \file
/// Tries one seed after the other. What is at random here is made from a seed, so a fuzzer that is
/// guided by coverage would find nothing sooner, and its instrumentation costs a factor of ten.
///
/// Usage: NAME_random [--first SEED] [--runs N] [--seconds N]
/// Begins with the time, so that each run tries others; the seed of a finding is printed.
#include <sanitizer/common_interface_defs.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "random_main.hpp"

namespace {

std::uint64_t current = 0;

void print_seed() {
  std::fprintf(stderr, "finding: try again with --first %llu --runs 1\n",
               static_cast<unsigned long long>(current));
}

void on_signal(int number) {
  print_seed();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

std::uint64_t number_of(const char* text) {
  char* end = nullptr;
  const auto value = std::strtoull(text, &end, 10);
  if (*text == '\0' || *end != '\0') {
    std::fprintf(stderr, "not a number: %s\n", text);
    std::exit(2);
  }
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  using clock = std::chrono::steady_clock;
  auto first = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch() /
                                          std::chrono::microseconds(1));
  std::uint64_t runs = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t seconds = std::numeric_limits<std::uint32_t>::max();
  for (int i = 1; i < argc; i += 2) {
    std::uint64_t* const option = std::strcmp(argv[i], "--first") == 0     ? &first
                                  : std::strcmp(argv[i], "--runs") == 0    ? &runs
                                  : std::strcmp(argv[i], "--seconds") == 0 ? &seconds
                                                                           : nullptr;
    if (option == nullptr || i + 1 == argc) {
      std::fprintf(stderr, "usage: %s [--first SEED] [--runs N] [--seconds N]\n", argv[0]);
      return 2;
    }
    *option = number_of(argv[i + 1]);
  }
  __sanitizer_set_death_callback(print_seed);
  std::signal(SIGABRT, on_signal);
  const auto begin = clock::now();
  const auto end = begin + std::chrono::seconds(seconds);
  auto report = begin;
  std::uint64_t done = 0;
  const auto say = [&](const char* what) {
    std::printf("%s %llu seeds from %llu in %lld s\n", what, static_cast<unsigned long long>(done),
                static_cast<unsigned long long>(first),
                static_cast<long long>((clock::now() - begin) / std::chrono::seconds(1)));
    std::fflush(stdout);
  };
  for (; done < runs && clock::now() < end; ++done) {
    current = first + done;
    opamplan::test::try_seed(current);
    if (clock::now() - report > std::chrono::seconds(60)) {
      report = clock::now();
      say("tried");
    }
  }
  say("Done:");
  return 0;
}
