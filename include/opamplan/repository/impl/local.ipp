#pragma once

#include <cstdint>

#include "opamplan/repository/impl/readers.hpp"

// Files that are already at hand.

namespace opamplan::repository_impl {

OPAMPLAN_INLINE source_content read_memory(const memory_source& from, content_builder& to) {
  to.team().set_total(from.files.size());
  to.team().for_each(from.files.size(), 16, [&](unsigned worker) {
    return [&, worker](std::size_t i) {
      const memory_file& f = from.files[i];
      if (f.path == "repo") {
        to.set_repo_text(f.text);
      } else if (to.admit(worker, f.path, f.text.size())) {
        to.add_path(worker, f.path, f.text, false, static_cast<std::uint32_t>(i));
      }
      to.team().add_done();
    };
  });
  to.drop_nested();
  source_content content = to.finish();
  content.info.label = from.label;
  content.cacheable = false;
  return content;
}

}  // namespace opamplan::repository_impl
