/// \file
/// Git repositories through libgit2, without a work tree: trees and blobs are read from the object
/// database by several threads, each with its own handle.
#include "opamplan/base/text.hpp"
#include "opamplan/repository/impl/beside.hpp"
#include "opamplan/repository/impl/pins.hpp"
#include "opamplan/repository/impl/readers.hpp"
#include "opamplan/repository/impl/state.hpp"
#include "opamplan/repository/impl/tree_files.hpp"
#include "opamplan/repository/load.hpp"

#ifdef OPAMPLAN_HAS_GIT
#include <git2.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "loose_objects.hpp"
#endif

namespace opamplan {

#ifndef OPAMPLAN_HAS_GIT

bool can_load_git() noexcept { return false; }

namespace {
[[noreturn]] void no_git(const git_source& from) {
  throw load_error(printable(from.path) +
                   ": this opamplan was built without libgit2 and cannot read git repositories; "
                   "install it (Debian: libgit2-dev) and build again, or check the repository out");
}
}  // namespace

repository_impl::source_content repository_impl::read_git(const git_source& from, content_builder&,
                                                          const repository_state*) {
  no_git(from);
}
repository_impl::pin_tree repository_impl::read_git_pin(const pin& p, content_builder&) {
  no_git({p.path});
}
std::string repository_impl::git_commit(const git_source& from) { no_git(from); }
void repository_impl::read_git_tree(const source_tree& from,
                                    const std::function<void(const tree_file&)>&) {
  no_git({from.path});
}

#else

bool can_load_git() noexcept { return true; }

namespace {

/// Ready for this process, once: to prepare its TLS library costs libgit2 some 15 ms each time that
/// nobody has used it. libgit2 counts its users, so that others may use it too.
void start_library() { [[maybe_unused]] static const int users = git_libgit2_init(); }

template <class T, void (*release)(T*)>
struct releaser {
  void operator()(T* p) const noexcept { release(p); }
};
using repository_handle =
    std::unique_ptr<git_repository, releaser<git_repository, git_repository_free> >;
using odb_handle = std::unique_ptr<git_odb, releaser<git_odb, git_odb_free> >;
using blob_handle = std::unique_ptr<git_odb_object, releaser<git_odb_object, git_odb_object_free> >;
using object_handle = std::unique_ptr<git_object, releaser<git_object, git_object_free> >;
using reference_handle =
    std::unique_ptr<git_reference, releaser<git_reference, git_reference_free> >;

[[noreturn]] void fail(const git_source& from, const std::string& what) {
  const git_error* e = git_error_last();
  throw load_error(printable(from.path) + ": " + what +
                   (e != nullptr && e->message != nullptr ? std::string(": ") + e->message : ""));
}

repository_handle open_repository(const git_source& from) {
  git_repository* raw = nullptr;
  const int code =
      git_repository_open_ext(&raw, from.path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  // libgit2 1.5 finds no exception in a configuration that has none, and says that instead.
  const git_error* const said = code == 0 ? nullptr : git_error_last();
  const bool has_other_owner =
      code == GIT_EOWNER || (said != nullptr && said->message != nullptr &&
                             std::strstr(said->message, "safe.directory") != nullptr);
  if (has_other_owner) {
    const std::string path = printable(from.path);
    throw load_error(path +
                     ": this git repository belongs to another user, and git refuses such; if you "
                     "trust it: git config --global --add safe.directory " +
                     path);
  }
  if (code == GIT_ENOTFOUND) {
    throw load_error(printable(from.path) +
                     ": not a git repository, so that it has no commits; name a clone or its URL, "
                     "or leave the revision out");
  }
  if (code != 0) fail(from, "not a git repository that can be opened");
  repository_handle repo(raw);
  if (repository_impl::read_loose_objects_here(raw) != 0) fail(from, "no object database");
  return repo;
}

odb_handle open_objects(const git_source& from, git_repository* repo) {
  git_odb* raw = nullptr;
  if (git_repository_odb(&raw, repo) != 0) fail(from, "no object database");
  return odb_handle(raw);
}

/// The object that a revision names; nothing, with libgit2's error, if there is none.
object_handle find_object(const std::string& revision, git_repository* repo) {
  git_reference* name = nullptr;
  git_reference* direct = nullptr;
  git_object* out = nullptr;
  // libgit2 (1.5.1) leaks a reference whose object is broken when it is the one to look it up.
  const bool is_id = revision.size() == GIT_OID_HEXSZ &&
                     revision.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (is_id || git_reference_dwim(&name, repo, revision.c_str()) != 0) {
    static_cast<void>(git_revparse_single(&out, repo, revision.c_str()));
    return object_handle(out);
  }
  const reference_handle holder(name);
  if (git_reference_resolve(&direct, name) != 0) return nullptr;
  const reference_handle direct_holder(direct);
  static_cast<void>(git_object_lookup(&out, repo, git_reference_target(direct), GIT_OBJECT_ANY));
  return object_handle(out);
}

/// The commit that the revision names; what is behind a colon is a folder in it.
object_handle find_commit(const git_source& from, git_repository* repo) {
  const std::string revision = from.revision.substr(0, from.revision.find(':'));
  const object_handle named = find_object(revision.empty() ? "HEAD" : revision, repo);
  if (!named) fail(from, "no revision '" + printable(revision) + "'");
  git_object* commit = nullptr;
  if (git_object_peel(&commit, named.get(), GIT_OBJECT_COMMIT) != 0) {
    fail(from, "revision '" + printable(from.revision) + "' is no commit");
  }
  return object_handle(commit);
}

using repository_impl::hex;

/// The folder of the repository in the commit: `released` of `HEAD:released`.
std::string folder_of(const git_source& from) {
  const std::size_t colon = from.revision.find(':');
  return colon == std::string::npos ? std::string() : from.revision.substr(colon + 1);
}

enum class kind { folder, file, link, other };

struct tree_entry {
  kind what = kind::other;
  bool executable = false;
  std::string_view name;
  git_oid id{};
};

/// A tree object: `mode SP name NUL id` over and over. Entries are views into `data`.
class tree {
 public:
  tree(git_odb* objects, const git_oid& id) {
    git_odb_object* raw = nullptr;
    if (git_odb_read(&raw, objects, &id) != 0) return;
    data_.reset(raw);
    if (git_odb_object_type(raw) != GIT_OBJECT_TREE) data_.reset();
    if (data_) parse(id);
  }
  explicit operator bool() const noexcept { return valid_; }
  [[nodiscard]] const std::vector<tree_entry>& entries() const noexcept { return entries_; }
  [[nodiscard]] const tree_entry* find(std::string_view name) const noexcept {
    for (const tree_entry& e : entries_) {
      if (e.name == name) return &e;
    }
    return nullptr;
  }

 private:
  void parse(const git_oid& id) {
    std::string_view left(static_cast<const char*>(git_odb_object_data(data_.get())),
                          git_odb_object_size(data_.get()));
    while (!left.empty()) {
      const std::size_t space = left.find(' ');
      const std::size_t end = space == std::string_view::npos ? space : left.find('\0', space);
      if (end == std::string_view::npos || left.size() - end - 1 < GIT_OID_RAWSZ) return;
      const std::string_view mode = left.substr(0, space);
      tree_entry e;
      e.what = mode == "40000" || mode == "040000" ? kind::folder
               : mode == "120000"                  ? kind::link
               : mode.substr(0, 3) == "100"        ? kind::file
                                                   : kind::other;
      e.executable = mode == "100755";
      e.name = left.substr(space + 1, end - space - 1);
      e.id = id;  // newer versions of libgit2 keep the kind of hash in it
      std::memcpy(e.id.id, left.data() + end + 1, GIT_OID_RAWSZ);
      entries_.push_back(e);
      left.remove_prefix(end + 1 + GIT_OID_RAWSZ);
    }
    valid_ = true;
  }

  blob_handle data_;
  std::vector<tree_entry> entries_;
  bool valid_ = false;
};

/// What one thread reads with.
class git_worker {
 public:
  git_worker(const git_source& from, repository_impl::content_builder& to, unsigned worker)
      : to_(to),
        worker_(worker),
        repo_(open_repository(from)),
        objects_(open_objects(from, repo_.get())) {}

  void visit(const git_oid& id, const std::string& path, std::size_t depth) {
    if (depth > to_.limits().folder_depth) {
      to_.problem(worker_, severity::error, path, "folders are nested too deeply; left out");
      return;
    }
    to_.admit_folder();
    const tree folder(objects_.get(), id);
    if (!folder) return unreadable("tree", id, path);
    if (const tree_entry* opam = folder.find("opam");
        opam != nullptr && opam->what != kind::folder) {
      return read_version(folder, *opam, path);
    }
    bool folders = false;
    for (const tree_entry& e : folder.entries()) {
      if (to_.team().stopped()) return;
      if (e.what == kind::link) {
        to_.problem(worker_, severity::error, path + '/' + std::string(e.name),
                    "a symbolic link in a git repository; left out");
      }
      if (e.what != kind::folder || e.name.substr(0, 1) == ".") continue;
      folders = true;
      visit(e.id, path + '/' + std::string(e.name), depth + 1);
    }
    if (!folders) {
      to_.problem(worker_, severity::warning, path, "a folder without a file `opam`");
    }
  }

  /// Nothing, with a diagnostic, if it cannot be taken.
  std::optional<std::string> read(const tree_entry& e, const std::string& path) {
    if (e.what != kind::file) {
      to_.problem(worker_, severity::error, path,
                  e.what == kind::link ? "a symbolic link in a git repository; left out"
                                       : "not a regular file; left out");
      return std::nullopt;
    }
    git_odb_object* raw = nullptr;
    if (git_odb_read(&raw, objects_.get(), &e.id) != 0) {
      unreadable("blob", e.id, path);
      return std::nullopt;
    }
    const blob_handle blob(raw);
    const std::size_t size = git_odb_object_size(raw);
    if (!to_.admit(worker_, path, size)) return std::nullopt;
    return std::string(static_cast<const char*>(git_odb_object_data(raw)), size);
  }

  /// What a pin needs of the folder `inside`.
  void read_pin(const git_oid& id, const std::string& inside, repository_impl::pin_tree& out) {
    to_.admit_folder();
    const tree folder(objects_.get(), id);
    if (!folder) throw load_error("the tree " + hex(id) + " is absent or broken");
    for (const tree_entry& e : folder.entries()) {
      const std::string path = (inside.empty() ? "" : inside + '/') + std::string(e.name);
      if (e.what == kind::folder && repository_impl::is_pin_folder(path)) read_pin(e.id, path, out);
      if (e.what != kind::file || !repository_impl::is_pin_file(path)) continue;
      auto text = read(e, path);
      if (!text) throw load_error("the file " + printable(path) + " cannot be read");
      out.files[path] = {std::move(*text), e.executable};
    }
  }

 private:
  void read_version(const tree& folder, const tree_entry& opam, const std::string& path) {
    const std::string file = path + "/opam";
    auto text = read(opam, file);
    if (!text) return;
    const syntax::file* parsed = to_.add_file(worker_, file, std::move(*text));
    if (parsed == nullptr) return;
    const bool wanted[] = {repository_impl::wants_url(*parsed),
                           repository_impl::wants_descr(*parsed)};
    const std::string_view names[] = {"url", "descr"};
    for (int i = 0; i < 2; ++i) {
      const tree_entry* e = wanted[i] ? folder.find(names[i]) : nullptr;
      if (e != nullptr) read_side(*e, {path, names[i]});
    }
    const tree_entry* files = folder.find("files");
    if (files != nullptr && files->what == kind::folder) {
      read_extra_files(files->id, path, "files", 0);
    } else if (files != nullptr && files->what == kind::link) {
      to_.problem(worker_, severity::error, path + "/files",
                  "a symbolic link in a git repository; left out");
    }
  }

  /// Everything in one folder of a version's `files/`.
  void read_extra_files(const git_oid& id, const std::string& version, const std::string& inside,
                        std::size_t depth) {
    const std::string path = version + '/' + inside;
    if (depth > to_.limits().folder_depth) {
      to_.problem(worker_, severity::error, path, "folders are nested too deeply; left out");
      return;
    }
    to_.admit_folder();
    const tree folder(objects_.get(), id);
    if (!folder) return unreadable("tree", id, path);
    for (const tree_entry& e : folder.entries()) {
      if (to_.team().stopped()) return;
      const std::string file = inside + '/' + std::string(e.name);
      if (e.what == kind::folder) {
        read_extra_files(e.id, version, file, depth + 1);
      } else {
        read_side(e, {version, file});
      }
    }
  }

  void read_side(const tree_entry& e, const repository_impl::side_path& at) {
    const auto text = read(e, std::string(at.folder) + '/' + std::string(at.file));
    if (text) to_.add_side_file(worker_, at, *text, e.executable);
  }

  void unreadable(const char* what, const git_oid& id, const std::string& path) {
    to_.problem(worker_, severity::error, path,
                std::string("the ") + what + ' ' + hex(id) + " is absent or broken; left out");
    to_.never_cache();
  }

  repository_impl::content_builder& to_;
  unsigned worker_;
  repository_handle repo_;
  odb_handle objects_;
};

/// A repository in a commit.
struct commit_tree {
  git_oid commit{};
  tree root;
  tree packages;
};

commit_tree find_packages(const git_source& from, git_repository* repo, git_odb* objects) {
  const object_handle commit = find_commit(from, repo);
  git_oid root_id = *git_commit_tree_id(reinterpret_cast<const ::git_commit*>(commit.get()));
  const std::string folder = folder_of(from);
  for (std::string_view left = folder; !left.empty();) {
    const std::string_view name = left.substr(0, left.find('/'));
    left.remove_prefix(std::min(left.size(), name.size() + 1));
    const tree above(objects, root_id);
    const tree_entry* e = name.empty() ? nullptr : above.find(name);
    if (!name.empty() && (e == nullptr || e->what != kind::folder)) {
      throw load_error(printable(from.path) + ": no folder '" + printable(folder) + "' at " +
                       hex(*git_object_id(commit.get())));
    }
    if (e != nullptr) root_id = e->id;
  }
  tree root(objects, root_id);
  if (!root) fail(from, "the tree " + hex(root_id) + " cannot be read");
  const tree_entry* packages = root.find("packages");
  if (packages == nullptr || packages->what != kind::folder) {
    throw load_error(printable(from.path) + ": no folder `packages` at " +
                     hex(*git_object_id(commit.get())) +
                     (folder.empty() ? "" : ':' + printable(folder)) +
                     "; REVISION:FOLDER names a repository inside another");
  }
  tree names(objects, packages->id);
  if (!names) fail(from, "the tree of `packages` cannot be read");
  return {*git_object_id(commit.get()), std::move(root), std::move(names)};
}

/// The folders of packages of an earlier commit, by name, that need not be read again; none if that
/// commit is not here.
class known_folders {
 public:
  known_folders(const git_source& from, const repository_impl::repository_state& before,
                git_repository* repo, git_odb* objects)
      : before_(before) {
    try {
      trees_.emplace(find_packages({from.path, before.git_revision}, repo, objects));
    } catch (const load_error&) {
      return;
    }
    for (const tree_entry& e : trees_->packages.entries()) {
      if (e.what == kind::folder) ids_.emplace(e.name, e.id);
    }
    for (const repository_diagnostic& d : before.diagnostics) ids_.erase(folder_in(d.path));
  }

  [[nodiscard]] bool has(const tree_entry& e) const {
    const auto known = ids_.find(e.name);
    return e.what == kind::folder && known != ids_.end() && git_oid_equal(&known->second, &e.id);
  }

  /// What the earlier repository has from these folders, in its order.
  [[nodiscard]] std::vector<repository_impl::content_entry> take(
      const std::unordered_set<std::string_view>& folders) const {
    std::vector<repository_impl::content_entry> out;
    for (const repository_impl::repository_entry& e : before_.entries) {
      if (folders.count(folder_in(e.path)) == 0) continue;
      out.push_back({before_.names[e.name], e.version, e.path, 0, e.tree, e.extra});
    }
    return out;
  }

 private:
  /// `dune` of `packages/dune/dune.3.20.0/opam`.
  static std::string_view folder_in(std::string_view path) noexcept {
    constexpr std::string_view packages = "packages/";
    if (path.substr(0, packages.size()) != packages) return {};
    path.remove_prefix(packages.size());
    return path.substr(0, path.find('/'));
  }

  const repository_impl::repository_state& before_;
  std::optional<commit_tree> trees_;
  std::unordered_map<std::string_view, git_oid> ids_;
};

}  // namespace

repository_impl::source_content repository_impl::read_git(const git_source& from,
                                                          content_builder& to,
                                                          const repository_state* before) {
  start_library();
  const repository_handle repo = open_repository(from);
  const odb_handle objects = open_objects(from, repo.get());
  const commit_tree here = find_packages(from, repo.get(), objects.get());
  if (const tree_entry* repo_file = here.root.find("repo"); repo_file != nullptr) {
    git_worker reader(from, to, 0);
    if (auto text = reader.read(*repo_file, "repo")) to.set_repo_text(std::move(*text));
  }
  std::vector<const tree_entry*> folders;
  if (before != nullptr) {
    const known_folders known(from, *before, repo.get(), objects.get());
    std::unordered_set<std::string_view> same;
    for (const tree_entry& e : here.packages.entries()) {
      if (known.has(e)) {
        same.insert(e.name);
      } else {
        folders.push_back(&e);
      }
    }
    to.keep(known.take(same));
  } else {
    for (const tree_entry& e : here.packages.entries()) folders.push_back(&e);
  }
  to.team().set_total(folders.size());
  to.team().for_each(folders.size(), 16, [&](unsigned worker) {
    return [&, worker, mine = git_worker(from, to, worker)](std::size_t i) mutable {
      const tree_entry& e = *folders[i];
      const std::string path = "packages/" + std::string(e.name);
      if (e.what == kind::folder && e.name.substr(0, 1) != ".") mine.visit(e.id, path, 1);
      if (e.what == kind::link) {
        to.problem(worker, severity::error, path, "a symbolic link in a git repository; left out");
      }
      to.team().add_done();
    };
  });
  source_content content = to.finish();
  content.info.revision = hex(here.commit);
  if (before != nullptr) {
    content.storage.insert(content.storage.end(), before->storage.begin(), before->storage.end());
  }
  return content;
}

repository_impl::pin_tree repository_impl::read_git_pin(const pin& p, content_builder& to) {
  start_library();
  const git_source from{p.path, p.revision};
  const repository_handle repo = open_repository(from);
  const object_handle commit = find_commit(from, repo.get());
  pin_tree out;
  out.commit = hex(*git_object_id(commit.get()));
  const auto* c = reinterpret_cast<const ::git_commit*>(commit.get());
  git_worker(from, to, 0).read_pin(*git_commit_tree_id(c), "", out);
  return out;
}

std::string repository_impl::git_commit(const git_source& from) {
  start_library();
  const repository_handle repo = open_repository(from);
  const std::size_t colon = std::min(from.revision.find(':'), from.revision.size());
  return hex(*git_object_id(find_commit(from, repo.get()).get())) + from.revision.substr(colon);
}

void repository_impl::read_git_tree(const source_tree& from,
                                    const std::function<void(const tree_file&)>& visit) {
  constexpr std::size_t deepest = 256;
  start_library();
  const git_source at{from.path, from.commit};
  const repository_handle repo = open_repository(at);
  const odb_handle objects = open_objects(at, repo.get());
  const object_handle commit = find_commit(at, repo.get());
  struct open_folder {
    tree entries;
    std::string path;
    std::size_t next = 0;
  };
  std::vector<open_folder> open;
  const auto enter = [&](const git_oid& id, const std::string& path) {
    open.push_back({tree(objects.get(), id), path});
    if (!open.back().entries) fail(at, "the tree " + hex(id) + " is absent or broken");
    if (open.size() > deepest) fail(at, "folders are nested too deeply");
  };
  enter(*git_commit_tree_id(reinterpret_cast<const ::git_commit*>(commit.get())), "");
  while (!open.empty()) {
    open_folder& folder = open.back();
    if (folder.next == folder.entries.entries().size()) {
      open.pop_back();
      continue;
    }
    const tree_entry e = folder.entries.entries()[folder.next++];
    const std::string path = folder.path + std::string(e.name);
    if (e.name.empty() || e.name == "." || e.name == ".." || e.name.find('/') != e.name.npos) {
      fail(at, "a folder in it holds a file of no legal name: " + printable(path));
    }
    if (e.what == kind::folder) enter(e.id, path + '/');
    if (e.what != kind::file && e.what != kind::link) continue;
    git_odb_object* raw = nullptr;
    if (git_odb_read(&raw, objects.get(), &e.id) != 0) {
      fail(at, "the blob " + hex(e.id) + " is absent or broken");
    }
    const blob_handle blob(raw);
    using file_kind = tree_file::kind;
    visit({path,
           e.what == kind::link ? file_kind::link
           : e.executable       ? file_kind::executable
                                : file_kind::file,
           std::string(static_cast<const char*>(git_odb_object_data(raw)),
                       git_odb_object_size(raw))});
  }
}

#endif

}  // namespace opamplan
