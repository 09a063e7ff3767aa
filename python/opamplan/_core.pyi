"""
The compiled part of opamplan; use the package opamplan.
"""

from __future__ import annotations
import collections.abc
import os
import types
import typing
import typing_extensions

__all__: list[str] = [
    "Alignment",
    "BakeMeasure",
    "Blocker",
    "BlockerGroup",
    "BlockerReport",
    "Diagnostic",
    "DockerfileMeasure",
    "EmitOptions",
    "Environment",
    "Explanation",
    "ExtraFile",
    "Fact",
    "File",
    "Forecast",
    "Item",
    "Limits",
    "Package",
    "PackageFormula",
    "PackageVersions",
    "Plan",
    "PlanBatch",
    "PlanCause",
    "PlanDifference",
    "PlanFinding",
    "PlanStep",
    "PlanSteps",
    "RebuiltTarget",
    "Repository",
    "ReverseDependencies",
    "Series",
    "SeriesChange",
    "SolveResult",
    "SourceInfo",
    "Universe",
    "Value",
    "Version",
    "align",
    "allow_words",
    "archive_paths",
    "bake_file_names",
    "bake_hcl",
    "bake_json",
    "base_image_of",
    "batch_dockerfile",
    "batch_dockerfiles",
    "batch_llb",
    "batch_llbs",
    "buildx_words",
    "compare_plans",
    "compare_versions",
    "context_files",
    "default_format",
    "dependency_paths",
    "deps_json",
    "diagnose",
    "dockerfile",
    "dot",
    "emit_formats",
    "emitted_files",
    "environment_presets",
    "evaluate_file",
    "forecast",
    "has_dockerfile",
    "image_llb",
    "inspect_bake",
    "inspect_dockerfile",
    "install_order",
    "limit_profiles",
    "make_plan",
    "parse",
    "parse_recovering",
    "parse_value",
    "parse_variable_value",
    "read_dockerfile",
    "stage_names",
]

class Value:
    """
    One value of an opam file. Iterating gives the elements of a list or group and the arguments of an option.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    def __bool__(self) -> bool: ...
    def __eq__(self, other: typing.Any) -> bool: ...
    def __getitem__(self, index: typing.SupportsInt | typing.SupportsIndex) -> Value: ...
    def __iter__(self) -> collections.abc.Iterator[Value]: ...
    def __len__(self) -> int:
        """
        Number of elements of a list or group, of arguments of an option; else 0.
        """
    def __reduce__(self) -> typing.Any: ...
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
    def left(self) -> Value | None:
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
    def right(self) -> Value | None:
        """
        The operand on the right, or None.
        """
    @property
    def scalar(self) -> bool | int | str | None:
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
    def subject(self) -> Value | None:
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
    def __reduce__(self) -> typing.Any: ...
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
    def label(self) -> str | None:
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
    def __getstate__(self) -> tuple[bytes, bytes]: ...
    def __iter__(self) -> collections.abc.Iterator[Item]: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: tuple[bytes, bytes]) -> None: ...
    def add(self, path: str | tuple[str, str | None, str], value: typing.Any) -> File:
        """
        A new file with one more field, which must be absent.
        """
    def add_dependency(self, name: str, constraint: str = "", field: str = "depends") -> File:
        """
        A new file with one more dependency, behind the others.

        `constraint` as for `set_constraint`; conditions may be in it, as in `with-test & >= "2"`.
        Raises InvalidRequest if the field names the package already.
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
    def remove_dependency(self, name: str, field: str = "depends") -> File:
        """
        A new file without a dependency, with its line if nothing else is on it.

        Of a choice the others stay. Raises InvalidRequest if the field does not name the package.
        """
    def set(self, path: str | tuple[str, str | None, str], value: typing.Any) -> File:
        """
        A new file in which a field has another value; all other bytes are kept. A str is a string, a list a list; for anything else use `parse_value`. Adds an absent field.
        """
    def set_constraint(self, name: str, constraint: str, field: str = "depends") -> File:
        """
        A new file in which a dependency has another version constraint.

        `constraint` is written as in opam files, `>= "3.0" & < "4"`, versions also without quotes,
        `= version` for the package's own; "" allows every version. Conditions beside it, as
        `with-test`, stay, and so does every other byte. `field`: `depends`, `depopts` or `conflicts`.
        Where the field names the package several times, all of them change. Raises
        InvalidRequest if it does not name it, or has versions and conditions mixed by `|`.
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
    A variable that is not set is undefined, which is neither false nor empty. Values are opam's:
    another spelling of an architecture or a system (``aarch64``) is refused with opam's (``arm64``).
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
        The variables of a system, for example ``debian-13``; see `environment_presets`.
        """
    def __contains__(self, arg0: str) -> bool: ...
    def __delitem__(self, arg0: str) -> None: ...
    def __eq__(self, arg0: object) -> bool: ...
    def __getitem__(self, arg0: str) -> bool | str: ...
    def __getstate__(self) -> tuple[dict[str, typing.Any]]: ...
    def __init__(self, values: collections.abc.Mapping[str, bool | str] = {}) -> None: ...
    def __iter__(self) -> collections.abc.Iterator[str]: ...
    def __len__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setitem__(self, arg0: str, arg1: bool | str) -> None: ...
    def __setstate__(self, arg0: tuple[dict[str, typing.Any]]) -> None: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def copy(self) -> Environment: ...
    def get(self, name: str, default: bool | str | None = None) -> bool | str | None:
        """
        The value, or `default` if undefined.
        """
    def items(self) -> list[tuple[str, bool | str]]: ...
    def keys(self) -> list[str]: ...
    def values(self) -> list[bool | str]: ...
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
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[typing.Any, ...]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: tuple[typing.Any, ...]) -> None: ...
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
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[int, int, str, int, int, str]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            str,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            str,
        ],
    ) -> None: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
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
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[str, str, bool, bool, str, list[str]]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self, arg0: tuple[str, str, bool, bool, str, collections.abc.Sequence[str]]
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    @property
    def archive_mirrors(self) -> list[str]:
        """
        The same: where copies of archives are; may be relative to the source.
        """
    @property
    def from_cache(self) -> bool: ...
    @property
    def label(self) -> str:
        """
        As it was named.
        """
    @property
    def opam_version(self) -> str:
        """
        Of the format, as the source's file `repo` says.
        """
    @property
    def pins(self) -> bool: ...
    @property
    def revision(self) -> str:
        """
        Of git: the full commit id.
        """

class ExtraFile:
    """
    A file of a package's folder `files/`.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[bytes, bytes, bool]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: tuple[bytes, bytes, bool]) -> None: ...
    @property
    def content(self) -> bytes: ...
    @property
    def executable(self) -> bool: ...
    @property
    def path(self) -> str:
        """
        Below `files/`; bytes that are not UTF-8 are surrogates, as in `os.fsdecode`.
        """

class Package:
    """
    One package version of a repository.

    Fields of the opam file are read when they are asked for. Equal if the same version of the same
    repository.
    """
    def __copy__(self) -> typing.Any: ...
    def __deepcopy__(self, arg0: dict[str, typing.Any]) -> typing.Any: ...
    def __eq__(self, arg0: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> typing.Any: ...
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
    def effective_part(self) -> str:
        """
        The fields that can change a build, as canonical text: equal texts build alike.
        """
    @property
    def files(self) -> list[ExtraFile]:
        """
        What the version's folder `files/` holds, by path; opam copies it into the sources.
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
    def source_folder(self) -> tuple[str, str] | None:
        """
        Of a pin: the folder of its sources, and the commit of the git repository there, or an empty string for the folder as it is; else None.
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

    Equal if of the same name of the same repository.
    """
    def __contains__(self, arg0: str) -> bool: ...
    def __copy__(self) -> typing.Any: ...
    def __deepcopy__(self, arg0: dict[str, typing.Any]) -> typing.Any: ...
    def __eq__(self, arg0: object) -> bool: ...
    @typing.overload
    def __getitem__(self, version: str) -> Package: ...
    @typing.overload
    def __getitem__(self, index: typing.SupportsInt | typing.SupportsIndex) -> Package: ...
    def __hash__(self) -> int: ...
    def __iter__(self) -> collections.abc.Iterator[Package]: ...
    def __len__(self) -> int: ...
    def __reduce__(self) -> typing.Any: ...
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def newest(self) -> Package: ...

class Repository:
    """
    Every package version of one or several opam repositories.

    A collection of `Package`, by name, then version in opam's order. `repo["dune"]` are the versions of a
    name, `repo["dune"]["3.24.2"]` is one. Immutable. Equal to itself alone, whoever holds it: the same
    files loaded twice are two repositories.
    """
    @staticmethod
    def from_files(files: collections.abc.Mapping[str, str | bytes]) -> Repository:
        """
        From texts by path or by "NAME.VERSION"; what lies in `files/` may be bytes.
        """
    @staticmethod
    def open(
        source: str | os.PathLike[str] | typing.Iterable[str | os.PathLike[str]],
        rev: str | None = None,
        *,
        pins: typing.Iterable[str | os.PathLike[str] | tuple[str, str, str]] = tuple(),
        cache: bool | str | os.PathLike[str] | None = True,
        previous: Repository | None = None,
        threads: int = 0,
        progress: bool | typing.Callable[[str, int, int], bool | None] | None = None,
    ) -> Repository:
        """
        Load a repository.

        `source`: a folder with `packages/`, an archive of one (.tar.gz, .tar.zst, .zip...), a git
        repository, an http(s) URL of an archive, a URL of a git repository, or a list of these: the
        first that has a version wins. `rev`: a commit, branch or tag of git; `URL#REV` and `PATH#REV`
        say it of one source, `#REV:FOLDER` names a repository in a folder of the commit. `pins`:
        folders with opam files, such files, or git repositories with `#REV`, hiding all other versions;
        or tuples (path, name, version), empty strings for the defaults: the version of the file, else
        the newest in the repository, else `dev`. A pin that cannot be read is a LoadError;
        `pin-depends` that are not on this machine are in `diagnostics`. `cache`: False, or a folder;
        True is opamplan's folder in the user's cache. `previous`: the same sources as they were before;
        what has not changed is not worked out again, nor, of one git repository, read again, so that
        the next commit takes a fiftieth of the time. Raises LoadError when there is nothing to load; a
        broken file is in `diagnostics`.
        """
    def __arrow_c_stream__(
        self, requested_schema: typing.Any = None
    ) -> typing_extensions.CapsuleType:
        """
        For `polars.DataFrame`, `pyarrow.table`, `pandas.DataFrame.from_arrow`: Arrow's PyCapsule protocol.
        """
    def __contains__(self, name: str) -> bool:
        """
        NAME or NAME.VERSION.
        """
    def __copy__(self) -> typing.Any: ...
    def __deepcopy__(self, arg0: dict[str, typing.Any]) -> typing.Any: ...
    def __eq__(self, arg0: object) -> bool: ...
    def __getitem__(self, name: str) -> PackageVersions: ...
    def __hash__(self) -> int: ...
    def __init__(self) -> None:
        """
        An empty repository; see `open` and `from_files`.
        """
    def __iter__(self) -> typing.Iterator[Package]:
        """
        Every package, by name, then version; no list of them is made.
        """
    def __len__(self) -> int:
        """
        The number of package versions.
        """
    def __reduce__(self) -> typing.Any: ...
    def __repr__(self) -> str: ...
    def _package_at(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> Package: ...
    def _repr_html_(self) -> str: ...
    def _versions_by_source(self) -> list[int]:
        """
        How many versions each of `sources` gave.
        """
    def check(
        self,
        threads: typing.SupportsInt | typing.SupportsIndex = 0,
        progress: bool | collections.abc.Callable[[str, int, int], bool | None] | None = None,
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
    def mirrors(self) -> list[str]:
        """
        The archive mirrors of all sources, in their order; see `SourceInfo`.
        """
    @property
    def names(self) -> list[str]:
        """
        Ascending.
        """
    @property
    def sources(self) -> list[SourceInfo]: ...

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
    def cause(self) -> str: ...
    @property
    def targets(self) -> list[str]: ...

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
    def name(self) -> str: ...
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
    def __getitem__(self, name: str) -> Version:
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
    def status(self) -> str: ...
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
    (0: one a core). Immutable; may be shared between threads.
    """
    def __copy__(self) -> typing.Any: ...
    def __deepcopy__(self, arg0: dict[str, typing.Any]) -> typing.Any: ...
    def __init__(
        self,
        repository: Repository,
        environment: Environment,
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
    @property
    def environment(self) -> Environment: ...
    @property
    def repository(self) -> Repository: ...

class Alignment:
    """
    Solutions that agree on versions, and the price.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(
        self,
    ) -> tuple[list[SolveResult], list[str], typing.Annotated[list[int], "FixedSize(5)"]]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            collections.abc.Sequence[SolveResult],
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
    def layers_before(self) -> int: ...
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
    def results(self) -> list[SolveResult]:
        """
        The results, in the order given; each still a solution.
        """

class ReverseDependencies:
    """
    Who needs a package, over many solutions.

    Made once from results of one universe; a question is then a lookup.
    """
    def __copy__(self) -> typing.Any: ...
    def __deepcopy__(self, arg0: dict[str, typing.Any]) -> typing.Any: ...
    def __init__(self, results: collections.abc.Sequence[SolveResult]) -> None: ...
    def __reduce__(self) -> typing.Any: ...
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def counts(self) -> dict[str, int]:
        """
        For each package in some closure, how many closures hold it, its own among them; `opamplan revdeps` counts the others.
        """
    def dependents(self, package: str) -> list[str]:
        """
        The packages that depend on NAME.VERSION, or on NAME, directly in some closure.
        """
    def targets_with(self, package: str) -> list[str]:
        """
        The targets whose closure holds NAME.VERSION, or NAME in any version; what is named is among them if it is a target, and not in `opamplan revdeps`.
        """

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
    def name(self) -> str: ...
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
    def index(self) -> int: ...
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
        The plan that `save` wrote. Raises PlanFormatError or OSError.
        """
    def __arrow_c_stream__(
        self, requested_schema: typing.Any = None
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
    def dockerfile(self, target: str, options: EmitOptions = ...) -> str:
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
        The steps that a batch builds, and no earlier one.
        """
    def restricted_to(self, targets: str | collections.abc.Sequence[str]) -> Plan:
        """
        The plan of these targets alone, each NAME.VERSION, or NAME for its newest.

        Keys stay, so that caches serve both plans; batches keep their order. Of what the plan leaves out,
        what is named stays in `left_out`. Raises UnknownPackage for what is no target.
        """
    def save(self, path: str | os.PathLike[str]) -> None:
        """
        Write `to_json` to a file: the whole of it, or what was there stays.
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
        most_waves: typing.SupportsInt | typing.SupportsIndex = 2,
    ) -> Plan:
        """
        The same plan with its batches cut into shards for so many builders.

        Shards of a wave are built at the same time, and none builds what another does: what several need
        is built in an earlier wave. Each builder runs ``workers`` steps at once; ``durations`` and what
        follows say how long they take, as for `forecast`, and ``wave_seconds`` what a wave costs beside. Of two waves each shard reads one cache;
        where it reads several, BuildKit 0.32 builds some steps again, so there are no more unless limits
        want it, or ``most_waves``.
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
        options: EmitOptions | None = None,
    ) -> dict[str, int]:
        """
        Write the plan's files below a folder, in one format or several, see `write_plan`.

        Returns their paths and sizes.
        """
    @property
    def base(self) -> dict[str, typing.Any]:
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
    def environment(self) -> Environment:
        """
        For which it was made; empty for a plan of none. See `base` for the text of it.
        """
    @property
    def left_out(self) -> dict[str, str]:
        """
        Targets that have a solution and cannot be built, as NAME.VERSION, with the reason: cyclic dependencies, for example. Results without a solution were never targets: their status says why (the figures of `opamplan plan` count both as left out).
        """
    @property
    def limits(self) -> Limits: ...
    @property
    def packages(self) -> list[str]:
        """
        Every package version that the plan installs, ascending.
        """
    @property
    def steps(self) -> PlanSteps:
        """
        The steps; what a step stands on comes before it.
        """
    @property
    def strategy(self) -> str: ...
    @property
    def summary(self) -> dict[str, typing.Any]:
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

class PlanFinding:
    """
    One thing that is wrong with a plan.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[str, str, int, int, str, str]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            str,
            str,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            str,
            str,
        ],
    ) -> None: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    @property
    def allowed(self) -> int:
        """
        What the limit allows.
        """
    @property
    def limit(self) -> str:
        """
        The limit's name; "contents" if unsound.
        """
    @property
    def remedy(self) -> str:
        """
        What to do.
        """
    @property
    def text(self) -> str:
        """
        The whole as a sentence.
        """
    @property
    def value(self) -> int:
        """
        What was found.
        """
    @property
    def where(self) -> str:
        """
        The step, target or batch.
        """

class Forecast:
    """
    What carrying a plan out will take.
    """
    def __arrow_c_stream__(
        self, requested_schema: typing.Any = None
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
    def kind(self) -> str: ...
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
    def added_targets(self) -> list[str]: ...
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
    def dropped_layers(self) -> list[str]: ...
    @property
    def dropped_targets(self) -> list[str]: ...
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
    def new_step_count(self) -> int:
        """
        Steps that must run.
        """
    @property
    def rebuilt_targets(self) -> list[RebuiltTarget]: ...
    @property
    def unchanged_targets(self) -> list[str]: ...

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
    def target_count(self) -> int: ...

class Series:
    """
    Repositories planned one after the other, such as commits.

    Each `add` says which layers of the newest versions the repository before had not. What a change
    cannot touch is not solved again, and layers are kept: with ``Repository.open(previous=...)`` a
    commit costs a twentieth of a first one. ``image`` and ``opam_version`` are those of `make_plan`.
    """
    def __init__(self, image: str = "", opam_version: str = "") -> None: ...
    def __reduce__(self) -> typing.Any: ...
    def __repr__(self) -> str: ...
    def add(
        self,
        universe: Universe,
        progress: bool | collections.abc.Callable[[str, int, int], bool | None] | None = None,
    ) -> SeriesChange:
        """
        Go on to the next repository. Raises InvalidRequest if the universe has another environment or other options than the one before, or pins.
        """
    @property
    def results(self) -> list[SolveResult]:
        """
        Of its newest versions, by name, as `Universe.solve_all` finds them: what `make_plan` takes.
        """
    @property
    def universe(self) -> Universe:
        """
        The last one; None before `add`.
        """

class EmitOptions:
    """
    What the emitters can be told; the defaults build real packages.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    base_archive: str
    base_image: str
    registry: str
    @staticmethod
    def stand_in() -> EmitOptions:
        """
        Installs nothing, so that BuildKit's own costs can be seen.
        """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(
        self,
    ) -> tuple[
        str,
        str,
        list[tuple[str, str]],
        str,
        str,
        str,
        list[str],
        set[str],
        str,
        str,
        list[tuple[str, str]],
        str,
        list[str],
        int,
        str,
        str,
        int,
        int,
        bool,
        bool,
        str,
        list[tuple[str, str]],
        list[str],
        dict[str, int],
        str,
        list[str],
        list[str],
        list[str],
        list[str],
    ]: ...
    def __init__(self, **kwargs: typing.Any) -> None:
        """
        Any of the options by name; the others keep their defaults.
        """
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            str,
            str,
            collections.abc.Sequence[tuple[str, str]],
            str,
            str,
            str,
            collections.abc.Sequence[str],
            collections.abc.Set[str],
            str,
            str,
            collections.abc.Sequence[tuple[str, str]],
            str,
            collections.abc.Sequence[str],
            typing.SupportsInt | typing.SupportsIndex,
            str,
            str,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            bool,
            bool,
            str,
            collections.abc.Sequence[tuple[str, str]],
            collections.abc.Sequence[str],
            collections.abc.Mapping[str, typing.SupportsInt | typing.SupportsIndex],
            str,
            collections.abc.Sequence[str],
            collections.abc.Sequence[str],
            collections.abc.Sequence[str],
            collections.abc.Sequence[str],
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    @property
    def archive_mirrors(self) -> tuple[str, ...]:
        """
        URLs below which opam looks for sources first, by checksum, as ``opam admin cache`` lays them out. Read-only inside: assign a new one.
        """
    @archive_mirrors.setter
    def archive_mirrors(self, arg1: collections.abc.Iterable[str]) -> None: ...
    @property
    def archives(self) -> frozenset[str]:
        """
        Archives in the build context, below ``archives/``, by checksum: see `archive_paths`. Steps mount those of their packages. Read-only inside: assign a new one.
        """
    @archives.setter
    def archives(self, arg1: collections.abc.Iterable[str]) -> None: ...
    @property
    def base_environment(self) -> tuple[tuple[str, str], ...]:
        """
        Variables of the base image, as (name, value), for LLB, which does not know them; `opamplan.image_environment` reads them. Read-only inside: assign a new one.
        """
    @base_environment.setter
    def base_environment(
        self, arg1: collections.abc.Mapping[str, str] | collections.abc.Iterable[tuple[str, str]]
    ) -> None: ...
    @property
    def build_args(self) -> tuple[tuple[str, str], ...]:
        """
        Build arguments, as (name, value). Proxies are in every step's environment and in no cache key; others are for `instructions`, and not in LLB. Read-only inside: assign a new one.
        """
    @build_args.setter
    def build_args(
        self, arg1: collections.abc.Mapping[str, str] | collections.abc.Iterable[tuple[str, str]]
    ) -> None: ...
    @property
    def cache_from(self) -> tuple[str, ...]:
        """
        Of bake files: ``type=registry,ref=...``. Read-only inside: assign a new one.
        """
    @cache_from.setter
    def cache_from(self, arg1: collections.abc.Iterable[str]) -> None: ...
    @property
    def cache_to(self) -> tuple[str, ...]:
        """
        Of bake files: ``type=registry,ref=...``. Read-only inside: assign a new one.
        """
    @cache_to.setter
    def cache_to(self, arg1: collections.abc.Iterable[str]) -> None: ...
    @property
    def depexts(self) -> str:
        """
        Shell commands that install the system packages ``$@``.
        """
    @depexts.setter
    def depexts(self, arg0: str) -> None: ...
    @property
    def download_cache(self) -> bool:
        """
        A cache mount for opam's downloads.
        """
    @download_cache.setter
    def download_cache(self, arg0: bool) -> None: ...
    @property
    def environment(self) -> tuple[tuple[str, str], ...]:
        """
        Variables of every step, as (name, value), after opam's. Read-only inside: assign a new one.
        """
    @environment.setter
    def environment(
        self, arg1: collections.abc.Mapping[str, str] | collections.abc.Iterable[tuple[str, str]]
    ) -> None: ...
    @property
    def install(self) -> str:
        """
        Shell commands that install ``$1``; empty: ``opam install``.
        """
    @install.setter
    def install(self, arg0: str) -> None: ...
    @property
    def instructions(self) -> str:
        """
        Dockerfile lines after `setup`. Not in LLB.
        """
    @instructions.setter
    def instructions(self, arg0: str) -> None: ...
    @property
    def labels(self) -> tuple[str, ...]:
        """
        ``KEY=VALUE``, on every image. Not in LLB. Read-only inside: assign a new one.
        """
    @labels.setter
    def labels(self, arg1: collections.abc.Iterable[str]) -> None: ...
    @property
    def log_limit(self) -> int:
        """
        Bytes kept of a log; 0: all.
        """
    @log_limit.setter
    def log_limit(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def network(self) -> str:
        """
        Of every step: ``none``, ``host`` or ``default``; empty: the builder's default.
        """
    @network.setter
    def network(self, arg0: str) -> None: ...
    @property
    def opam(self) -> str:
        """
        Where opam is from. Empty: the image's, else its distribution's package; ``image`` or ``distribution``: that or an error; else a program's path in the build context.
        """
    @opam.setter
    def opam(self, arg0: str) -> None: ...
    @property
    def outputs(self) -> tuple[str, ...]:
        """
        Of batches in bake files; empty: results in a folder. Read-only inside: assign a new one.
        """
    @outputs.setter
    def outputs(self, arg1: collections.abc.Iterable[str]) -> None: ...
    @property
    def platforms(self) -> tuple[str, ...]:
        """
        Of the targets in bake files: ``linux/arm64``. Read-only inside: assign a new one.
        """
    @platforms.setter
    def platforms(self, arg1: collections.abc.Iterable[str]) -> None: ...
    @property
    def prepare(self) -> str:
        """
        Shell commands, run once, as root, before `setup`: package sources, certificates.
        """
    @prepare.setter
    def prepare(self, arg0: str) -> None: ...
    @property
    def retry(self) -> types.MappingProxyType[str, int]:
        """
        By NAME.VERSION, or by the first 16 digits of a layer's key: a number that gives its steps a new cache key. Read-only inside: assign a new one.
        """
    @retry.setter
    def retry(self, arg1: collections.abc.Mapping[str, int]) -> None: ...
    @property
    def run_options(self) -> tuple[str, ...]:
        """
        Words after RUN. Not in LLB. Read-only inside: assign a new one.
        """
    @run_options.setter
    def run_options(self, arg1: collections.abc.Iterable[str]) -> None: ...
    @property
    def setup(self) -> str:
        """
        Shell commands, run once; empty: opam, the user and an empty switch.
        """
    @setup.setter
    def setup(self, arg0: str) -> None: ...
    @property
    def snapshot(self) -> str:
        """
        ``YYYYMMDDTHHMMSSZ``: Debian packages as they were then; empty: today's.
        """
    @snapshot.setter
    def snapshot(self, arg0: str) -> None: ...
    @property
    def source_date_epoch(self) -> int: ...
    @source_date_epoch.setter
    def source_date_epoch(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def system_cache(self) -> bool:
        """
        Cache mounts in which steps that install system packages share the package manager's lists and archives.
        """
    @system_cache.setter
    def system_cache(self, arg0: bool) -> None: ...
    @property
    def time_limit(self) -> int:
        """
        Seconds for one install, then it has failed; 0: none.
        """
    @time_limit.setter
    def time_limit(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def user(self) -> str:
        """
        Who builds packages; made if the image has none of that name. Empty: root.
        """
    @user.setter
    def user(self, arg0: str) -> None: ...

class DockerfileMeasure:
    """
    What a Dockerfile asks of BuildKit.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[int, int, int, int, int, str, int, list[PlanFinding]]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            str,
            typing.SupportsInt | typing.SupportsIndex,
            collections.abc.Sequence[PlanFinding],
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    @property
    def bytes(self) -> int: ...
    @property
    def deepest(self) -> str:
        """
        That stage.
        """
    @property
    def definition_bytes(self) -> int:
        """
        Of its LLB definition: an estimate.
        """
    @property
    def depth(self) -> int:
        """
        Layers of the deepest stage, above its base image.
        """
    @property
    def findings(self) -> list[PlanFinding]: ...
    @property
    def installs(self) -> int:
        """
        RUN instructions.
        """
    @property
    def longest_line(self) -> int:
        """
        Bytes.
        """
    @property
    def stages(self) -> int: ...

class BakeMeasure:
    """
    What a docker-bake file asks of buildx.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[int, int, list[PlanFinding]]: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    def __setstate__(
        self,
        arg0: tuple[
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsInt | typing.SupportsIndex,
            collections.abc.Sequence[PlanFinding],
        ],
    ) -> None: ...
    def _repr_html_(self) -> str: ...
    @property
    def findings(self) -> list[PlanFinding]: ...
    @property
    def largest_group(self) -> int:
        """
        Targets that asking for one group builds.
        """
    @property
    def targets(self) -> int: ...

def _changed_packages(before: Repository, after: Repository) -> list[tuple[int | None, int | None]]:
    """
    Positions of versions in the one and the other.
    """

def _error_json(error: typing.Any, label: str) -> str:
    """
    The line of JSON for a `ParseError`.
    """

def _give(errors: dict[str, typing.Any], progress_bar: typing.Any, refusal: typing.Any) -> None:
    """
    What the package gives: the classes of errors by name, what makes a bar, and what words that a call is refused.
    """

def _load_repository(
    places: collections.abc.Sequence[tuple[str, str]],
    pins: collections.abc.Sequence[tuple[str, str, str, str]],
    cache: str,
    previous: Repository | None,
    threads: typing.SupportsInt | typing.SupportsIndex,
    progress: bool | collections.abc.Callable[[str, int, int], bool | None] | None,
) -> Repository:
    """
    What `Repository.open` found out to load.
    """

def _repository_json(repository: typing.Any) -> tuple[bytes, int]:
    """
    A line of JSON for every opam file of a Repository, by label; how many are errors.
    """

def _sign(core: types.ModuleType, plain: typing.Any) -> None:
    """
    Gives all functions of this module signatures that `inspect` reads.
    """

def _targets_touched(before: Universe, after: Universe) -> tuple[list[str], list[str]]:
    """
    The available versions of both whose results may differ between them.
    """

def align(
    results: collections.abc.Sequence[SolveResult],
    *,
    threads: typing.SupportsInt | typing.SupportsIndex = 0,
    progress: bool | collections.abc.Callable[[str, int, int], bool | None] | None = None,
) -> Alignment:
    """
    Make solutions agree on versions, so that more layers are the same.

    Each target keeps its own version. Takes some ten seconds for all of opam-repository.
    """

def allow_words(options: EmitOptions) -> str:
    """
    What buildctl and buildx must be told to allow, as words of a shell.
    """

def archive_paths(plan: Plan) -> list[str]:
    """
    Where a folder laid out by ``opam admin cache`` has the sources of the plan's packages: a path for each checksum, ascending.
    """

def bake_file_names() -> list[str]:
    """
    Of the batches, which buildx reads unasked, and of single images: in HCL, then in JSON.
    """

def bake_hcl(plan: Plan, options: EmitOptions = ..., *, images: bool = False) -> str:
    """
    A docker-bake file in HCL: of the batches, or of single images.
    """

def bake_json(plan: Plan, options: EmitOptions = ..., *, images: bool = False) -> str:
    """
    A docker-bake file in JSON: of the batches, or of single images.
    """

def base_image_of(preset: str) -> str:
    """
    A base image that fits a preset, or an empty string.
    """

def batch_dockerfile(
    plan: Plan, batch: int, options: EmitOptions = ..., without: collections.abc.Set[int] = set()
) -> str:
    """
    The Dockerfile of one batch, `without` some of its steps and all that stands on them.
    """

def batch_dockerfiles(plan: Plan, options: EmitOptions = ...) -> list[str]:
    """
    The Dockerfile of every batch, which takes less than one after the other.
    """

def batch_llb(
    plan: Plan, batch: int, options: EmitOptions = ..., without: collections.abc.Set[int] = set()
) -> bytes:
    """
    A batch as BuildKit's LLB, for `buildctl build --local context=DIR`, `without` some of its steps and all that stands on them.
    """

def batch_llbs(plan: Plan, options: EmitOptions = ...) -> list[bytes]:
    """
    The LLB of every batch, which takes less than one after the other.
    """

def buildx_words(options: EmitOptions) -> str:
    """
    The same and the build arguments, for ``docker buildx build``.
    """

def compare_plans(before: Plan, after: Plan) -> PlanDifference:
    """
    What must be built again after a change, and why. True in a condition if anything differs.
    """

def compare_versions(a: str, b: str) -> int:
    """
    Negative, zero or positive, in opam's order.
    """

def context_files(plan: Plan, options: EmitOptions = ...) -> list[tuple[str, bytes, bool]]:
    """
    The build context: (path, bytes, executable) of each file.
    """

def default_format(plan: Plan) -> str:
    """
    What a plan is built from when nobody says more.
    """

def dependency_paths(
    solution: SolveResult, to: str, limit: typing.SupportsInt | typing.SupportsIndex = 100
) -> list[list[str]]:
    """
    The paths of dependencies from the target to a package of its closure, the first `limit`.
    """

def deps_json(solution: SolveResult) -> str:
    """
    The transitive reduction of the closure, as package-tool prints it.
    """

def diagnose(plan: Plan, limits: str | Limits | None = None) -> list[PlanFinding]:
    """
    Everything wrong with a plan, measured by `limits`, which may be a profile's name (default: its own); empty if nothing is.
    """

def dockerfile(plan: Plan, target: str, options: EmitOptions = ...) -> str:
    """
    The Dockerfile of one target, NAME.VERSION or NAME.
    """

def dot(solution: SolveResult) -> str:
    """
    The closure for Graphviz.
    """

def emit_formats() -> list[str]:
    """
    The names of all formats.
    """

def emitted_files(
    plan: Plan, formats: collections.abc.Sequence[str], options: EmitOptions = ...
) -> list[tuple[str, bytes, bool]]:
    """
    The files of some formats and of what they need: (path, bytes, executable) of each.
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

    ``durations``: seconds of an install by layer key, NAME.VERSION or NAME; ``default_seconds`` for
    the others; ``system_seconds`` for each run of the system's package manager. Steps that the plan ``earlier`` holds too are built already and take no time.
    """

def has_dockerfile(plan: Plan) -> bool:
    """
    Whether a Dockerfile can say the plan; only BuildKit's own language can say merges.
    """

def image_llb(plan: Plan, target: str, options: EmitOptions = ...) -> bytes:
    """
    The image of one target, NAME.VERSION or NAME, as BuildKit's LLB. Its result is a file system; the variables of images (`EmitOptions.environment`) are for who exports it to say.
    """

def inspect_bake(text: str, where: str, limits: str | Limits) -> BakeMeasure:
    """
    Measure the text of a docker-bake file, HCL or JSON, against limits.
    """

def inspect_dockerfile(text: str, where: str, limits: str | Limits) -> DockerfileMeasure:
    """
    Measure the text of a Dockerfile against limits; `where` names it in findings.
    """

def install_order(
    solution: SolveResult, order: str = "levels", among: ReverseDependencies | None = None
) -> list[str]:
    """
    The closure in install order.

    ``levels``: level by level, as package-tool; ``depth_first``: each package as late as possible;
    ``most_shared``: of what can be installed, what most closures of ``among`` hold.
    """

def limit_profiles() -> dict[str, Limits]:
    """
    The limits there are, by name; `reason` says where their numbers come from.
    """

def make_plan(
    results: collections.abc.Sequence[SolveResult],
    strategy: str = "graft",
    limits: str | Limits = "buildkit",
    image: str = "",
    opam_version: str = "",
    *,
    sizes: collections.abc.Mapping[str, typing.SupportsInt | typing.SupportsIndex] = {},
    system_run_size: typing.SupportsInt | typing.SupportsIndex | None = None,
    depext_size: typing.SupportsInt | typing.SupportsIndex | None = None,
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
    installs; by default as much as 50 and 10 packages of the median size. ``threads``: how many
    describe packages (0: one a core).
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

def read_dockerfile(text: str) -> list[dict[str, typing.Any]]:
    """
    The instructions of a Dockerfile, cut as BuildKit cuts them: name, flags, arguments, here-documents (name, content) and line of each. Raises InvalidRequest where it refuses.
    """

def stage_names(plan: Plan) -> list[str]:
    """
    By step: the name of its stage in emitted Dockerfiles.
    """

__version__: str = "0.1.0"
