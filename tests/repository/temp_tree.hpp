/// \file
/// A folder of small files that goes away with the test, and opam texts to put into it.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <opamplan/repository/load.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace repository_test {

namespace fs = std::filesystem;

class temp_tree {
 public:
  temp_tree() {
    std::string name = (fs::temp_directory_path() / "opamplan-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = fs::canonical(name);
  }
  temp_tree(const temp_tree&) = delete;
  temp_tree& operator=(const temp_tree&) = delete;
  ~temp_tree() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] std::string str() const { return path_.string(); }

  const temp_tree& write(const std::string& file, std::string_view text) const {
    fs::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file, std::ios::binary) << text;
    return *this;
  }
  /// packages/NAME/NAME.VERSION/opam
  const temp_tree& add(const std::string& name, const std::string& version,
                       std::string_view text = "opam-version: \"2.0\"\n") const {
    return write("packages/" + name + "/" + name + "." + version + "/opam", text);
  }

 private:
  fs::path path_;
};

/// A tree old enough to be cached: a file changed just now could change again unnoticed.
inline void settle() { std::this_thread::sleep_for(std::chrono::milliseconds(80)); }

[[nodiscard]] inline std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Every "name.version", in the repository's order.
[[nodiscard]] inline std::vector<std::string> contents(const opamplan::repository& repo) {
  std::vector<std::string> out;
  for (const opamplan::package_id id : repo.packages()) out.push_back(repo.full_name(id));
  return out;
}

[[nodiscard]] inline std::vector<std::string> problems(const opamplan::repository& repo) {
  std::vector<std::string> out;
  for (const auto& d : repo.diagnostics()) out.push_back(to_string(d));
  return out;
}

using strings = std::vector<std::string>;

}  // namespace repository_test
