#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "opamplan/base/text.hpp"
#include "opamplan/repository/impl/beside.hpp"
#include "opamplan/repository/impl/checksum.hpp"
#include "opamplan/repository/impl/readers.hpp"

// Plain POSIX calls relative to open folders: 19,000 small files cost an openat, an fstat, a read
// and a close each. std::filesystem resolves every path from the root and takes twice as long.

namespace opamplan::repository_impl {

OPAMPLAN_INLINE std::string system_message(int code) {
  return std::error_code(code, std::generic_category()).message();
}

class file_descriptor {
 public:
  explicit file_descriptor(int fd) noexcept : fd_(fd) {}
  file_descriptor(file_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  file_descriptor& operator=(file_descriptor&&) = delete;
  ~file_descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

#ifdef __APPLE__
OPAMPLAN_INLINE timespec modified(const struct stat& s) { return s.st_mtimespec; }
OPAMPLAN_INLINE timespec changed(const struct stat& s) { return s.st_ctimespec; }
#else
OPAMPLAN_INLINE timespec modified(const struct stat& s) { return s.st_mtim; }
OPAMPLAN_INLINE timespec changed(const struct stat& s) { return s.st_ctim; }
#endif

OPAMPLAN_INLINE std::uint64_t stamp_of(const struct stat& s) {
  const timespec m = modified(s);
  const timespec c = changed(s);
  const std::uint64_t facts[] = {
      static_cast<std::uint64_t>(s.st_size), static_cast<std::uint64_t>(s.st_ino),
      static_cast<std::uint64_t>(s.st_dev),  static_cast<std::uint64_t>(s.st_mode),
      static_cast<std::uint64_t>(m.tv_sec),  static_cast<std::uint64_t>(m.tv_nsec),
      static_cast<std::uint64_t>(c.tv_sec),  static_cast<std::uint64_t>(c.tv_nsec)};
  return checksum(facts, sizeof facts);
}

/// The stamp of a file that is not there.
inline constexpr std::uint64_t absent_stamp = 0;

/// Walks one directory source. One object, used by all workers.
class directory_reader {
 public:
  directory_reader(const directory_source& from, content_builder& to)
      : from_(from), to_(to), real_root_(real_path(from.path)), packages_(open_packages()) {
    ::clock_gettime(CLOCK_REALTIME, &started_);
  }

  void read() {
    struct stat facts {};
    const std::string prefix = from_.packages.empty() ? "" : from_.packages + '/';
    const std::string top = from_.packages.empty() ? "." : from_.packages;
    if (::fstat(packages_.get(), &facts) == 0) stamp(0, top, facts);
    read_repo();
    std::vector<child> children = list(0, packages_.get(), top);
    to_.team().set_total(children.size());
    to_.team().for_each(children.size(), 4, [&](unsigned worker) {
      return [&, worker](std::size_t i) {
        if (children[i].maybe_folder) {
          const std::string& name = children[i].name;
          visit(worker, packages_.get(), name, prefix + name, 1,
                children[i].maybe_link && is_link(packages_.get(), name));
        }
        to_.team().add_done();
      };
    });
  }

 private:
  struct child {
    std::string name;
    bool maybe_folder = false;
    bool maybe_link = false;
  };

  file_descriptor open_packages() const {
    const std::string packages = from_.path + '/' + from_.packages;
    file_descriptor fd(::open(packages.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
      throw load_error(printable(packages) + ": " + system_message(errno) +
                       "; a repository is a folder that holds `packages`");
    }
    const std::string target = real_path(packages);
    if (target != real_root_ && !is_inside_root(target)) {
      throw load_error(printable(packages) + ": a symbolic link that leaves the repository, to " +
                       printable(target) + "; name the folder that holds it instead");
    }
    return fd;
  }

  /// The file `repo` beside `packages`.
  void read_repo() {
    const file_descriptor root(::open(from_.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root) return to_.never_cache();
    bool exists = false;
    auto text = read_regular(0, root.get(), "repo", "repo", &exists);
    if (text) to_.set_repo_text(std::move(text->content));
    if (!exists) to_.stamp(0, "repo", absent_stamp);
  }

  /// Names in an open folder, sorted, without those that begin with a dot unless `all`.
  std::vector<child> list(unsigned worker, int fd, const std::string& path, bool all = false) {
    std::vector<child> out;
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    DIR* folder = copy < 0 ? nullptr : ::fdopendir(copy);
    if (folder == nullptr) {
      const int code = errno;
      if (copy >= 0) ::close(copy);
      io_problem(worker, path, code);
      return out;
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> closer(folder, ::closedir);
    errno = 0;
    while (const dirent* e = ::readdir(folder)) {
      const std::string_view name = e->d_name;
      if (all ? name == "." || name == ".." : name[0] == '.') continue;
      child c{e->d_name};
      c.maybe_folder = e->d_type == DT_DIR || e->d_type == DT_LNK || e->d_type == DT_UNKNOWN;
      c.maybe_link = e->d_type == DT_LNK || e->d_type == DT_UNKNOWN;
      out.push_back(std::move(c));
      errno = 0;
    }
    if (errno != 0) io_problem(worker, path, errno);
    std::sort(out.begin(), out.end(),
              [](const child& a, const child& b) { return a.name < b.name; });
    return out;
  }

  /// The folder `name` in `parent`: a package version if it holds a file `opam`, else its folders.
  /// Below a symbolic link no other is followed: no cycles, and no more work than links times
  /// files.
  void visit(unsigned worker, int parent, const std::string& name, const std::string& path,
             std::size_t depth, bool below_link = false) {
    if (depth > to_.limits().folder_depth) {
      to_.problem(worker, severity::error, path, "folders are nested too deeply; left out");
      return;
    }
    file_descriptor fd = open_inside(worker, parent, name.c_str(), path, O_DIRECTORY);
    if (!fd) return;
    struct stat facts {};
    if (::fstat(fd.get(), &facts) != 0) return io_problem(worker, path, errno);
    to_.admit_folder();
    stamp(worker, path, facts);

    const std::vector<child> children = list(worker, fd.get(), path);
    const auto opam = std::find_if(children.begin(), children.end(),
                                   [](const child& c) { return c.name == "opam"; });
    if (opam != children.end() && read_version(worker, fd.get(), "", path)) return;
    bool folders = false;
    for (const child& c : children) {
      if (to_.team().stopped()) return;
      if (!c.maybe_folder) continue;
      const std::string child_path = path + '/' + c.name;
      folders = true;
      // Nearly always a version's folder: look for its file before listing it.
      if (!c.maybe_link && read_version(worker, fd.get(), c.name + '/', child_path)) continue;
      if (below_link && c.maybe_link && is_link(fd.get(), c.name)) {
        to_.problem(worker, severity::error, child_path,
                    "a symbolic link below another one; left out");
        continue;
      }
      visit(worker, fd.get(), c.name, child_path, depth + 1,
            below_link || (c.maybe_link && is_link(fd.get(), c.name)));
    }
    if (!folders) {
      to_.problem(worker, severity::warning, path, "a folder without a file `opam`");
    }
  }

  /// Without links, `.` and `..`; empty if there is nothing.
  [[nodiscard]] static std::string real_path(const std::string& path) {
    char* real = ::realpath(path.c_str(), nullptr);
    const std::string out = real == nullptr ? "" : real;
    std::free(real);
    return out;
  }
  [[nodiscard]] bool is_inside_root(const std::string& real) const {
    const std::string root = real_root_ == "/" ? real_root_ : real_root_ + '/';
    return !real_root_.empty() && real.compare(0, root.size(), root) == 0;
  }

  /// True if the link `path` is inside the folder `target`: following it would come back.
  [[nodiscard]] bool is_above(const std::string& target, const std::string& path) const {
    const std::string folder = real_path(from_.path + '/' + std::string(folder_name(path)));
    return folder == target || folder.compare(0, target.size() + 1, target + '/') == 0;
  }

  [[nodiscard]] static bool is_link(int parent, const std::string& name) {
    struct stat facts {};
    return ::fstatat(parent, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISLNK(facts.st_mode);
  }

  struct file_content {
    std::string content;
    bool executable = false;
  };

  /// False if the folder `path`, which is `inside` (empty, or with a slash behind) of `parent`, has
  /// no file `opam`; one that cannot be read is a diagnostic.
  bool read_version(unsigned worker, int parent, const std::string& inside,
                    const std::string& path) {
    const std::string file = path + "/opam";
    bool exists = false;
    auto opam = read_regular(worker, parent, (inside + "opam").c_str(), file, &exists);
    if (!opam) return exists;
    struct stat facts {};
    if (!inside.empty() && ::fstatat(parent, inside.c_str(), &facts, 0) == 0) {
      stamp(worker, path, facts);  // what is put beside `opam` later is noticed
    }
    const syntax::file* tree = to_.add_file(worker, file, std::move(opam->content));
    if (tree == nullptr) return true;
    const bool url = wants_url(*tree);
    const bool descr = wants_descr(*tree);
    if (url) read_side(worker, parent, inside + "url", {path, "url"});
    if (descr) read_side(worker, parent, inside + "descr", {path, "descr"});
    const file_descriptor files(::openat(parent, (inside + "files").c_str(),
                                         O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    // What is there and does not open is told, or stamped, where it is opened again.
    if (files || errno != ENOENT) {
      read_extra_files(worker, parent, inside + "files", path, "files", 0);
    }
    return true;
  }

  /// Everything in one folder of a version's `files/`.
  void read_extra_files(unsigned worker, int parent, const std::string& name,
                        const std::string& version, const std::string& inside, std::size_t depth) {
    const std::string path = version + '/' + inside;
    if (depth > to_.limits().folder_depth) {
      to_.problem(worker, severity::error, path, "folders are nested too deeply; left out");
      return;
    }
    const file_descriptor fd = open_inside(worker, parent, name.c_str(), path, O_DIRECTORY);
    if (!fd) return;
    struct stat facts {};
    if (::fstat(fd.get(), &facts) != 0) return io_problem(worker, path, errno);
    to_.admit_folder();
    stamp(worker, path, facts);
    for (const child& c : list(worker, fd.get(), path, true)) {
      if (to_.team().stopped()) return;
      const std::string file = inside + '/' + c.name;
      struct stat what {};
      if (::fstatat(fd.get(), c.name.c_str(), &what, AT_SYMLINK_NOFOLLOW) == 0 &&
          S_ISDIR(what.st_mode)) {
        read_extra_files(worker, fd.get(), c.name, version, file, depth + 1);
      } else {
        read_side(worker, fd.get(), c.name, {version, file});
      }
    }
  }

  void read_side(unsigned worker, int parent, const std::string& name, const side_path& at) {
    const std::string path = std::string(at.folder) + '/' + std::string(at.file);
    if (const auto file = read_regular(worker, parent, name.c_str(), path)) {
      to_.add_side_file(worker, at, file->content, file->executable);
    }
  }

  /// Nothing if there is no file `name`, or, with a diagnostic, if it cannot be taken. A folder is
  /// a diagnostic unless `exists` is asked for, which says whether there is something else.
  std::optional<file_content> read_regular(unsigned worker, int parent, const char* name,
                                           const std::string& path, bool* exists = nullptr) {
    const int raw = ::openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (raw < 0 && errno == ENOENT) return std::nullopt;
    const file_descriptor fd =
        raw >= 0 ? file_descriptor(raw) : open_inside(worker, parent, name, path, O_NONBLOCK);
    if (exists != nullptr) *exists = true;
    if (!fd) return std::nullopt;
    struct stat facts {};
    if (::fstat(fd.get(), &facts) != 0) {
      io_problem(worker, path, errno);
      return std::nullopt;
    }
    if (S_ISDIR(facts.st_mode) && exists != nullptr) {
      *exists = false;
      return std::nullopt;
    }
    stamp(worker, path, facts);
    if (!S_ISREG(facts.st_mode)) {
      to_.problem(worker, severity::error, path, "not a regular file; left out");
      return std::nullopt;
    }
    const auto size = static_cast<std::uint64_t>(facts.st_size);
    if (!to_.admit(worker, path, size)) return std::nullopt;
    file_content out{std::string(static_cast<std::size_t>(size), '\0'),
                     (facts.st_mode & S_IXUSR) != 0};
    std::size_t filled = 0;
    while (filled < out.content.size()) {
      const ssize_t n = ::read(fd.get(), out.content.data() + filled, out.content.size() - filled);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        io_problem(worker, path, errno);
        return std::nullopt;
      }
      if (n == 0) break;
      filled += static_cast<std::size_t>(n);
    }
    out.content.resize(filled);
    return out;
  }

  /// Opens `name` in `parent`. A symbolic link is followed only to something inside the source.
  file_descriptor open_inside(unsigned worker, int parent, const char* name,
                              const std::string& path, int flags) {
    file_descriptor direct(::openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags));
    if (direct) return direct;
    const int code = errno;
    struct stat facts {};
    if (::fstatat(parent, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(facts.st_mode)) {
      return open_linked(worker, parent, name, path, flags);
    }
    // A plain file where folders are: of no interest.
    if ((flags & O_DIRECTORY) != 0 && code == ENOTDIR) return file_descriptor(-1);
    io_problem(worker, path, code);
    return file_descriptor(-1);
  }

  /// The same for a link.
  file_descriptor open_linked(unsigned worker, int parent, const char* name,
                              const std::string& path, int flags) {
    const std::string target = real_path(from_.path + '/' + path);
    const int code = errno;
    if (target.empty()) return unfollowed(worker, path, "a symbolic link that leads nowhere", code);
    if (!is_inside_root(target)) {
      return unfollowed(worker, path, "a symbolic link that leaves the repository");
    }
    const bool folder = (flags & O_DIRECTORY) != 0;
    if (folder && is_above(target, path)) {
      return unfollowed(worker, path, "a symbolic link to a folder that it is in");
    }
    file_descriptor followed(::open(target.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags));
    if (followed) return followed;
    if (!folder || errno != ENOTDIR) {
      return unfollowed(worker, path, "a symbolic link that leads nowhere", errno);
    }
    // To a plain file, where a folder may be next time.
    struct stat facts {};
    if (::fstatat(parent, name, &facts, 0) == 0) stamp(worker, path, facts);
    return file_descriptor(-1);
  }

  /// A link that is left out: where it leads next time, no stamp of what is in the source shows.
  file_descriptor unfollowed(unsigned worker, const std::string& path, const std::string& why,
                             int code = 0) {
    const std::string message = code == 0 ? "" : " (" + system_message(code) + ')';
    to_.problem(worker, severity::error, path, why + message + "; left out");
    to_.never_cache();
    return file_descriptor(-1);
  }

  void io_problem(unsigned worker, const std::string& path, int code) {
    to_.problem(worker, severity::error, path, system_message(code));
    to_.never_cache();
  }

  void stamp(unsigned worker, const std::string& path, const struct stat& facts) {
    to_.stamp(worker, path, stamp_of(facts));
    // A change right after the read could leave the time stamp as it is: file systems count in
    // steps of some milliseconds, or of seconds when the nanoseconds are zero.
    const timespec c = changed(facts);
    const std::int64_t margin = c.tv_nsec == 0 ? 2'000'000'000 : 50'000'000;
    const std::int64_t age = (std::int64_t{started_.tv_sec} - c.tv_sec) * 1'000'000'000 +
                             (std::int64_t{started_.tv_nsec} - c.tv_nsec);
    if (age < margin) to_.never_cache();
  }

  const directory_source& from_;
  content_builder& to_;
  std::string real_root_;
  file_descriptor packages_;
  timespec started_{};
};

OPAMPLAN_INLINE source_content read_directory(const directory_source& from, content_builder& to) {
  directory_reader(from, to).read();
  source_content content = to.finish();
  content.info.label = from.path;
  return content;
}

OPAMPLAN_INLINE bool stamps_hold(const std::string& directory, std::span<const file_stamp> stamps,
                                 workers& team) {
  const file_descriptor root(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root || stamps.empty()) return false;
  std::atomic<bool> hold{true};
  team.for_each(stamps.size(), 256, [&](unsigned) {
    return [&](std::size_t i) {
      if (!hold.load(std::memory_order_relaxed)) return;
      const std::string path(stamps[i].path);
      struct stat facts {};
      const bool exists = ::fstatat(root.get(), path.c_str(), &facts, 0) == 0;
      if ((exists ? stamp_of(facts) : absent_stamp) != stamps[i].value) hold.store(false);
    };
  });
  return hold.load();
}

OPAMPLAN_INLINE std::string archive_state(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    throw load_error(printable(path) + ": " + system_message(errno));
  }
  return std::to_string(stamp_of(facts));
}

}  // namespace opamplan::repository_impl
