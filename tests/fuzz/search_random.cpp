/// \file
/// Random tables, from two packages to some thousand: every search gives the preferred answer, that
/// of brute force where there is little and that of a SAT library (if it is here) where there is
/// much. Kept and fresh, walked and guided, traced, cut short, one thread and two.
#include <opamplan/solve/sat_core.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

#include "judge.hpp"
#include "random_main.hpp"
#include "solve/random_formula.hpp"
#include "solve/random_tables.hpp"

namespace {

using namespace opamplan;
using namespace opamplan::test;
using answer = std::optional<std::vector<candidate_id>>;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

struct cut_short : std::runtime_error {
  using std::runtime_error::runtime_error;
};

answer ask(sat_core& s, choice_id target) {
  const search_outcome outcome = s.solve(target);
  require(outcome != search_outcome::gave_up, "no request is given up without a limit");
  if (outcome == search_outcome::unsatisfiable) return std::nullopt;
  return std::vector<candidate_id>(s.selected().begin(), s.selected().end());
}

sat_core::options hard(sat_core::options options, std::mt19937& random) {
  options.walk_conflicts = random() % 3;
  options.clause_limit = 1 + random() % 30;
  return options;
}

/// A refutation is one: without the other rules there is no solution either.
void check_refutation(const universe_tables& t, const sat_core::options& options, choice_id target,
                      std::span<const rule_place> rules) {
  enabled_rules enabled;
  enabled.required.assign(t.required.values.size(), 0);
  enabled.forbidden.assign(t.forbidden.values.size(), 0);
  enabled.classes.assign(t.classes.values.size(), 0);
  for (const rule_place& r : rules) {
    const std::size_t c = r.candidate;
    switch (r.what) {
      case rule_place::kind::required:
        enabled.required[t.required.offsets[c] + r.position] = 1;
        break;
      case rule_place::kind::forbidden:
        enabled.forbidden[t.forbidden.offsets[c] + r.position] = 1;
        break;
      case rule_place::kind::conflict_class:
        enabled.classes[t.classes.offsets[c] + r.position] = 1;
        break;
    }
  }
  sat_core::options some = options;
  some.enabled = &enabled;
  require(!ask(*std::make_unique<sat_core>(t, some), target), "a refutation refutes");
}

/// Searches that end early leave nothing half done.
void cut(sat_core& s, std::mt19937& random, int& countdown, choice_id target,
         const answer& expected) {
  countdown = static_cast<int>(random() % 4);
  const bool throws = random() % 2 == 0;
  if (!throws) s.set_conflict_limit(random() % 5);
  try {
    const search_outcome outcome = s.solve(target);
    require(outcome == search_outcome::gave_up ||
                (outcome == search_outcome::satisfiable) == expected.has_value(),
            "a search that is cut short is right or given up");
  } catch (const cut_short&) {
  }
  s.set_conflict_limit(1'000'000'000);
  countdown = -1;
}

template <class Expected>
void compare(const universe_tables& t, std::mt19937& random, std::size_t most_targets,
             const Expected& expected_of) {
  sat_core::options options;
  options.conflict_limit = 1'000'000'000;
  for (std::uint32_t i = random() % 3; i > 0; --i) {
    options.roots.push_back(choice_id(random() % t.choices.size()));
  }
  sat_core::options traced = random() % 2 == 0 ? options : hard(options, random);
  traced.trace = true;
  int countdown = -1;
  sat_core::options cuttable = hard(options, random);
  cuttable.keep_going = [&] {
    if (countdown == 0) throw cut_short("cut short");
    countdown -= countdown > 0 ? 1 : 0;
    return true;
  };
  sat_core kept(t, options);
  sat_core guided(t, hard(options, random));
  sat_core explained(t, traced);
  sat_core interrupted(t, cuttable);
  for (std::size_t i = 0; i < most_targets; ++i) {
    const choice_id target{static_cast<std::uint32_t>(random() % t.choices.size())};
    std::vector<choice_id> roots = options.roots;
    roots.push_back(target);
    const answer expected = expected_of(roots);
    cut(interrupted, random, countdown, target, expected);
    sat_core fresh(t, options);
    for (sat_core* s : {&kept, &guided, &explained, &interrupted, &fresh}) {
      require(ask(*s, target) == expected, "the answer is the preferred one");
    }
    if (!expected) check_refutation(t, options, target, explained.refutation());
  }
}

void small(std::mt19937& random) {
  random_shape shape;
  shape.roles = 2 + random() % 5;
  shape.most_candidates = 1 + random() % (shape.roles > 5 ? 3 : 4);
  shape.most_required = random() % 5;
  shape.forbid_probability = 0.1 * static_cast<double>(random() % 10);
  shape.class_probability = 0.1 * static_cast<double>(random() % 6);
  const universe_tables t = random_tables(random, shape);
  const auto models = all_models(t);
  compare(t, random, 8,
          [&](const std::vector<choice_id>& roots) { return preferred(t, models, roots); });
}

void formula(std::mt19937& random) {
  const std::uint32_t variables = 5 + random() % 9;
  const random_formula f(random(), variables, variables * (35 + random() % 20) / 10);
  const universe_tables t = f.tables();
  const answer expected = f.preferred();
  for (const bool guided : {false, true}) {
    sat_core s(t, guided ? hard({}, random) : sat_core::options{});
    answer got = ask(s, t.any_version[0]);
    if (got) std::sort(got->begin(), got->end());
    require(got == expected, "the answer of a formula is the preferred one");
  }
}

/// Two threads that share the tables.
void check_threads(const universe_tables& t) {
  const auto answers = [&] {
    std::vector<answer> out;
    sat_core s(t, {});
    for (std::size_t r = 0; r < t.any_version.size(); r += 1 + t.any_version.size() / 20) {
      out.push_back(ask(s, t.any_version[r]));
    }
    return out;
  };
  std::vector<answer> other;
  std::thread thread([&] { other = answers(); });
  const auto mine = answers();
  thread.join();
  require(mine == other, "threads give the same answers");
}

void large(std::mt19937& random) {
  random_shape shape;
  // Mostly some hundred packages, some thousand now and then.
  shape.roles = 30 + random() % (random() % 40 == 0 ? 1'500 : 120);
  shape.most_candidates = 1 + random() % 8;
  shape.most_required = 1 + random() % 4;
  shape.forbid_probability = 0.02 * static_cast<double>(random() % 20);
  shape.class_probability = 0.001 * static_cast<double>(random() % 20);
  const universe_tables t = random_tables(random, shape);
#ifdef OPAMPLAN_HAVE_CADICAL
  judge by_library(t);
  compare(t, random, 2,
          [&](const std::vector<choice_id>& roots) { return by_library.preferred(roots); });
#else
  compare(t, random, 2, [&](const std::vector<choice_id>& roots) {
    sat_core::options options;
    options.roots.assign(roots.begin(), roots.end() - 1);
    sat_core s(t, options);
    return ask(s, roots.back());
  });
#endif
  if (random() % 8 == 0) check_threads(t);
}

}  // namespace

void opamplan::test::try_seed(std::uint64_t seed) {
  std::seed_seq words{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
  std::mt19937 random(words);
  switch (random() % 25) {
    case 0:
      large(random);
      break;
    case 1:
      formula(random);
      break;
    default:
      small(random);
  }
}
