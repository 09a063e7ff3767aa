"""Plans for every combination of distributions, compilers, tests, lower bounds and the like.

repository = opamplan.Repository.open("opam-repository")
matrix = opamplan.plan_matrix(
    repository,
    opamplan.combinations(ocaml=["4.14.2", "5.3.0"], with_test=[False, True]),
)
matrix["debian-13-ocaml-5.3.0-with-test"].targets
matrix.save("matrix.json")
"""

from __future__ import annotations

import itertools
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Optional, Union

from opamplan._core.emit import EmitOptions
from opamplan._core.package import Environment
from opamplan._core.plan import Limits, Plan, make_plan
from opamplan._core.repository import Repository
from opamplan._core.solve import SolveResult, Universe
from opamplan.errors import InvalidRequest, PlanFormatError, expected, list_of
from opamplan.left_out import LeftOut, left_out_of
from opamplan.looks import Shown
from opamplan.matrix_rows import HEAD, Row, head_of, rows_of
from opamplan.plan_names import wrong_with
from opamplan.wording import ANY_COMPILER, listed, nearest

LIKE_STRATEGIES = ("graft", "merge")
"""Of which plans are made like others."""
_BETWEEN, _END = b",\n", b"\n]}\n"
_OPERATORS = (("<=", "up-to"), (">=", "from"), ("!=", "not"), ("<", "below"), (">", "above"))
_OPERATOR = re.compile(r"\s*(<=|>=|!=|<|>|=)\s*")
_FILE_NAME = re.compile(r"[^A-Za-z0-9.+~_-]+")


@dataclass(frozen=True)
class Combination(Shown):
    """One value of each axis of a matrix: what a plan of it is made for."""

    environment: str = "debian-13"
    """A preset, or `host`."""
    arch: str = ""
    """As opam names it; empty: the environment's own."""
    ocaml: str = "5.3.0"
    """The version; empty: none is asked for."""
    with_test: bool = False
    with_doc: bool = False
    prefer_oldest: bool = False
    """Lower bounds."""
    require: tuple[str, ...] = ()
    """Packages that every solution holds, `NAME` or `NAME OP VERSION`."""
    constraint: tuple[str, ...] = ()
    """What holds of packages where they are selected, `NAME OP VERSION`."""

    @property
    def name(self) -> str:
        """What can be the name of a folder: "debian-13-ocaml-5.3.0-with-test"."""
        flags = (("with-test", self.with_test), ("with-doc", self.with_doc))
        words = [self.environment, self.arch, f"ocaml-{self.ocaml}" if self.ocaml else ""]
        words += [word for word, holds in (*flags, ("oldest", self.prefer_oldest)) if holds]
        words += [*self.require, *self.constraint]
        return "-".join(filter(None, map(slug, words)))

    @property
    def asked(self) -> str:
        """What a plan does not say of itself, in words: "oldest versions, dune < 3.20".

        "any compiler" first, if no version of OCaml is asked for: a plan may have one all the same.
        """
        compiler = () if self.ocaml else (ANY_COMPILER,)
        oldest = ("oldest versions",) if self.prefer_oldest else ()
        required = (f"require {each}" for each in self.require)
        return ", ".join((*compiler, *oldest, *required, *self.constraint))

    def universe(self, repository: Repository, **options: Any) -> Universe:
        """`repository` evaluated for it; `options`: of `Universe`, such as `conflict_limit`."""
        if self.environment == "host":
            environment = Environment.host()
            if self.arch:
                environment["arch"] = self.arch
        else:
            environment = Environment.preset(self.environment, self.arch or "x86_64")
        return Universe(
            repository,
            environment,
            ocaml=self.ocaml,
            require=list(self.require),
            constraints=list(self.constraint),
            with_test=self.with_test,
            with_doc=self.with_doc,
            prefer_oldest=self.prefer_oldest,
            **options,
        )


AXES = tuple(field.name for field in fields(Combination))
SETS = ("require", "constraint")
"""Axes of which a value is several things that hold together."""


def combinations(**axes: Any) -> list[Combination]:
    """Every combination of values of the axes, which are the members of `Combination`.

    An axis is a list of values, or one value. A value of `require` and `constraint` is a list
    itself, or a string of what holds together: `require=["", "ocaml-option-flambda & dune < 3.20"]`
    is without and with both. The last axis of `Combination` varies fastest.
    """
    for name in axes:
        if name not in AXES:
            hint = nearest(name, AXES) or f"; there are: {', '.join(AXES)}"
            raise InvalidRequest(f"there is no axis {name}{hint}")
    values = [_values(name, axes[name]) if name in axes else [_PLAIN[name]] for name in AXES]
    return [Combination(*each) for each in itertools.product(*values)]


_PLAIN: dict[str, Any] = {field.name: field.default for field in fields(Combination)}


def _values(name: str, given: Any) -> list[Any]:
    several = given if isinstance(given, (list, tuple)) else [given]
    found = [_value(name, each) for each in several]
    if not found:
        raise InvalidRequest(f"the axis {name} has no values: leave it out")
    return list(dict.fromkeys(found))


def _value(name: str, given: Any) -> Any:
    """A value of an axis, as `Combination` has it."""
    if name in SETS:
        parts = given.split("&") if isinstance(given, str) else given
        if isinstance(parts, (list, tuple)) and all(isinstance(part, str) for part in parts):
            spaced = (_OPERATOR.sub(r" \1 ", part).strip() for part in parts)
            return tuple(filter(None, spaced))
        raise expected(f"a string or a list of strings in {name}", "'dune < 3.20'", given)
    kind = type(_PLAIN[name])
    if not isinstance(given, kind):
        what = "True or False" if kind is bool else "a string"
        raise expected(f"{what} in {name}", f"{_PLAIN[name]!r}", given)
    return given


def slug(text: str) -> str:
    """`dune >= 3.20`, so that it can be part of a file's name: `dune-from-3.20`."""
    for operator, word in _OPERATORS:
        text = text.replace(operator, f" {word} ")
    return _FILE_NAME.sub("-", text).strip("-")


def named(several: Iterable[Combination]) -> dict[str, Combination]:
    """Combinations by their names, each once. Raises InvalidRequest if two have one name."""
    found: dict[str, Combination] = {}
    for each in several:
        if found.setdefault(each.name, each) != each:
            both = " and ".join(_said(one) for one in (found[each.name], each))
            raise InvalidRequest(f"two combinations are called {each.name}: {both}; leave one out")
    return found


def _said(each: Combination) -> str:
    """What is particular to a combination: "require csexp, constraint dune < 3.20"."""
    values = {name: getattr(each, name) for name in AXES if getattr(each, name) != _PLAIN[name]}
    words = [
        f"{name.replace('_', '-')} {' & '.join(value) if name in SETS else value}"
        for name, value in values.items()
    ]
    return ", ".join(words) or each.name


class PlanMatrix(Shown, Mapping[str, Plan]):
    """Plans by the names of what they are for, in the order in which they were given.

    A mapping: `matrix["debian-13-ocaml-5.3.0"]` is a plan, `len(matrix)` is how many there are.
    Names are those of folders, see `write`; one plan alone may have none, and then is not written.
    `asked`: see the property; `results`: by name those that the plan was made from; `left_out`: by
    name what is known of those without their results.
    """

    def __init__(
        self,
        plans: Mapping[str, Plan],
        asked: Optional[Mapping[str, str]] = None,
        results: Optional[Mapping[str, Iterable[SolveResult]]] = None,
        left_out: Optional[Mapping[str, Iterable[LeftOut]]] = None,
    ) -> None:
        if not isinstance(plans, Mapping):
            raise expected("plans by name", "{'debian-13': plan}", plans)
        for name, plan in plans.items():
            if not isinstance(name, str):
                raise expected("plans by name", "{'debian-13': plan}", plans)
            if not isinstance(plan, Plan):
                raise expected("a Plan", "make_plan(universe.solve_all())", plan)
            if name or len(plans) > 1:
                _require_name(name)
        self._plans = dict(plans)
        self._asked = {name: (asked or {}).get(name, "") for name in plans}
        # Why there is no solution is found out when it is asked for: that takes longer than a plan.
        self._unsolved = {
            n: [r for r in several if not r] for n, several in (results or {}).items()
        }
        self._left_out = {name: sorted(several) for name, several in (left_out or {}).items()}

    def __getitem__(self, name: str) -> Plan:
        found = self._plans.get(name)
        if found is None:
            hint = nearest(str(name), self._plans) or f"; there are: {listed(list(self._plans))}"
            raise KeyError(f"there is no plan {name!r}{hint}")
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._plans

    def __iter__(self) -> Iterator[str]:
        return iter(self._plans)

    def __len__(self) -> int:
        return len(self._plans)

    def __repr__(self) -> str:
        return f"<PlanMatrix of {len(self)}: {listed(list(self))}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PlanMatrix):
            return NotImplemented
        mine, others = ((list(m._plans.items()), m._asked) for m in (self, other))
        return mine == others

    def __hash__(self) -> int:
        return hash(tuple(self._plans.items()))

    @property
    def asked(self) -> dict[str, str]:
        """By name what a plan was made for and does not say, see `Combination.asked`."""
        return dict(self._asked)

    @property
    def left_out(self) -> dict[str, list[LeftOut]]:
        """By name the targets that the plan does not build, ascending.

        Known if the matrix was planned here, or saved by who had planned it; what opam refuses
        as cyclic is known in any case. Why a target has no solution is found out when it is asked
        for: some 0.8 s of CPU for each plan of all of opam-repository.
        """
        for name, plan in self._plans.items():
            if name not in self._left_out:
                self._left_out[name] = left_out_of(plan, self._unsolved.pop(name, ()))
        return {name: list(self._left_out[name]) for name in self._plans}

    def only(self, name: str) -> PlanMatrix:
        """A matrix of that one plan. Raises KeyError."""
        return PlanMatrix({name: self[name]}, self._asked, left_out={name: self.left_out[name]})

    @cached_property
    def summary(self) -> dict[str, int]:
        """Figures of all of them: `layers` are distinct, `shared_layers` are in several plans.

        `steps` is what one builder carries out for all of them, each once.
        """
        layers: Counter[str] = Counter()
        steps: set[str] = set()
        for plan in self._plans.values():
            layers.update({key for key, _, _ in plan.layers()})
            steps.update(plan.build_keys())
        figures = [plan.summary for plan in self._plans.values()]
        return {
            "plans": len(self),
            "targets": sum(each["targets"] for each in figures),
            "layers": len(layers),
            "shared_layers": sum(count > 1 for count in layers.values()),
            "unshared_layers": sum(layers.values()),
            "install_steps": sum(each["install_steps"] for each in figures),
            "steps": len(steps),
        }

    def to_columns(self) -> dict[str, list[Any]]:
        """A row for each target of each plan, for data frames: `plan`, `target`."""
        rows = [(name, target) for name, plan in self.items() for target in plan.targets]
        return {"plan": [name for name, _ in rows], "target": [target for _, target in rows]}

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Write all of them to one file, as JSON: the whole of it, or what was there stays.

        Raises FileError.
        """
        from opamplan.files import save

        for name in self:
            _require_name(name)
        texts = [plan.to_json().strip().encode() for plan in self.values()]
        left_out = self.left_out
        rows = [
            Row(name, asked, len(text), left_out[name])
            for (name, asked), text in zip(self._asked.items(), texts)
        ]
        save(path, head_of(rows) + _BETWEEN.join(texts) + _END)

    @staticmethod
    def load(path: Union[str, os.PathLike[str]]) -> PlanMatrix:
        """What `save` wrote. Raises PlanFormatError or FileError."""
        from opamplan.files import telling

        place = os.fsdecode(path)
        plans = {}
        with telling(path), Path(path).open("rb") as file:
            rows = rows_of(file.readline() + file.readline(), place)
            most = os.fstat(file.fileno()).st_size
            for number, row in enumerate(rows, 1):
                name, size = row.name, row.bytes
                text = file.read(min(size, most))
                end = _END if number == len(rows) else _BETWEEN
                if len(text) < size or file.read(len(end)) != end:
                    raise PlanFormatError(
                        f"{place}: {name}: the plan does not end after the {size} bytes that the "
                        "first line says: cut short, or edited; make it again"
                    )
                try:
                    plans[name] = Plan.from_json(text)
                except PlanFormatError as error:
                    raise PlanFormatError(f"{place}: {name}: {error}") from None
        return PlanMatrix(
            plans,
            {row.name: row.asked for row in rows},
            left_out={row.name: row.left_out for row in rows},
        )

    def write(
        self,
        directory: Union[str, os.PathLike[str]],
        formats: Union[str, Iterable[str], None] = None,
        options: Optional[EmitOptions] = None,
        progress: Any = None,
    ) -> dict[str, dict[str, int]]:
        """Write the files of each plan below `directory`/NAME, see `write_plan`.

        Images are tagged `options.registry`/NAME/PACKAGE, as those of all plans have the same
        names. What was written below `directory` before, of one plan or of several of other names,
        is removed, if nobody changed it since. Returns paths and sizes by the names of plans.
        """
        from copy import copy

        from opamplan.output import write_plan
        from opamplan.several_folders import folders_of_plans

        for name in self:
            _require_name(name)
        written = {}
        with folders_of_plans(directory, self, progress):
            for name, plan in self.items():
                mine = copy(options) if options else EmitOptions()
                if mine.registry:
                    mine.registry = f"{mine.registry}/{name}"
                written[name] = write_plan(plan, Path(directory) / name, formats, mine, progress)
        return written


def _require_name(name: str) -> None:
    """Raise InvalidRequest if no plan of several can be called so."""
    if wrong := wrong_with(name):
        raise InvalidRequest(f"a plan cannot be called {name!r}: {wrong}")


def is_matrix(path: Union[str, os.PathLike[str]]) -> bool:
    """Whether a file is one that `PlanMatrix.save` wrote, by its first bytes."""
    from opamplan.files import telling

    with telling(path), Path(path).open("rb") as file:
        return file.read(len(HEAD)) == HEAD


def plan_matrix(
    repository: Repository,
    several: Iterable[Combination],
    targets: Iterable[str] = (),
    *,
    strategy: str = "graft",
    limits: Union[str, Limits] = "buildkit",
    sizes: Optional[Mapping[str, int]] = None,
    threads: int = 0,
    progress: Any = None,
    **options: Any,
) -> PlanMatrix:
    """A plan for each combination, of `targets`, by default of the newest version of all packages.

    What a repository says is read once, what differs is evaluated for each. A target without a
    solution in one is in the others. Each plan is made `like` those before it, so that with `graft`
    and `merge` a layer of several is built once. `options`: of `Universe`. Some 0.2 s of CPU each
    for all of opam-repository.
    """
    such_as = "combinations(ocaml=['5.3.0'])"
    chosen = named(list_of(Combination, "combinations", such_as, several))
    one = f"[{targets!r}]" if isinstance(targets, str) else "['dune']"
    wanted = list_of(str, "targets", one, targets)
    plans: dict[str, Plan] = {}
    unsolved = {}
    universe: Optional[Universe] = None
    for name, each in chosen.items():
        given = {"previous": universe, **options, "threads": threads}
        given.setdefault("avoid_version", "opam" if wanted or each.require else "batch")
        universe = each.universe(repository, **given)
        results = universe.solve_all(wanted or None, threads=threads, progress=progress)
        plans[name] = make_plan(
            results,
            strategy=strategy,
            limits=limits,
            sizes=sizes or {},
            like=list(plans.values()) if strategy in LIKE_STRATEGIES else [],
            threads=threads,
            progress=progress,
        )
        unsolved[name] = [result for result in results if not result]
    return PlanMatrix(plans, {name: each.asked for name, each in chosen.items()}, unsolved)
