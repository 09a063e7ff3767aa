/// \file
/// Bake files: one model, two notations.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
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

inline std::vector<block> bake_model(const plan& p, const emit_options& options) {
  std::vector<block> blocks;
  const auto stages = stage_names(p);
  const auto names = bake_names(p);
  const auto tags = image_names(p);
  std::vector<std::string> batch_names;
  for (std::size_t b = 0; b < p.batches.size(); ++b) {
    batch_names.push_back("batch" + std::to_string(b));
  }
  blocks.push_back({"group", "default", {{"targets", {"all"}, true}}});
  blocks.push_back({"group", "all", {{"targets", batch_names, true}}});
  std::vector<bake_attribute> common = {{"context", {"."}}};
  common.push_back({"args", {"BASE_IMAGE", "${BASE_IMAGE}"}, false, true, true});
  for (const auto& [name, value] : options.build_args) {
    common.back().values.push_back(build_argument_name(name));
    common.back().values.push_back(without_templates(value));
  }
  // The plan's, not the builder's.
  std::vector<std::string> platforms = options.platforms;
  if (const auto planned = platform_of(p, options); planned && platforms.empty()) {
    platforms = {planned->text()};
  }
  if (!platforms.empty()) common.push_back({"platforms", platforms, true});
  std::vector<bake_attribute> of_batch;  // what names the batch is said by each of its targets
  for (const auto& [name, values] :
       {std::pair("cache-from", &options.cache_from), {"cache-to", &options.cache_to}}) {
    if (values->empty()) continue;
    (names_batch(*values) ? of_batch : common).push_back({name, *values, true});
  }
  // Bake wants to be asked for it, and told --allow=network.host.
  if (network_of(options) == "host") common.push_back({"network", {"host"}});
  blocks.push_back({"target", "opamplan-common", common});
  const std::vector<std::string> outputs =
      options.outputs.empty() ? std::vector<std::string>{"type=local,dest=results/{batch}"}
                              : options.outputs;
  for (std::size_t b = 0; b < p.batches.size(); ++b) {
    const std::string file = batch_names[b] + ".Dockerfile";
    blocks.push_back({"target",
                      batch_names[b],
                      {{"inherits", {"opamplan-common"}, true},
                       {"dockerfile", {file}},
                       {"target", {"results"}},
                       {"output", with_batch(outputs, batch_names[b]), true}}});
    const auto add_of_batch = [&](block& target) {
      for (const bake_attribute& a : of_batch) {
        target.attributes.push_back({a.name, with_batch(a.values, batch_names[b]), true});
      }
    };
    add_of_batch(blocks.back());
    std::vector<std::string> images;
    for (const std::uint32_t t : p.batches[b].targets) images.push_back(names[t]);
    blocks.push_back({"group", batch_names[b] + "-images", {{"targets", images, true}}});
    for (const std::uint32_t t : p.batches[b].targets) {
      block image{"target",
                  names[t],
                  {{"inherits", {"opamplan-common"}, true},
                   {"dockerfile", {file}},
                   {"target", {stages[p.targets[t].step]}}}};
      if (options.registry.empty()) {
        image.attributes.push_back({"output", {"type=cacheonly"}, true});
      } else {
        image.attributes.push_back(
            {"tags", {"${REGISTRY}/" + tags[t] + ":${TAG}"}, true, false, true});
      }
      add_of_batch(image);
      blocks.push_back(std::move(image));
    }
  }
  return blocks;
}

inline std::vector<std::pair<std::string, std::string>> bake_variables(
    const plan& p, const emit_options& options) {
  return {{"BASE_IMAGE", options.base_image.empty() ? p.base.image : options.base_image},
          {"REGISTRY", options.registry},
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

OPAMPLAN_INLINE std::string bake_hcl(const plan& p, const emit_options& options) {
  require_dockerfile(p);
  std::string out = "# Made by opamplan.\n";
  for (const auto& [name, value] : emit_impl::bake_variables(p, options)) {
    out += "variable \"" + name + "\" {\n  default = " + hcl_string(value) + "\n}\n";
  }
  for (const auto& block : emit_impl::bake_model(p, options)) {
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

OPAMPLAN_INLINE std::string bake_json(const plan& p, const emit_options& options) {
  require_dockerfile(p);
  std::string out = "{\n  \"variable\": {";
  bool first = true;
  for (const auto& [name, value] : emit_impl::bake_variables(p, options)) {
    out += first ? "\n" : ",\n";
    first = false;
    out += "    " + json_string(name) + ": {\"default\": " + bake_json_string(value) + "}";
  }
  out += "\n  }";
  const auto blocks = emit_impl::bake_model(p, options);
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
