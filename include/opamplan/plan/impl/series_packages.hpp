/// \file
/// What is known of the packages of one repository after the other.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "opamplan/plan/impl/describe.hpp"
#include "opamplan/plan/plan.hpp"
#include "opamplan/plan/words.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan::plan_impl {

/// The packages of all repositories of a series: versions that no build can tell apart are one, so
/// that a change of a synopsis makes no new layer.
class series_packages {
 public:
  /// Goes on to another repository, in which these names of the last one are the same.
  void enter(const universe& u, const std::vector<name_id>& same) {
    std::vector<plan_package_id> moved(u.repository().size());
    if (last_) {
      const repository& was = last_->repository();
      for (std::uint32_t n = 0; n < same.size(); ++n) {
        if (same[n] == name_id::none) continue;
        const package_range from = was.versions(name_id{n});
        const package_range to = u.repository().versions(same[n]);
        for (std::size_t i = 0; i < from.size(); ++i) {
          moved[to[i]] = known_[from[i]];
        }
      }
    }
    known_ = std::move(moved);
    last_ = u;
  }

  /// False if there is one that no step can name.
  bool describe(std::span<const package_id> ids) {
    bool usable = true;
    for (const package_id id : ids) usable = usable_[number(id)] != 0 && usable;
    return usable;
  }

  /// By package of the repository at hand; those that were described.
  [[nodiscard]] std::span<const plan_package_id> numbers() const noexcept { return known_; }
  [[nodiscard]] std::span<const plan_package> all() const noexcept { return packages_; }

 private:
  plan_package_id number(package_id id) {
    plan_package_id& at = known_[id];
    if (at != plan_package_id::none) return at;
    plan_package package = described(last_->repository(), id, last_->environment());
    package.opam.clear();
    package.files.clear();
    auto key = std::tuple(package.full_name(), package.effective, package.depexts);
    const auto [it, added] = by_content_.try_emplace(std::move(key), packages_.size());
    if (added) {
      usable_.push_back(word_problem(package).empty() ? 1 : 0);
      packages_.push_back(std::move(package));
    }
    return at = it->second;
  }

  std::optional<universe> last_;
  std::vector<plan_package_id> known_;
  std::vector<plan_package> packages_;
  std::vector<char> usable_;
  std::map<std::tuple<std::string, digest, std::vector<std::string>>, plan_package_id> by_content_;
};

}  // namespace opamplan::plan_impl
