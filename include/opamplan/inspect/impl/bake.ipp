/// \file
/// Measuring docker-bake files.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/inspect/files.hpp"
#include "opamplan/inspect/impl/bake_file.hpp"
#include "opamplan/inspect/impl/findings.hpp"

namespace opamplan {
namespace inspect_impl {

inline bool is_target_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), hcl_reader::is_name_character);
}

/// How many targets asking for a group builds.
class bake_groups {
 public:
  explicit bake_groups(const std::vector<bake_block>& blocks) {
    for (const bake_block& b : blocks) {
      if (b.type == "group") groups_.try_emplace(b.name, id(b.name));
    }
    is_group_.assign(ids_.size(), true);
    for (const bake_block& b : blocks) {
      if (b.type != "group" || b.binds) continue;
      for (const auto& [attribute, value] : b.strings) {
        if (attribute != "targets") continue;
        const std::uint32_t member = id(value.text);
        members_[ids_.at(b.name)].push_back(member);
      }
    }
    is_group_.resize(ids_.size(), false);
    members_.resize(ids_.size());
    seen_.assign(ids_.size(), 0);
  }

  [[nodiscard]] const std::map<std::string, std::uint32_t>& groups() const { return groups_; }

  /// Nothing if groups hold groups so often that all this has cost too much.
  std::optional<std::size_t> targets_of(std::uint32_t group) {
    ++turn_;
    std::size_t count = 0;
    std::vector<std::uint32_t> open{group};
    seen_[group] = turn_;
    while (!open.empty()) {
      const std::uint32_t g = open.back();
      open.pop_back();
      if (!is_group_[g]) {
        ++count;
        continue;
      }
      if (members_[g].size() > left_) return std::nullopt;
      left_ -= members_[g].size();
      for (const std::uint32_t m : members_[g]) {
        if (seen_[m] == turn_) continue;
        seen_[m] = turn_;
        open.push_back(m);
      }
    }
    return count;
  }

 private:
  std::uint32_t id(const std::string& name) {
    const auto [it, fresh] = ids_.try_emplace(name, static_cast<std::uint32_t>(ids_.size()));
    if (fresh) members_.emplace_back();
    return it->second;
  }

  std::map<std::string, std::uint32_t> ids_;  // of groups, then of other members
  std::map<std::string, std::uint32_t> groups_;
  std::vector<std::vector<std::uint32_t>> members_;
  std::vector<bool> is_group_;
  std::vector<std::uint32_t> seen_;  // in which turn
  std::uint32_t turn_ = 0;
  std::size_t left_ = 10'000'000;  // members to look at
};

/// The names in `${NAME}`, and what stands in other templates; escaped ones are text.
struct bake_templates {
  std::vector<std::string> names;
  std::string without;  // the text with a letter for each
};
inline bake_templates templates_of(std::string_view text) {
  bake_templates out;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool sign = c == '$' || c == '%';
    if (sign && text.substr(at + 1, 2) == std::string{c, '{'}) {
      out.without += text.substr(at, 3);
      at += 3;
    } else if (sign && text.substr(at + 1, 1) == "{") {
      const std::size_t end = std::min(text.find('}', at), text.size());
      const std::string_view inner = text.substr(at + 2, end - std::min(end, at + 2));
      if (c == '$' && is_target_name(inner)) out.names.emplace_back(inner);
      out.without += 'x';
      at = end + 1;
    } else {
      out.without += c;
      ++at;
    }
  }
  return out;
}

class bake_inspector {
 public:
  bake_inspector(bake_text file, std::string_view where, const limits& l)
      : blocks_(std::move(file.blocks)),
        problems_(std::move(file.problems)),
        where_(where),
        limits_(l) {}

  bake_measure run() {
    for (const bake_problem& p : problems_) find(p.line, p.text, "correct the file");
    for (const bake_block& b : blocks_) {
      if (b.type == "variable" || b.type == "function" || b.type == "attribute") {
        variables_.insert(b.name);
      }
    }
    check_blocks();
    for (const bake_block& b : blocks_) {
      if (b.type == "target") check_name(b);
      for (const auto& [attribute, value] : b.strings) check_string(b, attribute, value);
    }
    check_groups();
    return std::move(out_);
  }

 private:
  void find(std::size_t line, std::string_view what, const char* remedy) {
    broken(out_.findings, fmt::format("{}:{}", where_, line), what, remedy);
  }

  /// Attributes alone, or none, are what any file might hold. Other blocks are no matter to buildx.
  void check_blocks() {
    const bool any = std::any_of(blocks_.begin(), blocks_.end(),
                                 [](const bake_block& b) { return is_block_type(b.type); });
    if (any || !out_.findings.empty()) return;
    find(1, "it defines no target, group, variable or function: no bake file",
         "name a bake file, or write this one again");
  }

  void check_name(const bake_block& b) {
    ++out_.targets;
    if (!is_target_name(b.name)) {
      find(b.line, fmt::format("\"{}\" is no name for a target", b.name),
           "use letters, digits, _ and -");
    }
    if (!targets_.insert(b.name).second) {
      find(b.line, fmt::format("the target {} is defined twice", b.name),
           "give each target its own name");
    }
  }

  void check_string(const bake_block& b, const std::string& attribute, const bake_string& value) {
    const bake_templates found = templates_of(value.text);
    for (const std::string& name : found.names) {
      if (b.binds || variables_.count(name) != 0 || name.rfind("BAKE_", 0) == 0) continue;
      find(value.line, fmt::format("${{{}}} names a variable that the file does not define", name),
           "define it, or write $${ for the text ${");
    }
    if (attribute == "tags" && has_capitals(found.without)) {
      find(value.line, fmt::format("the tag \"{}\" has capital letters in its name", value.text),
           "write it in lower case; only what follows the colon may have capitals");
    }
  }

  void check_groups() {
    bake_groups groups(blocks_);
    for (const auto& [name, id] : groups.groups()) {
      const auto count = groups.targets_of(id);
      if (!count) {
        return broken(out_.findings, std::string(where_),
                      "groups hold groups so often that they were not all measured",
                      "let each group name its targets");
      }
      exceed(out_.findings, "batch_targets", fmt::format("{}: group {}", where_, name), *count,
             limits_.batch_targets, "targets at once", "build fewer at a time: a group a batch");
      out_.largest_group = std::max(out_.largest_group, *count);
    }
  }

  std::vector<bake_block> blocks_;
  std::vector<bake_problem> problems_;
  std::string_view where_;
  const limits& limits_;
  std::set<std::string> variables_;
  std::set<std::string> targets_;
  bake_measure out_;
};

}  // namespace inspect_impl

OPAMPLAN_INLINE bake_measure inspect_bake(std::string_view text, std::string_view where,
                                          const limits& l) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool named = where.size() > 5 && where.substr(where.size() - 5) == ".json";
  const bool json =
      first != std::string_view::npos && (named || text[first] == '{' || text[first] == '[');
  try {
    return inspect_impl::bake_inspector(
               json ? inspect_impl::read_bake_json(text) : inspect_impl::hcl_reader(text).read(),
               where, l)
        .run();
  } catch (const json_error& e) {
    bake_measure m;
    inspect_impl::broken(m.findings, fmt::format("{}:{}:{}", where, e.line(), e.column()),
                         e.message(), "write the file again");
    return m;
  }
}

}  // namespace opamplan
