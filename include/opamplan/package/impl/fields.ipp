/// \file
/// Reading formulas, filters, lists and commands from values; odd parts are reported, not fatal.
#pragma once

#include <algorithm>

#include "opamplan/config.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/package/version.hpp"

namespace opamplan::field_detail {

using syntax::value;
using syntax::value_kind;

/// Where odd values are reported; may report nowhere.
class reporter {
 public:
  reporter() = default;
  reporter(const syntax::file& file, std::vector<file_diagnostic>& out)
      : file_(&file), out_(&out) {}
  void field(std::string_view name) { field_ = name; }
  void operator()(const value& v, std::string message) const {
    if (out_ == nullptr) return;
    out_->push_back({std::string(field_), std::move(message), file_->locate(v.span().begin)});
  }

 private:
  const syntax::file* file_ = nullptr;
  std::vector<file_diagnostic>* out_ = nullptr;
  std::string_view field_;
};

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

inline filter read_filter(const value& v, const reporter& report) {
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
      if (items.size() == 1) return read_filter(*items.begin(), report);
      break;
    }
    case value_kind::relation:
      f.kind = filter_kind::relation;
      f.op = as_relop(v.oper());
      f.args.push_back(read_filter(v.left(), report));
      f.args.push_back(read_filter(v.right(), report));
      return f;
    case value_kind::logical:
      f.kind = v.oper() == syntax::op::conj ? filter_kind::conjunction : filter_kind::disjunction;
      f.args.push_back(read_filter(v.left(), report));
      f.args.push_back(read_filter(v.right(), report));
      return f;
    case value_kind::prefix:
      f.kind = v.oper() == syntax::op::negate ? filter_kind::negation : filter_kind::definedness;
      f.args.push_back(read_filter(v.right(), report));
      return f;
    default:
      break;
  }
  report(v, "expected a filter");
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

inline formula<filtered_constraint> read_condition(const value& v, const reporter& report) {
  using result = formula<filtered_constraint>;
  switch (v.kind()) {
    case value_kind::prefix_relation: {
      filtered_constraint c;
      c.is_version = true;
      c.op = as_relop(v.oper());
      c.expression = read_filter(v.right(), report);
      return result::of(std::move(c));
    }
    case value_kind::logical:
      return join(
          v.oper() == syntax::op::conj ? formula_kind::conjunction : formula_kind::disjunction,
          read_condition(v.left(), report), read_condition(v.right(), report));
    case value_kind::group: {
      result f;
      for (const value item : v.children()) {
        f = join(formula_kind::conjunction, std::move(f), read_condition(item, report));
      }
      // What is in parentheses keeps its own node, but constraints print without them.
      if (f.is_conjunction() || f.is_disjunction()) f.parentheses = 1;
      return f;
    }
    case value_kind::prefix:
      if (v.oper() == syntax::op::negate) {
        result f = read_condition(v.right(), report);
        negate_formula(f);
        return f;
      }
      break;
    default:
      break;
  }
  filtered_constraint c;
  c.expression = read_filter(v, report);
  return result::of(std::move(c));
}

/// Elements of a list, or the value itself where a list of one is written without brackets.
template <class Visit>
void for_each_element(const value& v, Visit visit) {
  if (v.kind() != value_kind::list) {
    visit(v);
    return;
  }
  for (const value item : v.children()) visit(item);
}

inline filtered_formula read_package_formula_item(const value& v, const reporter& report);

inline filtered_formula read_package_formula(const value& v, formula_kind kind,
                                             const reporter& report) {
  filtered_formula f;
  for_each_element(v, [&](const value& item) {
    f = join(kind, std::move(f), read_package_formula_item(item, report));
  });
  return f;
}

inline filtered_formula read_package_formula_item(const value& v, const reporter& report) {
  switch (v.kind()) {
    case value_kind::string: {
      std::string name = v.as_string();
      if (!is_package_name(name)) report(v, "\"" + name + "\" is not a package name");
      return filtered_formula::of({std::move(name), {}});
    }
    case value_kind::option: {
      const value subject = v.subject();
      if (subject.kind() != value_kind::string) break;
      filtered_atom atom;
      atom.name = subject.as_string();
      if (!is_package_name(atom.name))
        report(subject, "\"" + atom.name + "\" is not a package name");
      for (const value argument : v.children()) {
        atom.condition = join(formula_kind::conjunction, std::move(atom.condition),
                              read_condition(argument, report));
      }
      return filtered_formula::of(std::move(atom));
    }
    case value_kind::group: {
      filtered_formula f;
      for (const value item : v.children()) {
        f = join(formula_kind::conjunction, std::move(f), read_package_formula_item(item, report));
      }
      if (!f.is_empty() && f.parentheses < 255) ++f.parentheses;
      return f;
    }
    case value_kind::logical:
      return join(
          v.oper() == syntax::op::conj ? formula_kind::conjunction : formula_kind::disjunction,
          read_package_formula_item(v.left(), report),
          read_package_formula_item(v.right(), report));
    default:
      break;
  }
  report(v, "expected a package");
  return {};
}

inline std::string read_string(const value& v, const reporter& report) {
  if (v.kind() == value_kind::string || v.kind() == value_kind::identifier) return v.as_string();
  if (v.kind() == value_kind::list && v.children().size() == 1) {
    return read_string(*v.children().begin(), report);
  }
  report(v, "expected a string");
  return {};
}

inline std::vector<std::string> read_strings(const value& v, const reporter& report) {
  std::vector<std::string> out;
  for_each_element(v, [&](const value& item) {
    if (item.kind() == value_kind::string || item.kind() == value_kind::identifier) {
      out.push_back(item.as_string());
    } else {
      report(item, "expected a string");
    }
  });
  return out;
}

/// The filter in the braces of `... {filter}`.
inline filter read_option_filter(const value& option, const reporter& report) {
  const auto arguments = option.children();
  if (arguments.empty()) return {};
  if (arguments.size() > 1) {
    report(option, "expected a single filter");
    return undefined_filter();
  }
  return read_filter(*arguments.begin(), report);
}

inline command_argument read_argument(const value& v, const reporter& report) {
  command_argument a;
  const value inner = v.kind() == value_kind::option ? v.subject() : v;
  if (v.kind() == value_kind::option) a.condition = read_option_filter(v, report);
  if (inner.kind() == value_kind::string || inner.kind() == value_kind::identifier) {
    a.text = inner.as_string();
    a.is_variable = inner.kind() == value_kind::identifier;
  } else {
    report(v, "expected a string or a variable");
  }
  return a;
}

inline command read_command(const value& v, const reporter& report) {
  command c;
  const value inner = v.kind() == value_kind::option ? v.subject() : v;
  if (v.kind() == value_kind::option) c.condition = read_option_filter(v, report);
  for_each_element(inner,
                   [&](const value& item) { c.arguments.push_back(read_argument(item, report)); });
  return c;
}

/// `[ "make" ]` is one command, `[ [ "make" ] [ "make" "install" ] ]` are two.
inline std::vector<command> read_commands(const value& v, const reporter& report) {
  std::vector<command> out;
  if (v.kind() != value_kind::list) {
    out.push_back(read_command(v, report));
    return out;
  }
  const auto items = v.children();
  const bool nested = std::any_of(items.begin(), items.end(), [](const value& item) {
    const value inner = item.kind() == value_kind::option ? item.subject() : item;
    return inner.kind() == value_kind::list;
  });
  if (nested) {
    for (const value item : items) out.push_back(read_command(item, report));
  } else if (!items.empty()) {
    out.push_back(read_command(v, report));
  }
  return out;
}

inline std::vector<conditional_text> read_conditional_texts(const value& v,
                                                            const reporter& report) {
  std::vector<conditional_text> out;
  for_each_element(v, [&](const value& item) {
    conditional_text t;
    if (item.kind() == value_kind::option) t.condition = read_option_filter(item, report);
    t.text = read_string(item.kind() == value_kind::option ? item.subject() : item, report);
    out.push_back(std::move(t));
  });
  return out;
}

inline std::vector<environment_update> read_updates(const value& v, const reporter& report) {
  std::vector<environment_update> out;
  const auto read = [&](const value& item) {
    const bool update = item.kind() == value_kind::env_update ||
                        (item.kind() == value_kind::relation && item.oper() == syntax::op::eq);
    if (!update) {
      report(item, "expected an update such as `PATH += \"bin\"`");
      return;
    }
    out.push_back({item.left().as_string(),
                   item.kind() == value_kind::relation ? syntax::op::set : item.oper(),
                   item.right().as_string()});
  };
  for_each_element(v, [&](const value& item) { for_each_element(item, read); });
  return out;
}

inline std::vector<external_dependency> read_depexts(const value& v, const reporter& report) {
  std::vector<external_dependency> out;
  for_each_element(v, [&](const value& item) {
    external_dependency d;
    if (item.kind() == value_kind::option) d.condition = read_option_filter(item, report);
    const value packages = item.kind() == value_kind::option ? item.subject() : item;
    d.packages = read_strings(packages, report);
    out.push_back(std::move(d));
  });
  return out;
}

/// From the field, and from tags such as "flags:plugin", which opam 1 used.
inline package_flags read_flags(const std::optional<value>& v, const std::optional<value>& tags,
                                const reporter& report) {
  package_flags flags;
  if (v) flags.all = read_strings(*v, report);
  if (tags) {
    for (const std::string& tag : read_strings(*tags, {})) {
      if (tag.substr(0, 6) == "flags:") flags.all.push_back(tag.substr(6));
    }
  }
  std::sort(flags.all.begin(), flags.all.end());
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

}  // namespace opamplan::field_detail
