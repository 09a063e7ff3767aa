#pragma once

#include <algorithm>

#include "opamplan/package/opam_file.hpp"
#include "opamplan/package/version.hpp"
#include "opamplan/repository/impl/checksum.hpp"
#include "opamplan/repository/impl/state.hpp"
#include "opamplan/repository/repository.hpp"

namespace opamplan {

OPAMPLAN_INLINE repository::repository() : repository(repository_impl::make_repository({})) {}

OPAMPLAN_INLINE std::size_t repository::name_count() const noexcept { return state_->names.size(); }

OPAMPLAN_INLINE std::size_t repository::size() const noexcept { return state_->entries.size(); }

OPAMPLAN_INLINE std::span<const std::string> repository::names() const noexcept {
  return state_->names;
}

OPAMPLAN_INLINE name_id repository::find_name(std::string_view name) const noexcept {
  const std::size_t mask = state_->slots.size() - 1;
  for (std::size_t at = repository_impl::checksum(name.data(), name.size()) & mask;;
       at = (at + 1) & mask) {
    const name_id id{state_->slots[at]};
    if (id == name_id::none || state_->names[id] == name) return id;
  }
}

OPAMPLAN_INLINE package_id repository::find(std::string_view name,
                                            std::string_view version) const noexcept {
  const name_id id = find_name(name);
  if (id == name_id::none) return package_id::none;
  const package_range range = versions(id);
  const auto begin = state_->entries.begin() + static_cast<std::ptrdiff_t>(range.first);
  const auto end = state_->entries.begin() + static_cast<std::ptrdiff_t>(range.last);
  const auto found = std::lower_bound(
      begin, end, version, [](const repository_impl::repository_entry& e, std::string_view v) {
        return compare_versions(e.version, v) < 0;
      });
  if (found == end || compare_versions(found->version, version) != 0) return package_id::none;
  auto exact = found;  // of equal versions, the one written so, else the first
  while (exact != end && exact->version != version &&
         compare_versions(exact->version, version) == 0) {
    ++exact;
  }
  const bool is_exact = exact != end && exact->version == version;
  return package_id{
      static_cast<std::uint32_t>((is_exact ? exact : found) - state_->entries.begin())};
}

OPAMPLAN_INLINE package_id repository::find(std::string_view full_name) const noexcept {
  const std::size_t dot = full_name.find('.');
  if (dot == std::string_view::npos) return package_id::none;
  return find(full_name.substr(0, dot), full_name.substr(dot + 1));
}

OPAMPLAN_INLINE package_range repository::versions(name_id name) const noexcept {
  return {package_id{state_->first[name]}, package_id{state_->first[name + 1]}};
}

OPAMPLAN_INLINE package_range repository::packages() const noexcept {
  return {package_id{0}, package_id(size())};
}

OPAMPLAN_INLINE name_id repository::name_of(package_id id) const noexcept {
  return state_->entries[id].name;
}

OPAMPLAN_INLINE const std::string& repository::name_string(package_id id) const noexcept {
  return state_->names[name_of(id)];
}

OPAMPLAN_INLINE std::string_view repository::version_string(package_id id) const noexcept {
  return state_->entries[id].version;
}

OPAMPLAN_INLINE std::string repository::full_name(package_id id) const {
  std::string out = name_string(id);
  out += '.';
  out += version_string(id);
  return out;
}

OPAMPLAN_INLINE const syntax::file& repository::file(package_id id) const noexcept {
  return state_->entries[id].tree;
}

OPAMPLAN_INLINE std::string_view repository::text(package_id id) const noexcept {
  return file(id).text();
}

OPAMPLAN_INLINE std::span<const extra_file> repository::extra_files(package_id id) const noexcept {
  return state_->entries[id].extra;
}

OPAMPLAN_INLINE opam_file repository::opam(package_id id) const {
  return opam_file::read(file(id));
}

OPAMPLAN_INLINE package_origin repository::origin(package_id id) const noexcept {
  const repository_impl::repository_entry& e = state_->entries[id];
  return {e.source, e.path};
}

OPAMPLAN_INLINE std::span<const source_info> repository::sources() const noexcept {
  return state_->sources;
}

OPAMPLAN_INLINE bool repository::is_pinned(package_id id) const noexcept {
  return state_->sources[state_->entries[id].source].pins;
}

OPAMPLAN_INLINE std::optional<source_tree> repository::source_folder(package_id id) const {
  const repository_impl::pinned_folder* pinned = state_->entries[id].pinned;
  if (pinned == nullptr || pinned->tree.path.empty()) return std::nullopt;
  return pinned->tree;
}

OPAMPLAN_INLINE std::span<const repository_diagnostic> repository::diagnostics() const noexcept {
  return state_->diagnostics;
}

OPAMPLAN_INLINE std::uint64_t repository::content_digest() const noexcept {
  std::uint64_t digest = repository_impl::checksum("opamplan", 8);
  for (const package_id id : packages()) {
    const std::string& name = name_string(id);
    const std::string_view version = version_string(id);
    const std::string_view bytes = text(id);
    digest = repository_impl::checksum(name.data(), name.size(), digest);
    digest = repository_impl::checksum(version.data(), version.size(), digest);
    digest = repository_impl::checksum(bytes.data(), bytes.size(), digest);
    for (const extra_file& f : extra_files(id)) {
      digest =
          repository_impl::checksum(f.path.data(), f.path.size(), digest + (f.executable ? 1 : 0));
      digest = repository_impl::checksum(f.content.data(), f.content.size(), digest);
    }
  }
  return digest;
}

}  // namespace opamplan
