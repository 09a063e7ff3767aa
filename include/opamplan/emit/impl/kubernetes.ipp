/// \file
/// Writing Jobs of Kubernetes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/builder_words.hpp"
#include "opamplan/emit/impl/build_arguments.hpp"
#include "opamplan/emit/impl/filled.hpp"
#include "opamplan/emit/impl/waves.hpp"
#include "opamplan/emit/kubernetes.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/emit/recipe.hpp"
#include "opamplan/plan/shards.hpp"

namespace opamplan {
namespace emit_impl {

// The pods are BuildKit's own example of a Job (examples/kubernetes/job.privileged.yaml there): a
// daemon that lives as long as one build. What is Kubernetes' in the script is a doubled $.
inline constexpr std::string_view job_of_wave =
    R"(# Made by opamplan: wave @number@, the last is @last@; pods: @count@, one a shard. The cache is a registry, with a
# tag for each shard. Once, with the address of this folder, in git or as an archive that has what
# is in it at its top, and a repository of the registry:
#   kubectl create configmap opamplan \
#     --from-literal=plan=https://example.org/plan.tar.gz --from-literal=cache=registry.example/opamplan/cache
#   kubectl label configmap opamplan app.kubernetes.io/name=opamplan
# and, if the registry wants a login: kubectl create secret docker-registry opamplan ...
# Then each wave after the one before:
#   kubectl apply -f kubernetes/wave@number@.yaml
#   kubectl wait --for=condition=complete --timeout=24h job/opamplan-wave@number@
# A shard that failed three times ends its Job as failed, not complete; the next wave builds what it
# lacks. Afterwards `opamplan build --plan plan.json --cache ...` has all results, from the caches.
# Before another plan: kubectl delete job,configmap -l app.kubernetes.io/name=opamplan
# Another plan at the same time: in a namespace and with a repository of its own.
apiVersion: batch/v1
kind: Job
metadata:
  name: opamplan-wave@number@
  labels:
    app.kubernetes.io/name: opamplan
spec:
  completionMode: Indexed
  completions: @count@
  parallelism: @parallel@
  backoffLimitPerIndex: 2
  template:
    metadata:
      labels:
        app.kubernetes.io/name: opamplan
    spec:
      restartPolicy: Never
@selector@      containers:
        - name: build
          image: @image@
          command: [sh, -euc]
          args:
            - |
              set -- @batches@
              shift "$JOB_COMPLETION_INDEX"
              batch=$1
              caches=$batch # what it wrote in an earlier run has all that it stands on, too
              case $batch in
@caches@              esac
              set --
              for from in $caches; do
                set -- "$@" --import-cache "type=registry,ref=$CACHE:$from"
              done
              exec buildctl-daemonless.sh build --frontend dockerfile.v0 --opt context="$PLAN" \
                --opt filename="$batch.Dockerfile" --opt target=results @words@"$@" \
                --export-cache "type=registry,ref=$CACHE:$batch,mode=max"
          env:
            - name: PLAN
              valueFrom:
                configMapKeyRef: { name: opamplan, key: plan }
            - name: CACHE
              valueFrom:
                configMapKeyRef: { name: opamplan, key: cache }
            - name: DOCKER_CONFIG
              value: /opamplan/registry
@flags@          securityContext:
            privileged: true
          volumeMounts:
            - { name: store, mountPath: /var/lib/buildkit }
            - { name: registry, mountPath: /opamplan/registry, readOnly: true }
      volumes:
        - name: store
          emptyDir: {}
        - name: registry
          secret:
            secretName: opamplan
            optional: true
            items:
              - { key: .dockerconfigjson, path: config.json }
)";

inline constexpr std::string_view builder_image = "moby/buildkit:v0.32.2";

/// Kubernetes replaces $(NAME) in the words of a container, and takes $$ for a $.
inline std::string without_references(std::string text) {
  for (std::size_t at = 0; (at = text.find('$', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '$');
  }
  return text;
}

/// Which machines of a cluster can do it.
inline std::string node_selector(const plan& p, const emit_options& options) {
  const auto platform = platform_of(p, options);
  if (!platform) return "";
  return "      nodeSelector:\n        kubernetes.io/os: linux\n        kubernetes.io/arch: \"" +
         platform->architecture + "\"\n";
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::vector<emitted_file> kubernetes_jobs(const plan& p,
                                                          const emit_options& options) {
  const flat_rows<batch_id> imports = cache_imports(p);
  const std::string allow = allow_words(options);
  const std::string words = emit_impl::without_references(
      allow + emit_impl::argument_words(options, "--opt", "build-arg:", shell_word));
  const std::string flags =
      allow.empty() ? ""
                    : "            - name: BUILDKITD_FLAGS\n"
                      "              value: --allow-insecure-entitlement network.host\n";
  const std::string selector = emit_impl::node_selector(p, options);
  const auto waves = emit_impl::waves(p);
  std::vector<emitted_file> files;
  for (const auto& [wave, batches] : waves) {
    std::string names;
    std::string caches;
    for (const batch_id batch : batches) {
      const std::string name = batch_name(batch);
      names += (names.empty() ? "" : " ") + name;
      if (imports[batch].empty()) continue;
      caches += "                " + name + ") caches=\"$caches " +
                emit_impl::names_of_caches(imports, batch) + "\" ;;\n";
    }
    const std::string number = std::to_string(wave);
    const std::string count = std::to_string(batches.size());
    const std::string parallel = p.builders == 0 ? "1" : std::to_string(p.builders);
    files.push_back(
        {"kubernetes/wave" + number + ".yaml",
         emit_impl::filled(emit_impl::job_of_wave, {{"number", number},
                                                    {"last", std::to_string(waves.rbegin()->first)},
                                                    {"count", count},
                                                    {"parallel", parallel},
                                                    {"selector", selector},
                                                    {"image", emit_impl::builder_image},
                                                    {"batches", names},
                                                    {"caches", caches},
                                                    {"words", words},
                                                    {"flags", flags}})});
  }
  return files;
}

}  // namespace opamplan
