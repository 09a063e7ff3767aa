#include "opamplan/emit/kubernetes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "emit/emitted.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("a batch is a Job after the one before") {
  const std::vector<emitted_file> files = kubernetes_jobs(in_batches(), {});
  REQUIRE(files.size() == in_batches().batches.size());
  CHECK(files[1].path == "kubernetes/wave1.yaml");
  CHECK(has(files[1].content, "  name: opamplan-wave1\n"));
  CHECK(has(files[1].content, "  completions: 1\n  parallelism: 1\n"));
  CHECK(has(files[1].content, "              set -- batch1\n"));
  CHECK(has(files[1].content, "                batch1) caches=\"$caches batch0\" ;;\n"));
}

TEST_CASE("the shards of a wave are pods of one Job, as many at once as there are builders") {
  const std::vector<emitted_file> files = kubernetes_jobs(two_families(), {});
  CHECK(files[0].path == "kubernetes/wave0.yaml");
  CHECK(has(files[0].content, "  completions: 2\n  parallelism: 2\n"));
  CHECK(has(files[0].content, "              set -- batch0 batch1\n"));
}

TEST_CASE("pods run on machines of the plan's architecture") {
  plan p = of_diamond();
  p.base.environment = "arch = \"arm64\"\n";
  CHECK(has(kubernetes_jobs(p, {})[0].content, "kubernetes.io/arch: \"arm64\"\n"));
  p.base.environment = "arch = \"x86_32\"\n";  // a number, were it not quoted
  CHECK(has(kubernetes_jobs(p, {})[0].content, "kubernetes.io/arch: \"386\"\n"));
  p.base.environment.clear();
  CHECK_FALSE(has(kubernetes_jobs(p, {})[0].content, "nodeSelector"));
}

TEST_CASE("neither Kubernetes nor the shell reads anything in a build argument") {
  emit_options o;
  o.build_args = {{"ODD", "$(CACHE) $$ it's"}};
  CHECK(has(kubernetes_jobs(of_diamond(), o)[0].content,
            R"(--opt 'build-arg:ODD=$$(CACHE) $$$$ it'\''s' "$@")"));
}

TEST_CASE("the network of the machine is given to steps only where that is asked for") {
  emit_options o;
  CHECK_FALSE(has(kubernetes_jobs(of_diamond(), o)[0].content, "network.host"));
  o.network = "host";
  const std::string text = kubernetes_jobs(of_diamond(), o)[0].content;
  CHECK(has(text, "--opt target=results --allow network.host \"$@\""));
  CHECK(has(text, "value: --allow-insecure-entitlement network.host\n"));
}
