/// \file
/// Writing Dockerfiles.
#pragma once

#include <algorithm>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/emit/dockerfile.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/emit/recipe.hpp"
#include "opamplan/emit/script.hpp"
#include "opamplan/syntax/edit.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan {
namespace emit_impl {

/// A value in double quotes, with no variable expanded.
inline std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (is_control(c)) {
      throw invalid_request("an image, label or variable holds a control character: " +
                            json_string(text));
    }
    if (c == '"' || c == '\\' || c == '$') out += '\\';
    out += c;
  }
  return out + "\"";
}

inline std::string network_words(const emit_options& options) {
  const std::string& mode = network_of(options);
  return mode.empty() ? std::string() : "--network=" + mode + " ";
}

/// A path in the build context, for a mount option.
inline std::string path_word(const std::string& path) {
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == ',' || c == '"' || c == '\\' || c == '$') {
      throw invalid_request("a file of the build context has another name than this: " +
                            json_string(path));
    }
  }
  return path;
}

/// `text` as a here-document, under a name that is no line of it.
inline std::string heredoc(std::string_view text) {
  std::string name = "EOT";
  while (text.find(name) != std::string_view::npos) name += '_';
  std::string out = "<<" + name + "\n";
  out += text;
  if (!text.empty() && text.back() != '\n') out += '\n';
  return out + name + "\n";
}

inline void append_assignments(const char* instruction,
                               const std::vector<std::pair<std::string, std::string>>& values,
                               std::string& out) {
  if (values.empty()) return;
  out += instruction;
  for (std::size_t i = 0; i < values.size(); ++i) {
    out += i == 0 ? " " : " \\\n    ";
    out += double_quoted(values[i].first) + '=' + double_quoted(values[i].second);
  }
  out += '\n';
}

inline std::string dockerfile_header(const plan& p, const emit_options& options) {
  // Directives are read before all else. A warning carries the whole file back, so none is asked
  // for; there are none.
  const auto platform = platform_of(p, options);
  std::string out = "# check=skip=all\n# Made by opamplan. Strategy: ";
  out += to_string(p.strategy);
  out += ".\n";
  if (options.base_archive.empty()) {
    const std::string image = base_image_of(p, options);
    out += "ARG BASE_IMAGE=" + double_quoted(image) + "\nFROM ";
    // The plan's, not the builder's.
    if (platform) out += "--platform=" + platform->text() + " ";
    out += "${BASE_IMAGE} AS opamplan_header\n";
  } else {
    out +=
        "FROM scratch AS opamplan_header\nADD [" + json_string(options.base_archive) + ", \"/\"]\n";
  }
  // Steps change to the user who builds; an image's own user could not install system packages.
  out += "USER 0\n";
  append_assignments("ENV", step_environment(options), out);
  if (!options.labels.empty()) {
    std::vector<std::pair<std::string, std::string>> labels;
    for (const std::string& label : options.labels) {
      const std::size_t equals = label.find('=');
      if (equals == std::string::npos || equals == 0) {
        throw invalid_request("a label is KEY=VALUE, not " + json_string(label));
      }
      labels.emplace_back(label.substr(0, equals), label.substr(equals + 1));
    }
    append_assignments("LABEL", labels, out);
  }
  for (const auto& [name, value] : options.build_args) {
    if (!is_proxy_argument(name)) out += "ARG " + build_argument_name(name) + "\n";
  }
  if (!options.prepare.empty()) out += "RUN " + network_words(options) + heredoc(options.prepare);
  out += "RUN " + network_words(options);
  if (brings_opam_program(options)) {
    out += "--mount=source=" + path_word(options.opam) + ",target=" + opam_program_mount + " ";
  }
  out += heredoc(options.setup.empty() ? default_setup(p.base, options) : options.setup);
  if (!options.instructions.empty()) {
    out += options.instructions;
    if (out.back() != '\n') out += '\n';
  }
  return out;
}

inline void append_mount(const step_mount& mount, const std::vector<std::string>& names,
                         std::string& out) {
  // No type: a bind mount is what BuildKit takes it for.
  out += "--mount=";
  switch (mount.from) {
    case step_mount::origin::context:
      out += "source=" + mount.source;
      break;
    case step_mount::origin::step:
      out += "from=" + names[mount.step] + ",source=/" + mount.source;
      break;
    case step_mount::origin::cache:
      // Numeric, as user names fail where the image store has no /etc/passwd to look in.
      out += "type=cache,id=" + mount.source + ",uid=0,gid=0";
      break;
  }
  out += ",target=" + mount.target + " \\\n  ";
}

inline void append_step(const plan& p, step_id s, const std::vector<std::string>& names,
                        const emit_options& options, std::string& out) {
  const plan_step& step = p.steps[s];
  const step_recipe recipe = recipe_of(p, step, options);
  out += "FROM ";
  out += step.parent == step_id::none ? "opamplan_header" : names[step.parent];
  out += " AS " + names[s] + "\nRUN ";
  out += network_words(options);
  for (const std::string& word : options.run_options) out += word + " \\\n  ";
  for (const step_mount& mount : recipe.mounts) append_mount(mount, names, out);
  out += recipe.command;
  out += '\n';
}

/// Gathers results: collectors of some hundred mounts, then one layer on nothing.
inline void append_results(const std::vector<step_mount>& results,
                           const std::vector<std::string>& names, const emit_options& options,
                           std::string& out) {
  const auto begin = [&](const std::string& name) {
    out += "FROM opamplan_header AS " + name + "\nRUN " + network_words(options);
    append_mount(script_mount("collect"), names, out);
  };
  std::vector<std::string> collectors;
  const auto name_next = [&](bool last) {
    return last ? std::string("collect") : "collect_" + std::to_string(collectors.size());
  };
  for (std::size_t i = 0; i < results.size(); i += results_a_collector) {
    const std::string name = name_next(results.size() <= results_a_collector);
    begin(name);
    for (const step_mount& mount :
         std::span(results).subspan(i, std::min(results_a_collector, results.size() - i))) {
      append_mount(mount, names, out);
    }
    out += "/opamplan/in/collect\n";
    collectors.push_back(name);
  }
  if (collectors.size() != 1) {
    begin("collect");
    for (std::size_t i = 0; i < collectors.size(); ++i) {
      out += "--mount=from=" + collectors[i] + ",source=/opamplan/all,target=/opamplan/in/all/" +
             std::to_string(i) + " \\\n  ";
    }
    out += "/opamplan/in/collect\n";
  }
  out += "FROM scratch AS results\nCOPY --from=collect /opamplan/all /\n";
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::string dockerfile(const plan& p, std::span<const step_id> steps,
                                       const emit_options& options) {
  return dockerfile(p, steps, steps, stage_names(p), options);
}

OPAMPLAN_INLINE std::string dockerfile(const plan& p, std::span<const step_id> steps,
                                       std::span<const step_id> told,
                                       const std::vector<std::string>& names,
                                       const emit_options& options) {
  require_dockerfile(p);
  require_buildable(p, steps);
  std::string out = emit_impl::dockerfile_header(p, options);
  for (const step_id s : steps) {
    emit_impl::append_step(p, s, names, options, out);
  }
  emit_impl::append_results(result_mounts(p, steps, told), names, options, out);
  return out;
}

OPAMPLAN_INLINE std::string batch_dockerfile(const plan& p, batch_id batch,
                                             const emit_options& options,
                                             std::span<const step_id> without) {
  const std::vector<step_id> steps = steps_of_batch(p, batch, without);
  return dockerfile(p, steps, told_by_batch(p, batch, steps), stage_names(p), options);
}

OPAMPLAN_INLINE std::vector<std::string> batch_dockerfiles(const plan& p,
                                                           const emit_options& options) {
  const std::vector<std::string> names = stage_names(p);
  std::vector<std::string> files;
  for (const batch_id batch : p.batches.indices()) {
    const std::vector<step_id> steps = steps_of_batch(p, batch, {});
    files.push_back(dockerfile(p, steps, told_by_batch(p, batch, steps), names, options));
  }
  return files;
}

OPAMPLAN_INLINE std::string target_dockerfile(const plan& p, target_id target,
                                              const emit_options& options) {
  return dockerfile(p, needed_steps(p, p.targets[target].step), options);
}

namespace emit_impl {

inline std::string without_url(const syntax::file& file) {
  std::string text(file.text());
  std::size_t removed = 0;
  for (const syntax::item item : file.items()) {
    if (!item.is_section() || item.name() != "url") continue;
    const std::size_t size = item.span().end - item.span().begin;
    text.erase(item.span().begin - removed, size);
    removed += size;
  }
  return text;
}

/// What steps let opam read. Every opam refuses a file without `opam-version`; those that are
/// planned are of its version 2. A pin's sources are where steps find them, and its name and
/// version are the plan's.
inline std::string opam_text(const plan& p, const plan_package& package) {
  std::string text = package.opam;
  if (package.source != source_id::none) {
    for (const char* field : {"name", "version"}) {
      text = syntax::remove_field(syntax::parse(text), field);
    }
    text = without_url(syntax::parse(text));
    const plan_source& source = p.sources[package.source];
    text += "\nurl {\n  src: \"file://" + source_mount(source).target +
            "\"\n  checksum: \"sha256=" + to_hex(source.sha256) + "\"\n}\n";
  }
  constexpr std::string_view field = "opam-version";
  const bool has = text.find(field) != std::string::npos;
  return has ? text : std::string(field) + ": \"2.0\"\n" + text;
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::vector<emitted_file> context_files(const plan& p,
                                                        const emit_options& options) {
  std::vector<emitted_file> files;
  files.push_back({"step", step_script(options), true});
  files.push_back({"collect", collect_script(options), true});
  for (const plan_package& package : p.packages) {
    const std::string folder = opam_folder(package);
    files.push_back({folder + "/opam", emit_impl::opam_text(p, package), false});
    for (const plan_file& f : package.files) {
      files.push_back({folder + "/files/" + f.path, f.content, f.executable});
    }
  }
  for (const plan_source& source : p.sources) {
    files.push_back({source_mount(source).source, source.archive, false});
  }
  return files;
}

}  // namespace opamplan
