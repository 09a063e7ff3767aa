#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "opamplan/repository/impl/beside.hpp"
#include "opamplan/repository/impl/cache.hpp"
#include "opamplan/repository/impl/cache_layout.hpp"

namespace opamplan::repository_impl {

struct freed {
  void operator()(char* memory) const noexcept { std::free(memory); }
};

/// Memory that a large file is read into, in pages of 2 MiB where the system has them: 64 MiB in
/// pages of 4 kB take three times as long to get and to give back as to read and to check.
inline std::unique_ptr<char[], freed> memory_for(std::size_t size) {
  constexpr std::size_t page = std::size_t{1} << 21;
  const bool large = size >= 2 * page;
  void* const memory = large ? std::aligned_alloc(page, (size + page - 1) / page * page)
                             : std::malloc(std::max<std::size_t>(size, 1));
  if (memory == nullptr) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  if (large) (void)::madvise(memory, size, MADV_HUGEPAGE);  // of no consequence when refused
#endif
  return std::unique_ptr<char[], freed>(static_cast<char*>(memory));
}

/// A file read into memory, in parts. Not mapped: a mapping of a file that someone cuts short kills
/// the process that looks at it.
class loaded_file {
 public:
  /// Nothing if it is no regular file or is shorter than `least`.
  static std::shared_ptr<loaded_file> open(const std::string& path, std::size_t least) {
    // A named pipe would wait for a writer.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return nullptr;
    struct stat facts {};
    if (::fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode) ||
        static_cast<std::uint64_t>(facts.st_size) < least) {
      ::close(fd);
      return nullptr;
    }
    // Marks it as used, for the cleaning of the folder; of no consequence when refused.
    (void)::futimens(fd, nullptr);
    return std::shared_ptr<loaded_file>(
        new loaded_file(fd, static_cast<std::size_t>(facts.st_size)));
  }
  loaded_file(const loaded_file&) = delete;
  loaded_file& operator=(const loaded_file&) = delete;
  ~loaded_file() { close(); }

  /// Reads a part of it; false if it is not there any more. For several threads, in parts.
  [[nodiscard]] bool read(std::size_t begin, std::size_t size) const noexcept {
    while (size > 0) {
      const ssize_t n = ::pread(fd_, data_.get() + begin, size, static_cast<off_t>(begin));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      begin += static_cast<std::size_t>(n);
      size -= static_cast<std::size_t>(n);
    }
    return true;
  }
  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  [[nodiscard]] const char* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  loaded_file(int fd, std::size_t size) : fd_(fd), data_(memory_for(size)), size_(size) {}
  int fd_;
  std::unique_ptr<char[], freed> data_;
  std::size_t size_;
};

/// Sections of a cache file, checked against its size.
class cache_view {
 public:
  explicit cache_view(const loaded_file& file) : file_(file) {
    std::memcpy(&header_, file.data(), sizeof header_);
  }
  [[nodiscard]] const cache_header& header() const noexcept { return header_; }

  [[nodiscard]] bool header_is_sound() const noexcept {
    const cache_header wanted;
    return std::memcmp(header_.magic, wanted.magic, sizeof wanted.magic) == 0 &&
           header_.format == wanted.format && header_.byte_order == wanted.byte_order &&
           header_.node_size == wanted.node_size && header_.entry_size == wanted.entry_size &&
           header_.header_sum == header_checksum(header_) && header_.file_size == file_.size() &&
           holds<char>(header_.key) && holds<char>(header_.revision) && holds<char>(header_.repo) &&
           holds<cached_entry>(header_.entries) && holds<cached_extra>(header_.extras) &&
           holds<cached_stamp>(header_.stamps) && holds<cached_diagnostic>(header_.diagnostics) &&
           holds<syntax::node>(header_.nodes) && holds<char>(header_.strings) &&
           holds<char>(header_.texts) && holds_declared();
  }

  /// True if the key is that of `wanted`. Only the file's first block has been read.
  [[nodiscard]] bool is_of(const cache_key& wanted) const {
    const cache_section& key = header_.key;
    return key.offset + key.count <= first_part(file_) &&
           characters(key) == wanted.place + '\n' + wanted.state;
  }

  /// Reads everything behind the first block, and checks it all.
  [[nodiscard]] bool payload_is_sound(workers& team) const {
    const std::size_t payload = file_.size() - sizeof(cache_header);
    std::vector<std::uint64_t> sums((payload + cache_block - 1) / cache_block);
    std::atomic<bool> complete{true};
    team.for_each(sums.size(), 1, [&](unsigned) {
      return [&](std::size_t i) {
        const std::size_t begin = sizeof(cache_header) + i * cache_block;
        const std::size_t size = std::min(cache_block, file_.size() - begin);
        if (i != 0 && !file_.read(begin, size)) return complete.store(false);
        sums[i] = checksum(file_.data() + begin, size);
      };
    });
    return complete && combine_blocks(sums) == header_.payload_sum;
  }

  [[nodiscard]] static std::size_t first_part(const loaded_file& file) noexcept {
    return std::min(file.size(), sizeof(cache_header) + cache_block);
  }

  template <class T>
  [[nodiscard]] std::span<const T> section(const cache_section& s) const noexcept {
    return {reinterpret_cast<const T*>(file_.data() + s.offset), static_cast<std::size_t>(s.count)};
  }
  [[nodiscard]] std::string_view characters(const cache_section& s) const noexcept {
    return {file_.data() + s.offset, static_cast<std::size_t>(s.count)};
  }
  [[nodiscard]] std::string_view string(const cached_string& s) const noexcept {
    return characters(header_.strings).substr(s.offset, s.size);
  }

  [[nodiscard]] distinct_texts declared() const {
    distinct_texts out;
    const cache_section* next = header_.declared;
    for_each_array(out, [&]<class T>(std::vector<T>& values) {
      const std::span<const T> cached = section<T>(*next++);
      values.assign(cached.begin(), cached.end());
    });
    return out;
  }

 private:
  [[nodiscard]] bool holds_declared() const noexcept {
    distinct_texts none;
    bool all = true;
    const cache_section* next = header_.declared;
    for_each_array(none, [&]<class T>(std::vector<T>&) { all = holds<T>(*next++) && all; });
    return all;
  }
  template <class T>
  [[nodiscard]] bool holds(const cache_section& s) const noexcept {
    return s.offset % 8 == 0 && s.offset >= sizeof(cache_header) && s.offset <= file_.size() &&
           s.count <= (file_.size() - s.offset) / sizeof(T);
  }

  const loaded_file& file_;
  cache_header header_;
};

OPAMPLAN_INLINE std::optional<source_content> load_cache(const std::string& path,
                                                         const cache_key& key, workers& team) {
  const std::shared_ptr<loaded_file> file = loaded_file::open(path, sizeof(cache_header));
  if (!file || !file->read(0, cache_view::first_part(*file))) return std::nullopt;
  const cache_view view(*file);
  if (!view.header_is_sound() || !view.is_of(key) || !view.payload_is_sound(team)) {
    return std::nullopt;
  }
  file->close();

  // From here on the bytes are those that were written.
  source_content out;
  const auto nodes = view.section<syntax::node>(view.header().nodes);
  const std::string_view texts = view.characters(view.header().texts);
  const auto entries = view.section<cached_entry>(view.header().entries);
  out.entries.reserve(entries.size());
  auto extra = std::make_shared<std::vector<extra_file>>();
  for (const cached_extra& x : view.section<cached_extra>(view.header().extras)) {
    extra->push_back({view.string(x.path), texts.substr(x.content, x.size), x.executable != 0});
  }
  for (const cached_entry& e : entries) {
    const std::string_view entry_path = view.string(e.path);
    out.entries.push_back(
        {view.string(e.name), view.string(e.version), entry_path, 0,
         syntax::file::borrow(texts.substr(e.text, e.text_size),
                              nodes.subspan(e.nodes, e.node_count), std::string(entry_path)),
         std::span<const extra_file>(*extra).subspan(e.extra, e.extra_count)});
  }
  for (const cached_stamp& s : view.section<cached_stamp>(view.header().stamps)) {
    out.stamps.push_back({view.string(s.path), s.value});
  }
  for (const cached_diagnostic& d : view.section<cached_diagnostic>(view.header().diagnostics)) {
    out.diagnostics.push_back({static_cast<severity>(d.level), 0, std::string(view.string(d.path)),
                               d.line, d.column, std::string(view.string(d.message))});
  }
  out.texts = std::make_shared<const distinct_texts>(view.declared());
  out.info.revision = view.characters(view.header().revision);
  out.info.from_cache = true;
  out.repo_text = view.characters(view.header().repo);
  read_repo_text(out.repo_text, out.info);
  if (!extra->empty()) out.storage.push_back(std::move(extra));
  out.storage.push_back(file);
  return out;
}

}  // namespace opamplan::repository_impl
