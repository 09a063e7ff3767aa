#include "opamplan/repository/names.hpp"

#include <doctest/doctest.h>

#include "opamplan/base/error.hpp"
#include "opamplan/repository/load.hpp"

using namespace opamplan;

namespace {

using strings = std::vector<std::string>;

repository of(const std::vector<std::string>& packages) {
  memory_source source;
  for (const std::string& package : packages) {
    source.files.push_back({package + "/opam", "opam-version: \"2.0\"\n"});
  }
  return load_repository(source);
}

repository example() {
  return of({"dune.1.0", "dune.2.0", "dune-configurator.1", "ppx_deriving.1", "ppx_deriving.2",
             "ppx_deriving.3", "ppx_deriving.4", "ppx_deriving.5", "ppx_deriving.6", "zarith.1"});
}

std::string error_of(const char* text) {
  try {
    static_cast<void>(find_request(example(), text));
  } catch (const invalid_request& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("close names are a few edits away, case and dashes do not count") {
  const repository repo = example();
  CHECK(close_names(repo, "dnue") == strings{"dune"});
  CHECK(close_names(repo, "ppx-Deriving") == strings{"ppx_deriving"});
  CHECK(close_names(repo, "ppx_derivng") == strings{"ppx_deriving"});
  CHECK(close_names(repo, "something-else").empty());
  CHECK(close_names(repo, "").empty());
}

TEST_CASE("a request is a name or a name and a version") {
  const repository repo = example();
  CHECK(find_request(repo, "dune").name == repo.find_name("dune"));
  CHECK(find_request(repo, "dune").package == package_id::none);
  CHECK(find_request(repo, "dune.2.0").package == repo.find("dune.2.0"));
}

TEST_CASE("what is not there is an error that says what is") {
  CHECK(error_of("dnue.3") ==
        "no package is named \"dnue\" in this repository; did you mean dune?");
  CHECK(error_of("qqqqqq") == "no package is named \"qqqqqq\" in this repository");
  CHECK(error_of("dune.3") == "dune has no version \"3\"; it has 2.0, 1.0");
  CHECK(error_of("ppx_deriving.9") ==
        "ppx_deriving has no version \"9\"; it has 6, 5, 4, 3, 2 and older ones");
}

TEST_CASE("a version that is only begun names those that begin so") {
  const repository repo =
      of({"ocaml.5.4.0", "ocaml.5.4.1", "ocaml.5.40.0", "ocaml.5.3.0", "ocaml.5.4.0~rc1"});
  CHECK(require_version(repo, "ocaml", "5.4.1") == repo.find("ocaml.5.4.1"));
  const auto error = [&](const char* version) {
    try {
      static_cast<void>(require_version(repo, "ocaml", version));
    } catch (const unknown_package& e) {
      CHECK(e.asked() == std::string("ocaml.") + version);
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(error("5.4") == "ocaml has no version \"5.4\"; it has 5.4.1, 5.4.0, 5.4.0~rc1");
  CHECK(error("5.4.2") ==
        "ocaml has no version \"5.4.2\"; it has 5.40.0, 5.4.1, 5.4.0, 5.4.0~rc1, 5.3.0");
}
