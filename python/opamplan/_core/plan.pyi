"""
Plans, and what is said about them.
"""

from __future__ import annotations
import collections.abc
import opamplan._core.emit
import opamplan._core.package
import opamplan._core.solve
import opamplan.figures
import os
import typing
import typing_extensions

__all__: list[str] = [
    "Alignment",
    "Forecast",
    "Limits",
    "Plan",
    "PlanBatch",
    "PlanCause",
    "PlanDifference",
    "PlanStep",
    "PlanSteps",
    "RebuiltTarget",
    "Series",
    "SeriesChange",
    "align",
    "compare_plans",
    "disk_bytes",
    "forecast",
    "limit_profiles",
    "make_plan",
]

class Limits:
    """
    What a builder can take; 0 means without limit.

    ``Limits("buildkit", depth=60)`` is a profile with some numbers changed; `limit_profiles` lists the
    profiles. They leave room for a base image of 9 layers; ``base_layers`` says how many it has, and
    each above that is a step less.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[str, str, typing.Annotated[list[int], "FixedSize(8)"]]: ...
    def __hash__(self) -> int: ...
    def __init__(
        self,
        profile: str = "buildkit",
        *,
        depth: typing.SupportsInt | typing.SupportsIndex | None = None,
        batch_targets: typing.SupportsInt | typing.SupportsIndex | None = None,
        batch_steps: typing.SupportsInt | typing.SupportsIndex | None = None,
        file_bytes: typing.SupportsInt | typing.SupportsIndex | None = None,
        definition_bytes: typing.SupportsInt | typing.SupportsIndex | None = None,
        cache_record_bytes: typing.SupportsInt | typing.SupportsIndex | None = None,
        line_bytes: typing.SupportsInt | typing.SupportsIndex | None = None,
        batches: typing.SupportsInt | typing.SupportsIndex | None = None,
        base_layers: typing.SupportsInt | typing.SupportsIndex = 0,
    ) -> None: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            str,
            str,
            typing.Annotated[
                collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(8)"
            ],
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    @property
    def batch_steps(self) -> int:
        """
        Install steps of one invocation.
        """
    @property
    def batch_targets(self) -> int:
        """
        Targets of one invocation.
        """
    @property
    def batches(self) -> int:
        """
        Jobs that a CI system takes in one go.
        """
    @property
    def cache_record_bytes(self) -> int:
        """
        Of what one invocation exports to a cache, the layers' contents apart.
        """
    @property
    def definition_bytes(self) -> int:
        """
        Of one LLB definition.
        """
    @property
    def depth(self) -> int:
        """
        Steps in one image, on top of the common header.
        """
    @property
    def file_bytes(self) -> int:
        """
        Of one Dockerfile.
        """
    @property
    def line_bytes(self) -> int:
        """
        Of one line of a Dockerfile.
        """
    @property
    def name(self) -> str:
        """
        Of the profile that they are, or began as.
        """
    @property
    def reason(self) -> str:
        """
        Where the numbers come from.
        """

class PlanStep:
    """
    One build step of a plan.

    On top of the image of `parent`, bring in the own packages of the steps `grafts`, then install
    `installs`. A system step has none of both: its image has the system packages `depexts`, and is the
    parent of steps that need the same ones. Equal if all of this is, the place in the plan too; `key` alone says whether two plans
    share a step.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(
        self,
    ) -> tuple[
        int,
        typing.Annotated[list[int], "FixedSize(32)"],
        int,
        list[int],
        list[tuple[typing.Annotated[list[int], "FixedSize(32)"], list[str], bool]],
        list[str],
        int,
    ]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            typing.SupportsInt | typing.SupportsIndex,
            typing.Annotated[
                collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(32)"
            ],
            int,
            collections.abc.Sequence[int],
            collections.abc.Sequence[
                tuple[
                    typing.Annotated[
                        collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex],
                        "FixedSize(32)",
                    ],
                    collections.abc.Sequence[str],
                    bool,
                ]
            ],
            collections.abc.Sequence[str],
            typing.SupportsInt | typing.SupportsIndex,
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    @property
    def depexts(self) -> list[str]:
        """
        System packages that the parent lacks.
        """
    @property
    def depth(self) -> int:
        """
        Steps from the base image, this one included.
        """
    @property
    def for_target(self) -> bool:
        """
        With the tests or documentation that were asked for targets.
        """
    @property
    def grafts(self) -> list[int]:
        """
        Indices of the steps whose own package is brought in, in order.
        """
    @property
    def index(self) -> int:
        """
        Its place in the plan; parents come first.
        """
    @property
    def installs(self) -> list[str]:
        """
        The packages it installs, as NAME.VERSION, in order; those of a post group, which opam installs together, follow each other.
        """
    @property
    def key(self) -> str:
        """
        Hash of all that can change the result.
        """
    @property
    def label(self) -> str:
        """
        What it installs, for people: packages, or the system packages of a system step.
        """
    @property
    def layers(self) -> list[str]:
        """
        For each install the key of its layer, the same in every strategy. The packages of a post group share one.
        """
    @property
    def parent(self) -> int | None:
        """
        The index of the step it stands on; None: the base image.
        """

class PlanBatch:
    """
    What one invocation of the builder builds.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[int, list[str], list[int], int, int]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            typing.SupportsInt | typing.SupportsIndex,
            collections.abc.Sequence[str],
            collections.abc.Sequence[int],
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    @property
    def index(self) -> int:
        """
        Its place in the plan: earlier ones are built first.
        """
    @property
    def new_step_count(self) -> int:
        """
        How many of the steps no earlier batch builds.
        """
    @property
    def steps(self) -> list[int]:
        """
        The indices of all steps that its targets need, ascending.
        """
    @property
    def targets(self) -> list[str]:
        """
        Its targets, as NAME.VERSION.
        """
    @property
    def wave(self) -> int:
        """
        Of a plan for several builders: shards of one wave may be built at the same time.
        """

class PlanSteps:
    """
    The steps of a plan, a sequence.

    Each is made when it is asked for. Equal if all of them are.
    """
    def __eq__(self, arg0: object) -> bool: ...
    @typing.overload
    def __getitem__(self, index: typing.SupportsInt | typing.SupportsIndex) -> PlanStep: ...
    @typing.overload
    def __getitem__(self, slice: slice) -> list[PlanStep]: ...
    def __getstate__(self) -> str: ...
    def __hash__(self) -> int: ...
    def __iter__(self) -> collections.abc.Iterator[PlanStep]: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def _repr_html_(self) -> str: ...

class Plan:
    """
    A build plan.

    Iterates over its steps; ``len`` is their number. A value: compares, pickles, and is a file with
    `save` and `load`. `summary` has the figures.
    """
    @staticmethod
    def from_json(text: str | bytes) -> Plan:
        """
        The plan that `to_json` wrote. Raises PlanFormatError.
        """
    @staticmethod
    def load(path: str | os.PathLike[str]) -> Plan:
        """
        The plan that `save` wrote. Raises PlanFormatError or FileError.
        """
    def __arrow_c_stream__(
        self, requested_schema: typing.Any | None = None
    ) -> typing_extensions.CapsuleType:
        """
        For `polars.DataFrame`, `pyarrow.table`, `pandas.DataFrame.from_arrow`: Arrow's PyCapsule protocol.
        """
    def __eq__(self, arg0: object) -> bool: ...
    def __getitem__(self, index: typing.SupportsInt | typing.SupportsIndex) -> PlanStep: ...
    def __getstate__(self) -> bytes: ...
    def __hash__(self) -> int: ...
    def __iter__(self) -> collections.abc.Iterator[PlanStep]: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: bytes) -> None: ...
    def _repr_html_(self) -> str: ...
    def build_keys(self) -> list[str]:
        """
        By step, what a builder knows it by: equal for two steps, of any plans that are emitted alike, if its cache serves one with the other. Unlike the key of a step it says what that stands on. 64 digits each.
        """
    def dockerfile(self, target: str, options: opamplan._core.emit.EmitOptions = ...) -> str:
        """
        The Dockerfile of one target, NAME.VERSION or NAME.
        """
    def image_of(self, target: str) -> list[str]:
        """
        The packages that the image of a target, NAME.VERSION or NAME, holds, as NAME.VERSION, ascending.
        """
    def layers(self) -> list[tuple[str, str, list[str]]]:
        """
        Each distinct layer: the first 16 digits of its key, the package that names it, the layers it needs.
        """
    def own_steps(self, batch: int) -> list[int]:
        """
        The steps that a batch builds: those of no batch before it, of a shard of no wave.
        """
    def restricted_to(self, targets: str | collections.abc.Sequence[str]) -> Plan:
        """
        The plan of these targets alone, each NAME.VERSION, or NAME for its newest.

        Keys stay, so that caches serve both plans; batches keep their order. Of what the plan leaves out,
        what is named stays in `left_out`. Raises UnknownPackage for what is no target.
        """
    def save(self, path: str | os.PathLike[str]) -> None:
        """
        Write `to_json` to a file: the whole of it, or what was there stays. Raises FileError.
        """
    def sharded(
        self,
        builders: typing.SupportsInt | typing.SupportsIndex,
        *,
        workers: typing.SupportsInt | typing.SupportsIndex = 4,
        durations: collections.abc.Mapping[str, typing.SupportsFloat | typing.SupportsIndex] = {},
        default_seconds: typing.SupportsFloat | typing.SupportsIndex = 20.0,
        system_seconds: typing.SupportsFloat | typing.SupportsIndex = 10.0,
        wave_seconds: typing.SupportsFloat | typing.SupportsIndex = 20.0,
        most_repeated: typing.SupportsFloat | typing.SupportsIndex = 0.04,
    ) -> Plan:
        """
        The same plan with its batches cut into shards for so many builders.

        What several of them need is built first, by one, and the others read its cache, one each; of what
        does not fit into it, and where that is faster, each builds what it needs again: ``most_repeated``
        of all work at most, more only where limits want it. Each builder runs ``workers`` steps at once;
        ``durations`` and what follows say how long they take, as for `forecast`, and ``wave_seconds`` what
        each of the two waves costs beside.
        """
    def to_columns(self) -> dict[str, list[typing.Any]]:
        """
        The steps as columns, lists of equal length: for pandas.DataFrame, polars.DataFrame, pyarrow.table.
        """
    def to_json(self) -> str:
        """
        The plan as canonical JSON: equal plans are equal texts.
        """
    def write(
        self,
        directory: str | os.PathLike[str],
        formats: str | typing.Iterable[str] | None = None,
        options: opamplan._core.emit.EmitOptions | None = None,
        progress: bool | typing.Callable[[str, int, int], bool | None] | None = None,
    ) -> dict[str, int]:
        """
        Write the plan's files below a folder, in one format or several, see `write_plan`.

        Returns their paths and sizes.
        """
    @property
    def base(self) -> opamplan.figures.PlanBase:
        """
        What every step stands on, as a dict.
        """
    @property
    def batches(self) -> list[PlanBatch]:
        """
        The batches, in the order they run.
        """
    @property
    def builders(self) -> int:
        """
        For how many builders the batches are shards; 0: for one, which builds them in order.
        """
    @property
    def cache_imports(self) -> list[list[int]]:
        """
        By batch: the earlier ones whose caches together hold all that it stands on.
        """
    @property
    def environment(self) -> opamplan._core.package.Environment:
        """
        For which it was made; empty for a plan of none. See `base` for the text of it.
        """
    @property
    def has_sizes(self) -> bool:
        """
        Whether it was made with sizes of packages; one without takes each for one byte.
        """
    @property
    def left_out(self) -> dict[str, str]:
        """
        Targets that have a solution and cannot be built, as NAME.VERSION, with the reason: cyclic dependencies, for example. Results without a solution were never targets: their status says why (the figures of `opamplan plan` count both as left out).
        """
    @property
    def limits(self) -> Limits:
        """
        What it was made to keep.
        """
    @property
    def packages(self) -> list[str]:
        """
        Every package version that the plan installs, ascending.
        """
    @property
    def repeated_step_count(self) -> int:
        """
        How many steps more than there are all batches together build: of shards alone.
        """
    @property
    def steps(self) -> PlanSteps:
        """
        The steps; what a step stands on comes before it.
        """
    @property
    def strategy(self) -> str:
        """
        How builds are shared: ``graft``, ``merge``, ``prefix`` or ``chain``.
        """
    @property
    def summary(self) -> opamplan.figures.PlanSummary:
        """
        The figures of the plan, as a dict.
        """
    @property
    def target_steps(self) -> list[int]:
        """
        For each target the index of the step whose image is its own.
        """
    @property
    def targets(self) -> list[str]:
        """
        The targets, as NAME.VERSION, ascending.
        """
    @property
    def waits_for(self) -> list[list[int]]:
        """
        By batch: the earlier ones that build what it stands on.
        """

class Alignment:
    """
    Solutions that agree on versions, and the price.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(
        self,
    ) -> tuple[
        list[opamplan._core.solve.SolveResult],
        list[str],
        typing.Annotated[list[int], "FixedSize(5)"],
    ]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            collections.abc.Sequence[opamplan._core.solve.SolveResult],
            collections.abc.Sequence[str],
            typing.Annotated[
                collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(5)"
            ],
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    @property
    def changed(self) -> int:
        """
        Solutions that are not what they were.
        """
    @property
    def layers_after(self) -> int:
        """
        Distinct layers; never more than before.
        """
    @property
    def layers_before(self) -> int:
        """
        Distinct layers of the solutions as they were.
        """
    @property
    def newer(self) -> int:
        """
        Dependencies, over all solutions, that got newer.
        """
    @property
    def older(self) -> int:
        """
        Dependencies, over all solutions, that got older.
        """
    @property
    def preferred(self) -> list[str]:
        """
        The versions that are preferred, as NAME.VERSION.
        """
    @property
    def results(self) -> list[opamplan._core.solve.SolveResult]:
        """
        The results, in the order given; each still a solution.
        """

class Forecast:
    """
    What carrying a plan out will take.
    """
    def __arrow_c_stream__(
        self, requested_schema: typing.Any | None = None
    ) -> typing_extensions.CapsuleType:
        """
        For `polars.DataFrame`, `pyarrow.table`, `pandas.DataFrame.from_arrow`: Arrow's PyCapsule protocol.
        """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(
        self,
    ) -> tuple[
        Plan,
        int,
        int,
        int,
        float,
        float,
        float,
        list[int],
        float,
        list[float],
        list[float],
        list[tuple[int, int, float, float]],
    ]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            Plan,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsFloat | typing.SupportsIndex,
            typing.SupportsFloat | typing.SupportsIndex,
            typing.SupportsFloat | typing.SupportsIndex,
            collections.abc.Sequence[int],
            typing.SupportsFloat | typing.SupportsIndex,
            collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
            collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
            collections.abc.Sequence[
                tuple[
                    int,
                    typing.SupportsInt | typing.SupportsIndex,
                    typing.SupportsFloat | typing.SupportsIndex,
                    typing.SupportsFloat | typing.SupportsIndex,
                ]
            ],
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    def to_columns(self) -> dict[str, list[typing.Any]]:
        """
        A row a step that takes time, by its start: `step`, its index in the plan, `label`, `worker` from 0, `start` and `end` in seconds.
        """
    @property
    def batch_begins(self) -> list[float]:
        """
        Seconds from the start to the beginning of each batch.
        """
    @property
    def batch_ends(self) -> list[float]:
        """
        Seconds from the start to the end of each batch.
        """
    @property
    def built(self) -> int:
        """
        Steps that an earlier plan has built.
        """
    @property
    def bytes(self) -> int:
        """
        Sizes of the packages that the steps to run install or graft, in the unit of the plan.
        """
    @property
    def critical_path(self) -> list[str]:
        """
        Its packages, first to last.
        """
    @property
    def critical_seconds(self) -> float:
        """
        The longest chain of steps: no number of workers beats it.
        """
    @property
    def idle_seconds(self) -> float:
        """
        In which a builder of several has no shard, of all of them added up: while the first wave is built, and at the end.
        """
    @property
    def idle_share(self) -> float:
        """
        The part of the builders' time that `idle_seconds` is, from 0 to 1.
        """
    @property
    def makespan_seconds(self) -> float:
        """
        On the workers, batch after batch.
        """
    @property
    def steps(self) -> int:
        """
        Steps to run.
        """
    @property
    def work_seconds(self) -> float:
        """
        All steps to run, one after the other.
        """

class RebuiltTarget:
    """
    A target that must be built again.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[str, str, list[str], int]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            str, str, collections.abc.Sequence[str], typing.SupportsInt | typing.SupportsIndex
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    @property
    def after(self) -> str:
        """
        NAME.VERSION in the new one.
        """
    @property
    def before(self) -> str:
        """
        NAME.VERSION in the old plan.
        """
    @property
    def cause(self) -> int:
        """
        Index into the difference's causes.
        """
    @property
    def chain(self) -> list[str]:
        """
        From the target down to where the change began, each depending on the next.
        """

class PlanCause:
    """
    Where a change began.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[int, str, str]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self, arg0: tuple[typing.SupportsInt | typing.SupportsIndex, str, str]
    ) -> None: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    @property
    def kind(self) -> str:
        """
        ``base``, ``version``, ``fields``, ``depexts``, ``switches``, ``new_dependency``...
        """
    @property
    def package(self) -> str:
        """
        NAME.VERSION in the new plan, or empty.
        """
    @property
    def text(self) -> str:
        """
        What changed.
        """

class PlanDifference:
    """
    Two plans compared.
    """
    def __bool__(self) -> bool:
        """
        True if anything differs, be it only in which steps the layers are built.
        """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(
        self,
    ) -> tuple[
        int,
        int,
        list[str],
        list[str],
        int,
        int,
        list[str],
        list[str],
        list[str],
        list[RebuiltTarget],
        list[PlanCause],
        list[int],
    ]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            collections.abc.Sequence[str],
            collections.abc.Sequence[str],
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            collections.abc.Sequence[str],
            collections.abc.Sequence[str],
            collections.abc.Sequence[str],
            collections.abc.Sequence[RebuiltTarget],
            collections.abc.Sequence[PlanCause],
            collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex],
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    @property
    def added_layers(self) -> list[str]:
        """
        NAME.VERSION of layers only in the new plan; a name for each variant.
        """
    @property
    def added_targets(self) -> list[str]:
        """
        Those of names that the old plan has not, as NAME.VERSION.
        """
    @property
    def cause_counts(self) -> list[int]:
        """
        Targets, by cause.
        """
    @property
    def causes(self) -> list[PlanCause]:
        """
        Those that rebuild most targets first.
        """
    @property
    def dropped_layers(self) -> list[str]:
        """
        The same of those only in the old plan.
        """
    @property
    def dropped_targets(self) -> list[str]:
        """
        Those of names that the new plan has not, as NAME.VERSION.
        """
    @property
    def kept_layer_count(self) -> int:
        """
        How many layers both hold.
        """
    @property
    def kept_step_count(self) -> int:
        """
        Steps that the builder's cache serves.
        """
    @property
    def moved_layer_count(self) -> int:
        """
        Of these, how many stand on other images, so that they are built again: not in a plan that is made ``like`` the other.
        """
    @property
    def new_step_count(self) -> int:
        """
        Steps that must run.
        """
    @property
    def rebuilt_targets(self) -> list[RebuiltTarget]:
        """
        Those that must be built again, with the cause of each.
        """
    @property
    def unchanged_targets(self) -> list[str]:
        """
        Those whose layers both plans hold, as NAME.VERSION.
        """

class SeriesChange:
    """
    What one repository of a series is to the one before it.

    Targets are the newest versions; one can be built if it has a solution that a plan would hold. In
    the first repository of a series everything is new. True in a condition if any layer came or went,
    or any target was lost or gained.
    """
    def __bool__(self) -> bool: ...
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(
        self,
    ) -> tuple[int, int, int, list[str], list[str], list[str], list[str], list[str]]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            collections.abc.Sequence[str],
            collections.abc.Sequence[str],
            collections.abc.Sequence[str],
            collections.abc.Sequence[str],
            collections.abc.Sequence[str],
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    @property
    def added_layers(self) -> list[str]:
        """
        NAME.VERSION of layers that were not there; a name for each variant.
        """
    @property
    def dropped_layers(self) -> list[str]:
        """
        The same of those that no target needs any more.
        """
    @property
    def gained(self) -> list[str]:
        """
        Targets that can be built, and whose name could not.
        """
    @property
    def layer_count(self) -> int:
        """
        Distinct layers of all targets that can be built.
        """
    @property
    def lost(self) -> list[str]:
        """
        Names that could be built and cannot, as NAME.VERSION of the target that there is now, or was.
        """
    @property
    def rebuilt_targets(self) -> list[str]:
        """
        Targets whose own layer was not there.
        """
    @property
    def solved_count(self) -> int:
        """
        How many were searched for; a change cannot touch the others.
        """
    @property
    def target_count(self) -> int:
        """
        Newest versions: a target a name.
        """

class Series:
    """
    Repositories planned one after the other, such as commits.

    Each `add` says which layers of the newest versions the repository before had not. What a change
    cannot touch is not solved again, and layers are kept: with ``Repository.open(previous=...)`` a
    commit costs a twentieth of a first one. ``image`` and ``opam_version`` are those of `make_plan`.
    """
    def __copy__(self) -> typing.Any: ...
    def __deepcopy__(self, arg0: dict[str, typing.Any]) -> typing.Any: ...
    def __init__(self, image: str = "", opam_version: str = "") -> None: ...
    def __reduce__(self) -> typing.Any: ...
    def __repr__(self) -> str: ...
    def add(
        self,
        universe: opamplan._core.solve.Universe,
        progress: bool | collections.abc.Callable[[str, int, int], bool | None] | None = None,
    ) -> SeriesChange:
        """
        Go on to the next repository. Raises InvalidRequest if the universe has another environment or other options than the one before, or pins.
        """
    @property
    def results(self) -> list[opamplan._core.solve.SolveResult]:
        """
        Of its newest versions, by name, as `Universe.solve_all` finds them: what `make_plan` takes.
        """
    @property
    def universe(self) -> opamplan._core.solve.Universe:
        """
        The last one; None before `add`.
        """

def align(
    results: collections.abc.Sequence[opamplan._core.solve.SolveResult],
    *,
    threads: typing.SupportsInt | typing.SupportsIndex = 0,
    progress: bool | collections.abc.Callable[[str, int, int], bool | None] | None = None,
) -> Alignment:
    """
    Make solutions agree on versions, so that more layers are the same.

    Each target keeps its own version. Takes some seven seconds of CPU for all of opam-repository.
    """

def compare_plans(before: Plan, after: Plan) -> PlanDifference:
    """
    What must be built again after a change, and why. True in a condition if anything differs.
    """

def disk_bytes(
    plan: Plan,
    earlier: Plan | None = None,
    sizes: collections.abc.Mapping[str, typing.SupportsInt | typing.SupportsIndex] = {},
) -> int:
    """
    What carrying a plan out adds to the store of one builder, in bytes, roughly.

    With sizes of packages, where the plan has them (``has_sizes``): what steps install and copy, and
    what they have the system's package manager install, by ``sizes`` (``depexts: libgmp-dev
    pkg-config``, see ``State.sizes``) or 28 MB each. Else what a step took on the average where real
    packages were built. Steps that the plan ``earlier`` holds too are there already.
    """

def forecast(
    plan: Plan,
    workers: typing.SupportsInt | typing.SupportsIndex = 4,
    durations: collections.abc.Mapping[str, typing.SupportsFloat | typing.SupportsIndex] = {},
    default_seconds: typing.SupportsFloat | typing.SupportsIndex = 20.0,
    system_seconds: typing.SupportsFloat | typing.SupportsIndex = 10.0,
    earlier: Plan | None = None,
) -> Forecast:
    """
    How long a plan takes on so many workers.

    ``durations``: seconds of an install by layer key, NAME.VERSION or NAME, and of the system's package
    manager by what it installs, ``depexts: libgmp-dev pkg-config``; ``default_seconds`` and
    ``system_seconds`` for the others. Steps that the plan ``earlier`` holds too are built already and take no time.
    """

def limit_profiles() -> dict[str, Limits]:
    """
    The limits there are, by name; `reason` says where their numbers come from.
    """

def make_plan(
    results: collections.abc.Sequence[opamplan._core.solve.SolveResult],
    strategy: str = "graft",
    limits: str | Limits = "buildkit",
    image: str = "",
    opam_version: str = "",
    *,
    sizes: collections.abc.Mapping[str, typing.SupportsInt | typing.SupportsIndex] = {},
    system_run_size: typing.SupportsInt | typing.SupportsIndex | None = None,
    depext_size: typing.SupportsInt | typing.SupportsIndex | None = None,
    like: collections.abc.Sequence[Plan] = [],
    threads: typing.SupportsInt | typing.SupportsIndex = 0,
    progress: bool | collections.abc.Callable[[str, int, int], bool | None] | None = None,
) -> Plan:
    """
    Plan the builds of all results that have a solution, together.

    ``limits`` is a profile's name or `Limits`. ``image``: the base image, by default that of the
    environment's preset; ``opam_version``: of the opam in it, by default the environment's
    ``opam-version``. ``sizes``: installed bytes by NAME.VERSION or NAME, so
    that grafts are chosen by bytes, not by number; ``system_run_size``: what one more run of the
    system's package manager costs, in the same unit, and ``depext_size``: each system package that it
    installs; by default as much as 50 and 10 packages of the median size. ``like``: earlier plans, of
    which this one takes over where layers stand that both have, so that a builder that carried them out
    finds these in its cache; for ``graft`` and ``merge``, all of one strategy. ``threads``: how many do the work (0: one a core).
    """
