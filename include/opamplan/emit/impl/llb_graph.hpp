/// \file
/// The operations of LLB, written as they are made. Field numbers are those of BuildKit's
/// solver/pb/ops.proto.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/sha256.hpp"
#include "opamplan/emit/impl/protobuf.hpp"
#include "opamplan/emit/recipe.hpp"

namespace opamplan::emit_impl {

inline constexpr std::int64_t scratch = -1;  // for inputs
inline constexpr std::int64_t no_output = -1;

/// An output of a vertex that has been written.
struct llb_output {
  std::string digest;
  std::int64_t index = 0;

  friend bool operator==(const llb_output&, const llb_output&) = default;
};

/// A mount of an exec; its `from` becomes an input of the vertex.
struct llb_mount {
  const llb_output* from = nullptr;  // null: nothing (a cache, or scratch)
  std::string selector;
  std::string target;
  std::string cache_id = {};
  std::int64_t output = no_output;  // else it is written to, and that is kept as this output
};

/// What all execs of a definition have alike.
struct llb_process {
  std::map<std::string, std::string> environment;
  protobuf_message proxies;
  std::string network;
};

/// A definition, which grows by each operation that is added. Equal ones are written once.
class llb_graph {
 public:
  std::optional<image_platform> platform;
  llb_process process;

  llb_output source(const std::string& identifier,
                    const std::vector<std::pair<std::string, std::string>>& attributes,
                    const std::string& name) {
    protobuf_message body;
    body.text(1, identifier);
    for (const auto& [key, value] : attributes) {
      body.message(2, protobuf_message().text(1, key).text(2, value));
    }
    return add({}, 3, body, name);
  }

  /// Copies from `from` onto `base` (null: nothing).
  llb_output copy(const llb_output* base, const llb_output& from, const protobuf_message& what,
                  const std::string& name) {
    std::vector<llb_output> inputs;
    if (base != nullptr) inputs.push_back(*base);
    inputs.push_back(from);
    protobuf_message action;
    action.number(1, base != nullptr ? 0 : scratch)
        .number(2, static_cast<std::int64_t>(inputs.size()) - 1)
        .message(4, what);
    return add(inputs, 4, protobuf_message().message(2, action), name);
  }

  /// What `shell` leaves of `root` is output 0; of mounts with an output, that one.
  llb_output exec(const llb_output& root, const std::string& shell,
                  const std::vector<llb_mount>& mounts, const std::string& name) {
    protobuf_message meta;
    meta.text(1, "/bin/sh").text(1, "-c").text(1, shell);
    for (const auto& [variable, value] : process.environment) {
      meta.text(2, variable + "=" + value);
    }
    meta.text(3, "/");
    if (!process.proxies.str().empty()) meta.message(5, process.proxies);
    std::vector<llb_output> inputs{root};
    protobuf_message body;
    body.message(1, meta);
    if (process.network == "host") body.number(3, 1);
    if (process.network == "none") body.number(3, 2);
    body.message(2, protobuf_message().text(3, "/"));  // input 0, output 0
    for (const llb_mount& m : mounts) {
      protobuf_message field;
      std::int64_t input = scratch;
      if (m.from != nullptr) {
        const auto known = std::find(inputs.begin(), inputs.end(), *m.from);
        input = known - inputs.begin();
        if (known == inputs.end()) inputs.push_back(*m.from);
      }
      field.number(1, input).text(2, m.selector).text(3, m.target).number(4, m.output);
      if (!m.cache_id.empty()) {
        field.number(6, 3).message(20, protobuf_message().text(1, m.cache_id));
      } else if (m.output == no_output) {
        field.flag(5, true);  // read only
      }
      body.message(2, field);
    }
    return add(inputs, 2, body, name);
  }

  /// The first of `inputs` with the files of the others linked into it, each over those before. Not
  /// in an exported cache: it costs nothing to make again, and would double that.
  llb_output merge(const std::vector<llb_output>& inputs, const std::string& name) {
    if (inputs.size() == 1) return inputs.front();
    protobuf_message body;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      body.message(1, protobuf_message().number(1, static_cast<std::int64_t>(i)));
    }
    return add(inputs, merge_kind, body, name, false);
  }

  /// The marshalled definition whose result is `result`.
  [[nodiscard]] std::string finish(const llb_output& result) const {
    // The last operation has the result as its only input.
    const protobuf_message end = protobuf_message().message(
        1, protobuf_message().text(1, result.digest).number(2, result.index));
    protobuf_message all = definition_;
    all.bytes(1, end.str());
    return all.str() + metadata_.str();
  }

 private:
  static constexpr std::uint32_t merge_kind = 6;

  /// Adds an operation; `name` is what progress shows.
  llb_output add(const std::vector<llb_output>& inputs, std::uint32_t kind,
                 const protobuf_message& body, const std::string& name, bool export_cache = true) {
    protobuf_message op;
    for (const llb_output& e : inputs) {
      op.message(1, protobuf_message().text(1, e.digest).number(2, e.index));
    }
    op.message(kind, body);
    if (platform && kind != merge_kind) {
      protobuf_message words;
      words.text(1, platform->architecture).text(2, platform->os);
      if (!platform->variant.empty()) words.text(3, platform->variant);
      op.message(10, words);
    }
    const std::string digest = "sha256:" + to_hex(sha256_of(op.str()));
    if (written_.insert(digest).second) {
      definition_.bytes(1, op.str());
      protobuf_message description;
      description.text(1, "llb.customname").text(2, name);
      protobuf_message about;
      about.message(2, description);
      if (!export_cache) about.message(4, {});  // ExportCache: its Value is false
      metadata_.message(2, protobuf_message().text(1, digest).message(2, about));
    }
    return {digest, 0};
  }

  std::set<std::string> written_;
  protobuf_message definition_;
  protobuf_message metadata_;
};

}  // namespace opamplan::emit_impl
