/// \file
/// Reading just enough of Dockerfiles and bake files to measure them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <cctype>
#include <map>
#include <set>
#include <sstream>

#include "opamplan/config.hpp"
#include "opamplan/emit/inspect.hpp"

namespace opamplan {
namespace inspect_detail {

inline std::string upper(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

inline std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n\\", at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find_first_of(" \t\r\n", begin), text.size());
    words.push_back(text.substr(begin, at - begin));
  }
  return words;
}

/// The names after `<<` and `<<-` that open here-documents, without quotes.
inline std::vector<std::string> heredocs_of(std::string_view line) {
  std::vector<std::string> names;
  for (std::size_t at = line.find("<<"); at != std::string_view::npos; at = line.find("<<", at)) {
    at += 2;
    if (at < line.size() && line[at] == '<') continue;  // a here-string
    if (at < line.size() && line[at] == '-') ++at;
    const bool quoted = at < line.size() && (line[at] == '\'' || line[at] == '"');
    if (quoted) ++at;
    std::size_t end = at;
    while (end < line.size() &&
           (std::isalnum(static_cast<unsigned char>(line[end])) != 0 || line[end] == '_')) {
      ++end;
    }
    if (end > at) names.emplace_back(line.substr(at, end - at));
    at = end;
  }
  return names;
}

inline void exceed(std::vector<plan_finding>& findings, const char* limit, std::string where,
                   std::size_t value, std::size_t allowed, const char* what, const char* remedy) {
  if (allowed == 0 || value <= allowed) return;
  std::string text = fmt::format("{}: {} {}, {} are allowed", where, value, what, allowed);
  findings.push_back({limit, std::move(where), value, allowed, std::move(text), remedy});
}

inline void broken(std::vector<plan_finding>& findings, std::string where, std::string_view what,
                   const char* remedy) {
  std::string text = fmt::format("{}: {}", where, what);
  findings.push_back({"contents", std::move(where), 0, 0, std::move(text), remedy});
}

/// Goes through a Dockerfile instruction by instruction.
class dockerfile_reader {
 public:
  dockerfile_reader(std::string_view text, std::string_view where) : text_(text), where_(where) {}

  dockerfile_measure read() {
    out_.bytes = text_.size();
    while (at_ < text_.size()) instruction();
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
  };

  std::string_view next_line() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view line = text_.substr(at_, end - at_);
    at_ = end + 1;
    ++line_;
    out_.longest_line = std::max(out_.longest_line, line.size());
    return line;
  }

  static bool is_blank(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    return first == std::string_view::npos || line[first] == '#';
  }

  void instruction() {
    std::string_view line = next_line();
    if (is_blank(line)) return;
    const std::size_t first_line = line_;
    std::string joined(line);
    // Comments and empty lines inside a continued instruction do not end it.
    while (at_ < text_.size() && (is_blank(line) || continues(line))) {
      line = next_line();
      if (is_blank(line)) continue;
      joined += '\n';
      joined += line;
    }
    const std::size_t size = joined.size();
    std::size_t body = 0;
    for (const std::string& name : heredocs_of(joined)) body += skip_heredoc(name);
    execute(joined, size + body, first_line);
  }

  static bool continues(std::string_view line) {
    const std::size_t last = line.find_last_not_of(" \t\r");
    return last != std::string_view::npos && line[last] == '\\';
  }

  std::size_t skip_heredoc(const std::string& name) {
    const std::size_t begin = at_;
    while (at_ < text_.size()) {
      std::string_view line = next_line();
      line = line.substr(std::min(line.find_first_not_of('\t'), line.size()));
      if (line == name) break;
    }
    return std::min(at_, text_.size()) - begin;
  }

  void execute(std::string_view text, std::size_t size, std::size_t line) {
    const auto words = words_of(text);
    if (words.empty()) return;
    const std::string name = upper(words[0]);
    if (name == "FROM") return from(words, line);
    if (stages_.empty()) return;
    if (name != "RUN" && name != "COPY" && name != "ADD" && name != "WORKDIR") return;
    out_.installs += name == "RUN" ? 1 : 0;
    ++stages_.back().depth;
    // A vertex holds the command, its name for people holds it once more; each mount is an input.
    out_.definition_bytes += 400 + 2 * size;
    for (const std::string_view w : words) {
      if (w.rfind("--mount", 0) == 0) out_.definition_bytes += 100;
    }
  }

  void from(const std::vector<std::string_view>& words, std::size_t line) {
    std::vector<std::string_view> plain;
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i].rfind("--", 0) != 0) plain.push_back(words[i]);
    }
    stage s;
    s.name = plain.size() >= 3 && upper(plain[1]) == "AS" ? std::string(plain[2])
                                                          : std::to_string(stages_.size());
    const std::string place = fmt::format("{}:{}", where_, line);
    if (!plain.empty()) {
      const auto parent = index_.find(upper(plain[0]));
      if (parent != index_.end()) s.depth = stages_[parent->second].depth;
    }
    if (!index_.emplace(upper(s.name), stages_.size()).second) {
      broken(out_.findings, place, fmt::format("the stage {} is named twice", s.name),
             "give each stage its own name; names are the same whatever their case");
    }
    stages_.push_back(std::move(s));
  }

  std::string_view text_;
  std::string_view where_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
  std::vector<stage> stages_;
  std::map<std::string, std::size_t> index_;  // stage by upper-case name
  dockerfile_measure out_;
};

inline bool is_target_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

struct bake_file {
  std::vector<std::string> targets;
  std::map<std::string, std::vector<std::string>> groups;  // members: targets and groups

  /// The targets that asking for `name` builds.
  void expand(const std::string& name, std::set<std::string>& seen, std::size_t& count) const {
    if (!seen.insert(name).second) return;
    const auto group = groups.find(name);
    if (group == groups.end()) {
      ++count;
      return;
    }
    for (const std::string& member : group->second) expand(member, seen, count);
  }
};

/// Blocks `target "NAME" {` and `group "NAME" {` that begin a line, and lists `targets = [...]`.
inline bake_file read_hcl(std::string_view text) {
  bake_file file;
  std::vector<std::string>* members = nullptr;
  bool in_list = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    const auto words = words_of(line);
    if (words.empty()) continue;
    if (words.size() >= 2 && words[1].front() == '"') {
      const std::string_view quoted = words[1].substr(1);
      const std::string name(quoted.substr(0, quoted.find('"')));
      if (words[0] == "target") file.targets.push_back(name);
      if (words[0] == "group") members = &file.groups[name];
      if (words[0] == "target" || words[0] == "variable") members = nullptr;
    }
    in_list = in_list || words[0].rfind("targets", 0) == 0;
    if (!in_list || members == nullptr) continue;
    for (std::size_t open = line.find('"'); open != std::string_view::npos;) {
      const std::size_t close = std::min(line.find('"', open + 1), line.size());
      members->emplace_back(line.substr(open + 1, close - open - 1));
      open = line.find('"', std::min(close + 1, line.size()));
    }
    in_list = line.find(']') == std::string_view::npos;
  }
  return file;
}

inline bake_file read_json(std::string_view text) {
  boost::property_tree::ptree tree;
  std::istringstream stream{std::string(text)};
  boost::property_tree::read_json(stream, tree);
  bake_file file;
  // Not get_child: a name may hold the dot that it takes for a path.
  if (const auto targets = tree.find("target"); targets != tree.not_found()) {
    for (const auto& target : targets->second) file.targets.push_back(target.first);
  }
  if (const auto groups = tree.find("group"); groups != tree.not_found()) {
    for (const auto& [name, group] : groups->second) {
      const auto list = group.find("targets");
      if (list == group.not_found()) continue;
      for (const auto& member : list->second) {
        file.groups[name].push_back(member.second.get_value<std::string>());
      }
    }
  }
  return file;
}

}  // namespace inspect_detail

OPAMPLAN_INLINE dockerfile_measure inspect_dockerfile(std::string_view text, std::string_view where,
                                                      const limits& l) {
  constexpr const char* smaller = "cut it into several files: opamplan plan makes batches";
  dockerfile_measure m = inspect_detail::dockerfile_reader(text, where).read();
  const std::string file(where);
  auto& f = m.findings;
  inspect_detail::exceed(f, "file_bytes", file, m.bytes, l.file_bytes, "bytes", smaller);
  inspect_detail::exceed(f, "line_bytes", file, m.longest_line, l.line_bytes,
                         "bytes in its longest line",
                         "continue the line with a backslash, or use a here-document");
  inspect_detail::exceed(f, "depth", file + ": stage " + m.deepest, m.depth, l.depth, "layers",
                         "join instructions, or plan with the strategy graft");
  inspect_detail::exceed(f, "definition_bytes", file, m.definition_bytes, l.definition_bytes,
                         "bytes of definition (estimated)", smaller);
  inspect_detail::exceed(f, "batch_steps", file, m.installs, l.batch_steps, "RUN instructions",
                         smaller);
  return m;
}

OPAMPLAN_INLINE bake_measure inspect_bake(std::string_view text, std::string_view where,
                                          const limits& l) {
  bake_measure m;
  const std::string place(where);
  inspect_detail::bake_file file;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    try {
      file = inspect_detail::read_json(text);
    } catch (const boost::property_tree::json_parser_error& e) {
      inspect_detail::broken(m.findings, fmt::format("{}:{}", where, e.line()), e.message(),
                             "write the file again");
      return m;
    }
  } else {
    file = inspect_detail::read_hcl(text);
  }
  m.targets = file.targets.size();
  std::sort(file.targets.begin(), file.targets.end());
  for (std::size_t i = 0; i < file.targets.size(); ++i) {
    const std::string& name = file.targets[i];
    if (!inspect_detail::is_target_name(name)) {
      inspect_detail::broken(m.findings, place, fmt::format("\"{}\" is no name for a target", name),
                             "use letters, digits, _ and -");
    }
    if (i > 0 && name == file.targets[i - 1]) {
      inspect_detail::broken(m.findings, place, fmt::format("the target {} is defined twice", name),
                             "give each target its own name");
    }
  }
  for (const auto& [name, members] : file.groups) {
    std::set<std::string> seen;
    std::size_t count = 0;
    file.expand(name, seen, count);
    inspect_detail::exceed(m.findings, "batch_targets", place + ": group " + name, count,
                           l.batch_targets, "targets at once",
                           "build fewer at a time: a group a batch");
    m.largest_group = std::max(m.largest_group, count);
  }
  return m;
}

}  // namespace opamplan
