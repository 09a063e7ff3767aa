/// \file
/// Measuring Dockerfiles.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/inspect/files.hpp"
#include "opamplan/inspect/impl/dockerfile_words.hpp"
#include "opamplan/inspect/impl/findings.hpp"
#include "opamplan/inspect/read_dockerfile.hpp"

namespace opamplan {
namespace inspect_impl {

inline std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" \t\v\f\r", at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find_first_of(" \t\v\f\r", begin), text.size());
    words.push_back(text.substr(begin, at - begin));
  }
  return words;
}

inline bool is_stage_name(std::string_view name) {
  return !name.empty() && is_small_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_small_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
         });
}

/// Goes through the instructions of a Dockerfile.
class dockerfile_inspector {
 public:
  dockerfile_inspector(const dockerfile_text& text, std::string_view where)
      : text_(text), where_(where) {}

  dockerfile_measure run() {
    out_.longest_line = text_.longest_line;
    name_stages();
    for (const dockerfile_instruction& i : text_.instructions) execute(i);
    for (const dockerfile_problem& p : text_.problems) find(p.line, p.text, "correct the file");
    if (stages_.empty() && text_.problems.empty()) {
      find(1, "it has no FROM, so no stage to build", "correct the file");
    }
    for (const stage& s : stages_) {
      if (s.depth <= out_.depth && out_.depth != 0) continue;
      out_.depth = s.depth;
      out_.deepest = s.name;
    }
    out_.stages = stages_.size();
    return std::move(out_);
  }

 private:
  struct stage {
    std::string name;
    std::size_t depth = 0;
    std::size_t triggers = 0;  // layers that ONBUILD adds to those that stand on it
  };

  void find(std::size_t line, std::string_view what, const char* remedy) {
    broken(out_.findings, fmt::format("{}:{}", where_, line), what, remedy);
  }

  /// The stages that the whole file names, so that one that comes later is known.
  void name_stages() {
    std::size_t count = 0;
    for (const dockerfile_instruction& i : text_.instructions) {
      if (i.name != "from") continue;
      const auto words = words_of(i.arguments);
      if (words.size() == 3 && lower_case(words[1]) == "as")
        named_.emplace(lower_case(words[2]), count);
      ++count;
    }
    stage_count_ = count;
  }

  void execute(const dockerfile_instruction& i) {
    if (i.name == "from") return from(i);
    if (i.name == "arg") return argument(i);
    constexpr std::array<std::string_view, 15> others = {
        "add",        "cmd",     "copy", "entrypoint", "env",  "expose", "healthcheck", "label",
        "maintainer", "onbuild", "run",  "stopsignal", "user", "volume", "workdir"};
    if (i.name != "shell" && std::find(others.begin(), others.end(), i.name) == others.end()) {
      return find(i.line, "\"" + i.name + "\" is no instruction", "correct the file");
    }
    if (stages_.empty()) {
      return find(i.line, i.name + " comes before any FROM", "begin with FROM");
    }
    if (i.name == "onbuild") {
      const auto words = words_of(i.arguments);
      if (!words.empty() && makes_layer(lower_case(words[0]))) ++stages_.back().triggers;
      return;
    }
    if (!makes_layer(i.name)) return;
    out_.installs += i.name == "run" ? 1 : 0;
    ++stages_.back().depth;
    // A vertex holds the command, its name for people holds it once more; each mount is an input.
    out_.definition_bytes += 400 + 2 * i.bytes;
    for (const std::string& flag : i.flags) {
      if (flag.rfind("--mount", 0) == 0) out_.definition_bytes += 100;
      if (flag.rfind("--from=", 0) == 0) source(i, flag.substr(7));
    }
  }

  static bool makes_layer(std::string_view name) {
    return name == "run" || name == "copy" || name == "add" || name == "workdir";
  }

  /// ARG before the first FROM: what names of base images may hold.
  void argument(const dockerfile_instruction& i) {
    if (!stages_.empty()) return;
    const dockerfile_variables none;
    const auto words =
        dockerfile_lexer(i.arguments, {text_.escape, true, true, true}, none).words();
    for (const std::string& word : words.value_or(std::vector<std::string>())) {
      const std::size_t equals = word.find('=');
      if (equals == std::string::npos) continue;
      const auto value = expanded(word.substr(equals + 1));
      if (value) variables_[word.substr(0, equals)] = *value;
    }
  }

  [[nodiscard]] std::optional<std::string> expanded(std::string_view text) const {
    return dockerfile_lexer(text, {text_.escape, false, false, false}, variables_).whole();
  }

  /// COPY --from: a number is a stage.
  void source(const dockerfile_instruction& i, std::string_view from) {
    std::size_t number = 0;
    const auto [end, status] = std::from_chars(from.data(), from.data() + from.size(), number);
    if (end != from.data() + from.size() || from.empty()) return;
    if (status == std::errc() && number < stage_count_) return;
    find(i.line, fmt::format("there is no stage {}, which it copies from", from),
         "give the stage a name and copy from that");
  }

  void from(const dockerfile_instruction& i) {
    const auto words = words_of(i.arguments);
    stage s;
    s.name = std::to_string(stages_.size());
    if (words.size() == 3 && lower_case(words[1]) == "as") {
      s.name = lower_case(words[2]);
      if (!is_stage_name(s.name)) {
        find(i.line, fmt::format("\"{}\" is no name for a stage", words[2]),
             "begin with a letter; use letters, digits, _ - and .");
      }
    } else if (words.size() != 1) {
      find(i.line, "FROM takes an image, or an image, AS and a name", "correct the line");
    }
    if (!words.empty()) stand_on(i, words[0], s);
    if (words.size() == 3 && !index_.emplace(s.name, stages_.size()).second) {
      find(i.line, fmt::format("the stage {} is named twice", s.name),
           "give each stage its own name; names are the same whatever their case");
    }
    stages_.push_back(std::move(s));
  }

  void stand_on(const dockerfile_instruction& i, std::string_view written, stage& s) {
    const auto base = expanded(written);
    if (!base || base->empty()) return;  // an argument of the build gives it
    const auto parent = index_.find(lower_case(*base));
    if (parent != index_.end()) {
      s.depth = stages_[parent->second].depth + stages_[parent->second].triggers;
    } else if (const auto later = named_.find(lower_case(*base));
               later != named_.end() && later->second > stages_.size()) {
      find(i.line,
           fmt::format("it stands on {}, a stage that comes later, and so on an image of that name",
                       *base),
           "put the stage first");
    }
    if (lower_case(*base) != *base && has_capitals(*base)) {
      find(i.line,
           fmt::format("{} has capital letters, which the name of an image cannot have", *base),
           "write it in lower case; stages too are found by their name in lower case");
    }
  }

  const dockerfile_text& text_;
  std::string_view where_;
  std::vector<stage> stages_;
  std::map<std::string, std::size_t> index_;  // stages so far, by name
  std::map<std::string, std::size_t> named_;  // all stages
  std::size_t stage_count_ = 0;
  dockerfile_variables variables_;
  dockerfile_measure out_;
};

}  // namespace inspect_impl

OPAMPLAN_INLINE dockerfile_measure inspect_dockerfile(std::string_view text, std::string_view where,
                                                      const limits& l) {
  constexpr const char* smaller = "cut it into several files: opamplan plan makes batches";
  const dockerfile_text read = read_dockerfile(text);
  dockerfile_measure m = inspect_impl::dockerfile_inspector(read, where).run();
  m.bytes = text.size();
  const std::string file(where);
  auto& f = m.findings;
  inspect_impl::exceed(f, "file_bytes", file, m.bytes, l.file_bytes, "bytes", smaller);
  inspect_impl::exceed(f, "line_bytes", file, m.longest_line, l.line_bytes,
                       "bytes in its longest line",
                       "continue the line with a backslash, or use a here-document");
  inspect_impl::exceed(f, "depth", file + ": stage " + m.deepest, m.depth, l.depth, "layers",
                       "join instructions, or plan with the strategy graft");
  inspect_impl::exceed(f, "definition_bytes", file, m.definition_bytes, l.definition_bytes,
                       "bytes of definition (estimated)", smaller);
  inspect_impl::exceed(f, "batch_steps", file, m.installs, l.batch_steps, "RUN instructions",
                       smaller);
  return m;
}

}  // namespace opamplan
