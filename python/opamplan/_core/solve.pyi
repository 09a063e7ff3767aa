"""
Universes, what they answer, and why.
"""

from __future__ import annotations
import collections.abc
import opamplan._core.package
import opamplan._core.repository
import typing

__all__: list[str] = [
    "Blocker",
    "BlockerGroup",
    "BlockerReport",
    "Explanation",
    "Fact",
    "SolveResult",
    "Universe",
]

class Fact:
    """
    One thing that an opam file says.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(
        self,
    ) -> tuple[str, int, str, str, list[str], str, str, int, int, bool, list[str]]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            str,
            typing.SupportsInt | typing.SupportsIndex,
            str,
            str,
            collections.abc.Sequence[str],
            str,
            str,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            bool,
            collections.abc.Sequence[str],
        ],
    ) -> None: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def to_dict(self) -> dict[str, typing.Any]:
        """
        For JSON.
        """
    @property
    def about(self) -> str:
        """
        The one name or class it is about; empty for alternatives.
        """
    @property
    def column(self) -> int:
        """
        1-based, in bytes.
        """
    @property
    def field(self) -> str:
        """
        `depends`, `depopts`, `conflicts` or `conflict-class`.
        """
    @property
    def impossible_alone(self) -> bool:
        """
        True if nothing that was allowed can satisfy it: a root of the matter.
        """
    @property
    def kind(self) -> str:
        """
        "needs", "conflicts" or "conflict-class".
        """
    @property
    def lacking(self) -> list[str]:
        """
        Names of which it wants versions that nobody allows or that do not exist.
        """
    @property
    def line(self) -> int:
        """
        1-based; 0 if not known.
        """
    @property
    def names(self) -> list[str]:
        """
        Every package name in it, in the order written.
        """
    @property
    def package(self) -> str:
        """
        NAME.VERSION whose file says it.
        """
    @property
    def path(self) -> str:
        """
        Of the file, in its source.
        """
    @property
    def text(self) -> str:
        """
        As written, after evaluation: `ocaml < 5.0`.
        """

class Explanation:
    """
    Why something cannot be installed, or was not taken.

    `facts` are minimal, unless `minimal` says otherwise: without any one of them there would be a
    solution. `sentences` tell them to a
    person, `str()` joins these. Iterates over the facts.
    """
    def __bool__(self) -> bool: ...
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(
        self,
    ) -> tuple[
        str,
        str | None,
        list[tuple[str, int, str, str, list[str], str, str, int, int, bool, list[str]]],
        list[str],
        str,
        list[str],
        bool,
    ]: ...
    def __hash__(self) -> int: ...
    def __iter__(self) -> collections.abc.Iterator[Fact]: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            str,
            str | None,
            collections.abc.Sequence[
                tuple[
                    str,
                    typing.SupportsInt | typing.SupportsIndex,
                    str,
                    str,
                    collections.abc.Sequence[str],
                    str,
                    str,
                    typing.SupportsInt | typing.SupportsIndex,
                    typing.SupportsInt | typing.SupportsIndex,
                    bool,
                    collections.abc.Sequence[str],
                ]
            ],
            collections.abc.Sequence[str],
            str,
            collections.abc.Sequence[str],
            bool,
        ],
    ) -> None: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def to_dict(self) -> dict[str, typing.Any]:
        """
        For JSON.
        """
    @property
    def blockers(self) -> list[str]:
        """
        Names whose own rules are impossible alone.
        """
    @property
    def cause(self) -> str:
        """
        Equal for targets that fail for the same reason.
        """
    @property
    def facts(self) -> list[Fact]:
        """
        A minimal set, the target's first.
        """
    @property
    def minimal(self) -> bool:
        """
        False if the search for fewer facts took too long: some may be left out.
        """
    @property
    def package(self) -> str:
        """
        The name it is about.
        """
    @property
    def sentences(self) -> list[str]:
        """
        For people: facts grouped by version, and what was asked for.
        """
    @property
    def target(self) -> str | None:
        """
        NAME.VERSION, or None if any version was asked for.
        """

class BlockerGroup:
    """
    Targets that fail for one cause.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[str, list[str], list[str]]: ...
    def __hash__(self) -> int: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self, arg0: tuple[str, collections.abc.Sequence[str], collections.abc.Sequence[str]]
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    def to_dict(self) -> dict[str, typing.Any]:
        """
        For JSON.
        """
    @property
    def blockers(self) -> list[str]:
        """
        Names whose own rules are impossible alone.
        """
    @property
    def cause(self) -> str:
        """
        Why, in words: equal for all of its targets.
        """
    @property
    def targets(self) -> list[str]:
        """
        Those that it keeps out, as NAME.VERSION.
        """

class Blocker:
    """
    A name whose own rules block others.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(
        self,
    ) -> tuple[
        str,
        int,
        int,
        list[tuple[str, int, str, str, list[str], str, str, int, int, bool, list[str]]],
    ]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            str,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            collections.abc.Sequence[
                tuple[
                    str,
                    typing.SupportsInt | typing.SupportsIndex,
                    str,
                    str,
                    collections.abc.Sequence[str],
                    str,
                    str,
                    typing.SupportsInt | typing.SupportsIndex,
                    typing.SupportsInt | typing.SupportsIndex,
                    bool,
                    collections.abc.Sequence[str],
                ]
            ],
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    def to_dict(self) -> dict[str, typing.Any]:
        """
        For JSON.
        """
    @property
    def blocked(self) -> int:
        """
        Targets whose explanation names it.
        """
    @property
    def name(self) -> str:
        """
        Of the package, without a version.
        """
    @property
    def rules(self) -> list[Fact]:
        """
        The impossible rules, one for each distinct text.
        """
    @property
    def unlocked(self) -> int:
        """
        Of these, those that would have a solution if its impossible rules were lifted.
        """

class BlockerReport:
    """
    What keeps targets from being installable, by cause.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(
        self,
    ) -> tuple[
        list[
            tuple[
                str,
                str | None,
                list[tuple[str, int, str, str, list[str], str, str, int, int, bool, list[str]]],
                list[str],
                str,
                list[str],
                bool,
            ]
        ],
        list[tuple[str, list[str], list[str]]],
        list[
            tuple[
                str,
                int,
                int,
                list[tuple[str, int, str, str, list[str], str, str, int, int, bool, list[str]]],
            ]
        ],
    ]: ...
    def __hash__(self) -> int: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            collections.abc.Sequence[
                tuple[
                    str,
                    str | None,
                    collections.abc.Sequence[
                        tuple[
                            str,
                            typing.SupportsInt | typing.SupportsIndex,
                            str,
                            str,
                            collections.abc.Sequence[str],
                            str,
                            str,
                            typing.SupportsInt | typing.SupportsIndex,
                            typing.SupportsInt | typing.SupportsIndex,
                            bool,
                            collections.abc.Sequence[str],
                        ]
                    ],
                    collections.abc.Sequence[str],
                    str,
                    collections.abc.Sequence[str],
                    bool,
                ]
            ],
            collections.abc.Sequence[
                tuple[str, collections.abc.Sequence[str], collections.abc.Sequence[str]]
            ],
            collections.abc.Sequence[
                tuple[
                    str,
                    typing.SupportsInt | typing.SupportsIndex,
                    typing.SupportsInt | typing.SupportsIndex,
                    collections.abc.Sequence[
                        tuple[
                            str,
                            typing.SupportsInt | typing.SupportsIndex,
                            str,
                            str,
                            collections.abc.Sequence[str],
                            str,
                            str,
                            typing.SupportsInt | typing.SupportsIndex,
                            typing.SupportsInt | typing.SupportsIndex,
                            bool,
                            collections.abc.Sequence[str],
                        ]
                    ],
                ]
            ],
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    def to_dict(self) -> dict[str, typing.Any]:
        """
        For JSON: counts, groups and blockers, without the explanations.
        """
    @property
    def blockers(self) -> list[Blocker]:
        """
        Names by what they would unlock, most first.
        """
    @property
    def explanations(self) -> list[Explanation]:
        """
        One for each target that has no solution.
        """
    @property
    def groups(self) -> list[BlockerGroup]:
        """
        Targets by cause, the largest group first.
        """

class SolveResult:
    """
    The answer to one request.

    ``status`` is ``solution``, ``no_solution``, ``unavailable`` or ``gave_up``; true in a condition
    exactly if there is a solution. Iterates over the selected packages. Equal if the answer is: the
    same packages with the same dependencies, or the same status. A pickled one leaves its universe
    behind: the copy has what was found, and neither explains nor is planned.
    """
    def __bool__(self) -> bool: ...
    def __contains__(self, package: str) -> bool:
        """
        NAME or NAME.VERSION.
        """
    def __copy__(self) -> typing.Any: ...
    def __deepcopy__(self, arg0: dict[str, typing.Any]) -> typing.Any: ...
    def __eq__(self, arg0: object) -> bool: ...
    def __getitem__(self, name: str) -> opamplan._core.package.Version:
        """
        The version selected of a name.
        """
    def __getstate__(
        self,
    ) -> tuple[int, str, str | None, list[str], list[list[int]], list[list[int]], list[str]]: ...
    def __hash__(self) -> int: ...
    def __iter__(self) -> collections.abc.Iterator[str]: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            typing.SupportsInt | typing.SupportsIndex,
            str,
            str | None,
            collections.abc.Sequence[str],
            collections.abc.Sequence[
                collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]
            ],
            collections.abc.Sequence[
                collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]
            ],
            collections.abc.Sequence[str],
        ],
    ) -> None: ...
    def __str__(self) -> str:
        """
        The selected packages, a line each, or why there are none.
        """
    def _repr_html_(self) -> str: ...
    def broken_rules(self) -> list[str]:
        """
        Rules that the solution breaks, by an independent reading of the files; empty.
        """
    def to_json(self) -> str:
        """
        One line of JSON.
        """
    def why(self, package: str) -> list[str]:
        """
        The path of dependencies from the target to NAME or NAME.VERSION; empty if it is not selected, or only because it was asked for.
        """
    def why_facts(self, package: str) -> list[Fact]:
        """
        What makes each step of that path.
        """
    def why_not(self, package: str) -> Explanation | None:
        """
        What excludes NAME.VERSION, or the newest version of NAME: an Explanation, or None if it is selected.
        """
    @property
    def cycle(self) -> list[str]:
        """
        A cycle of build dependencies, each needs the next and the last the first: opam refuses them, and no plan can hold the target. Empty if there is none, as nearly always.
        """
    @property
    def cycle_reason(self) -> str:
        """
        What is wrong if there is a `cycle`, as the end of a sentence; empty if there is none.
        """
    @property
    def dependencies(self) -> dict[str, list[str]]:
        """
        For each selected package, what must be installed before it.
        """
    @property
    def depexts(self) -> list[str]:
        """
        The system packages that the selected packages need in the environment.
        """
    @property
    def explanation(self) -> Explanation | None:
        """
        Why there is no solution; None if there is one, or if the request was given up.
        """
    @property
    def package(self) -> str:
        """
        The name asked for.
        """
    @property
    def packages(self) -> list[str]:
        """
        Every selected package, ascending.
        """
    @property
    def post_dependencies(self) -> dict[str, list[str]]:
        """
        For each selected package, what it needs only at run time; may close cycles.
        """
    @property
    def status(self) -> str:
        """
        ``solution``, ``no_solution``, ``unavailable`` or ``gave_up``.
        """
    @property
    def target(self) -> str | None:
        """
        The version asked for or found, as NAME.VERSION.
        """

class Universe:
    """
    A repository evaluated for one environment.

    ``require`` is selected in every solution, ``constraints`` hold where a name is selected; both are
    texts such as ``"ocaml = 5.3.0"``. ``ocaml`` is short for that root together with the variable
    ``ocaml:version``. ``avoid_version`` is the rule for a name of which every available version has
    the flag avoid-version: ``"batch"``, none may be selected, as in the batch tool on opam-0install;
    ``"opam"``, one is when there is nothing else. A request ends as ``gave_up`` after
    ``conflict_limit`` conflicts, or ``time_limit`` seconds (0: none). ``threads``: how many evaluate it
    (0: one a core). ``previous``: another universe, from which what both have in common is taken, not
    evaluated again: several times as fast for a further environment of the same repository. The answers
    do not depend on it, and nothing of it is kept. Immutable; may be shared between threads.
    """
    def __copy__(self) -> typing.Any: ...
    def __deepcopy__(self, arg0: dict[str, typing.Any]) -> typing.Any: ...
    def __init__(
        self,
        repository: opamplan._core.repository.Repository,
        environment: opamplan._core.package.Environment,
        ocaml: str = "",
        require: collections.abc.Sequence[str] = [],
        constraints: collections.abc.Sequence[str] = [],
        with_test: bool = False,
        with_doc: bool = False,
        prefer_oldest: bool = False,
        avoid_version: str = "batch",
        conflict_limit: typing.SupportsInt | typing.SupportsIndex = 200000,
        time_limit: typing.SupportsFloat | typing.SupportsIndex = 0.0,
        threads: typing.SupportsInt | typing.SupportsIndex = 0,
        progress: bool | collections.abc.Callable[[str, int, int], bool | None] | None = None,
        previous: Universe | None = None,
    ) -> None: ...
    def __reduce__(self) -> typing.Any: ...
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def available(self) -> list[str]:
        """
        Every available version.
        """
    def blockers(
        self,
        targets: collections.abc.Sequence[str] | None = None,
        threads: typing.SupportsInt | typing.SupportsIndex = 0,
        progress: bool | collections.abc.Callable[[str, int, int], bool | None] | None = None,
    ) -> BlockerReport:
        """
        Group all targets without a solution by cause, and say what lifting each name's impossible rules would unlock. A NAME is blocked if no version of it has a solution; its newest is then explained. Without targets: the newest available versions.
        """
    def explain(self, target: str) -> Explanation:
        """
        Why NAME.VERSION, or any version of NAME, has no solution. Raises InvalidRequest if it has one.
        """
    def latest(self) -> list[str]:
        """
        The latest available version of every name, avoid-version ones included.
        """
    def solve(self, target: str) -> SolveResult:
        """
        Solve for NAME.VERSION, or for NAME in any version, the newest possible.
        """
    def solve_all(
        self,
        targets: collections.abc.Sequence[str] | None = None,
        threads: typing.SupportsInt | typing.SupportsIndex = 0,
        progress: bool | collections.abc.Callable[[str, int, int], bool | None] | None = None,
    ) -> list[SolveResult]:
        """
        Solve many targets on all cores, each as `solve` does: NAME.VERSION, or NAME in any version, the newest possible. Without targets: the newest available version of every name alone. A name without an available version is `unavailable`.
        """
    def with_repository(
        self,
        repository: opamplan._core.repository.Repository,
        progress: bool | collections.abc.Callable[[str, int, int], bool | None] | None = None,
    ) -> Universe:
        """
        The same environment and options in another repository.

        What the two have in common is not evaluated again, which makes it several times as fast for one that
        was read with ``Repository.open(previous=...)``. The answers are those of a new universe.
        """
    @property
    def environment(self) -> opamplan._core.package.Environment:
        """
        What its packages were evaluated for.
        """
    @property
    def repository(self) -> opamplan._core.repository.Repository:
        """
        What it was made of.
        """

def _targets_touched(before: Universe, after: Universe) -> tuple[list[str], list[str]]:
    """
    The available versions of both whose results may differ between them.
    """
