/// \file
/// Git's loose objects, read here and not by libgit2, which never ends on one that is cut short
/// (seen with 1.5.1): inflating stops where the file does, and sizes are checked before they count.
#pragma once

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <zlib.h>
#if __has_include(<git2/sys/errors.h>)  // libgit2 1.9 and later
#include <git2/sys/errors.h>
#endif

#include <charconv>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opamplan::repository_impl {

inline std::string hex(const git_oid& id) {
  char text[GIT_OID_HEXSZ + 1];
  git_oid_tostr(text, sizeof text, &id);
  return text;
}

/// A folder `objects` and those that its `info/alternates` name, and theirs.
inline std::vector<std::filesystem::path> object_folders(const std::filesystem::path& first) {
  constexpr std::size_t most = 32;
  std::vector<std::filesystem::path> folders{first};
  for (std::size_t i = 0; i < folders.size() && folders.size() < most; ++i) {
    std::ifstream in(folders[i] / "info" / "alternates");
    for (std::string line; folders.size() < most && std::getline(in, line);) {
      if (line.empty() || line[0] == '#') continue;
      folders.push_back((folders[i] / line).lexically_normal());  // an absolute path stays itself
    }
  }
  return folders;
}

/// Inflates at most `most` bytes from the beginning of a zlib stream; fewer where it is cut or
/// broken. `ended`: the stream is whole.
inline std::string inflate_up_to(std::string_view packed, std::size_t most, bool& ended) {
  std::string out(most, '\0');
  z_stream stream{};
  ended = false;
  if (inflateInit(&stream) != Z_OK) return {};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(most);
  ended = inflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

struct loose_object {
  git_object_t type = GIT_OBJECT_INVALID;
  std::string data;
};

/// libgit2's codes: 0, GIT_ENOTFOUND, or GIT_ERROR with a message that names the object.
class loose_objects {
 public:
  explicit loose_objects(const std::filesystem::path& folder) : folders_(object_folders(folder)) {}

  int read(const git_oid& id, loose_object& out) const {
    const std::string name = hex(id);
    for (const std::filesystem::path& folder : folders_) {
      std::ifstream in(folder / name.substr(0, 2) / name.substr(2), std::ios::binary);
      if (!in) continue;
      const std::string packed((std::istreambuf_iterator<char>(in)),
                               std::istreambuf_iterator<char>());
      if (unpack(packed, out)) return 0;
      git_error_set_str(GIT_ERROR_ODB, ("the object " + name + " is cut short or broken").c_str());
      return GIT_ERROR;
    }
    return GIT_ENOTFOUND;
  }

  /// The one object whose id begins with `length` digits of `prefix`.
  int find(const git_oid& prefix, std::size_t length, git_oid& out) const {
    const std::string digits = hex(prefix).substr(0, length);
    std::string found;
    for (const std::filesystem::path& folder : folders_) {
      std::error_code code;
      std::filesystem::directory_iterator i(folder / digits.substr(0, 2), code);
      for (const std::filesystem::directory_iterator end; !code && i != end; i.increment(code)) {
        const std::string name = digits.substr(0, 2) + i->path().filename().string();
        if (name.compare(0, length, digits) != 0 || name.size() != GIT_OID_HEXSZ) continue;
        if (!found.empty() && found != name) return GIT_EAMBIGUOUS;
        found = name;
      }
    }
    return found.empty() ? GIT_ENOTFOUND : git_oid_fromstr(&out, found.c_str());
  }

 private:
  /// `type SP size NUL data`, deflated.
  static bool unpack(const std::string& packed, loose_object& out) {
    constexpr std::size_t longest_header = 32;
    constexpr std::size_t most = std::size_t{1} << 30;
    bool ended = false;
    const std::string begin = inflate_up_to(packed, longest_header, ended);
    const std::size_t space = begin.find(' ');
    const std::size_t nul = begin.find('\0');
    if (nul == std::string::npos || space >= nul) return false;
    out.type = git_object_string2type(begin.substr(0, space).c_str());
    std::size_t size = 0;
    const auto number = std::from_chars(begin.data() + space + 1, begin.data() + nul, size, 10);
    // zlib packs a thousandth at best: a larger claim would only take memory.
    if (number.ec != std::errc{} || number.ptr != begin.data() + nul || size > most ||
        size / 1100 > packed.size()) {
      return false;
    }
    out.data = inflate_up_to(packed, nul + 1 + size + 1, ended);
    if (!ended || out.data.size() != nul + 1 + size) return false;
    out.data.erase(0, nul + 1);
    return out.type == GIT_OBJECT_BLOB || out.type == GIT_OBJECT_TREE ||
           out.type == GIT_OBJECT_COMMIT || out.type == GIT_OBJECT_TAG;
  }

  std::vector<std::filesystem::path> folders_;
};

/// The same as a backend of an object database; libgit2 owns and frees it.
struct loose_backend {
  git_odb_backend base{};  // first: libgit2's pointers are to it
  loose_objects objects;

  explicit loose_backend(const std::filesystem::path& folder) : objects(folder) {
    git_odb_init_backend(&base, GIT_ODB_BACKEND_VERSION);
    base.read = read;
    base.read_prefix = read_prefix;
    base.read_header = read_header;
    base.free = [](git_odb_backend* b) { delete of(b); };
  }

 private:
  static loose_backend* of(git_odb_backend* b) { return reinterpret_cast<loose_backend*>(b); }

  static int give(git_odb_backend* b, const loose_object& object, void** data, std::size_t* size,
                  git_object_t* type) {
    *data = git_odb_backend_data_alloc(b, object.data.size() + 1);
    if (*data == nullptr) return GIT_ERROR;
    std::memcpy(*data, object.data.c_str(), object.data.size() + 1);
    *size = object.data.size();
    *type = object.type;
    return 0;
  }

  static int read(void** data, std::size_t* size, git_object_t* type, git_odb_backend* b,
                  const git_oid* id) {
    loose_object object;
    const int code = of(b)->objects.read(*id, object);
    return code != 0 ? code : give(b, object, data, size, type);
  }

  static int read_prefix(git_oid* id, void** data, std::size_t* size, git_object_t* type,
                         git_odb_backend* b, const git_oid* prefix, std::size_t length) {
    const int code = of(b)->objects.find(*prefix, length, *id);
    return code != 0 ? code : read(data, size, type, b, id);
  }

  static int read_header(std::size_t* size, git_object_t* type, git_odb_backend* b,
                         const git_oid* id) {
    loose_object object;
    const int code = of(b)->objects.read(*id, object);
    if (code != 0) return code;
    *size = object.data.size();
    *type = object.type;
    return 0;
  }
};

/// Lets `repo` read its loose objects this way.
inline int read_loose_objects_here(git_repository* repo) {
  git_odb* objects = nullptr;
  if (const int code = git_repository_odb(&objects, repo); code != 0) return code;
  constexpr int before_all = 1000;
  const char* common = git_repository_commondir(repo);
  auto* backend = new loose_backend(std::filesystem::path(common) / "objects");
  const int code = git_odb_add_backend(objects, &backend->base, before_all);
  if (code != 0) delete backend;
  git_odb_free(objects);  // the repository keeps it
  return code;
}

}  // namespace opamplan::repository_impl
