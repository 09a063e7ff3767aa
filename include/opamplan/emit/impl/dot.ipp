/// \file
/// Writing a plan for Graphviz.
#pragma once

#include <set>

#include "opamplan/base/config.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/emit/dot.hpp"

namespace opamplan {
namespace emit_impl {

/// A line for each package of a step, or for each system package of a system step.
inline std::string step_label(const plan& p, const plan_step& step) {
  std::string lines;
  for (const layer_id layer : step.installs) {
    for (const plan_package_id package : p.layers[layer].packages) {
      if (!lines.empty()) lines += '\n';
      lines += p.packages[package].full_name();
    }
  }
  if (!lines.empty()) return lines;
  lines = "system packages";
  for (const std::string& name : step.depexts) lines += '\n' + name;
  return lines;
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::string dot(const plan& p) {
  std::set<step_id> targets;
  for (const plan_target& target : p.targets) targets.insert(target.step);
  std::string out = "digraph plan {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const step_id s : p.steps.indices()) {
    const plan_step& step = p.steps[s];
    const std::string node = "s" + std::to_string(s);
    // Graphviz reads what JSON writes: quotes and line breaks have the same escapes.
    out += "  " + node + " [label=" + json_string(emit_impl::step_label(p, step)) +
           (targets.contains(s) ? ", style=bold" : "") + "];\n";
    if (step.parent != step_id::none) {
      out += "  s" + std::to_string(step.parent) + " -> " + node + ";\n";
    }
    for (const step_id graft : step.grafts) {
      out += "  s" + std::to_string(graft) + " -> " + node + " [style=dashed];\n";
    }
  }
  return out + "}\n";
}

}  // namespace opamplan
