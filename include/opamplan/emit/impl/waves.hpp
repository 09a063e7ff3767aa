/// \file
/// The batches of a plan, in the order in which those who carry them out side by side take them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "opamplan/base/rows.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan::emit_impl {

/// Batches that wait for no other of them, by the number of their wave; of a plan that is not
/// sharded each batch alone.
inline std::map<std::uint32_t, std::vector<batch_id>> waves(const plan& p) {
  std::map<std::uint32_t, std::vector<batch_id>> found;
  for (const batch_id batch : p.batches.indices()) {
    found[p.builders == 0 ? batch.value() : p.batches[batch].wave].push_back(batch);
  }
  return found;
}

/// The batches whose caches one reads, by their names.
inline std::string names_of_caches(const flat_rows<batch_id>& imports, batch_id batch) {
  std::string out;
  for (const batch_id other : imports[batch]) {
    out += (out.empty() ? "" : " ") + batch_name(other);
  }
  return out;
}

}  // namespace opamplan::emit_impl
