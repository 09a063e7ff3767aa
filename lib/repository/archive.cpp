/// \file
/// Archives through libarchive. One thread unpacks, all threads parse.
#include "opamplan/base/text.hpp"
#include "opamplan/repository/impl/readers.hpp"
#include "opamplan/repository/load.hpp"

#ifdef OPAMPLAN_HAS_ARCHIVE
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "archive_links.hpp"
#endif

namespace opamplan {

#ifndef OPAMPLAN_HAS_ARCHIVE

bool can_load_archives() noexcept { return false; }

repository_impl::source_content repository_impl::read_archive(const archive_source& from,
                                                              content_builder&) {
  throw load_error(printable(from.path) +
                   ": this opamplan was built without libarchive and cannot read archives; install "
                   "it (Debian: libarchive-dev) and build again, or unpack the archive");
}

#else

bool can_load_archives() noexcept { return true; }

namespace {

struct member {
  std::string path;
  std::string text;
  std::uint32_t order = 0;
  bool executable = false;
};

/// A bounded queue of batches: the unpacking thread fills it, the others empty it.
class batch_queue {
 public:
  using batch = std::vector<member>;

  /// False when it is full: the caller parses the batch itself.
  bool offer(batch& full) {
    const std::lock_guard lock(mutex_);
    if (batches_.size() >= 16) return false;
    batches_.push_back(std::move(full));
    ready_.notify_one();
    full = {};
    return true;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    ready_.notify_all();
  }
  /// Nothing when it is closed and empty.
  std::optional<batch> take() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return closed_ || !batches_.empty(); });
    if (batches_.empty()) return std::nullopt;
    std::optional<batch> out = std::move(batches_.front());
    batches_.pop_front();
    return out;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<batch> batches_;
  bool closed_ = false;
};

class archive_reader {
 public:
  archive_reader(const archive_source& from, repository_impl::content_builder& to)
      : from_(from), to_(to), archive_(nullptr, archive_read_free), links_(most_members()) {
    open();
  }

  void read() {
    batch_queue queue;
    to_.team().run([&](unsigned worker) {
      if (worker != 0) {
        while (auto batch = queue.take()) parse(worker, *batch);
        return;
      }
      struct closer {
        batch_queue& q;
        ~closer() { q.close(); }
      };
      {
        const closer close_at_end{queue};
        unpack(queue);
      }
      while (auto batch = queue.take()) parse(0, *batch);
    });
    if (!links_.empty()) follow_links();
    choose_root();
  }

 private:
  /// At its first member.
  void open() {
    archive_.reset(archive_read_new());
    if (!archive_) throw std::bad_alloc();
    archive* const a = archive_.get();
    // Only what libarchive unpacks itself: "all" would also start programs.
    for (const auto enable : {archive_read_support_filter_gzip, archive_read_support_filter_zstd,
                              archive_read_support_filter_xz, archive_read_support_filter_bzip2,
                              archive_read_support_filter_lz4, archive_read_support_format_tar,
                              archive_read_support_format_zip}) {
      enable(a);  // unsupported ones show when the archive is opened
    }
    if (archive_read_open_filename(a, from_.path.c_str(), std::size_t{1} << 18) != ARCHIVE_OK) {
      fail();
    }
  }

  [[nodiscard]] std::size_t most_members() const { return to_.limits().files * 8; }

  /// What libarchive says, with what that means.
  [[noreturn]] void fail() const {
    const char* const message = archive_error_string(archive_.get());
    const std::string said = message != nullptr ? message : "no reason given";
    const std::string path = printable(from_.path);
    if (said == "Unrecognized archive format") {
      throw load_error(path + ": not an archive that can be read (" + said +
                       "); name a tar, alone or packed by gzip, zstd, xz, bzip2 or lz4, a zip, a "
                       "folder or a git repository");
    }
    if (said.starts_with("Failed to open")) throw load_error(path + ": cannot be read: " + said);
    throw load_error(path + ": the archive is cut short or damaged (" + said +
                     "); fetch or make it again");
  }

  void parse(unsigned worker, batch_queue::batch& batch) {
    for (member& m : batch) {
      if (to_.team().stopped()) return;
      to_.add_path(worker, m.path, std::move(m.text), m.executable, m.order);
    }
    to_.team().add_done(batch.size());
    if (worker == 0) to_.team().report();
  }

  /// Calls `visit(entry, order)` with each member.
  template <class Visit>
  void for_each_member(const Visit& visit) {
    archive* const a = archive_.get();
    archive_entry* entry = nullptr;
    for (std::uint32_t order = 0; !to_.team().stopped(); ++order) {
      const int status = archive_read_next_header(a, &entry);
      if (status == ARCHIVE_EOF) break;
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) fail();
      if (order >= most_members()) {
        throw load_error(printable(from_.path) + ": more than " + std::to_string(most_members()) +
                         " members in this archive");
      }
      if (archive_filter_bytes(a, 0) / 8 > static_cast<la_int64_t>(to_.limits().total_bytes)) {
        throw load_error(printable(from_.path) + ": far too large when unpacked");
      }
      visit(entry, order);
    }
  }

  void unpack(batch_queue& queue) {
    batch_queue::batch batch;
    std::size_t batch_bytes = 0;
    for_each_member([&](archive_entry* entry, std::uint32_t order) {
      member m = read_member(entry);
      if (m.path.empty()) return;
      if (const auto root = root_of_repo(m.path)) {
        repo_texts_[std::string(*root)] = std::move(m.text);
        return;
      }
      m.order = order;
      batch_bytes += m.text.size();
      batch.push_back(std::move(m));
      if (batch_bytes >= (std::size_t{1} << 17)) {
        if (!queue.offer(batch)) parse(0, batch), batch.clear();
        batch_bytes = 0;
        to_.team().report();
      }
    });
    if (!batch.empty() && !queue.offer(batch)) parse(0, batch);
  }

  /// Reads the archive again, for the members that links lead to: one may stand before what it
  /// leads to, and what is behind it is in memory no more.
  void follow_links() {
    links_.resolve([&](const std::string& path, const char* why) {
      if (root_of_packages(path)) to_.problem(0, severity::error, path, why);
    });
    open();
    for_each_member([&](archive_entry* entry, std::uint32_t order) {
      if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) {
        return;
      }
      std::vector<std::string> paths;
      links_.for_each_path(path_of(entry), [&](std::string path) {
        if (is_wanted(path)) paths.push_back(std::move(path));
      });
      if (paths.empty()) return;
      const auto text = read_text(entry, paths.front());
      for (std::size_t i = 0; text && i < paths.size(); ++i) {
        if (i != 0 && !to_.admit(0, paths[i], text->size())) continue;
        if (const auto root = root_of_repo(paths[i])) {
          repo_texts_[std::string(*root)] = *text;
        } else {
          to_.add_path(0, paths[i], *text, is_executable(entry), order);
        }
      }
    });
    for (const std::string& path : links_.unmet()) {
      if (!root_of_packages(path) || to_.team().stopped()) continue;
      to_.problem(0, severity::error, path,
                  "a link that leads to no file in the archive; left out");
    }
  }

  static std::string path_of(archive_entry* entry) {
    const char* raw = archive_entry_pathname(entry);
    if (raw == nullptr) raw = archive_entry_pathname_utf8(entry);
    std::string path = raw == nullptr ? "" : raw;
    while (path.compare(0, 2, "./") == 0) path.erase(0, 2);
    if (!path.empty() && path.back() == '/') path.pop_back();
    return path;
  }

  static bool is_executable(archive_entry* entry) {
    return (archive_entry_perm(entry) & 0100) != 0;
  }

  /// A file of a package, or `repo`.
  static bool is_wanted(const std::string& path) {
    if (!root_of_packages(path)) return root_of_repo(path).has_value();
    return repository_impl::base_name(path) == "opam" ||
           repository_impl::split_side_path(path).has_value();
  }

  /// An empty path when the member is of no interest or was refused.
  member read_member(archive_entry* entry) {
    const std::string path = path_of(entry);
    if (path.empty()) return {};
    if (!is_inside(path)) {
      to_.problem(0, severity::error, path,
                  "an archive member whose path leaves the archive; left out");
      return {};
    }
    if (const auto root = root_of_packages(path)) roots_.insert(std::string(*root));
    const auto type = archive_entry_filetype(entry);
    const char* const hard = archive_entry_hardlink(entry);
    const char* const target = hard == nullptr ? archive_entry_symlink(entry) : hard;
    if (hard != nullptr || type == AE_IFLNK) {
      if (target != nullptr) links_.add(path, target, hard != nullptr);
      return {};
    }
    links_.remove(path);
    if (type == AE_IFDIR || !is_wanted(path)) return {};
    if (type != AE_IFREG) {
      to_.problem(0, severity::error, path, "not a regular file; left out");
      return {};
    }
    auto text = read_text(entry, path);
    if (!text) return {};
    return {path, std::move(*text), 0, is_executable(entry)};
  }

  /// Nothing, with a diagnostic, if it cannot be taken as `path`.
  std::optional<std::string> read_text(archive_entry* entry, const std::string& path) {
    std::string text;
    // The size in the header is a claim (and absent in some zip files): read and count.
    if (archive_entry_size_is_set(entry) != 0) {
      const auto size = static_cast<std::uint64_t>(archive_entry_size(entry));
      if (size > to_.limits().file_bytes) {
        (void)to_.admit(0, path, size);
        return std::nullopt;
      }
      text.reserve(static_cast<std::size_t>(size));
    }
    char buffer[1 << 15];
    for (;;) {
      const la_ssize_t n = archive_read_data(archive_.get(), buffer, sizeof buffer);
      if (n == ARCHIVE_RETRY) continue;
      if (n == ARCHIVE_WARN || n == ARCHIVE_FAILED) {
        const char* message = archive_error_string(archive_.get());
        to_.problem(0, severity::error, path,
                    std::string(message != nullptr ? message : "unreadable") + "; left out");
        return std::nullopt;
      }
      if (n < 0) fail();
      if (n == 0) break;
      text.append(buffer, static_cast<std::size_t>(n));
      if (text.size() > to_.limits().file_bytes) break;
    }
    if (!to_.admit(0, path, text.size())) return std::nullopt;
    return text;
  }

  static bool is_inside(const std::string& path) {
    if (path.empty()) return true;  // the root itself, "./"
    if (path.front() == '/') return false;
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t slash = std::min(path.find('/', begin), path.size());
      if (path.compare(begin, slash - begin, "..") == 0) return false;
      begin = slash + 1;
    }
    return true;
  }

  /// What is before `packages/...`: nothing, or `FOLDER/`, as in archives of a git forge.
  static std::optional<std::string_view> root_of_packages(std::string_view path) {
    constexpr std::string_view folder = "packages";
    const std::size_t slash = path.find('/');
    if (path.substr(0, slash) == folder) return path.substr(0, 0);
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view rest = path.substr(slash + 1);
    if (rest.substr(0, rest.find('/')) == folder) return path.substr(0, slash + 1);
    return std::nullopt;
  }

  /// The same of a file `repo`.
  static std::optional<std::string_view> root_of_repo(std::string_view path) {
    constexpr std::string_view file = "repo";
    if (repository_impl::base_name(path) != file) return std::nullopt;
    const std::string_view root = path.substr(0, path.size() - file.size());
    if (root.find('/') + 1 < root.size()) return std::nullopt;
    return root;
  }

  /// One repository of those in the archive: that at the root, or the only one.
  void choose_root() {
    const std::string path = printable(from_.path);
    if (roots_.empty()) throw load_error(path + ": no folder `packages` in this archive");
    const std::string root = *roots_.begin();  // the empty one sorts first
    if (roots_.size() > 1) {
      const std::string second = printable(*std::next(roots_.begin()));
      if (!root.empty()) {
        throw load_error(path + ": several folders hold `packages`, for example " +
                         printable(root) + " and " + second + "; unpack the archive and name one");
      }
      to_.keep_only("packages/");
      to_.problem(0, severity::warning, second + "packages",
                  "beside `packages` at the root of the archive; left out");
    }
    if (const auto text = repo_texts_.find(root); text != repo_texts_.end()) {
      to_.set_repo_text(std::move(text->second));
    }
  }

  const archive_source& from_;
  repository_impl::content_builder& to_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
  std::set<std::string> roots_;                    ///< With a slash behind, or empty.
  std::map<std::string, std::string> repo_texts_;  ///< By root.
  repository_impl::archive_links links_;
};

}  // namespace

repository_impl::source_content repository_impl::read_archive(const archive_source& from,
                                                              content_builder& to) {
  archive_reader(from, to).read();
  to.drop_nested();
  source_content content = to.finish();
  content.info.label = from.path;
  return content;
}

#endif

}  // namespace opamplan
