"""Reports as JSON and Markdown."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from opamplan.runs.statuses import FAILURE, in_order
from opamplan.terminal.harmless import harmless
from opamplan.wording import counted, duration, size


def json_report(data: dict[str, Any]) -> str:
    """The data as they are, one line."""
    return json.dumps(data) + "\n"


def markdown_report(data: dict[str, Any]) -> str:
    """A page for a pull request or a wiki: counts, failures with the ends of their logs."""
    run = data["run"]
    lines = [
        f"# Run {run['id']}: {run['status']}",
        "",
        f"{when(run['started'])} UTC, strategy {run['strategy']}, on {code(run['image'])}",
        "",
        "| targets | status |",
        "|---:|---|",
    ]
    counts = data["counts"]
    for status in in_order(counts):
        lines.append(f"| {counts[status]} | {status} |")
    system = data["system_packages"]
    if system["steps"]:
        lines += ["", f"System packages: {system_said(system)}"]
    if data["failures"]:
        lines += ["", "## Failures", "", "| package | targets it stops | error |", "|---|---:|---|"]
        for failure in data["failures"]:
            what = "" if failure["status"] == FAILURE else f" ({failure['status']})"
            row = (f"{code(failure['package'])}{what}", str(len(failure["targets"])))
            lines.append(f"| {' | '.join(row)} | {code(failure['error'])} |")
    for group in data["groups"]:
        if len(group["packages"]) > 1 or group["is_infrastructure"]:
            names = ", ".join(code(name) for name in group["packages"])
            lines += ["", f"With the same error ({group['kind']}): {names}", ""]
            lines.append(f"> {code(group['error'])}")
    for failure in data["failures"][:50]:
        log = data["layers"][failure["layer"]]["log"].rstrip("\n").split("\n")[-20:]
        fence = _fence(log)
        lines += ["", f"### {code(failure['package'])}", "", fence, *log, fence]
    return harmless("\n".join(lines)) + "\n"


def system_said(system: dict[str, Any]) -> str:
    """What a report's `system_packages` come to, in words."""
    steps = counted(system["steps"], "step")
    return f"installed by {steps} in {duration(system['seconds'])}, {size(system['bytes'])}"


def when(seconds: float) -> str:
    """A time since 1970, in UTC."""
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%d %H:%M}"


def code(text: str) -> str:
    """As Markdown writes code, in a table too."""
    return "`" + text.replace("\n", " ").replace("`", "'").replace("|", "\\|") + "`"


def _fence(lines: list[str]) -> str:
    """Longer than any run of backquotes in the lines."""
    fence = "```"
    while any(fence in line for line in lines):
        fence += "`"
    return fence
