/// \file
/// Bake files: one model, two notations.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/emit/bake.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/emit/recipe.hpp"

namespace opamplan {
namespace emit_impl {

/// One attribute: strings, which may refer to variables in HCL.
struct bake_attribute {
  std::string name;
  std::vector<std::string> values;
  bool is_list = false;
  bool is_map = false;    // values alternate: key, value
  bool verbatim = false;  // holds ${...} that must be interpolated
};
struct block {
  std::string type;  // "group" or "target"
  std::string name;
  std::vector<bake_attribute> attributes;
};

inline constexpr std::string_view batch_word = "{batch}";

inline bool names_batch(const std::vector<std::string>& values) {
  return std::any_of(values.begin(), values.end(), [](const std::string& value) {
    return value.find(batch_word) != std::string::npos;
  });
}

inline std::vector<std::string> with_batch(std::vector<std::string> values,
                                           const std::string& batch) {
  for (std::string& value : values) {
    for (std::size_t at = 0; (at = value.find(batch_word, at)) != std::string::npos;) {
      value.replace(at, batch_word.size(), batch);
      at += batch.size();
    }
  }
  return values;
}

/// A text that stands among those that are interpolated, and is not.
inline std::string without_templates(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (text[i] == '$' || text[i] == '%') && text.substr(i + 1, 1) == "{";
    if (begins) out += text[i];
    out += text[i];
  }
  return out;
}

/// Makes the blocks of a file.
class bake_model {
 public:
  bake_model(const plan& p, const emit_options& options) : plan_(p), options_(options) {
    for (const auto& [name, values] :
         {std::pair("cache-from", &options.cache_from), {"cache-to", &options.cache_to}}) {
      if (values->empty()) continue;
      if (std::find(values->begin(), values->end(), "") != values->end()) {
        throw invalid_request(
            std::string(name) +
            ": a cache is type=registry,ref=... or another of buildx, not nothing");
      }
      (names_batch(*values) ? of_batch_ : common_).push_back({name, *values, true});
    }
    for (const batch_id b : p.batches.indices()) {
      batches_.push_back(batch_name(b));
    }
  }

  std::vector<block> blocks(bake_targets which) {
    if (which == bake_targets::batches) {
      add_batches();
    } else {
      add_images();
    }
    return std::move(blocks_);
  }

 private:
  /// What the targets of a file have in common.
  void add_common() {
    std::vector<bake_attribute> common = {{"context", {"."}}};
    common.push_back({"args", {"BASE_IMAGE", "${BASE_IMAGE}"}, false, true, true});
    for (const auto& [name, value] : options_.build_args) {
      common.back().values.push_back(build_argument_name(name));
      common.back().values.push_back(without_templates(value));
    }
    // The plan's, not the builder's.
    std::vector<std::string> platforms = options_.platforms;
    if (const auto planned = platform_of(plan_, options_); planned && platforms.empty()) {
      platforms = {planned->text()};
    }
    if (!platforms.empty()) common.push_back({"platforms", platforms, true});
    common.insert(common.end(), common_.begin(), common_.end());
    // Bake wants to be asked for it, and told --allow=network.host.
    if (network_of(options_) == "host") common.push_back({"network", {"host"}});
    blocks_.push_back({"target", "opamplan-common", common});
  }

  /// A stage of a batch's Dockerfile; `own` is what the target says besides.
  void add_target(const std::string& name, std::size_t batch, const std::string& stage,
                  bake_attribute own) {
    block target{"target",
                 name,
                 {{"inherits", {"opamplan-common"}, true},
                  {"dockerfile", {batches_[batch] + ".Dockerfile"}},
                  {"target", {stage}},
                  std::move(own)}};
    for (const bake_attribute& a : of_batch_) {
      target.attributes.push_back({a.name, with_batch(a.values, batches_[batch]), true});
    }
    blocks_.push_back(std::move(target));
  }

  void add_batches() {
    blocks_.push_back({"group", "default", {{"targets", {"all"}, true}}});
    blocks_.push_back({"group", "all", {{"targets", batches_, true}}});
    add_common();
    const std::vector<std::string> outputs =
        options_.outputs.empty() ? std::vector<std::string>{"type=local,dest=results/{batch}"}
                                 : options_.outputs;
    for (std::size_t b = 0; b < batches_.size(); ++b) {
      add_target(batches_[b], b, "results", {"output", with_batch(outputs, batches_[b]), true});
    }
  }

  void add_images() {
    const std::vector<std::string> stages = stage_names(plan_);
    const std::vector<std::string> names = bake_names(plan_);
    const std::vector<std::string> tags = image_names(plan_);
    add_common();
    for (std::size_t b = 0; b < batches_.size(); ++b) {
      std::vector<std::string> images;
      for (const target_id t : plan_.batches[b].targets) images.push_back(names[t]);
      if (images.empty()) continue;  // a shard of what others have in common
      blocks_.push_back({"group", batches_[b] + "-images", {{"targets", images, true}}});
      for (const target_id t : plan_.batches[b].targets) {
        bake_attribute own{"output", {"type=cacheonly"}, true};
        if (!options_.registry.empty()) {
          own = {"tags", {"${REGISTRY}/" + tags[t] + ":${TAG}"}, true, false, true};
        }
        add_target(names[t], b, stages[plan_.targets[t].step], std::move(own));
      }
    }
  }

  const plan& plan_;
  const emit_options& options_;
  std::vector<bake_attribute> common_;    // of the options, for all targets
  std::vector<bake_attribute> of_batch_;  // what names the batch is said by each of its targets
  std::vector<std::string> batches_;
  std::vector<block> blocks_;
};

inline std::vector<std::pair<std::string, std::string>> bake_variables(
    const plan& p, const emit_options& options) {
  return {{"BASE_IMAGE", options.base_image.empty() ? p.base.image : options.base_image},
          {"REGISTRY", registry_of(options)},
          {"TAG", "latest"}};
}

inline std::string bake_literal(const bake_attribute& a, const std::string& value, bool hcl) {
  if (a.verbatim) return json_string(value);
  return hcl ? hcl_string(value) : bake_json_string(value);
}

inline void append_bake_values(const bake_attribute& a, bool hcl, std::string& out) {
  if (a.is_map) {
    out += '{';
    for (std::size_t i = 0; i + 1 < a.values.size(); i += 2) {
      if (i != 0) out += ", ";
      out += hcl ? a.values[i] + " = " : json_string(a.values[i]) + ": ";
      out += bake_literal(a, a.values[i + 1], hcl);
    }
    out += '}';
  } else if (a.is_list) {
    out += '[';
    for (std::size_t i = 0; i < a.values.size(); ++i) {
      if (i != 0) out += ", ";
      out += bake_literal(a, a.values[i], hcl);
    }
    out += ']';
  } else {
    out += bake_literal(a, a.values[0], hcl);
  }
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::string bake_hcl(const plan& p, const emit_options& options,
                                     bake_targets which) {
  require_dockerfile(p);
  std::string out = "# Made by opamplan. ";
  out += which == bake_targets::batches
             ? "Images of single targets are in docker-bake-images.hcl.\n"
             : "An image: docker buildx bake --file docker-bake-images.hcl pkg-NAME-VERSION\n";
  for (const auto& [name, value] : emit_impl::bake_variables(p, options)) {
    out += "variable \"" + name + "\" {\n  default = " + hcl_string(value) + "\n}\n";
  }
  for (const auto& block : emit_impl::bake_model(p, options).blocks(which)) {
    out += block.type + " \"" + block.name + "\" {\n";
    for (const auto& a : block.attributes) {
      out += "  " + a.name + " = ";
      emit_impl::append_bake_values(a, true, out);
      out += '\n';
    }
    out += "}\n";
  }
  return out;
}

OPAMPLAN_INLINE std::string bake_json(const plan& p, const emit_options& options,
                                      bake_targets which) {
  require_dockerfile(p);
  std::string out = "{\n  \"variable\": {";
  bool first = true;
  for (const auto& [name, value] : emit_impl::bake_variables(p, options)) {
    out += first ? "\n" : ",\n";
    first = false;
    out += "    " + json_string(name) + ": {\"default\": " + bake_json_string(value) + "}";
  }
  out += "\n  }";
  const auto blocks = emit_impl::bake_model(p, options).blocks(which);
  for (const char* const type : {"group", "target"}) {
    out += std::string(",\n  \"") + type + "\": {";
    first = true;
    for (const auto& block : blocks) {
      if (block.type != type) continue;
      out += first ? "\n" : ",\n";
      first = false;
      out += "    " + json_string(block.name) + ": {";
      for (std::size_t i = 0; i < block.attributes.size(); ++i) {
        if (i != 0) out += ", ";
        out += json_string(block.attributes[i].name) + ": ";
        emit_impl::append_bake_values(block.attributes[i], false, out);
      }
      out += '}';
    }
    out += "\n  }";
  }
  return out + "\n}\n";
}

}  // namespace opamplan
