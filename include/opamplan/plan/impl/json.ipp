/// \file
/// Writing and reading plans.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

#include "opamplan/base/base64.hpp"
#include "opamplan/base/config.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/plan/json.hpp"

namespace opamplan {
namespace plan_impl {

inline constexpr const char* plan_schema = "opamplan plan 2";

class plan_writer {
 public:
  std::string write(const plan& p) {
    out_ += "{\"schema\": ";
    text(plan_schema);
    out_ += ",\n\"strategy\": ";
    text(to_string(p.strategy));
    out_ += ",\n\"base\": ";
    write(p.base);
    out_ += ",\n\"limits\": ";
    write(p.limits);
    rows("packages", p.packages);
    if (!p.sources.empty()) rows("sources", p.sources);
    rows("layers", p.layers);
    rows("steps", p.steps);
    rows("targets", p.targets);
    builders_ = p.builders;
    if (builders_ != 0) {
      out_ += ",\n\"builders\": ";
      number(builders_);
    }
    rows("batches", p.batches);
    rows("left_out", p.left_out);
    out_ += "}\n";
    return std::move(out_);
  }

 private:
  void text(std::string_view t) { append_json_string(t, out_); }
  void number(std::uint64_t n) { fmt::format_to(std::back_inserter(out_), "{}", n); }
  void flag(bool b) { out_ += b ? "true" : "false"; }
  void key(const digest& d) { text(to_hex(d)); }

  void member(const char* name) {
    if (out_.back() != '{') out_ += ", ";
    text(name);
    out_ += ": ";
  }
  void member(const char* name, std::string_view value) {
    member(name);
    text(value);
  }
  void member(const char* name, std::uint64_t value) {
    member(name);
    number(value);
  }

  template <class List, class Each>
  void array(const List& list, const Each& each) {
    out_ += '[';
    bool first = true;
    for (const auto& item : list) {
      if (!first) out_ += ", ";
      first = false;
      each(item);
    }
    out_ += ']';
  }
  template <class Of>
  void numbers(const char* name, const std::vector<index<Of>>& list) {
    member(name);
    array(list, [this](index<Of> n) { number(n); });
  }
  void texts(const char* name, const std::vector<std::string>& list) {
    member(name);
    array(list, [this](const std::string& t) { text(t); });
  }

  template <class List>
  void rows(const char* name, const List& list) {
    out_ += ",\n";
    text(name);
    out_ += ": [";
    bool first = true;
    for (const auto& item : list) {
      out_ += first ? "\n" : ",\n";
      first = false;
      write(item);
    }
    out_ += "\n]";
  }

  void write(const plan_base& b) {
    out_ += '{';
    member("image", b.image);
    member("opam_version", b.opam_version);
    member("environment", b.environment);
    member("with_test");
    flag(b.with_test);
    member("with_doc");
    flag(b.with_doc);
    out_ += '}';
  }
  void write(const limits& l) {
    out_ += '{';
    member("name", l.name);
    member("depth", l.depth);
    member("batch_targets", l.batch_targets);
    member("batch_steps", l.batch_steps);
    member("file_bytes", l.file_bytes);
    member("definition_bytes", l.definition_bytes);
    member("cache_record_bytes", l.cache_record_bytes);
    member("line_bytes", l.line_bytes);
    member("batches", l.batches);
    member("reason", l.reason);
    out_ += '}';
  }
  void write(const plan_file& f) {
    out_ += '{';
    member("path", f.path);
    member("base64", to_base64(f.content));
    member("executable");
    flag(f.executable);
    out_ += '}';
  }
  void write(const plan_package& p) {
    out_ += '{';
    member("name", p.name);
    member("version", p.version);
    member("effective");
    key(p.effective);
    texts("depexts", p.depexts);
    member("size", p.size);
    if (p.accepts_failure) {
      member("accepts_failure");
      flag(true);
    }
    member("opam", p.opam);
    if (!p.files.empty()) {
      member("files");
      array(p.files, [this](const plan_file& f) { write(f); });
    }
    if (p.source != source_id::none) member("source", p.source);
    out_ += '}';
  }
  void write(const plan_source& s) {
    out_ += '{';
    member("sha256");
    key(s.sha256);
    member("base64", to_base64(s.archive));
    out_ += '}';
  }
  void write(const plan_layer& l) {
    out_ += '{';
    member("key");
    key(l.key);
    numbers("packages", l.packages);
    numbers("needs", l.needs);
    member("for_target");
    flag(l.for_target);
    out_ += '}';
  }
  void write(const plan_step& s) {
    out_ += '{';
    member("key");
    key(s.key);
    member("parent");
    if (s.parent == step_id::none) {
      out_ += "null";
    } else {
      number(s.parent);
    }
    numbers("grafts", s.grafts);
    numbers("installs", s.installs);
    texts("depexts", s.depexts);
    member("depth", s.depth);
    out_ += '}';
  }
  void write(const plan_target& t) {
    out_ += '{';
    member("package", t.package);
    member("layer", t.layer);
    member("step", t.step);
    out_ += '}';
  }
  void write(const plan_batch& b) {
    out_ += '{';
    numbers("targets", b.targets);
    numbers("steps", b.steps);
    member("new_steps", b.new_steps);
    if (builders_ != 0) member("wave", b.wave);
    out_ += '}';
  }
  void write(const plan_omission& o) {
    out_ += '{';
    member("target", o.target);
    member("reason", o.reason);
    out_ += '}';
  }

  std::string out_;
  std::uint32_t builders_ = 0;
};

/// A value of the file and the way to it, for messages. What it is in must outlive it.
class plan_node {
 public:
  explicit plan_node(json_value root) : value_(root) {}

  [[noreturn]] void fail(std::string_view what) const {
    const std::string at = path();
    throw plan_format_error(fmt::format("plan: {}: {}", at.empty() ? "file" : at, what), at);
  }

  [[nodiscard]] bool has(const char* name) const { return value_.find(name).has_value(); }
  [[nodiscard]] plan_node operator[](const char* name) const {
    const auto member = value_.find(name);
    if (!member) fail(fmt::format("\"{}\" is missing", name));
    return {*member, this, name, 0};
  }

  [[nodiscard]] std::string text() const {
    if (value_.kind() != json_kind::string) fail("a string is expected");
    return std::string(value_.text());
  }
  [[nodiscard]] bool flag() const {
    if (value_.kind() != json_kind::boolean) fail("true or false is expected");
    return value_.text() == "true";
  }
  template <class T>
  [[nodiscard]] T number() const {
    if (value_.kind() != json_kind::number) fail("a number is expected");
    const std::string_view t = value_.text();
    T n{};
    const auto [end, status] = std::from_chars(t.data(), t.data() + t.size(), n);
    if (status != std::errc() || end != t.data() + t.size()) {
      fail(fmt::format("\"{}\" is not a number in range", t));
    }
    return n;
  }
  template <class Index>
  [[nodiscard]] Index place() const {
    return Index(number<std::uint32_t>());
  }
  [[nodiscard]] step_id parent() const {
    return value_.kind() == json_kind::null ? step_id::none : place<step_id>();
  }
  [[nodiscard]] digest key() const {
    const bool is_text = value_.kind() == json_kind::string;
    const std::optional<digest> d = is_text ? from_hex(value_.text()) : std::nullopt;
    if (!d) fail("a key of 64 hexadecimal digits is expected");
    return *d;
  }

  template <class List, class Each>
  [[nodiscard]] List list(const Each& each) const {
    if (value_.kind() != json_kind::array) fail("an array is expected");
    List items;
    items.reserve(value_.size());
    for (const json_value child : value_) {
      items.push_back(each(plan_node(child, this, nullptr, items.size())));
    }
    return items;
  }
  template <class Index>
  [[nodiscard]] std::vector<Index> places() const {
    return list<std::vector<Index>>([](const plan_node& n) { return n.place<Index>(); });
  }
  [[nodiscard]] std::vector<std::string> texts() const {
    return list<std::vector<std::string>>([](const plan_node& n) { return n.text(); });
  }

 private:
  plan_node(json_value value, const plan_node* in, const char* name, std::size_t index)
      : value_(value), in_(in), name_(name), index_(index) {}

  [[nodiscard]] std::string path() const {
    if (in_ == nullptr) return {};
    const std::string before = in_->path();
    if (name_ == nullptr) return fmt::format("{}[{}]", before, index_);
    return before.empty() ? name_ : before + "." + name_;
  }

  json_value value_;
  const plan_node* in_ = nullptr;
  const char* name_ = nullptr;  // of a member; null: an item
  std::size_t index_ = 0;
};

inline plan_base read_base(const plan_node& n) {
  return {n["image"].text(), n["opam_version"].text(), n["environment"].text(),
          n["with_test"].flag(), n["with_doc"].flag()};
}

inline limits read_limits(const plan_node& n) {
  limits l;
  l.name = n["name"].text();
  l.depth = n["depth"].number<std::size_t>();
  l.batch_targets = n["batch_targets"].number<std::size_t>();
  l.batch_steps = n["batch_steps"].number<std::size_t>();
  l.file_bytes = n["file_bytes"].number<std::size_t>();
  l.definition_bytes = n["definition_bytes"].number<std::size_t>();
  if (n.has("cache_record_bytes")) {  // older plans know of none
    l.cache_record_bytes = n["cache_record_bytes"].number<std::size_t>();
  }
  l.line_bytes = n["line_bytes"].number<std::size_t>();
  l.batches = n["batches"].number<std::size_t>();
  l.reason = n["reason"].text();
  return l;
}

/// A path that stays in the folder it is below.
inline bool is_path_below(std::string_view path) {
  for (std::size_t at = 0;;) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    if (part.empty() || part == "." || part == "..") return false;
    if (end == path.size()) return path.find('\0') == std::string_view::npos;
    at = end + 1;
  }
}

inline plan_file read_file(const plan_node& n) {
  if (!is_path_below(n["path"].text())) n["path"].fail("it is no path below a folder");
  auto content = from_base64(n["base64"].text());
  if (!content) n["base64"].fail("it is not base64");
  return {n["path"].text(), *std::move(content), n["executable"].flag()};
}

inline plan_package read_package(const plan_node& n) {
  plan_package p;
  p.name = n["name"].text();
  p.version = n["version"].text();
  p.effective = n["effective"].key();
  p.opam = n["opam"].text();
  if (n.has("files")) p.files = n["files"].list<decltype(p.files)>(read_file);
  p.depexts = n["depexts"].texts();
  p.size = n["size"].number<std::uint64_t>();
  p.accepts_failure = n.has("accepts_failure") && n["accepts_failure"].flag();
  if (p.size > max_package_size) n["size"].fail("it is more than a terabyte");
  if (n.has("source")) p.source = n["source"].place<source_id>();
  return p;
}

inline plan_source read_source(const plan_node& n) {
  auto archive = from_base64(n["base64"].text());
  if (!archive) n["base64"].fail("it is not base64");
  const digest sha256 = n["sha256"].key();
  if (sha256_of(*archive) != sha256) n["base64"].fail("it has not the SHA-256 that is said of it");
  return {sha256, *std::move(archive)};
}

inline plan_layer read_layer(const plan_node& n) {
  return {n["key"].key(), n["packages"].places<plan_package_id>(), n["needs"].places<layer_id>(),
          n["for_target"].flag()};
}

inline plan_step read_step(const plan_node& n) {
  plan_step s;
  s.key = n["key"].key();
  s.parent = n["parent"].parent();
  s.grafts = n["grafts"].places<step_id>();
  s.installs = n["installs"].places<layer_id>();
  s.depexts = n["depexts"].texts();
  s.depth = n["depth"].number<std::uint32_t>();
  return s;
}

/// Whoever holds a plan may use its indices without looking.
inline void require_indices(const plan& p) {
  const auto require = [](bool ok, const char* list, std::size_t i, const char* what) {
    if (ok) return;
    const std::string member = fmt::format("{}[{}]", list, i);
    throw plan_format_error(fmt::format("plan: {}: {}", member, what), member);
  };
  const auto below = [](const auto& list, std::size_t bound) {
    for (const std::size_t n : list) {
      if (n >= bound) return false;
    }
    return true;
  };
  for (const plan_package_id i : p.packages.indices()) {
    const source_id source = p.packages[i].source;
    require(source == source_id::none || source < p.sources.size(), "packages", i,
            "its source is not in the plan");
  }
  for (const layer_id i : p.layers.indices()) {
    const plan_layer& l = p.layers[i];
    require(!l.packages.empty(), "layers", i, "it has no package");
    require(below(l.packages, p.packages.size()), "layers", i, "a package is not in the plan");
    require(below(l.needs, i), "layers", i, "it needs what is not an earlier layer");
  }
  for (const step_id i : p.steps.indices()) {
    const plan_step& s = p.steps[i];
    require(s.parent == step_id::none || s.parent < i, "steps", i,
            "its parent is not an earlier step");
    require(below(s.grafts, i), "steps", i, "it grafts from what is not an earlier step");
    for (const step_id g : s.grafts) {
      require(!p.steps[g].installs.empty(), "steps", i, "it grafts from what installs nothing");
    }
    require(!s.installs.empty() || !s.depexts.empty(), "steps", i, "it installs nothing");
    require(below(s.installs, p.layers.size()), "steps", i, "an install is no layer");
  }
  for (const target_id i : p.targets.indices()) {
    require(p.targets[i].package < p.packages.size(), "targets", i, "it is no package");
    require(p.targets[i].layer < p.layers.size(), "targets", i, "it is no layer");
    require(p.targets[i].step < p.steps.size(), "targets", i, "it ends in no step");
    require(i == 0 ||
                p.packages[p.targets[i - 1].package].name <= p.packages[p.targets[i].package].name,
            "targets", i, "its name comes before that of the one before it");
  }
  for (const batch_id i : p.batches.indices()) {
    require(below(p.batches[i].targets, p.targets.size()), "batches", i, "a target is none");
    require(below(p.batches[i].steps, p.steps.size()), "batches", i, "a step is none");
  }
}

}  // namespace plan_impl

OPAMPLAN_INLINE std::string to_json(const plan& p) { return plan_impl::plan_writer().write(p); }

OPAMPLAN_INLINE plan plan_from_json(std::string_view text) {
  using plan_impl::plan_node;
  const json_document document = [&] {
    try {
      return json_document::parse(text);
    } catch (const json_error& e) {
      throw plan_format_error(fmt::format("plan: {}", e.what()), "", e.line());
    }
  }();
  const plan_node root(document.root());
  if (root["schema"].text() != plan_impl::plan_schema) {
    root["schema"].fail(fmt::format("\"{}\" is not \"{}\": made by another version of opamplan?",
                                    root["schema"].text(), plan_impl::plan_schema));
  }
  plan p;
  try {
    p.strategy = parse_strategy(root["strategy"].text());
  } catch (const invalid_request& e) {
    root["strategy"].fail(e.what());
  }
  p.base = plan_impl::read_base(root["base"]);
  p.limits = plan_impl::read_limits(root["limits"]);
  p.packages = root["packages"].list<decltype(p.packages)>(plan_impl::read_package);
  if (root.has("sources"))
    p.sources = root["sources"].list<decltype(p.sources)>(plan_impl::read_source);
  p.layers = root["layers"].list<decltype(p.layers)>(plan_impl::read_layer);
  p.steps = root["steps"].list<decltype(p.steps)>(plan_impl::read_step);
  p.targets = root["targets"].list<decltype(p.targets)>([](const plan_node& n) {
    return plan_target{n["package"].place<plan_package_id>(), n["layer"].place<layer_id>(),
                       n["step"].place<step_id>()};
  });
  if (root.has("builders")) p.builders = root["builders"].number<std::uint32_t>();
  p.batches = root["batches"].list<decltype(p.batches)>([&](const plan_node& n) {
    return plan_batch{n["targets"].places<target_id>(), n["steps"].places<step_id>(),
                      n["new_steps"].number<std::uint32_t>(),
                      p.builders == 0 ? 0 : n["wave"].number<std::uint32_t>()};
  });
  p.left_out = root["left_out"].list<decltype(p.left_out)>([](const plan_node& n) {
    return plan_omission{n["target"].text(), n["reason"].text()};
  });
  plan_impl::require_indices(p);
  return p;
}

}  // namespace opamplan
