/// \file
/// Packing source trees with libarchive.
#include "opamplan/repository/pack.hpp"
#include "opamplan/base/text.hpp"

#include "opamplan/repository/impl/text.hpp"
#include "opamplan/repository/impl/tree_files.hpp"
#include "opamplan/repository/load.hpp"

#ifdef OPAMPLAN_HAS_ARCHIVE
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>
#include <vector>
#endif

namespace opamplan {

#ifndef OPAMPLAN_HAS_ARCHIVE

std::string pack_source(const source_tree& from) {
  throw load_error(printable(from.path) +
                   ": this opamplan was built without libarchive and cannot pack the sources of a "
                   "pin; install it (Debian: libarchive-dev) and build again");
}

#else

namespace {

/// Writes the files of one tree, which come by name.
class packer {
 public:
  explicit packer(const source_tree& from) : from_(from), archive_(archive_write_new()) {
    archive_write_add_filter_gzip(archive_.get());
    archive_write_set_filter_option(archive_.get(), "gzip", "timestamp", nullptr);
    archive_write_set_format_pax_restricted(archive_.get());
    archive_write_set_bytes_in_last_block(archive_.get(), 1);
    require(archive_write_open(archive_.get(), &out_, nullptr, append, nullptr), "");
  }

  void add(const repository_impl::tree_file& file) {
    bytes_ += file.content.size();
    if (bytes_ > max_source_bytes || ++files_ > max_source_files) {
      throw load_error(
          printable(from_.path) + ": these are too many sources for a pin (more than " +
          std::to_string(max_source_bytes >> 20U) + " MB, or " + std::to_string(max_source_files) +
          " files); clean the folder, or pin a commit of it: PATH#HEAD");
    }
    using kind = repository_impl::tree_file::kind;
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              archive_entry_free);
    archive_entry_copy_pathname(entry.get(), ("source/" + file.path).c_str());
    const bool link = file.what == kind::link;
    archive_entry_set_filetype(entry.get(), link ? AE_IFLNK : AE_IFREG);
    archive_entry_set_perm(entry.get(), link ? 0777 : file.what == kind::executable ? 0755 : 0644);
    archive_entry_set_mtime(entry.get(), 0, 0);
    archive_entry_set_size(entry.get(), link ? 0 : static_cast<la_int64_t>(file.content.size()));
    if (link) archive_entry_copy_symlink(entry.get(), file.content.c_str());
    require(archive_write_header(archive_.get(), entry.get()), file.path);
    if (link || file.content.empty()) return;
    if (archive_write_data(archive_.get(), file.content.data(), file.content.size()) < 0) {
      require(ARCHIVE_FATAL, file.path);
    }
  }

  std::string finish() {
    require(archive_write_close(archive_.get()), "");
    return std::move(out_);
  }

 private:
  static la_ssize_t append(archive*, void* out, const void* data, std::size_t size) {
    static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
    return static_cast<la_ssize_t>(size);
  }

  void require(int code, const std::string& path) const {
    if (code == ARCHIVE_OK || code == ARCHIVE_WARN) return;
    const char* const why = archive_error_string(archive_.get());
    throw load_error(printable(from_.path + '/' + path) + ": cannot be packed" +
                     (why == nullptr ? std::string() : std::string(": ") + why));
  }

  struct closer {
    void operator()(archive* a) const noexcept { archive_write_free(a); }
  };
  const source_tree& from_;
  std::string out_;  // outlives the archive, which writes its end into it
  std::unique_ptr<archive, closer> archive_;
  std::size_t bytes_ = 0;
  std::size_t files_ = 0;
};

bool is_left_out(std::string_view name) {
  static constexpr std::string_view names[] = {".git", ".hg", ".svn", "_darcs", "_opam", "_build"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// Every file and link below a folder, by name; links are not followed.
class folder_reader {
 public:
  folder_reader(std::string folder, packer& to) : folder_(std::move(folder)), to_(to) {}

  void read() {
    std::vector<std::string> waiting{""};  // the next at the end
    while (!waiting.empty()) {
      const std::string inside = std::move(waiting.back());
      waiting.pop_back();
      if (!inside.empty() && inside.back() != '/') {
        add(inside);
        continue;
      }
      std::vector<std::string> names = list(inside);
      std::sort(names.rbegin(), names.rend());
      std::move(names.begin(), names.end(), std::back_inserter(waiting));
    }
  }

 private:
  /// What is in a folder, by its path; folders end in a slash.
  [[nodiscard]] std::vector<std::string> list(const std::string& inside) const {
    namespace fs = std::filesystem;
    std::vector<std::string> out;
    std::error_code code;
    fs::directory_iterator i(fs::path(folder_) / inside, code);
    for (const fs::directory_iterator end; !code && i != end; i.increment(code)) {
      const std::string name = i->path().filename().string();
      if (is_left_out(name)) continue;
      const fs::file_status status = i->symlink_status(code);
      if (code) break;
      out.push_back(inside + name + (fs::is_directory(status) ? "/" : ""));
    }
    if (code) fail(inside, code.message());
    return out;
  }

  void add(const std::string& inside) {
    namespace fs = std::filesystem;
    using kind = repository_impl::tree_file::kind;
    const fs::path path = fs::path(folder_) / inside;
    std::error_code code;
    const fs::file_status status = fs::symlink_status(path, code);
    if (code) fail(inside, code.message());
    if (fs::is_symlink(status)) {
      const std::string target = fs::read_symlink(path, code).string();
      if (code) fail(inside, code.message());
      to_.add({inside, kind::link, target});
      return;
    }
    if (!fs::is_regular_file(status)) return;  // sockets, pipes
    if (fs::file_size(path, code) > max_source_bytes && !code) {
      fail(inside, "larger than the " + std::to_string(max_source_bytes >> 20U) +
                       " MB that the sources of a pin may be");
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) fail(inside, "cannot be read");
    const bool runs = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    to_.add({inside,
             runs ? kind::executable : kind::file,
             {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}});
  }

  [[noreturn]] void fail(const std::string& inside, const std::string& why) const {
    throw load_error(printable(folder_ + '/' + inside) + ": " + why);
  }

  std::string folder_;
  packer& to_;
};

}  // namespace

std::string pack_source(const source_tree& from) {
  packer to(from);
  if (from.commit.empty()) {
    folder_reader(from.path, to).read();
  } else {
    repository_impl::read_git_tree(from,
                                   [&](const repository_impl::tree_file& file) { to.add(file); });
  }
  return to.finish();
}

#endif

}  // namespace opamplan
