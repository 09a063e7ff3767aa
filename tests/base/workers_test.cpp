#include "opamplan/base/workers.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace opamplan;

TEST_CASE("every index is worked on once, whatever the number of threads and blocks") {
  for (const unsigned threads : {1U, 2U, 5U}) {
    for (const std::size_t count : {0U, 1U, 7U, 64U, 1000U}) {
      std::vector<int> times(count, 0);
      parallel_blocks(count, threads, 8, "work", {},
                      [&] { return [&](std::size_t i) { ++times[i]; }; });
      CHECK(times == std::vector<int>(count, 1));
    }
  }
}

TEST_CASE("the first exception ends the work and reaches the caller") {
  for (const unsigned threads : {1U, 3U}) {
    CHECK_THROWS_AS(parallel_blocks(100, threads, 1, "work", {},
                                    [] {
                                      return [](std::size_t i) {
                                        if (i == 50) throw std::runtime_error("fifty");
                                      };
                                    }),
                    std::runtime_error);
  }
}

TEST_CASE("a callback that says false cancels before the work is done") {
  std::atomic<int> done{0};
  CHECK_THROWS_AS(parallel_blocks(
                      1000, 1, 10, "work", [](const progress_event&) { return false; },
                      [&] { return [&](std::size_t) { ++done; }; }),
                  cancelled);
  CHECK(done == 10);
}

TEST_CASE("the last report says that all is done") {
  std::size_t last = 0;
  parallel_blocks(
      25, 2, 10, "work",
      [&](const progress_event& e) {
        last = e.done;
        return e.total == 25;
      },
      [] { return [](std::size_t) {}; });
  CHECK(last == 25);
}

TEST_CASE("what a thread keeps is its own, and is made once for each") {
  std::atomic<unsigned> made{0};
  std::vector<unsigned> sums(3, 0);
  workers team(3, "work", {});
  team.for_each(100, 1, [&](unsigned worker) {
    ++made;
    return [&, worker](std::size_t) { ++sums[worker]; };
  });
  CHECK(made == 3);
  CHECK(sums[0] + sums[1] + sums[2] == 100);
}

TEST_CASE("no more threads are started than there are blocks of work") {
  std::atomic<unsigned> made{0};
  parallel_blocks(3, 64, 4, "work", {}, [&] {
    ++made;
    return [](std::size_t) {};
  });
  CHECK(made == 1);
}

TEST_CASE("only the calling thread is told of progress, and a long piece of work ends when asked") {
  const auto caller = std::this_thread::get_id();
  std::atomic<bool> elsewhere{false};
  workers team(2, "work", [&](const progress_event&) {
    if (std::this_thread::get_id() != caller) elsewhere = true;
    return false;
  });
  CHECK_THROWS_AS(team.run([&](unsigned worker) {
    const progress_callback poll = team.poll(worker);
    while (poll({})) std::this_thread::yield();
  }),
                  cancelled);
  CHECK(team.stopped());
  CHECK_FALSE(elsewhere);
}
