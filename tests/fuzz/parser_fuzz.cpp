/// \file
/// Any bytes: the parser answers or throws `parse_error`; what it answers survives printing,
/// comparing and editing.
#include <opamplan/base/error.hpp>
#include <opamplan/base/text.hpp>
#include <opamplan/syntax/edit.hpp>
#include <opamplan/syntax/equal.hpp>
#include <opamplan/syntax/json.hpp>
#include <opamplan/syntax/parser.hpp>
#include <opamplan/syntax/printer.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace opamplan::syntax;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

/// UTF-8 without NUL, character by character: what the parser finds eight bytes at a time.
bool is_good(std::string_view text) {
  for (std::size_t at = 0; at != text.size();) {
    const char* const p = text.data() + at;
    const std::size_t length = *p == '\0' ? 0 : opamplan::utf8_length(p, text.data() + text.size());
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::optional<file> try_parse(const std::string& text, const parse_options& options) {
  try {
    return parse(text, "", options);
  } catch (const parse_error& e) {
    require(e.diagnostic().span.begin <= text.size(), "an error is in the text");
    require(!e.diagnostic().message.empty(), "an error says what");
    return std::nullopt;
  }
}

// The file after being printed and read again.
file reprint(const file& f, layout style) {
  try {
    return parse(print(f, style));
  } catch (const parse_error&) {
    require(false, "what is printed parses");
  }
  return {};
}

void check_printing(const file& f) {
  require(equal(reprint(f, layout::plain), f), "the plain layout keeps everything");
  // Empty fields left out may bring a later opam-version to the front.
  int versions = 0;
  for (const item i : f.items()) versions += i.name() == "opam-version" ? 1 : 0;
  if (versions > 1) return;
  const file opam = reprint(f, layout::opam);
  const file normal = reprint(f, layout::opam_normalised);
  require(equal(reprint(opam, layout::opam_normalised), normal), "opam's layouts agree");
  require(equal(reprint(normal, layout::opam_normalised), normal), "normalising is idempotent");
}

void check_editing(const file& f, std::size_t choice) {
  const std::string_view text = f.text();
  for (const item i : f.items()) {
    if (i.is_section() || choice-- != 0) continue;
    const item first = *find(f, field_path("", std::nullopt, std::string(i.name())));
    const auto [begin, end] = first.value().span();
    try {
      const std::string edited = set_field(f, std::string_view(first.name()), "\"new\"");
      require(edited.substr(0, begin) == text.substr(0, begin), "bytes before an edit");
      const std::string_view tail = text.substr(end);
      require(edited.size() >= tail.size() &&
                  std::string_view(edited).substr(edited.size() - tail.size()) == tail,
              "bytes behind an edit");
    } catch (const opamplan::error&) {  // as for opam-version
    }
    try {
      const file removed = parse(remove_field(f, std::string_view(first.name())));
      require(!removed.find(first.name()), "a removed field is gone");
      const file appended = parse(append_element(f, std::string_view(first.name()), "\"new\""));
      require(appended.find(first.name())->kind() == value_kind::list, "an appended list");
    } catch (const opamplan::error&) {
    }
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  parse_options options;
  options.max_depth = 100;
  options.max_errors = 8;
  options.any_bytes = true;
  const std::optional<file> lenient = try_parse(text, options);
  const parse_result recovered = parse_recovering(text, "", options);
  require(recovered.errors.empty() == lenient.has_value(), "both modes agree on validity");
  for (const parse_diagnostic& d : recovered.errors) {
    require(is_good(d.to_string()), "messages are UTF-8");
  }
  (void)to_json(recovered.tree, "fuzz");

  options.any_bytes = false;
  if (!is_good(text)) {
    require(!try_parse(text, options), "bad bytes are errors");
  } else if (lenient) {
    require(try_parse(text, options).has_value(), "good bytes are none");
  }
  if (lenient) {
    check_printing(*lenient);
    check_editing(*lenient, size % 4);
  } else {
    try {
      const file value = parse_value(text, options);
      require(equal(parse_value(print((*value.items().begin()).value())), value), "a value prints");
    } catch (const parse_error&) {
    }
  }
  return 0;
}
