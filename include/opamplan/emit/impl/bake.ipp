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
#include "opamplan/emit/bake.hpp"
#include "opamplan/emit/impl/bake_blocks.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/emit/recipe.hpp"

namespace opamplan {
namespace emit_impl {

inline constexpr std::string_view batch_word = "{batch}";

inline bool names_batch(const std::vector<std::string>& values) {
  return std::any_of(values.begin(), values.end(), [](const std::string& value) {
    return value.find(batch_word) != std::string::npos;
  });
}

inline std::string with_batch(std::string value, std::string_view batch) {
  for (std::size_t at = 0; (at = value.find(batch_word, at)) != std::string::npos;) {
    value.replace(at, batch_word.size(), batch);
    at += batch.size();
  }
  return value;
}

/// Between two images of the table, which is one text: buildx reads it ten times as fast as a map
/// of maps, and as a text of several lines.
inline constexpr std::string_view between_images = ", ";

/// A word of the table. opam has no others; what a strange plan has otherwise must not end one.
inline std::string table_word(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(),
      [](char c) {
        return !is_letter_or_digit(c) &&
               std::string_view("-_+.~").find(c) == std::string_view::npos;
      },
      '_');
  return out;
}

/// The part of the table that a build of single images is asked for: all, or what PACKAGES names,
/// between commas or spaces; all if it names none. Of a name that is not in the table buildx shows
/// the lines around this one, and so the comment.
inline constexpr const char* rows_comment =
    "\"Invalid index\": PACKAGES names what has no image here. Write NAME.VERSION, as in the "
    "table.";
inline constexpr const char* chosen_rows =
    R"(replace(replace(PACKAGES, " ", ""), ",", "") == "" ? OPAMPLAN_IMAGES : join(", ", )"
    R"([for package in distinct(compact(split(",", replace(PACKAGES, " ", ",")))) : )"
    R"("${package} ${regex("^[^,]*", split(", ${package} ", ", ${OPAMPLAN_IMAGES}")[1])}"]))";

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
      (names_batch(*values) ? of_batch_ : common_).emplace_back(name, *values);
    }
    for (const batch_id b : p.batches.indices()) batches_.push_back(batch_name(b));
  }

  std::vector<bake_block> blocks(bake_targets which) {
    if (which == bake_targets::batches) {
      add_variables();
      add_batches();
    } else {
      add_images();
    }
    return std::move(blocks_);
  }

 private:
  void add_variable(std::string name, bake_value value) {
    blocks_.push_back({"variable", std::move(name), {{"default", std::move(value)}}});
  }

  void add_variables() {
    const std::string& base = options_.base_image;
    add_variable("BASE_IMAGE", {bake_value::kind::text, base.empty() ? plan_.base.image : base});
    add_variable("REGISTRY", {bake_value::kind::text, registry_of(options_)});
    add_variable("TAG", {bake_value::kind::text, "latest"});
  }

  /// What the targets of a file have in common.
  void add_common() {
    bake_block common{"target", "opamplan-common", {{"context", {bake_value::kind::text, "."}}}};
    bake_value args{bake_value::kind::map};
    args.members.emplace_back("BASE_IMAGE", bake_value::interpolated("${BASE_IMAGE}"));
    for (const auto& [name, value] : options_.build_args) {
      args.members.emplace_back(build_argument_name(name),
                                bake_value::interpolated(without_templates(value)));
    }
    common.attributes.emplace_back("args", std::move(args));
    // The plan's, not the builder's.
    std::vector<std::string> platforms = options_.platforms;
    if (const auto planned = platform_of(plan_, options_); planned && platforms.empty()) {
      platforms = {planned->text()};
    }
    if (!platforms.empty())
      common.attributes.emplace_back("platforms", bake_value::list(platforms));
    for (const auto& [name, values] : common_) {
      common.attributes.emplace_back(name, bake_value::list(values));
    }
    // Bake wants to be asked for it, and told --allow=network.host.
    if (network_of(options_) == "host") {
      common.attributes.emplace_back("network", bake_value{bake_value::kind::text, "host"});
    }
    blocks_.push_back(std::move(common));
  }

  void add_batches() {
    blocks_.push_back({"group", "default", {{"targets", bake_value::list({"all"})}}});
    blocks_.push_back({"group", "all", {{"targets", bake_value::list(batches_)}}});
    add_common();
    const std::vector<std::string> outputs =
        options_.outputs.empty() ? std::vector<std::string>{"type=local,dest=results/{batch}"}
                                 : options_.outputs;
    for (const std::string& batch : batches_) {
      const auto of = [&batch](std::vector<std::string> values) {
        for (std::string& value : values) value = with_batch(std::move(value), batch);
        return bake_value::list(values);
      };
      bake_block target{"target",
                        batch,
                        {{"inherits", bake_value::list({"opamplan-common"})},
                         {"dockerfile", {bake_value::kind::text, batch + ".Dockerfile"}},
                         {"target", {bake_value::kind::text, "results"}},
                         {"output", of(outputs)}}};
      for (const auto& [name, values] : of_batch_) target.attributes.emplace_back(name, of(values));
      blocks_.push_back(std::move(target));
    }
  }

  /// Of each image what the columns say.
  [[nodiscard]] std::string table_of_images() const {
    const std::vector<std::string> stages = stage_names(plan_);
    const std::vector<std::string> names = bake_names(plan_);
    const std::vector<std::string> tags = image_names(plan_);
    std::string table;
    for (const batch_id b : plan_.batches.indices()) {
      for (const target_id t : plan_.batches[b].targets) {
        const plan_target& target = plan_.targets[t];
        if (!table.empty()) table += between_images;
        table += table_word(plan_.packages[target.package].full_name());
        for (const std::string& word : {names[t], batches_[b], stages[target.step]}) {
          table += ' ' + word;
        }
        if (!options_.registry.empty()) table += ' ' + tags[t];
      }
    }
    return table;
  }

  /// The table stands last, and far from what errors are about: buildx shows the lines around.
  void add_images() {
    const std::string columns = options_.registry.empty()
                                    ? R"(["package", "name", "batch", "stage"])"
                                    : R"(["package", "name", "batch", "stage", "tag"])";
    add_variable("PACKAGES", {});
    add_variable("OPAMPLAN_ROWS", bake_value::expression(chosen_rows));
    blocks_.back().comment = rows_comment;
    add_variable(
        "OPAMPLAN_CHOSEN",
        bake_value::expression("[for row in compact(split(\", \", OPAMPLAN_ROWS)) : zipmap(" +
                               columns + ", split(\" \", row))]"));
    add_variables();
    blocks_.push_back({"group", "default", {{"targets", bake_value::list({"images"})}}});
    for (const batch_id b : plan_.batches.indices()) {
      if (plan_.batches[b].targets.empty()) continue;  // a shard of what others have in common
      blocks_.push_back(
          {"group",
           batches_[b] + "-images",
           {{"targets", bake_value::expression(
                            "[for image in OPAMPLAN_CHOSEN : image.name if image.batch == " +
                            json_string(batches_[b]) + "]")}}});
    }
    add_common();
    bake_value matrix{bake_value::kind::map};
    matrix.members.emplace_back("image", bake_value::expression("OPAMPLAN_CHOSEN"));
    bake_block target{"target",
                      "images",
                      {{"name", bake_value::expression("image.name")},
                       {"matrix", std::move(matrix)},
                       {"inherits", bake_value::list({"opamplan-common"})},
                       {"dockerfile", bake_value::interpolated("${image.batch}.Dockerfile")},
                       {"target", bake_value::expression("image.stage")}}};
    const auto add = [&target](const std::string& name, const std::vector<std::string>& values) {
      bake_value list{bake_value::kind::list};
      for (const std::string& value : values) {
        list.members.push_back({{}, bake_value::interpolated(value)});
      }
      target.attributes.emplace_back(name, std::move(list));
    };
    if (options_.registry.empty()) {
      add("output", {"type=cacheonly"});
    } else {
      add("tags", {"${REGISTRY}/${image.tag}:${TAG}"});
    }
    for (const auto& [name, values] : of_batch_) {
      std::vector<std::string> of_image;
      for (const std::string& value : values) {
        of_image.push_back(with_batch(without_templates(value), "${image.batch}"));
      }
      add(name, of_image);
    }
    blocks_.push_back(std::move(target));
    add_variable("OPAMPLAN_IMAGES", {bake_value::kind::text, table_of_images()});
    blocks_.back().comment =
        "The table, in the columns of OPAMPLAN_CHOSEN. In one line: buildx takes ten times as long "
        "to read many.";
  }

  using option_list = std::pair<std::string, std::vector<std::string>>;

  const plan& plan_;
  const emit_options& options_;
  std::vector<option_list> common_;    // of the options, for all targets
  std::vector<option_list> of_batch_;  // what names the batch is said by each of its targets
  std::vector<std::string> batches_;
  std::vector<bake_block> blocks_;
};

}  // namespace emit_impl

OPAMPLAN_INLINE std::string bake_hcl(const plan& p, const emit_options& options,
                                     bake_targets which) {
  require_dockerfile(p);
  std::string out = "# Made by opamplan. ";
  out +=
      which == bake_targets::batches
          ? "Images of single targets are in docker-bake-images.hcl.\n"
          : "Images, by the names of their packages (NAME.VERSION as in the table). The image of\n"
            "# one that fails is made too, without it: docker-bake.hcl has the results.\n"
            "# PACKAGES=NAME.VERSION,... docker buildx bake --file docker-bake-images.hcl images\n";
  emit_impl::append_hcl(emit_impl::bake_model(p, options).blocks(which), out);
  return out;
}

OPAMPLAN_INLINE std::string bake_json(const plan& p, const emit_options& options,
                                      bake_targets which) {
  require_dockerfile(p);
  std::string out;
  emit_impl::append_json(emit_impl::bake_model(p, options).blocks(which), out);
  return out;
}

}  // namespace opamplan
