"""
Packages by name and version, and where they are from.
"""

from __future__ import annotations
import collections.abc
import opamplan._core.package
import os
import typing
import typing_extensions

__all__: list[str] = [
    "Diagnostic",
    "ExtraFile",
    "Package",
    "PackageVersions",
    "Repository",
    "SourceInfo",
]

class Diagnostic:
    """
    What was wrong with one file or folder of a repository.
    """
    def __eq__(self, arg0: object) -> bool: ...
    def __getstate__(self) -> tuple[int, int, str, int, int, str, str]: ...
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
    def left_out_field(self) -> str:
        """
        Of a file that was read: the field that could not be, so that the file is taken
        without it, as by opam; ``url.src`` in a section. Else "".
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
    def message(self) -> str:
        """
        What is odd, without the place.
        """
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
    def from_cache(self) -> bool:
        """
        Whether opamplan's own cache was read, not the source.
        """
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
    def pins(self) -> bool:
        """
        Whether it is of what was pinned.
        """
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
    def content(self) -> bytes:
        """
        The whole of it.
        """
    @property
    def executable(self) -> bool:
        """
        Whether its owner may run it.
        """
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
    def check(self) -> list[Diagnostic]:
        """
        What reading every field of its file says: its part of `Repository.check`.
        """
    def depexts(self, environment: opamplan._core.package.Environment) -> list[str]:
        """
        System packages needed there, sorted.
        """
    def field(self, name: str) -> str:
        """
        Any field, in opam's language, on one line; empty if absent.
        """
    def is_available(self, environment: opamplan._core.package.Environment) -> bool:
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
        In opam's language, on one line, also where `check` says that it cannot be read; empty if absent.
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
        In opam's language, on one line, also where `check` says that it cannot be read; empty if absent.
        """
    @property
    def depends(self) -> str:
        """
        In opam's language, on one line, also where `check` says that it cannot be read; empty if absent.
        """
    @property
    def depopts(self) -> str:
        """
        In opam's language, on one line, also where `check` says that it cannot be read; empty if absent.
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
    def is_pinned(self) -> bool:
        """
        Whether it hides all other versions.
        """
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
    def name(self) -> str:
        """
        Without its version.
        """
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
    def version(self) -> opamplan._core.package.Version:
        """
        In opam's order.
        """

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
    def name(self) -> str:
        """
        What all of them are called.
        """
    @property
    def newest(self) -> Package:
        """
        The greatest version, whether it is available or not.
        """

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
        or tuples (path, name, version), empty strings for the defaults: what a folder NAME.VERSION with
        a file `opam` is called; the version of the file, else the newest in the repository, else `dev`.
        A pin that cannot be read is a LoadError; `pin-depends` that are not on this machine are in
        `diagnostics`. `cache`: False, or a folder; True is opamplan's folder in the user's cache.
        `previous`: the same sources as they were before; what has not changed is not worked out again,
        nor, of one git repository, read again, so that the next commit takes a fiftieth of the time.
        Raises LoadError when there is nothing to load; a broken file is in `diagnostics`.
        """
    def __arrow_c_stream__(
        self, requested_schema: typing.Any | None = None
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
    def latest(self, environment: opamplan._core.package.Environment) -> list[Package]:
        """
        The latest available version of every name that has one, ascending by name.
        """
    def package(self, full_name: str) -> Package:
        """
        Of "NAME.VERSION".
        """
    def reachable(self, names: collections.abc.Sequence[str]) -> Repository:
        """
        The part that some names can need: they, the names in their ``depends``, and so on.

        Answers for these names are the same there as in the whole, of which it mostly is a tenth, and so is
        what a universe of it takes.
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
        What was wrong with the sources; empty if nothing was. `check` reads every field, too.
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
    def sources(self) -> list[SourceInfo]:
        """
        What it was read from, in order of precedence.
        """

def _changed_packages(before: Repository, after: Repository) -> list[tuple[int | None, int | None]]:
    """
    Positions of versions in the one and the other.
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
