/// \file
/// What travels when Python pickles what stands in a repository: names instead of ids.
#pragma once

#include <cstdint>
#include <opamplan/repository/repository.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "bindings.hpp"
#include "solve.hpp"
#include "solve_explain.hpp"

namespace opamplan::python {

/// A repository that knows these versions, NAME.VERSION, and nothing of them.
[[nodiscard]] repository names_only(const std::vector<std::string>& full_names);

/// For each position those of its neighbours.
using neighbours = std::vector<std::vector<std::uint32_t>>;

/// Status, name, target, packages, dependencies, post dependencies and depexts.
using result_state =
    std::tuple<std::uint8_t, std::string, std::optional<std::string>, std::vector<std::string>,
               neighbours, neighbours, std::vector<std::string>>;
[[nodiscard]] result_state state_of(const py_result& r);
[[nodiscard]] std::shared_ptr<py_result> result_from(const result_state& state);

/// The fact, and the package that `fact::package` is.
using fact_state = std::tuple<std::string, std::uint8_t, std::string, std::string,
                              std::vector<std::string>, std::string, std::string, std::uint32_t,
                              std::uint32_t, bool, std::vector<std::string>>;
[[nodiscard]] fact_state state_of(const py_fact& f);
[[nodiscard]] py_fact fact_from(const fact_state& state);

/// Name, target, facts, sentences, cause, blockers, minimal.
using explanation_state =
    std::tuple<std::string, std::optional<std::string>, std::vector<fact_state>,
               std::vector<std::string>, std::string, std::vector<std::string>, bool>;
[[nodiscard]] explanation_state state_of(const py_explanation& e);
[[nodiscard]] py_explanation explanation_from(const explanation_state& state);

/// Cause, blockers, targets.
using group_state = std::tuple<std::string, std::vector<std::string>, std::vector<std::string>>;
[[nodiscard]] group_state state_of(const py_blocker_group& g);
[[nodiscard]] py_blocker_group group_from(const group_state& state);

/// Name, blocked, unlocked, rules.
using blocker_state = std::tuple<std::string, std::size_t, std::size_t, std::vector<fact_state>>;
[[nodiscard]] blocker_state state_of(const py_blocker& b);
[[nodiscard]] py_blocker blocker_from(const blocker_state& state);

using report_state = std::tuple<std::vector<explanation_state>, std::vector<group_state>,
                                std::vector<blocker_state>>;
[[nodiscard]] report_state state_of(const py_blocker_report& r);
[[nodiscard]] py_blocker_report report_from(const report_state& state);

}  // namespace opamplan::python
