/// \file
/// A plan as a file: canonical JSON, so that equal plans are equal bytes.
///
/// One object: `schema` ("opamplan plan 1"), `strategy`, `base`, `limits`, `packages`, `steps`,
/// `targets`, `batches`, with the members of plan.hpp under their own names. Keys are lower-case
/// hexadecimal, no parent is null. docs/plan.schema.json describes it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// A plan file that cannot be read: no JSON, another schema, a member missing or out of range.
class plan_format_error : public error {
 public:
  explicit plan_format_error(const std::string& what, std::string member = {}, std::size_t line = 0,
                             std::string path = {})
      : error(what), member_(std::move(member)), line_(line), path_(std::move(path)) {}

  /// What is wrong: `steps[3].parent`; empty if the text is no JSON.
  [[nodiscard]] const std::string& member() const noexcept { return member_; }
  /// Where it is no JSON, 1-based; else 0.
  [[nodiscard]] std::size_t line() const noexcept { return line_; }
  /// The file, if the text came from one.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string member_;
  std::size_t line_;
  std::string path_;
};

/// One package, step, target or batch a line, and a newline at the end. About 200 MB/s.
[[nodiscard]] std::string to_json(const plan& p);

/// `to_json` back: `plan_from_json(to_json(p)) == p`. Members that are not known are ignored.
/// Every index is in range; whether the plan is sound is for `diagnose` to say. Throws
/// `plan_format_error`, naming the member..
[[nodiscard]] plan plan_from_json(std::string_view text);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/json.ipp"
#endif
