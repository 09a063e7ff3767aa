"""Stands for buildctl: reads the Dockerfile that it is given; says and leaves what BuildKit would.

$FAKE_DIR/behaviour.json: packages that `fail`, are `unfetched`, or fail with some retry numbers
(`fails_at`); layers whose step ends the build with a line and a code (`dies`), or leaves nothing
behind (`missing`), or has a record in its cache that is `broken` up to a retry number; `end_badly`
(times), `hang` (seconds), `cached`, `deaf`; builders that are `absent`, `silent` (never answer) or
`stops` (answer, until they have a batch), by address; what it says as it `refuses` all; the bytes
that it `keeps`; `plants` (one more result); `logs` by package.
"""

from __future__ import annotations

import base64
import json
import os
import pathlib
import re
import signal
import sys
import time
from typing import Any

HERE = pathlib.Path(os.environ["FAKE_DIR"])
HOW: dict[str, Any] = json.loads((HERE / "behaviour.json").read_text())
ADDRESS = sys.argv[2]


def say(**what: object) -> None:
    print(json.dumps(what), file=sys.stderr, flush=True)


def option(begin: str) -> str:
    return next(word[len(begin) :] for word in sys.argv if word.startswith(begin))


def answer() -> None:
    if ADDRESS in HOW.get("absent", []):
        sys.exit("error: no such socket")
    if ADDRESS in HOW.get("silent", []) or (HERE / f"stopped-{os.path.basename(ADDRESS)}").exists():
        time.sleep(3600)


def status_of(package: str, retry: int, failed_needs: bool) -> str:
    if failed_needs:
        return "dependency_failed"
    if package in HOW.get("unfetched", []):
        return "download_failed"
    fails = package in HOW["fail"] or retry in HOW.get("fails_at", {}).get(package, [])
    return "failure" if fails else "success"


def leave(output: pathlib.Path, package: str, layer: str, status: str) -> None:
    folder = output / "layers" / package / layer
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "status").write_text(status + "\n")
    (folder / "seconds").write_text("3\n")
    if status == "success":
        (folder / "size").write_text("1000\n")
    said = HOW.get("logs", {}).get(package, f"the log of {package} <script>alert(1)</script>")
    (folder / "log").write_text(said + "\n")


def build() -> None:
    if HOW.get("deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if ADDRESS in HOW.get("stops", []):
        (HERE / f"stopped-{os.path.basename(ADDRESS)}").touch()
        time.sleep(3600)
    if HOW.get("refuses"):
        sys.exit(f"error: failed to solve: {HOW['refuses']}")
    name = option("--opt=filename=")
    output = pathlib.Path(option("--output=type=local,dest="))
    tries = HERE / (name + ".tries")
    count = int(tries.read_text()) if tries.exists() else 0
    tries.write_text(str(count + 1))
    text = pathlib.Path(option("--local=context="), name).read_text()
    statuses: dict[str, str] = {}
    if HOW.get("plants"):
        leave(output, "forged.1", "0" * 16, "success")
    steps = re.findall(r"^FROM \S+ AS (s-\S+)\nRUN ((?:.*\\\n)*.*)", text, re.M)
    for number, (stage, command) in enumerate(steps):
        if HOW.get("hang") and number == 2:
            time.sleep(HOW["hang"])
        if count < HOW.get("end_badly", 0) and number == 2:
            sys.exit("error: failed to receive status: rpc error")
        digest = "sha256:" + stage
        vertex = {"digest": digest, "name": f"[{stage} 1/1] RUN {command[:20]}"}
        say(vertexes=[{**vertex, "started": "2026-01-01T00:00:00.000000001Z"}])
        for layer, (line, code) in HOW.get("dies", {}).items():
            if f" -i {layer} " in command:
                die(digest, vertex, line, code)
        retry = re.search(r" -r (\d+) ", command)
        for layer, numbers in HOW.get("broken", {}).items():
            if f" -i {layer} " in command and int(retry.group(1) if retry else 0) <= numbers:
                reason = f"snapshot {record_of(layer)} does not exist: not found"
                end_solve(vertex, f"failed to commit x to {record_of(layer)}: {reason}")
        for part in command.split(" -i ")[1:]:
            layer, package, *needs = part.split()
            waits = any(statuses.get(need) != "success" for need in needs)
            status = status_of(package, int(retry.group(1)) if retry else 0, waits)
            statuses[package] = status
            leave(output, package, layer, status)
            if status == "failure":
                line = base64.b64encode(f"{layer}: boom\n".encode()).decode()
                say(logs=[{"vertex": digest, "stream": 1, "data": line}])
        end = {"started": "2026-01-01T00:00:00Z", "completed": "2026-01-01T00:00:02.5Z"}
        say(vertexes=[{**vertex, **end, "cached": HOW.get("cached", False)}])
    for layer in HOW.get("missing", []):
        mount = re.search(rf"--mount=from=\S+,source=(/opamplan/results/[^/]+/{layer}),\S+", text)
        if mount:
            error = f'failed to calculate checksum of ref x::y: "{mount.group(1)}": not found'
            end_solve({"digest": "c", "name": f"[collect 1/1] RUN {mount.group()} x"}, error)


def die(digest: str, vertex: dict[str, object], line: str, code: int) -> None:
    if line:
        data = base64.b64encode(line.encode()).decode()
        say(logs=[{"vertex": digest, "stream": 2, "data": data}])
    end_solve(vertex, f'process "/bin/sh -c x" did not complete successfully: exit code: {code}')


def end_solve(vertex: dict[str, object], error: str) -> None:
    say(vertexes=[{**vertex, "started": "2026-01-01T00:00:00Z", "error": error}])
    sys.exit(f"error: failed to solve: {error}")


def record_of(layer: str) -> str:
    return (layer + "0" * 25)[:25]


def tell_records() -> None:
    layers = HOW.get("broken", {})
    description = "mount / from exec /bin/sh -c /opamplan/in/step -i {} x.1"
    records = [{"ID": record_of(each), "Description": description.format(each)} for each in layers]
    print(json.dumps(records))


if "workers" in sys.argv:
    answer()
    rule = {"all": True, "filter": None, "keepDuration": 0, "maxUsedSpace": HOW.get("keeps", 0)}
    print(json.dumps([{"id": "fake", "gcPolicy": [rule]}]))
elif "du" in sys.argv:
    tell_records()
else:
    build()
