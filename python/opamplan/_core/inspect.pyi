"""
Judging plans, and files.
"""

from __future__ import annotations
import collections.abc
import opamplan._core.plan
import typing

__all__: list[str] = [
    "BakeMeasure",
    "DockerfileMeasure",
    "PlanFinding",
    "diagnose",
    "inspect_bake",
    "inspect_dockerfile",
    "read_dockerfile",
]

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
    def bytes(self) -> int:
        """
        Of the whole file.
        """
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
    def findings(self) -> list[PlanFinding]:
        """
        What is wrong with it.
        """
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
    def stages(self) -> int:
        """
        FROM instructions.
        """

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
    def findings(self) -> list[PlanFinding]:
        """
        What is wrong with it.
        """
    @property
    def largest_group(self) -> int:
        """
        Targets that asking for one group builds.
        """
    @property
    def targets(self) -> int:
        """
        How many there are, groups apart.
        """

def diagnose(
    plan: opamplan._core.plan.Plan, limits: str | opamplan._core.plan.Limits | None = None
) -> list[PlanFinding]:
    """
    Everything wrong with a plan, measured by `limits`, which may be a profile's name (default: its own); empty if nothing is.
    """

def inspect_bake(text: str, where: str, limits: str | opamplan._core.plan.Limits) -> BakeMeasure:
    """
    Measure the text of a docker-bake file, HCL or JSON, against limits.
    """

def inspect_dockerfile(
    text: str, where: str, limits: str | opamplan._core.plan.Limits
) -> DockerfileMeasure:
    """
    Measure the text of a Dockerfile against limits; `where` names it in findings.
    """

def read_dockerfile(text: str) -> list[dict[str, typing.Any]]:
    """
    The instructions of a Dockerfile, cut as BuildKit cuts them: name, flags, arguments, here-documents (name, content) and line of each. Raises InvalidRequest where it refuses.
    """
