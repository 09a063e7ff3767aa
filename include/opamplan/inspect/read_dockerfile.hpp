/// \file
/// Dockerfiles cut into instructions as BuildKit cuts them (its frontend/dockerfile/parser).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"

namespace opamplan {

struct dockerfile_heredoc {
  std::string name;
  std::string content;  ///< Its lines, leading tabs included.
};

struct dockerfile_instruction {
  std::string name;                ///< In lower case: `run`, `onbuild`, or what is no instruction.
  std::vector<std::string> flags;  ///< `--name=value` before the arguments, without their quotes.
  std::string arguments;           ///< The rest; continued lines are joined, comments in them gone.
  std::vector<dockerfile_heredoc> heredocs;
  std::size_t line = 0;   ///< The first, counted from 1.
  std::size_t bytes = 0;  ///< Of the joined line and the here-documents.
};

struct dockerfile_problem {
  std::size_t line = 0;
  std::string text;
};

struct dockerfile_text {
  std::vector<dockerfile_instruction> instructions;
  std::vector<dockerfile_problem> problems;  ///< What BuildKit refuses; each ends the reading.
  std::size_t longest_line = 0;              ///< Bytes.
  char escape = '\\';                        ///< Or a backquote, as the file says.
};

/// Linear. Directives, continued lines with comments and empty lines in them, flags,
/// here-documents of RUN, COPY and ADD (after ONBUILD too).
[[nodiscard]] dockerfile_text read_dockerfile(std::string_view text);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/inspect/impl/read_dockerfile.ipp"
#endif
