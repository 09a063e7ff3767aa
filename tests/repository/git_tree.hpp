/// \file
/// A git repository made with the git command, for tests.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <opamplan/repository/load.hpp>
#include <string>

#include "repository/temp_tree.hpp"

namespace repository_test {

/// `work` is its work tree.
struct git_tree {
  temp_tree work;

  git_tree() { git("init -q -b main"); }

  bool git(const std::string& arguments) const {
    const std::string command = "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git -C '" +
                                work.str() + "' -c user.name=t -c user.email=t@example.org " +
                                arguments + " >/dev/null 2>&1";
    return std::system(command.c_str()) == 0;
  }
  void commit() const {
    REQUIRE(git("add -A && git -C '" + work.str() +
                "' -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m x"));
  }
};

/// False, and says so, where there is no git.
inline bool can_test_git() {
  if (!opamplan::can_load_git()) MESSAGE("SKIPPED: built without libgit2");
  if (std::system("git --version >/dev/null 2>&1") != 0) {
    MESSAGE("SKIPPED: no git command");
    return false;
  }
  return opamplan::can_load_git();
}

}  // namespace repository_test
