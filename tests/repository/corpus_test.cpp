#include <doctest/doctest.h>

#include <cstdlib>
#include <opamplan/package/environment.hpp>
#include <opamplan/repository/load.hpp>
#include <opamplan/repository/queries.hpp>

#include "repository/temp_tree.hpp"

#ifdef OPAMPLAN_HAS_ARCHIVE
#include <archive.h>
#include <archive_entry.h>

using namespace opamplan;
using namespace repository_test;

namespace {

/// The folder of oracle data; empty, with a message, without.
fs::path shared() {
  const char* given = std::getenv("OPAMPLAN_SHARED");
  const fs::path folder =
      given != nullptr
          ? fs::path(given)
          : fs::path(OPAMPLAN_TEST_DATA).parent_path().parent_path().parent_path() / "shared";
  if (fs::exists(folder / "data" / "opam-repository-97014be.tar.zst")) return folder;
  MESSAGE("SKIPPED: no oracle data in " << folder.string() << " (set OPAMPLAN_SHARED)");
  return {};
}

std::string unpack(const fs::path& file) {
  archive* a = archive_read_new();
  archive_read_support_filter_zstd(a);
  archive_read_support_format_raw(a);
  archive_entry* e = nullptr;
  std::string out;
  if (archive_read_open_filename(a, file.c_str(), 65536) == ARCHIVE_OK &&
      archive_read_next_header(a, &e) == ARCHIVE_OK) {
    char buffer[65536];
    for (la_ssize_t n; (n = archive_read_data(a, buffer, sizeof buffer)) > 0;) {
      out.append(buffer, static_cast<std::size_t>(n));
    }
  }
  archive_read_free(a);
  return out;
}

/// The string after `"key":` in a line of JSON without escapes; empty if there is none.
std::string field(std::string_view line, const std::string& key) {
  const std::string pattern = "\"" + key + "\":";
  std::size_t at = line.find(pattern);
  if (at == std::string_view::npos) return {};
  at = line.find_first_not_of(' ', at + pattern.size());
  if (line[at] != '"') return {};
  return std::string(line.substr(at + 1, line.find('"', at + 1) - at - 1));
}

}  // namespace

TEST_CASE("the whole of opam-repository loads, and latest versions are the OCaml tools'") {
  const fs::path folder = shared();
  if (folder.empty()) return;
  const repository repo = load_repository(
      archive_source{(folder / "data" / "opam-repository-97014be.tar.zst").string()});
  CHECK(repo.name_count() == 4596);
  CHECK(repo.size() == 18793);
  CHECK(problems(repo) == strings{});

  environment env = with_ocaml(preset_environment("debian-12"), "5.3.0");
  env.set("opam-version", "2.3.0");  // what the OCaml tools were asked with
  const auto latest = latest_available(repo, env);
  std::size_t available = 0;
  for (const package_id id : latest) available += id != package_id::none ? 1 : 0;
  CHECK(available == 4476);

  const std::string oracle = unpack(folder / "oracle" / "solve-5.3.0-sample.jsonl.zst");
  std::size_t compared = 0;
  for (std::size_t begin = 0; begin < oracle.size();) {
    const std::size_t end = std::min(oracle.find('\n', begin), oracle.size());
    const std::string_view line = std::string_view(oracle).substr(begin, end - begin);
    begin = end + 1;
    const name_id name = repo.find_name(field(line, "package"));
    REQUIRE(name != name_id::none);
    const package_id id = latest[name];
    CAPTURE(line.substr(0, 120));
    if (field(line, "status") == "unavailable") {
      CHECK(id == package_id::none);
    } else {
      REQUIRE(id != package_id::none);
      CHECK(repo.full_name(id) == field(line, "target"));
    }
    ++compared;
  }
  CHECK(compared == 2351);
}

#endif
