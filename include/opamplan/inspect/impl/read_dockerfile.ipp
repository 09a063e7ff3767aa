/// \file
/// Reading Dockerfiles.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/inspect/impl/dockerfile_words.hpp"
#include "opamplan/inspect/read_dockerfile.hpp"

namespace opamplan {
namespace inspect_impl {

inline std::string_view without(std::string_view text, std::string_view leading) {
  return text.substr(std::min(text.find_first_not_of(leading), text.size()));
}

/// `# escape=` and its like: `#`, a name, `=`, a value.
inline std::optional<std::pair<std::string, std::string_view>> directive_of(std::string_view line) {
  if (line.empty() || line.front() != '#') return std::nullopt;
  line = trim_dockerfile_space(line.substr(1));
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  std::string name = lower_case(trim_dockerfile_space(line.substr(0, equals)));
  const std::string_view value = trim_dockerfile_space(line.substr(equals + 1));
  if (value.empty() || (name != "escape" && name != "syntax" && name != "check")) {
    return std::nullopt;
  }
  return std::pair(std::move(name), value);
}

/// The word `3<<-'EOF'` opens a here-document. Null: it does not; `bad`: its quotes are not closed.
struct opening {
  std::string name;
  bool tabs = false;  // before the closing name do not count
  bool bad = false;
};
inline std::optional<opening> opening_of(std::string_view word) {
  word = without(word, "0123456789");
  if (word.substr(0, 2) != "<<") return std::nullopt;
  word.remove_prefix(2);
  opening out;
  if (!word.empty() && word.front() == '-') {
    out.tabs = true;
    word.remove_prefix(1);
  }
  word = without(word, "\t\n\f\r ");
  if (word.empty() || word.find('<') != std::string_view::npos) return std::nullopt;
  const dockerfile_variables none;
  auto words = dockerfile_lexer(word, {}, none).words();
  out.bad = !words.has_value();
  if (words && words->size() != 1) return std::nullopt;
  if (words) out.name = std::move(words->front());
  return out;
}

class dockerfile_reader {
 public:
  explicit dockerfile_reader(std::string_view text) : text_(text) {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") text_.remove_prefix(3);
  }

  dockerfile_text read() {
    while (at_ < text_.size() && out_.problems.empty()) instruction();
    if (out_.instructions.empty() && out_.problems.empty()) problem(1, "it has no instructions");
    return std::move(out_);
  }

 private:
  void problem(std::size_t line, std::string text) {
    out_.problems.push_back({line, std::move(text)});
  }

  /// With its end.
  std::string_view next_line() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size() - 1) + 1;
    const std::string_view line = text_.substr(at_, end - at_);
    at_ = end;
    ++line_;
    out_.longest_line = std::max(out_.longest_line, without_end(line).size());
    return line;
  }
  static std::string_view without_end(std::string_view line) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    return line;
  }
  static bool is_comment(std::string_view line) {
    line = trim_dockerfile_space(line);
    return !line.empty() && line.front() == '#';
  }

  /// Directives are the first lines of a file.
  void directive(std::string_view line) {
    if (directives_over_) return;
    const auto found = directive_of(line);
    directives_over_ = !found;
    if (!found) return;
    const auto& [name, value] = *found;
    if (std::find(directives_.begin(), directives_.end(), name) != directives_.end()) {
      return problem(line_, "the directive " + name + " is there twice");
    }
    directives_.push_back(name);
    if (name != "escape") return;
    if (value != "\\" && value != "`") return problem(line_, "escape is neither \\ nor `");
    out_.escape = value.front();
  }

  /// Takes the sign off that lets the next line go on: the last one, unless there are two.
  [[nodiscard]] bool continues(std::string_view& line) const {
    std::string_view rest = line;
    while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\t')) rest.remove_suffix(1);
    if (rest.empty() || rest.back() != out_.escape) return false;
    rest.remove_suffix(1);
    if (!rest.empty() && rest.back() == out_.escape) return false;
    line = rest;
    return true;
  }

  void instruction() {
    std::string_view line = without_end(next_line());
    while (!line.empty() && is_dockerfile_space(line.front())) line.remove_prefix(1);
    directive(line);
    if (is_comment(line)) return;
    directives_over_ = true;
    const std::size_t first = line_;
    bool more = continues(line);
    if (!more && line.empty()) return;
    std::string joined(line);
    while (more && at_ < text_.size()) {
      line = without_end(next_line());
      if (is_comment(line) || trim_dockerfile_space(line).empty()) continue;
      more = continues(line);
      joined += line;
    }
    dockerfile_instruction made = split(joined);
    made.line = first;
    made.bytes = joined.size();
    check(made);
    if (takes_heredocs(made)) read_heredocs(joined, made);
    out_.instructions.push_back(std::move(made));
  }

  [[nodiscard]] dockerfile_instruction split(std::string_view line) const {
    line = trim_dockerfile_space(line);
    const std::size_t end = std::min(line.find_first_of("\t\v\f\r "), line.size());
    dockerfile_instruction out;
    out.name = lower_case(line.substr(0, end));
    std::string_view rest = without(line.substr(end), "\t\v\f\r ");
    out.arguments = trim_dockerfile_space(take_flags(rest, out.flags));
    return out;
  }

  /// The words that begin with `--`, up to one that does not or `--` itself.
  [[nodiscard]] std::string_view take_flags(std::string_view line,
                                            std::vector<std::string>& flags) const {
    while (true) {
      while (!line.empty() && is_dockerfile_space(line.front())) line.remove_prefix(1);
      if (line.substr(0, 2) != "--") return line;
      std::string word;
      char quote = '\0';
      std::size_t at = 0;
      for (; at < line.size(); ++at) {
        const char c = line[at];
        if (quote == '\0' && is_dockerfile_space(c)) break;
        if (quote != '\0' && c == quote) {
          quote = '\0';
        } else if (quote == '\0' && (c == '\'' || c == '"')) {
          quote = c;
        } else if (c == out_.escape) {
          if (++at < line.size()) word += line[at];
        } else {
          word += c;
        }
      }
      line.remove_prefix(std::min(at, line.size()));
      if (word == "--") return line;
      flags.push_back(std::move(word));
    }
  }

  enum class form { words, strings, other_json };
  static form form_of(std::string_view arguments) {
    if (arguments.substr(0, 1) != "[") return form::words;
    try {
      const json_document json = json_document::parse(arguments);
      const json_value array = json.root();
      const bool strings = std::all_of(array.begin(), array.end(), [](const json_value v) {
        return v.kind() == json_kind::string;
      });
      return strings ? form::strings : form::other_json;
    } catch (const json_error&) {
      return form::words;  // then it is the shell's [
    }
  }

  void check(const dockerfile_instruction& made) {
    constexpr std::array<std::string_view, 7> lists = {"add",        "cmd",   "copy",  "run",
                                                       "entrypoint", "shell", "volume"};
    if (std::find(lists.begin(), lists.end(), made.name) != lists.end() &&
        form_of(made.arguments) == form::other_json) {
      problem(made.line, "its JSON array holds what is no string");
    }
    if ((made.name == "env" || made.name == "label") && !made.arguments.empty() &&
        made.arguments.find_first_of("= \t") == std::string::npos) {
      problem(made.line, made.name + " needs a name and a value");
    }
  }

  /// RUN, COPY and ADD, after ONBUILD too; not with a JSON array.
  [[nodiscard]] bool takes_heredocs(const dockerfile_instruction& of) const {
    const dockerfile_instruction inner = of.name == "onbuild" ? split(of.arguments) : of;
    return (inner.name == "run" || inner.name == "copy" || inner.name == "add") &&
           form_of(inner.arguments) == form::words;
  }

  void read_heredocs(std::string_view joined, dockerfile_instruction& into) {
    if (joined.find("<<") == std::string_view::npos) return;
    const dockerfile_variables none;
    // Always with a backslash, whatever the file says; unclosed quotes: no here-document at all.
    const auto words = dockerfile_lexer(joined, {'\\', true, true, true}, none).words();
    for (const std::string& word : words.value_or(std::vector<std::string>())) {
      const auto opens = opening_of(word);
      if (!opens) continue;
      if (opens->bad)
        return problem(into.line, "the quotes of the word " + word + " are not closed");
      if (!read_heredoc(*opens, into)) {
        return problem(into.line, "the here-document " + opens->name + " does not end");
      }
    }
  }

  bool read_heredoc(const opening& opens, dockerfile_instruction& into) {
    const std::size_t begin = at_;
    while (at_ < text_.size()) {
      const std::size_t end = at_;
      std::string_view line = without_end(next_line());
      if (opens.tabs) line = without(line, "\t");
      if (line != opens.name) continue;
      into.heredocs.push_back({opens.name, std::string(text_.substr(begin, end - begin))});
      into.bytes += at_ - begin;
      return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
  std::vector<std::string> directives_;
  bool directives_over_ = false;
  dockerfile_text out_;
};

}  // namespace inspect_impl

OPAMPLAN_INLINE dockerfile_text read_dockerfile(std::string_view text) {
  return inspect_impl::dockerfile_reader(text).read();
}

}  // namespace opamplan
