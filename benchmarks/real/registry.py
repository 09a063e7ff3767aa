"""A registry of one's own, for caches that builders share. Needs Debian's docker-registry."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Optional

CONFIG = """\
version: 0.1
log:
  level: warn
storage:
  filesystem:
    rootdirectory: {root}
  delete:
    enabled: true
http:
  addr: {address}
"""
MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json"
)
CACHE_RECORD = "application/vnd.buildkit.cacheconfig.v0"


class Registry:
    """A running registry on loopback whose files are below `folder`. Ends with the `with` block."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("docker-registry")
        if program is None:
            raise RuntimeError("docker-registry is not installed (Debian: docker-registry)")
        self._program = program
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._config = folder / "registry.yml"
        self._config.write_text(CONFIG.format(root=folder / "files", address=self.address))
        self._process: Optional[subprocess.Popen[bytes]] = None

    def start(self, seconds: float = 30) -> bool:
        """Start it; false if it does not answer in time."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "serve", str(self._config)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://{self.address}/v2/", timeout=5):
                    return True
            except OSError:
                time.sleep(0.1)
        return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it; what was written stays."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(how)
            process.wait(30)

    def manifest(self, ref: str) -> dict[str, Any]:
        """The manifest of NAME:TAG, or an empty one."""
        name, _, tag = ref.rpartition(":")
        request = urllib.request.Request(
            f"http://{self.address}/v2/{name}/manifests/{tag}", headers={"Accept": MANIFESTS}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return {**json.loads(answer.read()), "bytes": int(answer.headers["Content-Length"])}
        except urllib.error.HTTPError:
            return {}

    def cache_record(self, ref: str) -> int:
        """Bytes of a cache's record, or of its manifest if that is larger; 0: there is none."""
        manifest = self.manifest(ref)
        parts = [*manifest.get("manifests", ()), manifest.get("config") or {}]
        record = [int(p["size"]) for p in parts if p.get("mediaType") == CACHE_RECORD]
        return max([int(manifest["bytes"]), *record]) if manifest else 0

    def __enter__(self) -> Registry:
        if not self.start():
            raise RuntimeError(f"the registry did not start: see {self.folder}/log")
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder / "files", ignore_errors=True)
