"""A Docker Engine of one's own, for benchmarks and tests. Needs root, containerd and runc."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from opamplan.runs import Buildx

sys.path.insert(0, str(Path(__file__).resolve().parent))
from daemon import stored
from service import Service, unmount

CONTAINERD = """\
version = 2
root = "{folder}/containerd/root"
state = "{folder}/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "{socket}"
"""


class Engine(Service):
    """A running dockerd, with a containerd of its own; both keep all they have below `folder`.

    `store` is the image store: `containerd`, Docker's default since 29, or `graphdriver`, the older
    one. Nothing is changed outside: no bridge, no rules of a firewall, so steps have the network of
    the machine (`RUN --network=host`) or none. Ends with the `with` block, and so do its stores
    unless they are to be kept.
    """

    def __init__(
        self,
        programs: Path,
        buildx: Path,
        folder: Path,
        store: str = "containerd",
        keep: bool = False,
    ) -> None:
        super().__init__(folder)
        self.programs = programs
        self.keep = keep
        self.socket = self.sockets / "docker.sock"
        self.address = f"unix://{self.socket}"
        self._containerd = self.sockets / "containerd.sock"
        settings_of_it = CONTAINERD.format(folder=folder, socket=self._containerd)
        (folder / "containerd.toml").write_text(settings_of_it)
        settings = {
            "data-root": str(folder / "data"),
            "exec-root": str(self.sockets / "exec"),
            "pidfile": str(folder / "dockerd.pid"),
            "hosts": [self.address],
            "containerd": str(self._containerd),
            "bridge": "none",
            "iptables": False,
            "ip6tables": False,
            "userland-proxy": False,
            "features": {"containerd-snapshotter": store == "containerd"},
            "builder": {"gc": {"enabled": False}},
        }
        self._settings = folder / "daemon.json"
        self._settings.write_text(json.dumps(settings, indent=2))
        # Uses this engine, whatever is set outside, and keeps what it notes below `folder`.
        self.buildx = str(folder / "buildx")
        client = f"DOCKER_HOST={self.address} DOCKER_CONFIG={folder}/client"
        Path(self.buildx).write_text(f'#!/bin/sh\n{client} exec {buildx} "$@"\n')
        Path(self.buildx).chmod(0o755)

    name = "dockerd"

    def builder(self) -> Buildx:
        """For a `Runner`: buildx with its docker driver."""
        return Buildx("default", self.buildx)

    def build(self, context: Path, file: str, target: str, output: Path) -> None:
        """Build a stage of a Dockerfile in `context`, and write its files to a folder."""
        into = f"--output=type=local,dest={output}"
        allow = "--allow=network.host"
        self._ask(
            "build", allow, f"--file={context / file}", f"--target={target}", into, str(context)
        )

    def prune(self) -> None:
        """Empty the store."""
        self._ask("prune", "--all", "--force")

    def stored(self) -> float:
        """Bytes of the store."""
        return stored(self._ask("du"))

    def _ask(self, *words: str) -> str:
        command = [self.buildx, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    network = "host"
    """What its steps must ask for to reach anything."""

    def start(self, seconds: float = 60) -> bool:
        """Start it; false if it does not answer in time, or ends."""
        commands = [
            ["containerd", "--config", str(self.folder / "containerd.toml")],
            [str(self.programs / "dockerd"), "--config-file", str(self._settings)],
        ]
        ready = [self._containerd.exists, self._answers]
        until = time.monotonic() + seconds
        return all(self.spawn(c, is_ready, until) for c, is_ready in zip(commands, ready))

    def version(self) -> dict[str, object]:
        """What the engine says of itself."""
        connection = _Connection(self.socket)
        try:
            connection.request("GET", "/version")
            answer = json.loads(connection.getresponse().read())
            assert isinstance(answer, dict)
            return answer
        finally:
            connection.close()

    def _answers(self) -> bool:
        try:
            return bool(self.version())
        except (OSError, http.client.HTTPException, ValueError):
            return False

    def clean(self) -> None:
        """Their mounts go, and the stores unless they are to be kept."""
        unmount(self.folder, self.sockets)
        for name in () if self.keep else ("data", "containerd"):
            shutil.rmtree(self.folder / name, ignore_errors=True)


class _Connection(http.client.HTTPConnection):
    """HTTP on a socket of the file system."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))
