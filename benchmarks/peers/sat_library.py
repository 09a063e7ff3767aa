"""All targets of a repository, asked of a well-kept SAT library for satisfiability alone.

    python benchmarks/peers/sat_library.py REPOSITORY... [--ocaml 5.3.0] [--every 10]
                                           [--solver cadical195]

Needs python-sat. The clauses of every candidate are written out once: at most one version of a
name, dependencies, conflicts, at most one of a conflict class; alternatives inside alternatives get
a variable. Each request is then two assumptions, the compiler and the target, posed to one solver
that keeps what it learnt. Any model will do, so this is less than what opamplan answers, which is
the one preferred solution. Whether there is a model is compared with it.
"""

from __future__ import annotations

import argparse
import ast
import functools
import time
from typing import Any

from timings import row

import opamplan
from opamplan._core.package import evaluate_file

Clauses = list[list[int]]


def holds(constraint: list[Any], version: opamplan.Version) -> bool:
    """If a version satisfies the tree of a constraint."""
    kind = constraint[0]
    if kind == "Empty":
        return True
    if kind == "Block":
        return holds(constraint[1], version)
    if kind == "And":
        return holds(constraint[1], version) and holds(constraint[2], version)
    if kind == "Or":
        return holds(constraint[1], version) or holds(constraint[2], version)
    if kind == "C":
        other = opamplan.Version(constraint[2])
        return {
            "=": version == other,
            "!=": version != other,
            ">=": version >= other,
            ">": version > other,
            "<=": version <= other,
            "<": version < other,
        }[constraint[1]]
    raise ValueError(kind)


def operands(tree: list[Any], kind: str) -> list[list[Any]]:
    """The parts of a chain of one operator."""
    if tree[0] == "Block":  # parentheses
        return operands(tree[1], kind)
    if tree[0] == kind:
        return operands(tree[1], kind) + operands(tree[2], kind)
    return [tree]


class Files:
    """Candidates and their rules, evaluated once for all requests."""

    def __init__(self, repository: opamplan.Repository, ocaml: str) -> None:
        self.repository = repository
        self.environment = opamplan.Environment.preset("debian-12").with_ocaml(ocaml)
        self.rules: dict[str, dict[str, Any]] = {}
        self.by_name: dict[str, list[tuple[str, opamplan.Version]]] = {}

    def candidates(self, name: str) -> list[tuple[str, opamplan.Version]]:
        if name not in self.by_name:
            self.by_name[name] = self._candidates(name)
        return self.by_name[name]

    @functools.cache  # noqa: B019
    def matching(self, name: str, constraint: str) -> list[str]:
        """The candidates of a name that satisfy the text of a constraint's tree."""
        tree = ast.literal_eval(constraint)
        return [package for package, version in self.candidates(name) if holds(tree, version)]

    def _candidates(self, name: str) -> list[tuple[str, opamplan.Version]]:
        if name not in self.repository.names:
            return []
        found = []
        for version in self.repository.versions(name):
            package = f"{name}.{version}"
            rules = evaluate_file(
                self.repository.text(package), name, str(version), self.environment
            )
            self.rules[package] = rules
            if rules["available"]:
                found.append((package, opamplan.Version(str(version))))
        if all("avoid-version" in self.rules[package]["flags"] for package, _ in found):
            return []
        return found


class Formula:
    """The clauses of all candidates that the targets can reach."""

    def __init__(self, files: Files, names: list[str]) -> None:
        self.files = files
        self.clauses: Clauses = []
        self.variables: dict[str, int] = {}
        self.count = 0
        self.names: set[str] = set()
        self.open: list[str] = []
        self.classes: dict[str, list[int]] = {}
        for name in names:
            self.reach(name)
        while self.open:
            self.write(self.open.pop())
        for members in self.classes.values():
            self.at_most_one(members)

    def new(self) -> int:
        self.count += 1
        return self.count

    def at_most_one(self, literals: list[int]) -> None:
        """Pairs for few, a chain of registers (Sinz 2005) for many."""
        if len(literals) <= 5:
            for i, a in enumerate(literals):
                self.clauses.extend([-a, -b] for b in literals[i + 1 :])
            return
        before = 0
        for literal in literals:
            register = self.new()
            self.clauses.append([-literal, register])
            if before:
                self.clauses += [[-before, register], [-before, -literal]]
            before = register

    def reach(self, name: str) -> None:
        if name in self.names:
            return
        self.names.add(name)
        packages = [package for package, _ in self.files.candidates(name)]
        for package in packages:
            self.variables[package] = self.new()
        self.open += packages
        self.at_most_one([self.variables[package] for package in packages])

    def matching(self, atom: list[Any]) -> list[int]:
        return [self.variables[package] for package in self.files.matching(atom[1], str(atom[2]))]

    def literals(self, tree: list[Any]) -> list[int]:
        """Literals of which one must hold if the tree does."""
        if tree[0] == "Block":
            return self.literals(tree[1])
        if tree[0] == "Atom":
            self.reach(tree[1])
            return self.matching(tree)
        if tree[0] == "Or":
            return [literal for part in operands(tree, "Or") for literal in self.literals(part)]
        gate = self.new()
        for part in operands(tree, "And"):
            self.clauses.append([-gate, *self.literals(part)])
        return [gate]

    def write(self, package: str) -> None:
        rules = self.files.rules[package]
        variable = self.variables[package]
        if rules["depends"]:
            for part in operands(rules["depends"].tree(), "And"):
                if part[0] != "Empty":
                    self.clauses.append([-variable, *self.literals(part)])
        if rules["conflicts"]:
            for part in operands(rules["conflicts"].tree(), "Or"):
                if part[0] != "Atom" or part[1] == package.partition(".")[0]:
                    continue
                # A name that is reached only by being excluded may stay out.
                self.reach(part[1])
                self.clauses += [[-variable, -other] for other in self.matching(part)]
        for one in rules["conflict_class"]:
            self.classes.setdefault(one, []).append(variable)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("repository", nargs="+", help="laid over each other, the first on top")
    parser.add_argument("--ocaml", default="5.3.0")
    parser.add_argument("--every", type=int, default=10, help="take each N-th target")
    parser.add_argument("--solver", default="cadical195", help="a name that python-sat knows")
    args = parser.parse_args()
    try:
        from pysat.solvers import Solver
    except ImportError:
        parser.error("python-sat is not here: pip install python-sat")

    repository = opamplan.Repository.open(args.repository)
    environment = opamplan.Environment.preset("debian-12")
    universe = opamplan.Universe(repository, environment, ocaml=args.ocaml)
    targets = [t for t in universe.latest() if not t.startswith("ocaml.")][:: args.every]
    begin = time.perf_counter()
    formula = Formula(
        Files(repository, args.ocaml), ["ocaml", *(t.partition(".")[0] for t in targets)]
    )
    print(
        f"{formula.count} variables, {len(formula.clauses)} clauses, "
        f"written in {time.perf_counter() - begin:.1f} s (Python)"
    )
    begin = time.perf_counter()
    solver = Solver(name=args.solver, bootstrap_with=formula.clauses)
    print(f"added to {args.solver} in {(time.perf_counter() - begin) * 1000:.0f} ms")

    mine, theirs, differ = [], [], []
    compiler = formula.variables[f"ocaml.{args.ocaml}"]
    # A name of which every version is to be avoided has no candidates but as a root.
    targets = [t for t in targets if t in formula.variables]
    for target in targets:
        begin = time.perf_counter()
        answer = universe.solve(target)
        mine.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        satisfiable = solver.solve(assumptions=[compiler, formula.variables[target]])
        theirs.append(time.perf_counter() - begin)
        if satisfiable != bool(answer):
            differ.append(target)
    print(f"{len(targets)} requests")
    row(f"any model, {args.solver}", theirs)
    row("the preferred answer, opamplan", mine)
    print(f"answers that differ: {len(differ)}{''.join(' ' + t for t in differ)}")
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
