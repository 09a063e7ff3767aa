"""A registry of one's own, for caches that builders share. Needs Debian's docker-registry."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from service import Service

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


class Registry(Service):
    """A running registry on loopback whose files are below `folder`. Ends with the `with` block."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("docker-registry")
        if program is None:
            raise RuntimeError("docker-registry is not installed (Debian: docker-registry)")
        super().__init__(folder)
        self._program = program
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._config = folder / "registry.yml"
        self._config.write_text(CONFIG.format(root=folder / "files", address=self.address))

    name = "docker-registry"

    def start(self, seconds: float = 30) -> bool:
        """Start it; false if it does not answer in time."""
        command = [self._program, "serve", str(self._config)]
        return self.spawn(command, self._answers, time.monotonic() + seconds)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.address}/v2/", timeout=5):
                return True
        except OSError:
            return False

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
        return max(int(manifest["bytes"]), record_bytes(manifest)) if manifest else 0

    def clean(self) -> None:
        """What was written goes."""
        shutil.rmtree(self.folder / "files", ignore_errors=True)


def record_bytes(manifest: dict[str, Any]) -> int:
    """Bytes of the record of a cache that has this manifest; 0: it names none."""
    parts = [*manifest.get("manifests", ()), manifest.get("config") or {}]
    return max((int(p["size"]) for p in parts if p.get("mediaType") == CACHE_RECORD), default=0)
