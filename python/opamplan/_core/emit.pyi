"""
Plans as files.
"""

from __future__ import annotations
import collections.abc
import opamplan._core.plan
import types
import typing

__all__: list[str] = [
    "EmitOptions",
    "allow_words",
    "archive_paths",
    "bake_file_names",
    "bake_hcl",
    "bake_json",
    "batch_dockerfile",
    "batch_dockerfiles",
    "batch_llb",
    "batch_llbs",
    "buildx_words",
    "context_files",
    "default_format",
    "dockerfile",
    "emit_formats",
    "emitted_files",
    "has_dockerfile",
    "image_llb",
    "stage_names",
]

class EmitOptions:
    """
    What the emitters can be told; the defaults build real packages.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
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
    def __init__(
        self,
        *,
        base_image: str = "",
        base_archive: str = "",
        base_environment: collections.abc.Mapping[str, str]
        | collections.abc.Iterable[tuple[str, str]] = (),
        snapshot: str = "",
        opam: str = "",
        user: str = "opam",
        archive_mirrors: collections.abc.Iterable[str] = (),
        archives: collections.abc.Iterable[str] = (),
        prepare: str = "",
        setup: str = "",
        environment: collections.abc.Mapping[str, str]
        | collections.abc.Iterable[tuple[str, str]] = (),
        instructions: str = "",
        labels: collections.abc.Iterable[str] = (),
        source_date_epoch: typing.SupportsInt | typing.SupportsIndex = 0,
        install: str = "",
        depexts: str = "",
        time_limit: typing.SupportsInt | typing.SupportsIndex = 0,
        log_limit: typing.SupportsInt | typing.SupportsIndex = 4194304,
        download_cache: bool = True,
        system_cache: bool = True,
        network: str = "",
        build_args: collections.abc.Mapping[str, str]
        | collections.abc.Iterable[tuple[str, str]] = (),
        run_options: collections.abc.Iterable[str] = (),
        retry: collections.abc.Mapping[str, int] = {},
        registry: str = "",
        platforms: collections.abc.Iterable[str] = (),
        cache_from: collections.abc.Iterable[str] = (),
        cache_to: collections.abc.Iterable[str] = (),
        outputs: collections.abc.Iterable[str] = (),
    ) -> None:
        """
        Any of the options; the others keep their defaults.
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
    def base_archive(self) -> str:
        """
        Instead: a root file system, a tar, by its path in the build context.
        """
    @base_archive.setter
    def base_archive(self, arg0: str) -> None: ...
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
    def base_image(self) -> str:
        """
        The image that steps stand on; empty: the plan's.
        """
    @base_image.setter
    def base_image(self, arg0: str) -> None: ...
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
    def registry(self) -> str:
        """
        Images are tagged ``REGISTRY/NAME``; empty: they are not.
        """
    @registry.setter
    def registry(self, arg0: str) -> None: ...
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
    def source_date_epoch(self) -> int:
        """
        Seconds since 1970 that files and images are dated; 0: when they are built.
        """
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

def allow_words(options: EmitOptions) -> str:
    """
    What buildctl and buildx must be told to allow, as words of a shell.
    """

def archive_paths(plan: opamplan._core.plan.Plan) -> list[str]:
    """
    Where a folder laid out by ``opam admin cache`` has the sources of the plan's packages: a path for each checksum, ascending.
    """

def bake_file_names() -> list[str]:
    """
    Of the batches, which buildx reads unasked, and of single images: in HCL, then in JSON.
    """

def bake_hcl(
    plan: opamplan._core.plan.Plan, options: EmitOptions = ..., *, images: bool = False
) -> str:
    """
    A docker-bake file in HCL: of the batches, or of single images.
    """

def bake_json(
    plan: opamplan._core.plan.Plan, options: EmitOptions = ..., *, images: bool = False
) -> str:
    """
    A docker-bake file in JSON: of the batches, or of single images.
    """

def batch_dockerfile(
    plan: opamplan._core.plan.Plan,
    batch: int,
    options: EmitOptions = ...,
    without: collections.abc.Set[int] = set(),
) -> str:
    """
    The Dockerfile of one batch, `without` some of its steps and all that stands on them.
    """

def batch_dockerfiles(plan: opamplan._core.plan.Plan, options: EmitOptions = ...) -> list[str]:
    """
    The Dockerfile of every batch, which takes less than one after the other.
    """

def batch_llb(
    plan: opamplan._core.plan.Plan,
    batch: int,
    options: EmitOptions = ...,
    without: collections.abc.Set[int] = set(),
) -> bytes:
    """
    A batch as BuildKit's LLB, for `buildctl build --local context=DIR`, `without` some of its steps and all that stands on them.
    """

def batch_llbs(plan: opamplan._core.plan.Plan, options: EmitOptions = ...) -> list[bytes]:
    """
    The LLB of every batch, which takes less than one after the other.
    """

def buildx_words(options: EmitOptions) -> str:
    """
    The same and the build arguments, for ``docker buildx build``.
    """

def context_files(
    plan: opamplan._core.plan.Plan, options: EmitOptions = ...
) -> list[tuple[str, bytes, bool]]:
    """
    The build context: (path, bytes, executable) of each file.
    """

def default_format(plan: opamplan._core.plan.Plan) -> str:
    """
    What a plan is built from when nobody says more.
    """

def dockerfile(plan: opamplan._core.plan.Plan, target: str, options: EmitOptions = ...) -> str:
    """
    The Dockerfile of one target, NAME.VERSION or NAME.
    """

def emit_formats() -> list[str]:
    """
    The names of all formats.
    """

def emitted_files(
    plan: opamplan._core.plan.Plan,
    formats: collections.abc.Sequence[str],
    options: EmitOptions = ...,
) -> list[tuple[str, bytes, bool]]:
    """
    The files of some formats and of what they need: (path, bytes, executable) of each.
    """

def has_dockerfile(plan: opamplan._core.plan.Plan) -> bool:
    """
    Whether a Dockerfile can say the plan; only BuildKit's own language can say merges.
    """

def image_llb(plan: opamplan._core.plan.Plan, target: str, options: EmitOptions = ...) -> bytes:
    """
    The image of one target, NAME.VERSION or NAME, as BuildKit's LLB. Its result is a file system; the variables of images (`EmitOptions.environment`) are for who exports it to say.
    """

def stage_names(plan: opamplan._core.plan.Plan) -> list[str]:
    """
    By step: the name of its stage in emitted Dockerfiles.
    """
