/// \file
/// The files of a source tree, one after the other.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/repository/repository.hpp"

namespace opamplan::repository_impl {

struct tree_file {
  enum class kind : std::uint8_t { file, executable, link };

  std::string path;  ///< Below the tree.
  kind what = kind::file;
  std::string content;  ///< Of a link: where it leads.
};

/// Every file and link of the tree's commit, as git orders them; submodules are left out. Throws
/// `load_error`.
void read_git_tree(const source_tree& from, const std::function<void(const tree_file&)>& visit);

}  // namespace opamplan::repository_impl
