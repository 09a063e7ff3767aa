#include "opamplan/inspect/read_dockerfile.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace opamplan;

namespace {

/// "name [flag] arguments <NAME:lines" of each instruction.
std::string read(std::string_view text) {
  const dockerfile_text file = read_dockerfile(text);
  std::string out;
  for (const dockerfile_instruction& i : file.instructions) {
    out += (out.empty() ? "" : "; ") + i.name;
    for (const std::string& flag : i.flags) out += " [" + flag + "]";
    if (!i.arguments.empty()) out += " " + i.arguments;
    for (const dockerfile_heredoc& h : i.heredocs) out += " <" + h.name + ":" + h.content + ">";
  }
  for (const dockerfile_problem& p : file.problems) {
    out += (out.empty() ? "" : "; ") + std::to_string(p.line) + "! " + p.text;
  }
  return out;
}

}  // namespace

TEST_CASE("instructions are cut as BuildKit cuts them") {
  const std::pair<const char*, const char*> cases[] = {
      {"RUN a \\\n# comment\n\n  b \\ \t\n c\n", "run a   b  c"},
      {"RUN a \\\\\nUSER b\n", "run a \\\\; user b"},
      {"RUN a \\\n", "run a"},
      {"\xef\xbb\xbf# escape = `\nRUN a `\nb \\\nUSER c\n", "run a b \\; user c"},
      {"# comment\n# escape=`\nRUN a `\nUSER b\n", "run a `; user b"},
      {"#syntax=x\n#ESCAPE=`\nRUN a `\nb\n", "run a b"},
      {"# escape=x\nRUN a\n", "1! escape is neither \\ nor `"},
      {"# escape=`\n# escape=`\nRUN a\n", "2! the directive escape is there twice"},
      {"copy --from=x --link -- --a b\n", "copy [--from=x] [--link] --a b"},
      {"RUN --mount=type=cache,\"target=/a b\" --x='y z' w\n",
       "run [--mount=type=cache,target=/a b] [--x=y z] w"},
      {"\t run\tx\r\n", "run x"},
      {"", "1! it has no instructions"},
  };
  for (const auto& [given_text, expected] : cases) {
    const auto& text = given_text;  // clang 14 captures no binding
    CAPTURE(text);
    CHECK(read(text) == expected);
  }
}

TEST_CASE("here-documents open where BuildKit sees them, and only there") {
  const std::pair<const char*, const char*> cases[] = {
      {"RUN cat <<EOF\nFROM x\nEOF\nUSER a\n", "run cat <<EOF <EOF:FROM x\n>; user a"},
      {"RUN cat <<-'E F' <<B\nx\n\tE F\ny\nB\n", "run cat <<-'E F' <<B <E F:x\n> <B:y\n>"},
      {"COPY <<a.txt <<\"b\" /x\n1\na.txt\nb\n", "copy <<a.txt <<\"b\" /x <a.txt:1\n> <b:>"},
      {"ONBUILD RUN <<E\nx\nE\n", "onbuild RUN <<E <E:x\n>"},
      {"RUN echo $((1<<20))\nUSER a\n", "run echo $((1<<20)); user a"},
      {"RUN cat <<<EOF\nUSER a\n", "run cat <<<EOF; user a"},
      {"RUN echo '<<EOF' \"<<EOF\" a<<EOF\nUSER a\n", "run echo '<<EOF' \"<<EOF\" a<<EOF; user a"},
      {"RUN it's <<EOF\nUSER a\n", "run it's <<EOF; user a"},
      {"RUN [\"cat\", \"<<EOF\"]\nUSER a\n", "run [\"cat\", \"<<EOF\"]; user a"},
      {"RUN [ -f x ] <<E\nE\n", "run [ -f x ] <<E <E:>"},
      {"USER <<EOF\nENV a=b\n", "user <<EOF; env a=b"},
      {"RUN <<A \\\n<<B\nA\nB\n", "run <<A <<B <A:> <B:>"},
      {"RUN ${x:-a b} <<E\nE\n", "run ${x:-a b} <<E <E:>"},
      {"RUN a${x:-<<b} <<E${y:-c}\nUSER a\n", "run a${x:-<<b} <<E${y:-c}; user a"},
      {"RUN ${x <<E\nUSER a\n", "run ${x <<E; user a"},
      {"RUN cat <<EOF\nx\n", "run cat <<EOF; 1! the here-document EOF does not end"},
  };
  for (const auto& [given_text, expected] : cases) {
    const auto& text = given_text;  // clang 14 captures no binding
    CAPTURE(text);
    CHECK(read(text) == expected);
  }
}

TEST_CASE("no depth of braces exhausts the stack") {
  std::string text = "RUN <<E ";
  for (int i = 0; i < 100'000; ++i) text += "${a:-";
  CHECK(read_dockerfile(text + "\nE\n").instructions.size() == 2);
}
