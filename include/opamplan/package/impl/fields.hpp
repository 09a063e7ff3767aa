/// \file
/// Reading formulas, filters, lists and commands from values, as opam's own readers take them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/package/version.hpp"

namespace opamplan::package_impl {

using syntax::value;
using syntax::value_kind;

/// What was found in one field. An error, of which the first is kept, means that the field is left
/// out whole.
class findings {
 public:
  void error(const value& v, std::string message) {
    if (failed()) return;
    where_ = v.span().begin;
    error_ = std::move(message);
  }
  [[nodiscard]] bool failed() const noexcept { return !error_.empty(); }
  [[nodiscard]] std::uint32_t where() const noexcept { return where_; }
  [[nodiscard]] const std::string& message() const noexcept { return error_; }

 private:
  std::uint32_t where_ = 0;
  std::string error_;
};

/// What `reader` makes of a value; the default if it found an error.
template <class T>
T read_whole(const std::optional<value>& v, T (*reader)(const value&, findings&)) {
  if (!v) return T{};
  findings found;
  T out = reader(*v, found);
  return found.failed() ? T{} : out;
}

/// How deep opam takes the lists of a value to be: by their first elements.
inline int list_depth(const value& v, int if_empty) {
  if (v.kind() == value_kind::option) return list_depth(v.subject(), if_empty);
  if (v.kind() != value_kind::list) return 0;
  const auto items = v.children();
  return items.empty() ? if_empty : 1 + list_depth(*items.begin(), if_empty - 1);
}

/// Elements of a list; the value itself where a list of one is written without its brackets, as
/// opam allows for lists `depth` deep.
template <class Visit>
void for_each_element(const value& v, int depth, findings& found, Visit visit) {
  if (list_depth(v, depth) < depth) {
    visit(v);
  } else if (v.kind() == value_kind::list) {
    for (const value item : v.children()) visit(item);
  } else {
    found.error(v, "expected a list");
  }
}

inline relop as_relop(syntax::op o) {
  switch (o) {
    case syntax::op::neq:
      return relop::neq;
    case syntax::op::geq:
      return relop::geq;
    case syntax::op::gt:
      return relop::gt;
    case syntax::op::leq:
      return relop::leq;
    case syntax::op::lt:
      return relop::lt;
    default:
      return relop::eq;
  }
}

inline filter undefined_filter() {
  filter f;
  f.kind = filter_kind::identifier;
  f.text = "";
  return f;
}

inline filter read_filter(const value& v, findings& found) {
  filter f;
  switch (v.kind()) {
    case value_kind::boolean:
      f.value = v.as_bool();
      return f;
    case value_kind::string:
      f.kind = filter_kind::string;
      f.text = v.as_string();
      return f;
    case value_kind::integer:
      f.kind = filter_kind::string;
      f.text = std::to_string(v.as_int());
      return f;
    case value_kind::identifier:
      f.kind = filter_kind::identifier;
      f.text = v.raw();
      return f;
    case value_kind::group: {
      const auto items = v.children();
      if (items.empty()) return f;
      if (items.size() == 1) return read_filter(*items.begin(), found);
      break;
    }
    case value_kind::relation:
      f.kind = filter_kind::relation;
      f.op = as_relop(v.oper());
      f.args.push_back(read_filter(v.left(), found));
      f.args.push_back(read_filter(v.right(), found));
      return f;
    case value_kind::logical:
      f.kind = v.oper() == syntax::op::conj ? filter_kind::conjunction : filter_kind::disjunction;
      f.args.push_back(read_filter(v.left(), found));
      f.args.push_back(read_filter(v.right(), found));
      return f;
    case value_kind::prefix:
      f.kind = v.oper() == syntax::op::negate ? filter_kind::negation : filter_kind::definedness;
      f.args.push_back(read_filter(v.right(), found));
      return f;
    default:
      break;
  }
  found.error(v, "expected a filter");
  return undefined_filter();
}

inline void negate_formula(formula<filtered_constraint>& f) {
  switch (f.kind) {
    case formula_kind::empty:
      break;
    case formula_kind::atom:
      if (f.atom.is_version) {
        f.atom.op = negate(f.atom.op);
      } else {
        filter negated;
        negated.kind = filter_kind::negation;
        negated.args.push_back(std::move(f.atom.expression));
        f.atom.expression = std::move(negated);
      }
      break;
    default:
      f.kind = f.is_conjunction() ? formula_kind::disjunction : formula_kind::conjunction;
      for (auto& arg : f.args) negate_formula(arg);
  }
}

/// The version in a constraint: a valid one, a text with `%{...}%`, or a variable.
inline filter read_version(const value& v, findings& found) {
  if (v.kind() == value_kind::string) {
    const std::string text = v.as_string();
    if (!is_version(text) && text.find("%{") == std::string::npos) {
      found.error(v, "\"" + text + "\" is not a version");
    }
  } else if (v.kind() != value_kind::identifier) {
    found.error(v, "expected a version");
  }
  return read_filter(v, found);
}

inline formula<filtered_constraint> read_condition(const value& v, findings& found) {
  using result = formula<filtered_constraint>;
  switch (v.kind()) {
    case value_kind::prefix_relation: {
      filtered_constraint c;
      c.is_version = true;
      c.op = as_relop(v.oper());
      c.expression = read_version(v.right(), found);
      return result::of(std::move(c));
    }
    case value_kind::logical:
      return join(
          v.oper() == syntax::op::conj ? formula_kind::conjunction : formula_kind::disjunction,
          read_condition(v.left(), found), read_condition(v.right(), found));
    case value_kind::group: {
      result f;
      for (const value item : v.children()) {
        f = join(formula_kind::conjunction, std::move(f), read_condition(item, found));
      }
      // What is in parentheses keeps its own node, but constraints print without them.
      if (f.is_conjunction() || f.is_disjunction()) f.parentheses = 1;
      return f;
    }
    case value_kind::prefix:
      if (v.oper() == syntax::op::negate) {
        result f = read_condition(v.right(), found);
        negate_formula(f);
        return f;
      }
      break;
    default:
      break;
  }
  filtered_constraint c;
  c.expression = read_filter(v, found);
  return result::of(std::move(c));
}

inline std::string read_package_name(const value& v, findings& found) {
  if (v.kind() != value_kind::string) {
    found.error(v, "expected a package's name, in quotes");
    return {};
  }
  std::string name = v.as_string();
  if (!is_package_name(name)) found.error(v, "\"" + name + "\" is not a package name");
  return name;
}

inline filtered_formula read_package_formula_item(const value& v, findings& found);

inline filtered_formula read_package_formula(const value& v, formula_kind kind, findings& found) {
  filtered_formula f;
  for_each_element(v, 1, found, [&](const value& item) {
    f = join(kind, std::move(f), read_package_formula_item(item, found));
  });
  return f;
}

inline filtered_formula read_package_formula_item(const value& v, findings& found) {
  switch (v.kind()) {
    case value_kind::string:
      return filtered_formula::of({read_package_name(v, found), {}});
    case value_kind::option: {
      const value subject = v.subject();
      if (subject.kind() != value_kind::string) break;
      filtered_atom atom;
      atom.name = read_package_name(subject, found);
      for (const value argument : v.children()) {
        atom.condition = join(formula_kind::conjunction, std::move(atom.condition),
                              read_condition(argument, found));
      }
      return filtered_formula::of(std::move(atom));
    }
    case value_kind::group: {
      filtered_formula f;
      for (const value item : v.children()) {
        f = join(formula_kind::conjunction, std::move(f), read_package_formula_item(item, found));
      }
      if (!f.is_empty() && f.parentheses < 255) ++f.parentheses;
      return f;
    }
    case value_kind::logical:
      return join(
          v.oper() == syntax::op::conj ? formula_kind::conjunction : formula_kind::disjunction,
          read_package_formula_item(v.left(), found), read_package_formula_item(v.right(), found));
    default:
      break;
  }
  found.error(v, "expected a package");
  return {};
}

inline std::string read_string(const value& v, findings& found) {
  if (v.kind() == value_kind::string) return v.as_string();
  found.error(v, "expected a string");
  return {};
}

template <class T>
std::vector<T> read_list(const value& v, int depth, findings& found,
                         T (*element)(const value&, findings&)) {
  std::vector<T> out;
  for_each_element(v, depth, found,
                   [&](const value& item) { out.push_back(element(item, found)); });
  return out;
}

inline std::vector<std::string> read_strings(const value& v, findings& found) {
  return read_list(v, 1, found, read_string);
}

inline std::vector<std::string> read_package_names(const value& v, findings& found) {
  return read_list(v, 1, found, read_package_name);
}

inline std::string read_own_version(const value& v, findings& found) {
  std::string text = read_string(v, found);
  if (!is_version(text)) found.error(v, "\"" + text + "\" is not a version");
  return text;
}

inline filtered_formula read_conjunction(const value& v, findings& found) {
  return read_package_formula(v, formula_kind::conjunction, found);
}
inline filtered_formula read_disjunction(const value& v, findings& found) {
  return read_package_formula(v, formula_kind::disjunction, found);
}

inline filter read_available_field(const value& v, findings& found) {
  if (v.kind() != value_kind::list) return read_filter(v, found);
  const auto items = v.children();
  if (items.empty()) return {};
  if (items.size() > 1) found.error(v, "expected a single filter: join them by `&` or `|`");
  return read_filter(*items.begin(), found);
}

/// The filter in the braces of `... {filter}`.
inline filter read_option_filter(const value& option, findings& found) {
  const auto arguments = option.children();
  if (arguments.empty()) return {};
  if (arguments.size() > 1) found.error(option, "expected a single filter in the braces");
  return read_filter(*arguments.begin(), found);
}

inline command_argument read_argument(const value& v, findings& found) {
  command_argument a;
  const value inner = v.kind() == value_kind::option ? v.subject() : v;
  if (v.kind() == value_kind::option) a.condition = read_option_filter(v, found);
  if (inner.kind() == value_kind::string || inner.kind() == value_kind::identifier) {
    a.text = inner.as_string();
    a.is_variable = inner.kind() == value_kind::identifier;
  } else {
    found.error(v, "expected a string or a variable");
  }
  return a;
}

/// `["make" "all" {filter}] {filter}`.
inline command read_command(const value& v, findings& found) {
  command c;
  const value inner = v.kind() == value_kind::option ? v.subject() : v;
  if (inner.kind() == value_kind::list) {
    if (v.kind() == value_kind::option) c.condition = read_option_filter(v, found);
    c.arguments = read_list(inner, 1, found, read_argument);
  } else {
    found.error(v, "expected a command: a list of arguments");
  }
  return c;
}

/// `[ "make" ]` is one command, `[ [ "make" ] [ "make" "install" ] ]` are two.
inline std::vector<command> read_commands(const value& v, findings& found) {
  switch (list_depth(v, 2)) {
    case 0:
      return {{{read_argument(v, found)}, std::nullopt}};
    case 1:
      return {read_command(v, found)};
    default:
      return read_list(v, 2, found, read_command);
  }
}

inline conditional_text read_conditional_text(const value& v, findings& found) {
  conditional_text t;
  if (v.kind() == value_kind::option) t.condition = read_option_filter(v, found);
  t.text = read_string(v.kind() == value_kind::option ? v.subject() : v, found);
  return t;
}
inline std::vector<conditional_text> read_conditional_texts(const value& v, findings& found) {
  return read_list(v, 1, found, read_conditional_text);
}

inline environment_update read_update(const value& v, findings& found) {
  const bool one = v.kind() == value_kind::list && v.children().size() == 1;
  const value update = one ? *v.children().begin() : v;
  const bool relation = update.kind() == value_kind::relation && update.oper() == syntax::op::eq;
  const bool sound = relation || update.kind() == value_kind::env_update;
  if (!sound || update.left().kind() != value_kind::identifier ||
      update.right().kind() != value_kind::string) {
    found.error(v, "expected an update such as [PATH += \"bin\"]");
    return {};
  }
  return {update.left().as_string(), relation ? syntax::op::set : update.oper(),
          update.right().as_string()};
}
inline std::vector<environment_update> read_updates(const value& v, findings& found) {
  if (list_depth(v, 2) == 1) return {read_update(v, found)};
  return read_list(v, 2, found, read_update);
}

/// `[packages] {filter}`; opam 1 wrote `[[tags] [packages]]`, of which opam 2 makes a filter.
inline external_dependency read_depext(const value& v, findings& found) {
  external_dependency d;
  const value packages = v.kind() == value_kind::option ? v.subject() : v;
  if (v.kind() == value_kind::option) d.condition = read_option_filter(v, found);
  if (list_depth(packages, 0) == 2 && packages.children().size() == 2) {
    const auto parts = packages.children();
    for (const std::string& tag : read_strings(*parts.begin(), found)) {
      filter f;
      f.kind = filter_kind::string;
      f.text = tag;
      if (d.condition.kind == filter_kind::boolean) {
        d.condition = std::move(f);
      } else {
        filter both;
        both.kind = filter_kind::conjunction;
        both.args = {std::move(d.condition), std::move(f)};
        d.condition = std::move(both);
      }
    }
    d.packages = read_strings(*std::next(parts.begin()), found);
  } else if (packages.kind() == value_kind::list) {
    d.packages = read_strings(packages, found);
  } else {
    found.error(v, "expected a list of system packages");
  }
  return d;
}
inline std::vector<external_dependency> read_depexts(const value& v, findings& found) {
  switch (list_depth(v, 2)) {
    case 0:
      return {{{read_string(v, found)}, {}}};
    case 1:
      return {read_depext(v, found)};
    default:
      return read_list(v, 2, found, read_depext);
  }
}

using text_pair = std::pair<std::string, std::string>;

inline text_pair read_pair(const value& v, findings& found) {
  if (v.kind() != value_kind::list || v.children().size() != 2) {
    found.error(v, "expected a pair of strings");
    return {};
  }
  const auto parts = v.children();
  return {read_string(*parts.begin(), found), read_string(*std::next(parts.begin()), found)};
}
inline std::vector<text_pair> read_pairs(const value& v, findings& found) {
  if (list_depth(v, 2) == 1) return {read_pair(v, found)};
  return read_list(v, 2, found, read_pair);
}
inline std::vector<text_pair> read_pin_depends(const value& v, findings& found) {
  std::vector<text_pair> out = read_pairs(v, found);
  for (const text_pair& pair : out) {
    if (!package::parse(pair.first)) {
      found.error(v, "\"" + pair.first + "\" is not NAME.VERSION");
    }
  }
  return out;
}

inline std::string read_flag(const value& v, findings& found) {
  if (v.kind() == value_kind::identifier) return v.as_string();
  found.error(v, "expected a flag, without quotes");
  return {};
}
inline std::vector<std::string> read_flag_names(const value& v, findings& found) {
  return read_list(v, 1, found, read_flag);
}

/// From the field, and from tags such as "flags:plugin", which opam 1 used.
inline package_flags make_flags(std::vector<std::string> names,
                                const std::vector<std::string>& tags) {
  package_flags flags;
  flags.all = std::move(names);
  for (const std::string& tag : tags) {
    if (tag.substr(0, 6) == "flags:") flags.all.push_back(tag.substr(6));
  }
  std::sort(flags.all.begin(), flags.all.end());
  flags.all.erase(std::unique(flags.all.begin(), flags.all.end()), flags.all.end());
  const auto has = [&](std::string_view name) {
    return std::binary_search(flags.all.begin(), flags.all.end(), name);
  };
  flags.avoid_version = has("avoid-version");
  flags.compiler = has("compiler");
  flags.conf = has("conf");
  flags.deprecated = has("deprecated");
  flags.plugin = has("plugin");
  flags.light_uninstall = has("light-uninstall");
  flags.verbose = has("verbose");
  return flags;
}

}  // namespace opamplan::package_impl
