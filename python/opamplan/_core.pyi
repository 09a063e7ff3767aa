"""
The compiled part of opamplan; use the package opamplan.
"""

from __future__ import annotations
import collections.abc
import typing

__all__: list[str] = [
    "Diagnostic",
    "EmitOptions",
    "Environment",
    "File",
    "Item",
    "Package",
    "PackageFormula",
    "PackageVersions",
    "Plan",
    "Repository",
    "Solution",
    "SourceInfo",
    "Universe",
    "Value",
    "Version",
    "bake_hcl",
    "bake_json",
    "base_image_of",
    "batch_dockerfile",
    "compare_versions",
    "context_files",
    "deps_json",
    "dockerfile",
    "dot",
    "environment_presets",
    "evaluate_file",
    "install_order",
    "limit_profiles",
    "make_plan",
    "parse",
    "parse_recovering",
    "parse_value",
    "parse_variable_value",
]

class Value:
    """
    One value of an opam file. Iterating gives the elements of a list or group and the arguments of an option.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    def __bool__(self) -> bool: ...
    def __eq__(self, other: typing.Any) -> bool: ...
    def __getitem__(self, index: typing.SupportsInt | typing.SupportsIndex) -> typing.Any: ...
    def __iter__(self) -> collections.abc.Iterator[Value]: ...
    def __len__(self) -> int:
        """
        Number of elements of a list or group, of arguments of an option; else 0.
        """
    def __repr__(self) -> str: ...
    def __str__(self) -> str: ...
    def to_json(self) -> str:
        """
        One line.
        """
    def to_python(self) -> typing.Any:
        """
        Plain dicts and lists, in the form of `to_json`.
        """
    @property
    def kind(self) -> str:
        """
        `boolean`, `integer`, `string`, `identifier`, `list`, `group`, `option`, `relation`, `prefix_relation`, `logical`, `prefix` or `env_update`.
        """
    @property
    def left(self) -> typing.Any:
        """
        The operand on the left, or None.
        """
    @property
    def op(self) -> str:
        """
        The operator, as in ``>=``; "" if there is none.
        """
    @property
    def position(self) -> tuple[int, int]:
        """
        Line and column, 1-based; the column counts bytes.
        """
    @property
    def right(self) -> typing.Any:
        """
        The operand on the right, or None.
        """
    @property
    def scalar(self) -> typing.Any:
        """
        The bool, int or str of a boolean, integer, string or identifier; else None.
        """
    @property
    def source(self) -> str:
        """
        As written.
        """
    @property
    def span(self) -> tuple[int, int]:
        """
        Byte offsets of its begin and end.
        """
    @property
    def subject(self) -> typing.Any:
        """
        Of an option, what stands before the braces; else None.
        """

class Item:
    """
    A field or a section of an opam file.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    def __eq__(self, other: typing.Any) -> bool: ...
    def __iter__(self) -> collections.abc.Iterator[Item]: ...
    def __repr__(self) -> str: ...
    def to_python(self) -> dict[str, typing.Any]:
        """
        Plain dicts and lists, in the form of `to_json`.
        """
    @property
    def is_section(self) -> bool:
        """
        True for ``url { ... }``, False for ``name: value``.
        """
    @property
    def items(self) -> list[Item]:
        """
        Of a section; else empty.
        """
    @property
    def label(self) -> typing.Any:
        """
        Of a section that has one, as in ``extra-source "label" { ... }``; else None.
        """
    @property
    def name(self) -> str:
        """
        The field's name, or the section's kind.
        """
    @property
    def position(self) -> tuple[int, int]:
        """
        Line and column, 1-based; the column counts bytes.
        """
    @property
    def span(self) -> tuple[int, int]:
        """
        Byte offsets of its begin and end.
        """
    @property
    def value(self) -> Value | None:
        """
        Of a field; else None.
        """

class File:
    """
    A parsed opam file: its text, and a tree over it. Immutable.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    def __bool__(self) -> bool: ...
    def __contains__(self, name: str) -> bool: ...
    def __eq__(self, other: typing.Any) -> bool:
        """
        The same items in the same order; layout and comments do not count.
        """
    def __getitem__(self, name: str) -> Value:
        """
        The value of a top-level field.
        """
    def __iter__(self) -> collections.abc.Iterator[Item]: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def add(self, path: str | tuple[str, str | None, str], value: typing.Any) -> File:
        """
        A new file with one more field, which must be absent.
        """
    def append(self, path: str | tuple[str, str | None, str], element: typing.Any) -> File:
        """
        A new file with one more element at the end of a field's list.
        """
    def get(self, path: str | tuple[str, str | None, str]) -> Value | None:
        """
        The value of a field, or None. `path` is ``name``, ``section.name`` or the tuple ``(section, label, name)``.
        """
    def print(self, layout: str = "plain") -> str:
        """
        The text laid out anew: `plain`, `opam` (as opam writes files) or `opam-normalised`.
        """
    def remove(self, path: str | tuple[str, str | None, str]) -> File:
        """
        A new file without a field.
        """
    def set(self, path: str | tuple[str, str | None, str], value: typing.Any) -> File:
        """
        A new file in which a field has another value; all other bytes are kept. A str is a string, a list a list; for anything else use `parse_value`. Adds an absent field.
        """
    def to_json(self, label: str | None = None) -> str:
        """
        One line: ``{"file":LABEL,"items":[...]}``.

        An item is ``{"var":NAME,"value":V}`` or ``{"section":KIND,"name":LABEL,"items":[...]}``; a value one
        of ``{"bool":b}``, ``{"int":i}``, ``{"str":s}``, ``{"id":s}``, ``{"list":[V]}``, ``{"group":[V]}``,
        ``{"opt":V,"args":[V]}``, ``{"rel":op,"l":V,"r":V}``, ``{"prel":op,"r":V}``, ``{"log":op,"l":V,"r":V}``,
        ``{"pfx":op,"r":V}``, ``{"env":op,"l":V,"r":V}``.
        """
    def to_python(self, label: str | None = None) -> dict[str, typing.Any]:
        """
        Plain dicts and lists, in the form of `to_json`.
        """
    @property
    def items(self) -> list[Item]:
        """
        In the order written.
        """
    @property
    def path(self) -> str:
        """
        What the file was called when it was parsed.
        """
    @property
    def text(self) -> str:
        """
        The text, unchanged.
        """

class Version:
    """
    A package version, ordered as opam orders them.

    Debian's order with opam's reading: ``~`` sorts before everything, even the end, and numbers
    compare as numbers, so ``Version("1.0") == Version("1.00")``. Hashable; ``str()`` is the text.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __ge__(self, arg0: Version) -> bool: ...
    def __getstate__(self) -> tuple[str]: ...
    def __gt__(self, arg0: Version) -> bool: ...
    def __hash__(self) -> int: ...
    def __init__(self, text: str) -> None: ...
    def __le__(self, arg0: Version) -> bool: ...
    def __lt__(self, arg0: Version) -> bool: ...
    def __ne__(self, arg0: object) -> bool: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: tuple[str]) -> None: ...
    def __str__(self) -> str: ...

class Environment:
    """
    The values of opam's variables on one kind of machine.

    A mapping from names (``arch``, ``os-distribution``, ``ocaml:version``) to ``bool`` or ``str``.
    A variable that is not set is undefined, which is neither false nor empty.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def host() -> Environment:
        """
        The machine this runs on.
        """
    @staticmethod
    def preset(name: str, arch: str = "x86_64") -> Environment:
        """
        The variables of a system, for example ``debian-12``; see `environment_presets`.
        """
    def __contains__(self, arg0: str) -> bool: ...
    def __delitem__(self, arg0: str) -> None: ...
    def __eq__(self, arg0: object) -> bool: ...
    def __getitem__(self, arg0: str) -> bool | str: ...
    def __getstate__(self) -> tuple[dict[str, typing.Any]]: ...
    @typing.overload
    def __init__(self) -> None: ...
    @typing.overload
    def __init__(self, values: collections.abc.Mapping[str, bool | str]) -> None: ...
    def __iter__(self) -> collections.abc.Iterator[str]: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setitem__(self, arg0: str, arg1: bool | str) -> None: ...
    def __setstate__(self, arg0: tuple[dict[str, typing.Any]]) -> None: ...
    def __str__(self) -> str: ...
    def copy(self) -> Environment: ...
    def get(self, name: str) -> bool | str | None:
        """
        The value, or None if undefined.
        """
    def items(self) -> list[tuple[str, bool | str]]: ...
    def with_ocaml(self, version: str) -> Environment:
        """
        A copy in which ``ocaml:version`` is set.
        """
    @property
    def digest(self) -> int:
        """
        A 64-bit digest, the same on every machine.
        """

class PackageFormula:
    """
    What a package needs or excludes, after evaluation.
    """
    def __bool__(self) -> bool: ...
    def __repr__(self) -> str: ...
    def __str__(self) -> str: ...
    def tree(self) -> list[typing.Any]:
        """
        As nested lists: ``['And', a, b]``, ``['Atom', name, constraint]``...
        """
    @property
    def names(self) -> list[str]: ...

class Diagnostic:
    """
    What was wrong with one file or folder of a repository.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    def __eq__(self, arg0: object) -> bool: ...
    def __repr__(self) -> str: ...
    def __str__(self) -> str: ...
    @property
    def column(self) -> int:
        """
        1-based, in bytes.
        """
    @property
    def level(self) -> str:
        """
        "error": it was left out. "warning": it was taken.
        """
    @property
    def line(self) -> int:
        """
        1-based; 0: the whole file or folder.
        """
    @property
    def message(self) -> str: ...
    @property
    def path(self) -> str:
        """
        Inside the source.
        """
    @property
    def source(self) -> int:
        """
        Index into Repository.sources.
        """

class SourceInfo:
    """
    One source of a repository.
    """
    def __repr__(self) -> str: ...
    @property
    def from_cache(self) -> bool: ...
    @property
    def label(self) -> str:
        """
        As it was named.
        """
    @property
    def pins(self) -> bool: ...
    @property
    def revision(self) -> str:
        """
        Of git: the full commit id.
        """

class Package:
    """
    One package version of a repository.

    Fields of the opam file are read when they are asked for. Equal if the same version of the same
    repository.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def depexts(self, environment: Environment) -> list[str]:
        """
        System packages needed there, sorted.
        """
    def field(self, name: str) -> str:
        """
        Any field, in opam's language, on one line; empty if absent.
        """
    def is_available(self, environment: Environment) -> bool:
        """
        True if `available` holds; undefined does not hold.
        """
    @property
    def authors(self) -> list[str]:
        """
        Who wrote it.
        """
    @property
    def available(self) -> str:
        """
        In opam's language, on one line; empty if absent.
        """
    @property
    def bug_reports(self) -> list[str]:
        """
        URLs.
        """
    @property
    def checksums(self) -> list[str]:
        """
        Of the source archive.
        """
    @property
    def conflict_classes(self) -> list[str]:
        """
        At most one package of a class is installed.
        """
    @property
    def conflicts(self) -> str:
        """
        In opam's language, on one line; empty if absent.
        """
    @property
    def depends(self) -> str:
        """
        In opam's language, on one line; empty if absent.
        """
    @property
    def depopts(self) -> str:
        """
        In opam's language, on one line; empty if absent.
        """
    @property
    def description(self) -> str:
        """
        Some paragraphs.
        """
    @property
    def dev_repo(self) -> str:
        """
        URL of the source repository, or empty.
        """
    @property
    def flags(self) -> list[str]:
        """
        As written, sorted: avoid-version, compiler, conf...
        """
    @property
    def homepages(self) -> list[str]:
        """
        URLs.
        """
    @property
    def is_pinned(self) -> bool: ...
    @property
    def licenses(self) -> list[str]:
        """
        SPDX expressions.
        """
    @property
    def maintainers(self) -> list[str]:
        """
        Who keeps it.
        """
    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str:
        """
        Where the opam file is inside its source.
        """
    @property
    def source(self) -> str:
        """
        The source it came from, as it was named.
        """
    @property
    def synopsis(self) -> str:
        """
        One line.
        """
    @property
    def tags(self) -> list[str]:
        """
        Words to find it by.
        """
    @property
    def text(self) -> str:
        """
        The opam file.
        """
    @property
    def url(self) -> str:
        """
        Of the source archive; empty if it has none.
        """
    @property
    def version(self) -> Version: ...

class PackageVersions:
    """
    The versions of one package name, ascending in opam's order.
    """
    def __contains__(self, arg0: str) -> bool: ...
    @typing.overload
    def __getitem__(self, version: str) -> Package: ...
    @typing.overload
    def __getitem__(self, index: typing.SupportsInt | typing.SupportsIndex) -> Package: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def newest(self) -> Package: ...

class Repository:
    """
    Every package version of one or several opam repositories.

    A collection of `Package`, by name, then version in opam's order. `repo["dune"]` are the versions of a
    name, `repo["dune"]["3.24.2"]` is one. Immutable.
    """
    @staticmethod
    def from_files(files: collections.abc.Mapping[str, str]) -> Repository:
        """
        From texts by path or by "NAME.VERSION".
        """
    @staticmethod
    def open(
        source: typing.Any,
        rev: typing.Any = None,
        *,
        pins: typing.Any = (),
        cache: typing.Any = True,
        threads: typing.SupportsInt | typing.SupportsIndex = 0,
        progress: typing.Any = None,
    ) -> Repository:
        """
        Load a repository.

        `source`: a folder with `packages/`, an archive of one (.tar.gz, .tar.zst, .zip...), a git repository, an
        http(s) URL of an archive, a URL of a git repository, or a list of these: the first that has a
        version wins. `rev`: a commit, branch or tag of git. `pins`: opam files or folders of them, taken as
        version `dev`, hiding all other versions; or tuples (path, name, version), empty strings for the
        defaults. `cache`: False, or a folder; True is opamplan's folder in the user's cache. Raises
        LoadError when there is nothing to load; a broken file is in `diagnostics`.
        """
    def __contains__(self, name: str) -> bool:
        """
        NAME or NAME.VERSION.
        """
    def __getitem__(self, name: str) -> PackageVersions: ...
    def __init__(self) -> None:
        """
        An empty repository; see `open` and `from_files`.
        """
    def __iter__(self) -> collections.abc.Iterator[Package]: ...
    def __len__(self) -> int:
        """
        The number of package versions.
        """
    def __repr__(self) -> str: ...
    def _package_at(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> Package: ...
    def _repr_html_(self) -> str: ...
    def check(
        self, threads: typing.SupportsInt | typing.SupportsIndex = 0, progress: typing.Any = None
    ) -> list[Diagnostic]:
        """
        The diagnostics of loading, and what reading every field of every file adds.
        """
    def latest(self, environment: Environment) -> list[Package]:
        """
        The latest available version of every name that has one, ascending by name.
        """
    def package(self, full_name: str) -> Package:
        """
        Of "NAME.VERSION".
        """
    def search(
        self, text: str, limit: typing.SupportsInt | typing.SupportsIndex = 0
    ) -> list[Package]:
        """
        Newest versions with every word of `text` in name, tags or synopsis; best first.
        """
    def text(self, package: str) -> str:
        """
        The opam file.
        """
    def to_columns(self) -> dict[str, list[typing.Any]]:
        """
        Every version as columns, lists of equal length: for `pandas.DataFrame(...)`,
        `polars.DataFrame(...)`, `pyarrow.table(...)`. Formulas are text in opam's language.
        """
    def to_records(self) -> list[dict[str, typing.Any]]:
        """
        The same as one dict a version.
        """
    def versions(self, name: str) -> list[str]:
        """
        Ascending in opam's order.
        """
    @property
    def content_digest(self) -> int:
        """
        A 64-bit digest of all names, versions and texts.
        """
    @property
    def diagnostics(self) -> list[Diagnostic]:
        """
        What was wrong with the sources; empty if nothing was.
        """
    @property
    def names(self) -> list[str]:
        """
        Ascending.
        """
    @property
    def sources(self) -> list[SourceInfo]: ...

class Solution:
    """
    The answer to one request.

    ``status`` is ``solution``, ``no_solution``, ``unavailable`` or ``gave_up``; true in a condition
    exactly if there is a solution. Iterates over the selected packages.
    """
    def __bool__(self) -> bool: ...
    def __contains__(self, arg0: str) -> bool: ...
    def __iter__(self) -> collections.abc.Iterator[str]: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def broken_rules(self) -> list[str]:
        """
        Rules that the solution breaks, by an independent reading of the files; empty.
        """
    def to_json(self) -> str:
        """
        One line of JSON.
        """
    def why(self, name: str) -> list[str]:
        """
        The path of dependencies from the target to a selected package; empty if the target does not reach it.
        """
    def why_not(self, package: str) -> typing.Any:
        """
        Why NAME.VERSION could not have been selected: an explanation as a dict, or None if it could (and another choice was preferred before).
        """
    @property
    def dependencies(self) -> dict[str, list[str]]:
        """
        For each selected package, what must be installed before it.
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
    def status(self) -> str: ...
    @property
    def target(self) -> str | None:
        """
        The version asked for or found, as NAME.VERSION.
        """

class Universe:
    """
    A repository evaluated for one environment.

    ``roots`` are selected in every solution, ``constraints`` hold where a name is selected; both are
    texts such as ``"ocaml = 5.3.0"``. ``ocaml`` is short for that root together with the variable
    ``ocaml:version``. Immutable; may be shared between threads.
    """
    def __init__(
        self,
        repository: Repository,
        environment: Environment,
        ocaml: str = "",
        roots: collections.abc.Sequence[str] = [],
        constraints: collections.abc.Sequence[str] = [],
        with_test: bool = False,
        with_doc: bool = False,
        prefer_oldest: bool = False,
        conflict_limit: typing.SupportsInt | typing.SupportsIndex = 1000000,
        progress: typing.Any = None,
    ) -> None: ...
    def __repr__(self) -> str: ...
    def available(self) -> list[str]:
        """
        Every available version.
        """
    def blockers(
        self, targets: collections.abc.Sequence[str] | None = None, progress: typing.Any = None
    ) -> dict[str, typing.Any]:
        """
        Group all unsolvable targets by cause, and say what lifting each name's impossible rules would unlock.
        """
    def explain(self, target: str) -> dict[str, typing.Any]:
        """
        Why a target has no solution: a minimal set of facts, sentences and the cause.
        """
    def latest(self) -> list[str]:
        """
        The latest available version of every name, avoid-version ones included.
        """
    def solve(self, target: str) -> Solution:
        """
        Solve for NAME.VERSION, or for NAME in any version, the newest possible.
        """
    def solve_all(
        self,
        targets: collections.abc.Sequence[str] | None = None,
        threads: typing.SupportsInt | typing.SupportsIndex = 0,
        progress: typing.Any = None,
    ) -> list[Solution]:
        """
        Solve many targets on all cores. Without targets: the latest available version of every name, and `unavailable` for names without one.
        """
    @property
    def environment(self) -> Environment: ...
    @property
    def repository(self) -> Repository: ...

class Plan:
    """
    A build plan: steps that share work, the targets they end in, batches.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    def __eq__(self, arg0: object) -> bool: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def step(self, index: typing.SupportsInt | typing.SupportsIndex) -> dict[str, typing.Any]:
        """
        One step, as a dict.
        """
    @property
    def batches(self) -> list[dict[str, typing.Any]]:
        """
        For each batch: how many targets, steps, and steps no earlier batch builds.
        """
    @property
    def strategy(self) -> str: ...
    @property
    def summary(self) -> dict[str, typing.Any]:
        """
        The figures of the plan, as a dict.
        """
    @property
    def targets(self) -> list[str]:
        """
        The targets, as NAME.VERSION, ascending.
        """

class EmitOptions:
    """
    What the emitters can be told; the defaults build real packages.
    """

    registry: str
    @staticmethod
    def stand_in() -> EmitOptions:
        """
        Installs nothing, so that BuildKit's own costs can be seen.
        """
    def __init__(self) -> None: ...
    @property
    def cache_from(self) -> list[str]: ...
    @cache_from.setter
    def cache_from(self, arg0: collections.abc.Sequence[str]) -> None: ...
    @property
    def cache_to(self) -> list[str]: ...
    @cache_to.setter
    def cache_to(self, arg0: collections.abc.Sequence[str]) -> None: ...
    @property
    def depexts(self) -> str:
        """
        Shell commands that install the system packages ``$@``.
        """
    @depexts.setter
    def depexts(self, arg0: str) -> None: ...
    @property
    def header(self) -> str:
        """
        Dockerfile commands of the header stage; empty: install opam.
        """
    @header.setter
    def header(self, arg0: str) -> None: ...
    @property
    def install(self) -> str:
        """
        Shell commands that install ``$1``; empty: ``opam install``.
        """
    @install.setter
    def install(self, arg0: str) -> None: ...
    @property
    def platforms(self) -> list[str]: ...
    @platforms.setter
    def platforms(self, arg0: collections.abc.Sequence[str]) -> None: ...
    @property
    def source_date_epoch(self) -> int: ...
    @source_date_epoch.setter
    def source_date_epoch(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...

def _count_slowly(
    total: typing.SupportsInt | typing.SupportsIndex,
    seconds: typing.SupportsFloat | typing.SupportsIndex,
    progress: typing.Any = None,
) -> int:
    """
    Count to `total` in `seconds`; for the tests of progress and cancelling.
    """

def _count_unfaithful_prints(repository: typing.Any) -> int:
    """
    Files of a Repository that printing changes: 0; for the tests.
    """

def _error_json(error: typing.Any, label: str) -> str:
    """
    The line of JSON for a `ParseError`.
    """

def _repository_json(repository: typing.Any) -> tuple[bytes, int]:
    """
    A line of JSON for every opam file of a Repository, by label; how many are errors.
    """

def bake_hcl(plan: Plan, options: EmitOptions = ...) -> str:
    """
    The docker-bake file in HCL.
    """

def bake_json(plan: Plan, options: EmitOptions = ...) -> str:
    """
    The docker-bake file in JSON.
    """

def base_image_of(preset: str) -> str:
    """
    A base image that fits a preset, or an empty string.
    """

def batch_dockerfile(
    plan: Plan, batch: typing.SupportsInt | typing.SupportsIndex, options: EmitOptions = ...
) -> str:
    """
    The Dockerfile of one batch.
    """

def compare_versions(a: str, b: str) -> int:
    """
    Negative, zero or positive, in opam's order.
    """

def context_files(plan: Plan, options: EmitOptions = ...) -> list[tuple[str, bytes, bool]]:
    """
    The build context: (path, bytes, executable) of each file.
    """

def deps_json(solution: Solution) -> str:
    """
    The transitive reduction of the closure, as package-tool prints it.
    """

def dockerfile(plan: Plan, target: str, options: EmitOptions = ...) -> str:
    """
    The Dockerfile of one target.
    """

def dot(solution: Solution) -> str:
    """
    The closure for Graphviz.
    """

def environment_presets() -> list[str]:
    """
    The names of the environments that `Environment.preset` knows.
    """

def evaluate_file(
    text: str,
    name: str,
    version: str,
    environment: Environment,
    build: bool = True,
    post: bool = True,
    with_test: bool = False,
    with_doc: bool = False,
    with_dev_setup: bool = False,
) -> dict[str, typing.Any]:
    """
    What the text of an opam file means for one package version in an environment: a dict of `available` (None if undefined), `depends`, `depopts` (names), `conflicts`, `conflict_class`, `flags` and `depexts`. Raises ParseError.
    """

def install_order(solution: Solution, depth_first: bool = False) -> list[str]:
    """
    The closure in install order: level by level, or depth first.
    """

def limit_profiles() -> dict[str, str]:
    """
    The names of the limits there are, and where their numbers come from.
    """

def make_plan(
    results: collections.abc.Sequence[Solution],
    strategy: str = "graft",
    limits: str = "buildkit",
    image: str = "debian:12",
    opam_version: str = "2.3.0",
    progress: typing.Any = None,
) -> Plan:
    """
    Plan the builds of all results that have a solution, together.
    """

def parse(
    source: typing.Any,
    *,
    path: str | None = None,
    max_depth: typing.SupportsInt | typing.SupportsIndex = 1000,
    max_bytes: typing.SupportsInt | typing.SupportsIndex = 67108864,
    any_bytes: bool = False,
) -> File:
    """
    Parse an opam file.

    `source` is a path (`os.PathLike`, or a str that can be no text: one line without ``:`` and ``{``) or
    text (any other str, bytes, or any str when `path` is given). `path` is what errors call the file.
    NUL bytes and text that is not UTF-8 are errors unless `any_bytes`. Raises `ParseError`.
    """

def parse_recovering(
    source: typing.Any,
    *,
    path: str | None = None,
    max_depth: typing.SupportsInt | typing.SupportsIndex = 1000,
    max_bytes: typing.SupportsInt | typing.SupportsIndex = 67108864,
    any_bytes: bool = False,
) -> tuple[File, list[typing.Any]]:
    """
    What could be read, and a `ParseError` for everything wrong (at most 100); takes what `parse` takes, and raises nothing for bad text.
    """

def parse_value(text: str) -> Value:
    """
    Parse one value, as in ``parse_value('["a" {>= "1"}]')``.
    """

def parse_variable_value(text: str) -> bool | str:
    """
    ``true`` and ``false`` as bool, everything else as str.
    """

__version__: str = "0.1.0"
