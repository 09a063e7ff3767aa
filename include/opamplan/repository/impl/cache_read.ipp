#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <utility>

#include "opamplan/repository/detail/beside.hpp"
#include "opamplan/repository/detail/cache.hpp"
#include "opamplan/repository/detail/cache_layout.hpp"

namespace opamplan::detail {

/// A file in memory, read-only.
class mapped_file {
 public:
  /// Nothing if it cannot be opened or is shorter than `least`.
  static std::shared_ptr<const mapped_file> open(const std::string& path, std::size_t least) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return nullptr;
    struct stat facts {};
    std::shared_ptr<const mapped_file> out;
    if (::fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) &&
        static_cast<std::uint64_t>(facts.st_size) >= least) {
      const auto size = static_cast<std::size_t>(facts.st_size);
      void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
      if (data != MAP_FAILED) {
        out = std::shared_ptr<const mapped_file>(new mapped_file(data, size));
        // Marks it as used, for the cleaning of the folder; of no consequence when refused.
        (void)::futimens(fd, nullptr);
      }
    }
    ::close(fd);
    return out;
  }
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;
  ~mapped_file() { ::munmap(data_, size_); }

  [[nodiscard]] const char* data() const noexcept { return static_cast<const char*>(data_); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  mapped_file(void* data, std::size_t size) noexcept : data_(data), size_(size) {}
  void* data_;
  std::size_t size_;
};

/// Sections of a mapping, checked against its size.
class cache_view {
 public:
  explicit cache_view(const mapped_file& file) : file_(file) {
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
           holds<char>(header_.texts);
  }

  [[nodiscard]] bool payload_is_sound(load_run& run) const {
    const std::size_t payload = file_.size() - sizeof(cache_header);
    std::vector<std::uint64_t> sums((payload + cache_block - 1) / cache_block);
    run.for_each_index(sums.size(), 1, [&](unsigned, std::size_t i) {
      const std::size_t begin = i * cache_block;
      const std::size_t size = payload - begin < cache_block ? payload - begin : cache_block;
      sums[i] = checksum(file_.data() + sizeof(cache_header) + begin, size);
    });
    return combine_blocks(sums) == header_.payload_sum;
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

 private:
  template <class T>
  [[nodiscard]] bool holds(const cache_section& s) const noexcept {
    return s.offset % 8 == 0 && s.offset >= sizeof(cache_header) && s.offset <= file_.size() &&
           s.count <= (file_.size() - s.offset) / sizeof(T);
  }

  const mapped_file& file_;
  cache_header header_;
};

OPAMPLAN_INLINE std::optional<source_content> load_cache(const std::string& path,
                                                         const cache_key& key, load_run& run) {
  const std::shared_ptr<const mapped_file> file = mapped_file::open(path, sizeof(cache_header));
  if (!file) return std::nullopt;
  const cache_view view(*file);
  if (!view.header_is_sound()) return std::nullopt;
  if (view.characters(view.header().key) != key.place + '\n' + key.state) return std::nullopt;
  if (!view.payload_is_sound(run)) return std::nullopt;

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
  out.info.revision = view.characters(view.header().revision);
  out.info.from_cache = true;
  out.repo_text = view.characters(view.header().repo);
  read_repo_text(out.repo_text, out.info);
  if (!extra->empty()) out.storage.push_back(std::move(extra));
  out.storage.push_back(file);
  return out;
}

}  // namespace opamplan::detail
