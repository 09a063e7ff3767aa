#include "opamplan/solve/universe.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "opamplan/base/error.hpp"
#include "opamplan/package/opam_file.hpp"
#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

/// A choice as text: its packages, or the rules of its branches.
std::string text_of_choice(const universe& u, choice_id s) {
  const universe_tables& t = u.tables();
  const auto& role = t.roles[t.choices[s].role];
  std::string out = "{";
  for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
    const candidate_id c{role.first_candidate + i};
    if (!t.contains(s, c)) continue;
    const package_id p = t.candidate_packages[c];
    if (p != package_id::none) {
      out += " " + u.repository().full_name(p);
      continue;
    }
    out += " [";
    for (const choice_id r : t.required[c]) out += text_of_choice(u, r);
    for (const choice_id f : t.forbidden[c]) out += "!" + text_of_choice(u, f);
    out += "]";
  }
  return out + " }";
}

bool same_tables(const universe& one, const universe& other) {
  const universe_tables& a = one.tables();
  const universe_tables& b = other.tables();
  const auto roles_of = [](const universe_tables& t) {
    std::vector<std::uint32_t> out{t.domain_words};
    for (const auto& r : t.roles) {
      out.insert(out.end(), {r.first_candidate, r.candidate_count, r.first_word, r.word_count});
    }
    for (const auto& c : t.choices) {
      out.insert(out.end(), {c.role.value(), c.first_word, c.member_count});
    }
    return out;
  };
  return roles_of(a) == roles_of(b) && a.candidate_roles == b.candidate_roles &&
         a.candidate_packages == b.candidate_packages && a.choice_words == b.choice_words &&
         a.any_version == b.any_version && a.required == b.required && a.forbidden == b.forbidden &&
         a.classes == b.classes && a.class_names == b.class_names &&
         a.root_required == b.root_required && a.root_forbidden == b.root_forbidden &&
         a.optional_names == b.optional_names && a.post_only_names == b.post_only_names &&
         a.package_candidates == b.package_candidates &&
         a.package_availability == b.package_availability;
}

/// What the rules of one package should be, from its own file alone.
class expected_rules {
 public:
  expected_rules(const universe& u, package_id p, bool root) : u_(u) {
    const repository& repo = u.repository();
    const auto evaluate = [&](const filtered_formula& f) {
      return evaluate_depends(f, u.environment(), repo.name_string(p), repo.version_string(p),
                              dependency_switches(repo, u.options(), p, root));
    };
    require(evaluate(read_depends(repo.file(p))));
    forbid(evaluate(read_conflicts(repo.file(p))), required, forbidden);
  }

  std::string required;
  std::string forbidden;

 private:
  // Of the candidates, in their order.
  [[nodiscard]] std::string members(const package_atom& atom) const {
    const universe_tables& t = u_.tables();
    std::string out = "{";
    const name_id name = u_.repository().find_name(atom.name);
    if (name != name_id::none) {
      const auto& role = t.roles[name];
      for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
        const package_id p = t.candidate_packages[role.first_candidate + i];
        if (satisfies(atom.constraint, u_.repository().version_string(p))) {
          out += " " + u_.repository().full_name(p);
        }
      }
    }
    return out + " }";
  }
  static void flatten(const package_formula& f, formula_kind kind,
                      std::vector<const package_formula*>& out) {
    if (f.kind != kind) {
      out.push_back(&f);
      return;
    }
    for (const package_formula& arg : f.args) flatten(arg, kind, out);
  }
  void require(const package_formula& f) {
    if (f.is_atom()) {
      required += members(f.atom);
    } else if (f.is_disjunction()) {
      std::vector<const package_formula*> branches;
      flatten(f, formula_kind::disjunction, branches);
      required += "{";
      for (const package_formula* b : branches) {
        required += " [";
        require(*b);
        required += "]";
      }
      required += " }";
    } else {
      for (const package_formula& arg : f.args) require(arg);
    }
  }
  void forbid(const package_formula& f, std::string& required, std::string& forbidden) {
    if (f.is_atom()) {
      if (u_.repository().find_name(f.atom.name) != name_id::none) forbidden += members(f.atom);
    } else if (f.is_conjunction()) {
      std::vector<const package_formula*> branches;
      flatten(f, formula_kind::conjunction, branches);
      required += "{";
      for (const package_formula* b : branches) {
        std::string more;
        std::string excluded;
        forbid(*b, more, excluded);
        required += " [" + more + (excluded.empty() ? "" : "!" + excluded) + "]";
      }
      required += " }";
    } else {
      for (const package_formula& arg : f.args) forbid(arg, required, forbidden);
    }
  }
  const universe& u_;
};

void check_rules(const universe& u, package_id p, bool root) {
  const universe_tables& t = u.tables();
  const std::size_t c = t.package_candidates[p];
  const expected_rules expected(u, p, root);
  std::string required;
  std::string forbidden;
  for (const choice_id s : root ? t.root_required[c] : t.required[c])
    required += text_of_choice(u, s);
  for (const choice_id s : root ? t.root_forbidden[c] : t.forbidden[c])
    forbidden += text_of_choice(u, s);
  CAPTURE(u.repository().text(p));
  CHECK(required == expected.required);
  CHECK(forbidden == expected.forbidden);
}

}  // namespace

TEST_CASE("availability says why a version is no candidate") {
  const universe u = small_universe({{"a.1"},
                                     {"a.2", "available: os = \"win32\""},
                                     {"a.3", "available: nobody-knows-this"},
                                     {"b.1", "flags: avoid-version"},
                                     {"b.2", "available: false"}});
  CHECK(u.availability(id_of(u, "a.1")) == availability::available);
  CHECK(u.availability(id_of(u, "a.2")) == availability::filtered);
  CHECK(u.availability(id_of(u, "a.3")) == availability::undefined);
  CHECK(u.availability(id_of(u, "b.1")) == availability::avoided);
  CHECK(u.is_candidate(id_of(u, "a.1")));
  CHECK_FALSE(u.is_candidate(id_of(u, "a.2")));
  CHECK_FALSE(u.is_candidate(id_of(u, "b.1")));
}

TEST_CASE("the latest version is the newest available, avoid-version ones included") {
  const universe u = small_universe({{"a.1"},
                                     {"a.2", "flags: avoid-version"},
                                     {"a.3", "available: false"},
                                     {"b.1", "available: false"},
                                     {"c.1", "flags: avoid-version"}});
  CHECK(text_of(u, u.latest()) == "a.2 c.1");
  CHECK(u.latest(u.repository().find_name("b")) == package_id::none);
  CHECK(text_of(u, u.available_packages()) == "a.1 a.2 c.1");
}

TEST_CASE("equal demands are one choice, whoever makes them and however they are written") {
  const universe u = small_universe({{"a.1", R"(depends: ["x" {>= "2"}])"},
                                     {"b.1", R"(depends: ["x" {> "1"}])"},
                                     {"c.1", R"(depends: ["x" {!= "1"}])"},
                                     {"d.1", R"(depends: ["x"])"},
                                     {"x.1"},
                                     {"x.2"},
                                     {"x.3"}});
  const universe_tables& t = u.tables();
  const auto need = [&](const char* name) {
    return t.required[t.package_candidates[id_of(u, name)]][0];
  };
  CHECK(need("a.1") == need("b.1"));
  CHECK(need("a.1") == need("c.1"));
  CHECK(need("a.1") != need("d.1"));
  CHECK(need("d.1") == t.any_version[u.repository().find_name("x")]);
  CHECK(t.choices[need("a.1")].member_count == 2);
}

TEST_CASE("candidates are newest first, avoid-version ones last; oldest first when asked") {
  const std::vector<small_file> files = {
      {"a.1"}, {"a.2", "flags: avoid-version"}, {"a.3"}, {"a.4", "flags: avoid-version"}, {"a.10"}};
  const auto order = [&](bool oldest) {
    universe_options options;
    options.prefer_oldest = oldest;
    const universe u = small_universe(files, options);
    return text_of(u, u.tables().candidate_packages);
  };
  CHECK(order(false) == "a.10 a.3 a.1 a.4 a.2");
  CHECK(order(true) == "a.1 a.3 a.10 a.2 a.4");
}

TEST_CASE("the environment decides filters, and the version dev has its own") {
  const std::vector<small_file> files = {
      {"a.1", R"(depends: ["x" {os = "linux"} "y" {os = "macos"} "z" {dev}])"},
      {"a.dev", R"(depends: ["z" {dev}])"},
      {"x.1"},
      {"y.1"},
      {"z.1"}};
  const universe u = small_universe(files);
  const universe_tables& t = u.tables();
  const auto needs = [&](const char* name) {
    return t.required[t.package_candidates[id_of(u, name)]].size();
  };
  CHECK(needs("a.1") == 1);
  CHECK(needs("a.dev") == 1);
}

TEST_CASE("with another repository a universe is what one made from nothing is") {
  const small_shape shape{12, 5, 4, 0.3, 0.5, 0.2, 0.1, 0.1, 0.05, 0.5};
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    small_generator random(seed, shape);
    universe_options options;
    options.root_dependencies.with_test = seed % 2 == 1;
    options.prefer_oldest = seed % 3 == 1;
    options.avoid_version = seed % 5 == 1 ? avoid_rule::opam : avoid_rule::batch;
    std::vector<small_file> files = random.files();
    universe u = small_universe(files, options);
    for (int edit = 0; edit < 12; ++edit) {
      CAPTURE(seed);
      CAPTURE(edit);
      files = random.edited(files);
      u = u.with_repository(small_repository(files));
      CHECK(same_tables(u, small_universe(files, options)));
      CHECK(u.repository().size() == files.size());
    }
  }
}

TEST_CASE("made like another universe it is what one made from nothing is, whatever differs") {
  const small_shape shape{12, 5, 4, 0.3, 0.5, 0.2, 0.2, 0.1, 0.05, 0.5};
  std::vector<environment> places;
  for (const char* os : {"linux", "win32", "%{mine}%"}) {
    for (const char* mine : {"linux", "macos"}) {
      places.push_back(small_environment());
      places.back().set("os", os);
      places.back().set("mine", mine);
    }
  }
  places.back().unset("mine");
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    small_generator random(seed, shape);
    const repository files = small_repository(random.files());
    universe u = make_universe(files, places[0]);
    for (int step = 0; step < 12; ++step) {
      CAPTURE(seed);
      CAPTURE(step);
      universe_options options;
      options.root_dependencies.with_test = random.chance(0.5);
      options.dependencies.post = options.root_dependencies.post = random.chance(0.8);
      options.dependencies.dev = random.chance(0.2);
      options.prefer_oldest = random.chance(0.3);
      options.avoid_version = random.chance(0.2) ? avoid_rule::opam : avoid_rule::batch;
      const environment& where = places[random.below(std::uint32_t(places.size()))];
      const repository in =
          random.chance(0.8) ? files : small_repository(random.edited(random.files()));
      u = make_universe(in, where, options, u);
      CHECK(same_tables(u, make_universe(in, where, options)));
    }
  }
}

TEST_CASE("with tests a universe may be made like one without, of which all else is taken") {
  const repository files = small_repository({{"a.1", "depends: [\"b\" {with-test}]"}, {"b.1"}});
  universe_options tests;
  tests.root_dependencies.with_test = true;
  const universe u =
      make_universe(files, small_environment(), tests, make_universe(files, small_environment()));
  CHECK(same_tables(u, make_universe(files, small_environment(), tests)));
}

TEST_CASE("rules on as many candidates as before, but others, are read again") {
  const repository files = small_repository({{"a.1", "available: os = \"linux\""},
                                             {"a.2", "available: os = \"win32\""},
                                             {"b.1", "depends: [\"a\" {>= \"2\"} \"a\"]"}});
  environment other = small_environment();
  other.set("os", "win32");
  const universe u = make_universe(files, other, {}, make_universe(files, small_environment()));
  CHECK(same_tables(u, make_universe(files, other)));
}

TEST_CASE("with a repository that has a name that was missing its rules are there") {
  const universe before = small_universe({{"a.1", "conflicts: [\"b\" \"d\"]\ndepopts: \"b\""}});
  CHECK(before.tables().forbidden.values.empty());
  const universe after = before.with_repository(
      small_repository({{"a.1", "conflicts: [\"b\" \"d\"]\ndepopts: \"b\""}, {"b.1"}}));
  CHECK(after.tables().forbidden.values.size() == 1);
  CHECK(after.tables().optional_names.values.size() == 1);
}

TEST_CASE("making a universe with another repository can be cancelled") {
  const universe u = small_universe({{"a.1"}});
  CHECK_THROWS_AS(static_cast<void>(u.with_repository(u.repository(),
                                                      [](const progress_event&) { return false; })),
                  cancelled);
}

TEST_CASE("a universe is the same whatever the number of threads") {
  const auto files = small_generator(3, {120, 3, 3, 0.2, 0.3, 0.1, 0.1, 0.1, 0.03, 0.3}).files();
  const auto with = [&](unsigned threads) {
    universe_options options;
    options.threads = threads;
    return small_universe(files, options);
  };
  const universe one = with(1);
  const universe five = with(5);
  CHECK(one.tables().choice_words == five.tables().choice_words);
  CHECK(one.tables().required.values == five.tables().required.values);
  CHECK(one.tables().forbidden.values == five.tables().forbidden.values);
  CHECK(one.tables().candidate_packages == five.tables().candidate_packages);
}

TEST_CASE("a text that many files share means in each what it means there alone") {
  small_shape shape{12, 6, 4, 0.3, 0.5, 0.0, 0.1, 0.2, 0.05, 0.6};
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    universe_options options;
    options.root_dependencies.with_test = true;
    options.prefer_oldest = seed % 2 == 1;
    const universe u = small_universe(small_generator(seed, shape).files(), options);
    for (const package_id p : u.tables().candidate_packages) {
      if (p == package_id::none) break;  // branches come last
      for (const bool root : {false, true}) check_rules(u, p, root);
    }
  }
}

TEST_CASE("of a repository that is evaluated again nothing is left from before") {
  const repository files =
      small_repository(small_generator(5, {60, 4, 4, 0.3, 0.4, 0.2, 0.1, 0.1, 0.03, 0.5}).files());
  environment other = small_environment();
  other.set("os", "macos");
  const universe first = make_universe(files, small_environment());
  const universe between = make_universe(files, other);
  const universe again = make_universe(files, small_environment());
  CHECK(same_tables(first, again));
  CHECK_FALSE(same_tables(first, between));
}

TEST_CASE("making a universe can be cancelled") {
  universe_options options;
  options.progress = [](const progress_event&) { return false; };
  CHECK_THROWS_AS(static_cast<void>(small_universe({{"a.1"}}, options)), cancelled);
}

TEST_CASE("an empty repository makes an empty universe") {
  const universe u = make_universe(repository(), small_environment());
  CHECK(u.latest().empty());
  CHECK(u.available_packages().empty());
}
