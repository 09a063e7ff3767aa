/// \file
/// The scripts, with options set.
#pragma once

#include <algorithm>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/emit/impl/scripts.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/emit/script.hpp"

namespace opamplan {
namespace emit_impl {

/// Replaces what is between two texts, which stay.
inline void replace_between(std::string& script, std::string_view begin, std::string_view end,
                            const std::string& by) {
  const std::size_t first = script.find(begin) + begin.size();
  script.replace(first, script.find(end, first) - first, by);
}

inline void set_options(std::string& script, const std::string& assignments) {
  replace_between(script, "# Options that opamplan sets.\n", "# End of options.\n", assignments);
}

inline void set_function(std::string& script, const std::string& name, const std::string& body) {
  if (body.empty()) return;
  replace_between(script, "\n" + name + "() {\n", "\n} # end of " + name + "\n", body);
}

inline std::string checked_user(const emit_options& options) {
  const std::string& user = options.user;
  const auto plain = [](char c) {
    return is_small_letter(c) || is_digit(c) || c == '_' || c == '-';
  };
  if (!user.empty() && (!std::all_of(user.begin(), user.end(), plain) || user.front() == '-' ||
                        is_digit(user.front()))) {
    throw invalid_request("a user's name has small letters, digits, _ and -: " + json_string(user));
  }
  return user;
}

inline std::string checked_snapshot(const emit_options& options) {
  const std::string& when = options.snapshot;
  constexpr std::string_view form = "00000000T000000Z";
  const bool is_date = when.size() == form.size() &&
                       std::equal(when.begin(), when.end(), form.begin(), [](char c, char wanted) {
                         return wanted == '0' ? is_digit(c) : c == wanted;
                       });
  if (!when.empty() && !is_date) {
    throw invalid_request("a snapshot is YYYYMMDDTHHMMSSZ, not " + json_string(when));
  }
  return when;
}

/// Strings of opam's language, for the field `archive-mirrors`.
inline std::string mirrors(const emit_options& options) {
  std::vector<std::string> urls = options.archive_mirrors;
  if (options.download_cache) urls.insert(urls.begin(), "file:///opamplan/in/cache");
  if (!options.archives.empty()) urls.insert(urls.begin(), "file:///opamplan/in/archives");
  std::string out;
  for (const std::string& url : urls) {
    if (url.find_first_of("\"\\") != std::string::npos) {
      throw invalid_request("a mirror's address holds no quote or backslash: " + json_string(url));
    }
    out += (out.empty() ? "\"" : " \"") + url + "\"";
  }
  return shell_word(out);
}

}  // namespace emit_impl

OPAMPLAN_INLINE bool brings_opam_program(const emit_options& options) {
  return !options.opam.empty() && options.opam != "image" && options.opam != "distribution";
}

OPAMPLAN_INLINE std::string step_script(const emit_options& options) {
  std::string script(script_text::step);
  emit_impl::set_options(script, "user=" + emit_impl::checked_user(options) +
                                     "\ntime_limit=" + std::to_string(options.time_limit) +
                                     "\nlog_half=" + std::to_string(options.log_limit / 2) +
                                     "\nattempts=3\n");
  emit_impl::set_function(script, "install_package", options.install);
  emit_impl::set_function(script, "system_packages", options.depexts);
  return script;
}

OPAMPLAN_INLINE std::string collect_script(const emit_options& options) {
  std::string script(script_text::collect);
  // A shortened log has a line of its own in the middle.
  const std::size_t limit = options.log_limit == 0 ? std::size_t{1} << 30 : options.log_limit + 200;
  emit_impl::set_options(script, "log_limit=" + std::to_string(limit) + "\n");
  return script;
}

OPAMPLAN_INLINE std::string default_setup(const plan_base& base, const emit_options& options) {
  std::string script(script_text::setup);
  std::string from = brings_opam_program(options) ? "file" : options.opam;
  emit_impl::set_options(script, "user=" + emit_impl::checked_user(options) + "\nopam_from=" +
                                     from + "\nopam_version=" + shell_word(base.opam_version) +
                                     "\nsnapshot=" + emit_impl::checked_snapshot(options) +
                                     "\nmirrors=" + emit_impl::mirrors(options) + "\n");
  return script;
}

}  // namespace opamplan
