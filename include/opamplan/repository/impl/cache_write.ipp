#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "opamplan/repository/impl/cache.hpp"
#include "opamplan/repository/impl/cache_layout.hpp"

namespace opamplan::repository_impl {

inline constexpr std::string_view cache_suffix = ".opamplan-cache";

OPAMPLAN_INLINE std::string cache_path(const std::string& folder, const cache_key& key) {
  static constexpr char digits[] = "0123456789abcdef";
  std::uint64_t sum = checksum(key.place.data(), key.place.size());
  std::string name(16, '0');
  for (std::size_t i = name.size(); i-- > 0; sum >>= 4U) name[i] = digits[sum & 15U];
  return (std::filesystem::path(folder) / (name + std::string(cache_suffix))).string();
}

/// Writes blocks and takes their checksums.
class cache_writer {
 public:
  explicit cache_writer(int fd) : fd_(fd) {
    block_.reserve(cache_block);
    const char nothing[sizeof(cache_header)] = {};
    ok_ = write_all(nothing, sizeof nothing);  // the header comes last
  }

  void put(const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    written_ += size;
    while (size > 0) {
      const std::size_t n = std::min(size, cache_block - block_.size());
      block_.append(at, n);
      at += n;
      size -= n;
      if (block_.size() == cache_block) flush();
    }
  }

  /// Where the next section begins.
  [[nodiscard]] std::uint64_t begin_section() {
    static constexpr char zeros[8] = {};
    put(zeros, (8 - written_ % 8) % 8);
    return sizeof(cache_header) + written_;
  }

  /// True if everything is on the way to the disk.
  bool finish(cache_header& header) {
    if (!block_.empty()) flush();
    header.file_size = sizeof(cache_header) + written_;
    header.payload_sum = combine_blocks(sums_);
    header.header_sum = header_checksum(header);
    return ok_ && ::pwrite(fd_, &header, sizeof header, 0) == ssize_t{sizeof header};
  }

 private:
  void flush() {
    sums_.push_back(checksum(block_.data(), block_.size()));
    ok_ = ok_ && write_all(block_.data(), block_.size());
    block_.clear();
  }

  bool write_all(const char* data, std::size_t size) {
    while (size > 0) {
      const ssize_t n = ::write(fd_, data, size);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      data += n;
      size -= static_cast<std::size_t>(n);
    }
    return true;
  }

  int fd_;
  bool ok_ = true;
  std::uint64_t written_ = 0;
  std::string block_;
  std::vector<std::uint64_t> sums_;
};

/// The records of a content, with strings and positions resolved.
struct cache_records {
  std::vector<cached_entry> entries;
  std::vector<cached_extra> extras;
  std::vector<cached_stamp> stamps;
  std::vector<cached_diagnostic> diagnostics;
  std::string strings;
  std::uint64_t nodes = 0;
  std::uint64_t text_bytes = 0;

  explicit cache_records(const source_content& content) {
    entries.reserve(content.entries.size());
    for (const content_entry& e : content.entries) {
      cached_entry out;
      const bool same_name = !entries.empty() && (&e)[-1].name == e.name;
      out.name = same_name ? entries.back().name : add(e.name);
      out.version = add(e.version);
      out.path = add(e.path);
      out.text = text_bytes;
      out.text_size = static_cast<std::uint32_t>(e.tree.text().size());
      out.nodes = nodes;
      out.node_count = static_cast<std::uint32_t>(e.tree.nodes().size());
      text_bytes += out.text_size;
      nodes += out.node_count;
      out.extra = static_cast<std::uint32_t>(extras.size());
      out.extra_count = static_cast<std::uint32_t>(e.extra.size());
      for (const extra_file& f : e.extra) {
        extras.push_back({add(f.path), 0, f.content.size(), f.executable ? 1U : 0U});
      }
      entries.push_back(out);
    }
    for (cached_extra& x : extras) {  // behind the texts
      x.content = text_bytes;
      text_bytes += x.size;
    }
    stamps.reserve(content.stamps.size());
    for (const file_stamp& s : content.stamps) stamps.push_back({s.value, add(s.path)});
    for (const repository_diagnostic& d : content.diagnostics) {
      diagnostics.push_back(
          {add(d.path), add(d.message), d.line, d.column, static_cast<std::uint32_t>(d.level), 0});
    }
  }

 private:
  cached_string add(std::string_view text) {
    const cached_string out{static_cast<std::uint32_t>(strings.size()),
                            static_cast<std::uint32_t>(text.size())};
    strings += text;
    return out;
  }
};

OPAMPLAN_INLINE bool write_content(int fd, const cache_key& key, const source_content& content) {
  const cache_records records(content);
  if (records.strings.size() > std::numeric_limits<std::uint32_t>::max()) return false;
  cache_header header{};  // zeroed: padding, if there were any, is part of the checksum
  cache_writer out(fd);
  const auto put_array = [&](cache_section& section, const auto& values) {
    section = {out.begin_section(), values.size()};
    out.put(values.data(), values.size() * sizeof(values[0]));
  };
  put_array(header.key, key.place + '\n' + key.state);
  put_array(header.revision, content.info.revision);
  put_array(header.repo, content.repo_text);
  put_array(header.entries, records.entries);
  put_array(header.extras, records.extras);
  put_array(header.stamps, records.stamps);
  put_array(header.diagnostics, records.diagnostics);
  header.nodes = {out.begin_section(), records.nodes};
  for (const content_entry& e : content.entries) {
    out.put(e.tree.nodes().data(), e.tree.nodes().size_bytes());
  }
  put_array(header.strings, records.strings);
  header.texts = {out.begin_section(), records.text_bytes};
  for (const content_entry& e : content.entries) {
    out.put(e.tree.text().data(), e.tree.text().size());
  }
  for (const content_entry& e : content.entries) {
    for (const extra_file& f : e.extra) out.put(f.content.data(), f.content.size());
  }
  cache_section* section = header.declared;
  for_each_array(*content.texts, [&](const auto& values) { put_array(*section++, values); });
  return out.finish(header);
}

/// Removes all but the 8 last used caches, and what a crash left behind.
OPAMPLAN_INLINE void clean_cache_folder(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  constexpr std::size_t keep = 8;
  std::error_code code;
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  const auto now = fs::file_time_type::clock::now();
  for (fs::directory_iterator i(folder, code), end; !code && i != end; i.increment(code)) {
    const std::string name = i->path().filename().string();
    std::error_code ignored;
    const auto time = i->last_write_time(ignored);
    if (ignored) continue;
    if (i->path().extension() == cache_suffix) found.emplace_back(time, i->path());
    if (name.find(std::string(cache_suffix) + '.') != std::string::npos &&
        now - time > std::chrono::hours(1)) {
      fs::remove(i->path(), ignored);
    }
  }
  if (found.size() <= keep) return;
  std::sort(found.begin(), found.end());
  for (std::size_t i = 0; i + keep < found.size(); ++i) fs::remove(found[i].second, code);
}

OPAMPLAN_INLINE bool store_cache(const std::string& path, const cache_key& key,
                                 const source_content& content) {
  std::error_code code;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::filesystem::create_directories(folder, code);
  std::string temporary = path + ".XXXXXX";
  const int fd = ::mkstemp(temporary.data());
  if (fd < 0) return false;
  bool ok = write_content(fd, key, content);
  ok = ::close(fd) == 0 && ok;
  if (ok) {
    std::filesystem::rename(temporary, path, code);
    ok = !code;
  }
  if (!ok) {
    std::filesystem::remove(temporary, code);
    return false;
  }
  clean_cache_folder(folder);
  return true;
}

}  // namespace opamplan::repository_impl
