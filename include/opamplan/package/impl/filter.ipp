/// \file
/// Evaluation of filters, as opam defines it.
#pragma once

#include <algorithm>

#include "opamplan/base/config.hpp"
#include "opamplan/package/filter.hpp"
#include "opamplan/package/version.hpp"

namespace opamplan {

OPAMPLAN_INLINE variable_reference variable_reference::parse(std::string_view text) {
  variable_reference ref;
  const auto split_packages = [&](std::string_view packages) {
    while (true) {
      const std::size_t plus = packages.find('+');
      ref.packages.emplace_back(packages.substr(0, plus));
      if (plus == std::string_view::npos) break;
      packages.remove_prefix(plus + 1);
    }
  };
  const std::size_t last_colon = text.rfind(':');
  if (last_colon == std::string_view::npos) {
    ref.name = text;
    return ref;
  }
  const std::string_view last = text.substr(last_colon + 1);
  const std::string_view front = text.substr(0, last_colon);
  const std::size_t mark = front.rfind('?');
  if (mark == std::string_view::npos) {
    split_packages(front);
    ref.name = last;
    return ref;
  }
  ref.converter.emplace(std::string(front.substr(mark + 1)), std::string(last));
  const std::string_view variable = front.substr(0, mark);
  const std::size_t colon = variable.rfind(':');
  if (colon == std::string_view::npos) {
    ref.name = variable;
  } else {
    split_packages(variable.substr(0, colon));
    ref.name = variable.substr(colon + 1);
  }
  return ref;
}

OPAMPLAN_INLINE std::string variable_reference::to_string() const {
  std::string out;
  for (std::size_t i = 0; i < packages.size(); ++i) {
    if (i != 0) out += '+';
    out += packages[i];
  }
  if (!packages.empty()) out += ':';
  out += name;
  if (converter) out += "?" + converter->first + ":" + converter->second;
  return out;
}

namespace package_impl {

/// The value of a reference. `keep_undefined`: an undefined variable with a converter stays
/// undefined, as in partial evaluation, instead of counting as false.
inline std::optional<variable_value> resolve(variable_reference ref, const variable_lookup& lookup,
                                             bool keep_undefined) {
  if (!ref.packages.empty() && ref.name == "enable" && !ref.converter) {
    ref.name = "installed";
    ref.converter.emplace("enable", "disable");
  }
  std::optional<variable_value> value;
  if (ref.packages.empty()) {
    value = lookup(ref.name);
  } else if (ref.packages.size() == 1) {
    value = lookup(ref.packages[0] + ":" + ref.name);
  } else {
    std::optional<bool> all = true;
    for (const std::string& p : ref.packages) {
      if (all == false) break;
      const auto one = lookup(p + ":" + ref.name);
      if (one && *one == variable_value(true)) continue;
      all = one ? as_bool(*one) : std::nullopt;
    }
    if (all) value = *all;
  }
  if (!ref.converter) return value;
  const auto condition = value ? as_bool(*value) : std::nullopt;
  if (!condition && keep_undefined) return value;
  return condition.value_or(false) ? ref.converter->first : ref.converter->second;
}

inline std::optional<variable_value> resolve(std::string_view text, const variable_lookup& lookup,
                                             bool keep_undefined) {
  if (text.find_first_of(":?") == std::string_view::npos) return lookup(text);
  return resolve(variable_reference::parse(text), lookup, keep_undefined);
}

/// Copies `text` and gives each `%{inside}%` to `replace`; `percent` stands for `%%`.
template <class Replace>
std::string replace_interpolations(std::string_view text, std::string_view percent,
                                   const Replace& replace) {
  std::string out;
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '%' && i + 1 < text.size() && text[i + 1] == '%') {
      out += percent;
      i += 2;
    } else if (text[i] == '%' && i + 1 < text.size() && text[i + 1] == '{') {
      const std::size_t eol = std::min(text.find('\n', i), text.size());
      const std::size_t close = text.find("}%", i + 2);
      if (close == std::string_view::npos || close > eol) {  // never closed: left as it is
        out += text.substr(i, eol - i);
        i = eol;
      } else {
        out += replace(text.substr(i + 2, close - i - 2));
        i = close + 2;
      }
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace package_impl

OPAMPLAN_INLINE std::string interpolate(std::string_view text, const variable_lookup& lookup) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  return package_impl::replace_interpolations(text, "%", [&](std::string_view inside) {
    const auto value = package_impl::resolve(inside, lookup, false);
    return value ? to_string(*value) : std::string();
  });
}

OPAMPLAN_INLINE std::optional<variable_value> evaluate(const filter& f,
                                                       const variable_lookup& lookup) {
  const auto operand = [&](std::size_t i) { return evaluate(f.args[i], lookup); };
  switch (f.kind) {
    case filter_kind::boolean:
      return variable_value(f.value);
    case filter_kind::string:
      return variable_value(interpolate(f.text, lookup));
    case filter_kind::identifier: {
      auto value = package_impl::resolve(f.text, lookup, false);
      if (value && std::holds_alternative<std::string>(*value)) {
        return variable_value(interpolate(std::get<std::string>(*value), lookup));
      }
      return value;
    }
    case filter_kind::relation: {
      const auto a = operand(0);
      const auto b = operand(1);
      if (!a || !b) return std::nullopt;
      return variable_value(holds(f.op, compare_versions(to_string(*a), to_string(*b))));
    }
    case filter_kind::conjunction:
    case filter_kind::disjunction: {
      const bool absorbing = f.kind == filter_kind::disjunction;
      const auto a = operand(0);
      const auto b = operand(1);
      const auto absorbs = [&](const std::optional<variable_value>& v) {
        return v && *v == variable_value(absorbing);
      };
      if (absorbs(a) || absorbs(b)) return variable_value(absorbing);
      const auto x = a ? as_bool(*a) : std::nullopt;
      const auto y = b ? as_bool(*b) : std::nullopt;
      if (!x || !y) return std::nullopt;
      return variable_value(absorbing ? *x || *y : *x && *y);
    }
    case filter_kind::negation: {
      const auto a = operand(0);
      const auto x = a ? as_bool(*a) : std::nullopt;
      if (!x) return std::nullopt;
      return variable_value(!*x);
    }
    case filter_kind::definedness:
      return variable_value(operand(0).has_value());
  }
  return std::nullopt;
}

OPAMPLAN_INLINE bool evaluate_bool(const filter& f, const variable_lookup& lookup, bool otherwise) {
  const auto value = evaluate(f, lookup);
  return value ? as_bool(*value).value_or(otherwise) : otherwise;
}

namespace package_impl {

inline filter constant(const variable_value& v) {
  filter f;
  if (const bool* b = std::get_if<bool>(&v)) {
    f.value = *b;
  } else {
    f.kind = filter_kind::string;
    f.text = std::get<std::string>(v);
  }
  return f;
}

inline std::string escape_percent(std::string_view s) {
  std::string out;
  for (const char c : s) out += c == '%' ? std::string("%%") : std::string(1, c);
  return out;
}

/// A filter that has been reduced: a value, or what is left of it.
struct reduced {
  std::optional<variable_value> value;
  filter rest;
  [[nodiscard]] filter as_filter() const {
    if (!value) return rest;
    filter f = constant(*value);
    if (f.kind == filter_kind::string) f.text = escape_percent(f.text);
    return f;
  }
};

inline reduced reduce_string(const std::string& text, const variable_lookup& lookup) {
  bool undefined = false;
  const std::string plain = replace_interpolations(text, "%", [&](std::string_view inside) {
    const auto v = resolve(inside, lookup, true);
    undefined = undefined || !v;
    return v ? to_string(*v) : std::string();
  });
  if (!undefined) return {variable_value(plain), {}};
  reduced r;
  r.rest.kind = filter_kind::string;
  r.rest.text = replace_interpolations(text, "%%", [&](std::string_view inside) {
    const auto v = resolve(inside, lookup, true);
    return v ? escape_percent(to_string(*v)) : "%{" + std::string(inside) + "}%";
  });
  return r;
}

inline reduced reduce(const filter& f, const variable_lookup& lookup) {
  switch (f.kind) {
    case filter_kind::boolean:
      return {variable_value(f.value), {}};
    case filter_kind::string:
      return reduce_string(f.text, lookup);
    case filter_kind::identifier: {
      const auto v = resolve(f.text, lookup, true);
      if (!v) return {std::nullopt, f};
      if (std::holds_alternative<std::string>(*v)) {
        return reduce_string(std::get<std::string>(*v), lookup);
      }
      return {v, {}};
    }
    case filter_kind::definedness:
      return {variable_value(reduce(f.args[0], lookup).value.has_value()), {}};
    default:
      break;
  }
  std::vector<reduced> args;
  for (const filter& arg : f.args) args.push_back(reduce(arg, lookup));
  reduced result;
  const auto leave = [&] {
    result.rest = f;
    for (std::size_t i = 0; i < args.size(); ++i) result.rest.args[i] = args[i].as_filter();
    return result;
  };
  if (f.kind == filter_kind::relation) {
    if (!args[0].value || !args[1].value) return leave();
    result.value =
        holds(f.op, compare_versions(to_string(*args[0].value), to_string(*args[1].value)));
    return result;
  }
  if (f.kind == filter_kind::negation) {
    const auto x = args[0].value ? as_bool(*args[0].value) : std::nullopt;
    if (!x) return leave();
    result.value = !*x;
    return result;
  }
  const bool absorbing = f.kind == filter_kind::disjunction;
  for (const reduced& arg : args) {
    if (arg.value && *arg.value == variable_value(absorbing)) {
      result.value = absorbing;
      return result;
    }
  }
  const auto x = args[0].value ? as_bool(*args[0].value) : std::nullopt;
  const auto y = args[1].value ? as_bool(*args[1].value) : std::nullopt;
  if (!x || !y) return leave();
  result.value = absorbing ? *x || *y : *x && *y;
  return result;
}

inline bool refers_to(std::string_view text, const variable_test& is_meant) {
  if (text.find_first_of(":?") == std::string_view::npos) return is_meant(text);
  const variable_reference ref = variable_reference::parse(text);
  if (ref.packages.empty()) return is_meant(ref.name);
  return std::ranges::any_of(ref.packages, [&](const std::string& p) {
    return is_meant(p + ":" + ref.name) || (ref.name == "enable" && is_meant(p + ":installed"));
  });
}

enum class context : std::uint8_t { disjunction, conjunction, relation, negation };

inline void print(const filter& f, context where, std::string& out) {
  const auto bracketed = [&](bool brackets, const auto& inner) {
    if (brackets) out += '(';
    inner();
    if (brackets) out += ')';
  };
  const bool logical = where == context::disjunction || where == context::conjunction;
  switch (f.kind) {
    case filter_kind::boolean:
      out += f.value ? "true" : "false";
      break;
    case filter_kind::string:
      out += '"';
      for (const char c : f.text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n') {
          out += "\\n";
        } else {
          out += c;
        }
      }
      out += '"';
      break;
    case filter_kind::identifier:
      out += f.text;
      break;
    case filter_kind::relation:
      bracketed(!logical, [&] {
        print(f.args[0], context::relation, out);
        out += ' ';
        out += to_string(f.op);
        out += ' ';
        print(f.args[1], context::relation, out);
      });
      break;
    case filter_kind::conjunction:
      bracketed(!logical, [&] {
        print(f.args[0], context::conjunction, out);
        out += " & ";
        print(f.args[1], context::conjunction, out);
      });
      break;
    case filter_kind::disjunction:
      bracketed(where != context::disjunction, [&] {
        print(f.args[0], context::disjunction, out);
        out += " | ";
        print(f.args[1], context::disjunction, out);
      });
      break;
    case filter_kind::negation:
    case filter_kind::definedness:
      bracketed(where == context::relation, [&] {
        out += f.kind == filter_kind::negation ? '!' : '?';
        print(f.args[0], context::negation, out);
      });
      break;
  }
}

}  // namespace package_impl

OPAMPLAN_INLINE filter partially_evaluate(const filter& f, const variable_lookup& lookup) {
  return package_impl::reduce(f, lookup).as_filter();
}

OPAMPLAN_INLINE bool mentions_variable(const filter& f, const variable_test& is_meant) {
  if (f.kind == filter_kind::identifier) return package_impl::refers_to(f.text, is_meant);
  if (f.kind == filter_kind::string && f.text.find('%') != std::string::npos) {
    bool found = false;
    static_cast<void>(
        package_impl::replace_interpolations(f.text, "%", [&](std::string_view inside) {
          found = found || package_impl::refers_to(inside, is_meant);
          return std::string();
        }));
    return found;
  }
  return std::ranges::any_of(f.args,
                             [&](const filter& arg) { return mentions_variable(arg, is_meant); });
}

OPAMPLAN_INLINE std::string to_string(const filter& f) {
  std::string out;
  package_impl::print(f, package_impl::context::disjunction, out);
  return out;
}

OPAMPLAN_INLINE variable_lookup package_lookup(const environment& env, std::string_view version,
                                               looked_at* looked) {
  return [&env, version = std::string(version),
          looked](std::string_view name) -> std::optional<variable_value> {
    if (name == "version") {
      if (looked != nullptr) looked->package = true;
      return variable_value(version);
    }
    if (looked != nullptr) looked->environment = true;
    const variable_value* const v = env.get(name);
    return v == nullptr ? std::nullopt : std::optional(*v);
  };
}

OPAMPLAN_INLINE std::optional<bool> evaluate_available(const filter& available,
                                                       const environment& env,
                                                       std::string_view /*name*/,
                                                       std::string_view version,
                                                       looked_at* looked) {
  if (available.kind == filter_kind::boolean) return available.value;
  const auto value = evaluate(available, package_lookup(env, version, looked));
  if (!value) return std::nullopt;
  return as_bool(*value).value_or(false);
}

OPAMPLAN_INLINE bool is_available(const filter& available, const environment& env,
                                  std::string_view name, std::string_view version) {
  return evaluate_available(available, env, name, version).value_or(false);
}

}  // namespace opamplan
