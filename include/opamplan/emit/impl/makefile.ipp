/// \file
/// Writing Makefiles.
#pragma once

#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/builder_words.hpp"
#include "opamplan/emit/impl/build_arguments.hpp"
#include "opamplan/emit/impl/filled.hpp"
#include "opamplan/emit/makefile.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/plan/shards.hpp"

namespace opamplan {
namespace emit_impl {

inline constexpr std::string_view makefile_text =
    R"(# Made by opamplan. Builds the batches, each after those that it stands on: make; one of them:
# make stamps/batch0. What is in results/ is of this plan: a batch that changed is built anew, and
# what an earlier plan left there goes.
# The builder keeps what a batch built; with several machines, let them share a cache:
#   make CACHE=registry.example/opamplan/cache
# Where an earlier run has written all of it: make CACHE=... CACHED=yes.
BUILDCTL = buildctl
BUILD_FLAGS =
CACHE =
CACHED =
batches = @batches@

all: $(batches:%=stamps/%)
	@for folder in results/*; do \
	  case " $(batches) " in *" $${folder##*/} "*) ;; *) rm -rf "$$folder" ;; esac; done

ref = type=registry,ref=$(CACHE):$(1)
# What is written is all that steps made: what a batch leaves, its results, stands on none of it.
written = $(call ref,$(1)),mode=max
from = $(if $(CACHED),$(1),$(caches_$(1)))
read = $(foreach batch,$(call from,$(1)),--import-cache $(call ref,$(batch)))
shared = $(if $(CACHE),$(call read,$(1)) --export-cache $(call written,$(1)))

stamps/%: %.Dockerfile step collect
	rm -rf results/$*
	$(BUILDCTL) build --frontend dockerfile.v0 --local context=. --local dockerfile=. \
	  --opt filename=$< --opt target=results --output type=local,dest=results/$* @words@\
	  $(call shared,$*) $(BUILD_FLAGS)
	@mkdir -p stamps && touch $@

@order@
clean:
	rm -rf results stamps

.PHONY: all clean
.DELETE_ON_ERROR:
)";

/// The stamps of the batches that one waits for, or nothing: those that build what it stands on,
/// and where batches are built in order the one before.
inline std::string stamps_before(const plan& p, const flat_rows<batch_id>& waits, batch_id batch) {
  const auto stamp = [](batch_id other) { return " stamps/" + batch_name(other); };
  if (p.builders == 0) return batch == batch_id{0} ? "" : stamp(batch_id(batch.value() - 1));
  std::string out;
  for (const batch_id other : waits[batch]) out += stamp(other);
  return out;
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::string makefile(const plan& p, const emit_options& options) {
  const flat_rows<batch_id> waits = waits_for(p);
  const flat_rows<batch_id> imports = cache_imports(p);
  std::string batches;
  std::string order;
  std::string caches;
  for (const batch_id batch : p.batches.indices()) {
    const std::string name = batch_name(batch);
    batches += (batches.empty() ? "" : " ") + name;
    // An order-only prerequisite, so that a rebuilt batch does not rebuild those after it.
    const std::string stamps = emit_impl::stamps_before(p, waits, batch);
    if (!stamps.empty()) order += "stamps/" + name + ": |" + stamps + '\n';
    if (imports[batch].empty()) continue;
    caches += "caches_" + name + " =";
    for (const batch_id other : imports[batch]) caches += ' ' + batch_name(other);
    caches += '\n';
  }
  const std::string words =
      allow_words(options) + emit_impl::argument_words(options, "--opt", "build-arg:", make_word);
  return emit_impl::filled(emit_impl::makefile_text,
                           {{"batches", batches}, {"words", words}, {"order", order + caches}});
}

}  // namespace opamplan
