#include "opamplan/emit/workflow.hpp"

#include <doctest/doctest.h>

#include "emit/emitted.hpp"
#include "opamplan/base/error.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("a batch is a job after the one before, and what it reads is written by then") {
  const std::string text = github_workflow(in_batches(), {});
  CHECK(has(text, "\n  batch0:\n    runs-on: ubuntu-latest\n    strategy:\n"));
  CHECK(has(text, "\n  batch1:\n    runs-on: ubuntu-latest\n    needs: batch0\n"));
  CHECK(has(text, "          - { batch: batch0, caches: \"\" }\n    steps:\n"));
  CHECK(has(text, "          - { batch: batch1, caches: \"batch0\" }\n    steps:\n"));
  CHECK_FALSE(has(text, "max-parallel"));
}

TEST_CASE("the shards of a wave are one matrix, as many at once as there are builders") {
  const std::string text = github_workflow(two_families(), {});
  CHECK(has(text, "\n  wave0:\n"));
  CHECK(has(text,
            "      max-parallel: 2\n      matrix:\n        include:\n"
            "          - { batch: batch0, caches: \"\" }\n"
            "          - { batch: batch1, caches: \"\" }\n    steps:\n"));
}

TEST_CASE("a wave is no larger than a matrix may be") {
  plan p = two_families();
  p.batches.resize(most_matrix_jobs);
  CHECK(count(github_workflow(p, {}), "- { batch: ") == 256);
  p.batches.emplace_back();
  CHECK_THROWS_WITH_AS((void)github_workflow(p, {}),
                       doctest::Contains("wave0 has 257 shards, and a matrix at most 256 jobs"),
                       invalid_request);
}

TEST_CASE("jobs run on a machine of the plan's architecture, or emulate it") {
  const auto of = [](const char* arch) {
    plan p = of_diamond();
    p.base.environment = std::string("arch = \"") + arch + "\"\n";
    return github_workflow(p, {});
  };
  CHECK(has(of("x86_64"), "runs-on: ubuntu-latest\n"));
  CHECK(has(of("arm64"), "runs-on: ubuntu-24.04-arm\n"));
  CHECK_FALSE(has(of("arm64"), "qemu"));
  CHECK(has(of("riscv64"), "runs-on: ubuntu-latest\n"));
  CHECK(
      has(of("riscv64"), "      - uses: docker/setup-qemu-action@v3\n      - uses: docker/setup"));
}

TEST_CASE("neither GitHub nor the shell reads anything in a build argument") {
  emit_options o;
  o.build_args = {{"ODD", "$HOME ${{ github.token }}"}, {"HOME_OF", "~/x"}};
  CHECK(has(github_workflow(of_diamond(), o),
            "            --build-arg 'ODD=$HOME ${{ '${{' }} github.token }}' "
            "--build-arg 'HOME_OF=~/x' --output "));
}
