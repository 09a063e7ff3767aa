/// \file
/// Comparing syntax trees.
#pragma once

#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/syntax/equal.hpp"

namespace opamplan::syntax {
namespace syntax_impl {

template <class View>
bool equal_siblings(const sibling_range<View>& a, const sibling_range<View>& b) {
  auto i = a.begin();
  auto j = b.begin();
  for (; i != a.end() && j != b.end(); ++i, ++j) {
    if (!equal(*i, *j)) return false;
  }
  return i == a.end() && j == b.end();
}

}  // namespace syntax_impl

OPAMPLAN_INLINE bool equal(const value& a, const value& b) {
  if (a.kind() != b.kind() || a.oper() != b.oper()) return false;
  switch (a.kind()) {
    case value_kind::integer:
      return a.as_int() == b.as_int();
    case value_kind::boolean:
    case value_kind::identifier:
      return a.source() == b.source();
    case value_kind::string: {
      std::string first;
      std::string second;
      return a.as_string_view(first) == b.as_string_view(second);
    }
    case value_kind::option:
      return equal(a.subject(), b.subject()) &&
             syntax_impl::equal_siblings(a.children(), b.children());
    default:  // the operands of an operator are siblings too
      return syntax_impl::equal_siblings(a.children(), b.children());
  }
}

OPAMPLAN_INLINE bool equal(const item& a, const item& b) {
  if (a.is_section() != b.is_section() || a.name() != b.name()) return false;
  if (!a.is_section()) return equal(a.value(), b.value());
  const auto first = a.label();
  const auto second = b.label();
  if (first.has_value() != second.has_value()) return false;
  if (first && !equal(*first, *second)) return false;
  return syntax_impl::equal_siblings(a.items(), b.items());
}

OPAMPLAN_INLINE bool equal(const file& a, const file& b) {
  return syntax_impl::equal_siblings(a.items(), b.items());
}

}  // namespace opamplan::syntax
