/// \file
/// Every package version of one or several opam repositories, in memory, by dense id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/progress.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/repository/diagnostic.hpp"
#include "opamplan/repository/source.hpp"

namespace opamplan {

class repository;
struct opam_file;  // opamplan/package/opam_file.hpp
namespace syntax {
class file;  // opamplan/syntax/ast.hpp
}
namespace repository_impl {
struct repository_state;
const repository_state& state_of(const repository& repo) noexcept;
}  // namespace repository_impl

/// Consecutive package ids [first, last): `for (package_id id : repo.versions(name))`.
struct package_range {
  package_id first{};
  package_id last{};

  class iterator {
   public:
    using value_type = package_id;
    using difference_type = std::ptrdiff_t;
    using reference = package_id;
    using pointer = void;
    using iterator_category = std::input_iterator_tag;

    constexpr iterator() noexcept = default;
    constexpr explicit iterator(package_id id) noexcept : id_(id) {}
    constexpr package_id operator*() const noexcept { return id_; }
    constexpr iterator& operator++() noexcept {
      id_ = package_id(id_ + 1);
      return *this;
    }
    constexpr iterator operator++(int) noexcept {
      iterator old = *this;
      ++*this;
      return old;
    }
    friend constexpr bool operator==(iterator, iterator) noexcept = default;

   private:
    package_id id_{};
  };

  [[nodiscard]] constexpr iterator begin() const noexcept { return iterator(first); }
  [[nodiscard]] constexpr iterator end() const noexcept { return iterator(last); }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return last - first; }
  [[nodiscard]] constexpr bool empty() const noexcept { return first == last; }
  [[nodiscard]] constexpr package_id operator[](std::size_t i) const noexcept {
    return package_id(first + i);
  }

  friend constexpr bool operator==(const package_range&, const package_range&) noexcept = default;
};

/// A file of a version's folder `files/`: opam copies it into the sources before a build. Views
/// live as long as the repository.
struct extra_file {
  std::string_view path;     ///< Below `files/`, with `/`: `fix.patch`, `test/data.bin`.
  std::string_view content;  ///< Any bytes.
  bool executable = false;

  friend bool operator==(const extra_file&, const extra_file&) = default;
};

/// A folder of sources.
struct source_tree {
  std::string path;    ///< Absolute.
  std::string commit;  ///< The full id: the tree of that commit of the git repository at `path`.
                       ///< Empty: the folder as it is.

  friend bool operator==(const source_tree&, const source_tree&) = default;
};

/// Where a package version came from. The path is inside the source and lives as long as the
/// repository.
struct package_origin {
  std::uint32_t source = 0;  ///< Index into the sources given to `load_repository`.
  std::string_view path;     ///< For example `packages/dune/dune.3.24.2/opam`.
};

/// Immutable; share one between threads. Copies share state. Everything it hands out by reference
/// or view lives as long as any copy. Ids out of range are undefined behaviour.
class repository {
 public:
  /// An empty repository; `load_repository` (load.hpp) makes the others.
  repository();
  explicit repository(std::shared_ptr<const repository_impl::repository_state> s)
      : state_(std::move(s)) {}

  [[nodiscard]] std::size_t name_count() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;  ///< Package versions; ids are 0..size()-1.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// Ascending bytes; indexed by `name_id`.
  [[nodiscard]] std::span<const std::string> names() const noexcept;

  /// `name_id::none` if absent. Logarithmic.
  [[nodiscard]] name_id find_name(std::string_view name) const noexcept;

  /// `package_id::none` if absent. `version` is compared in opam's order: "1.0" finds "1.00".
  [[nodiscard]] package_id find(std::string_view name, std::string_view version) const noexcept;

  /// By full name, "dune.3.24.2"; `package_id::none` if absent.
  [[nodiscard]] package_id find(std::string_view full_name) const noexcept;

  /// Never empty; ascending in opam's version order.
  [[nodiscard]] package_range versions(name_id name) const noexcept;
  [[nodiscard]] package_range packages() const noexcept;

  [[nodiscard]] name_id name_of(package_id id) const noexcept;
  [[nodiscard]] const std::string& name_string(package_id id) const noexcept;
  [[nodiscard]] std::string_view version_string(package_id id) const noexcept;
  [[nodiscard]] std::string full_name(package_id id) const;  ///< "dune.3.24.2"

  /// The parsed file. Include opamplan/syntax/ast.hpp to use it.
  [[nodiscard]] const syntax::file& file(package_id id) const noexcept;

  /// The file's bytes. Where the legacy files `url` and `descr` lie beside it and it has no `url`,
  /// `synopsis` or `description` itself, what they say is appended: the text stands alone.
  [[nodiscard]] std::string_view text(package_id id) const noexcept;

  /// What is in the version's folder `files/`, by path; mostly nothing.
  [[nodiscard]] std::span<const extra_file> extra_files(package_id id) const noexcept;

  /// The typed file, read anew by each call (some 50 us). Include opamplan/package/opam_file.hpp.
  [[nodiscard]] opam_file opam(package_id id) const;

  [[nodiscard]] package_origin origin(package_id id) const noexcept;
  [[nodiscard]] std::span<const source_info> sources() const noexcept;

  /// True if the version is a pin: it then is the only one of its name.
  [[nodiscard]] bool is_pinned(package_id id) const noexcept;

  /// Where a pinned package's sources are; nothing for other packages. opam builds a pin from
  /// there, whatever the file's `url` says; only a pin of one file keeps the `url` that it has.
  [[nodiscard]] std::optional<source_tree> source_folder(package_id id) const;

  /// What was wrong with the sources, by source, then path. Empty for a sound repository.
  [[nodiscard]] std::span<const repository_diagnostic> diagnostics() const noexcept;

  /// A 64-bit digest of all names, versions, texts and extra files: equal repositories have equal
  /// digests, wherever they came from. Computed by each call; linear in the bytes of the text.
  [[nodiscard]] std::uint64_t content_digest() const noexcept;

  /// Copies of one repository are equal; others are not compared.
  friend bool operator==(const repository& a, const repository& b) noexcept {
    return a.state_ == b.state_;
  }

 private:
  friend const repository_impl::repository_state& repository_impl::state_of(
      const repository& repo) noexcept;
  std::shared_ptr<const repository_impl::repository_state> state_;
};

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/repository.ipp"
#endif
