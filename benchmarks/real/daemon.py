"""A buildkitd of one's own, for benchmarks and tests. Needs root, runc and a Linux kernel."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Optional

from opamplan.runs import Buildctl

sys.path.insert(0, str(Path(__file__).resolve().parent))
from service import Service, unmount

CONFIG = """\
root = "{root}"
[grpc]
  address = ["{address}"]
[worker.oci]
  enabled = true
  snapshotter = "{snapshotter}"
  gc = {gc}
  max-parallelism = {parallelism}
  networkMode = "host"
[worker.containerd]
  enabled = false
"""

REGISTRY = """\
[registry."{registry}"]
  http = true
"""


class Daemon(Service):
    """A running buildkitd whose store is below `folder`. Ends with the `with` block.

    So does its store, unless it is to be kept.
    """

    def __init__(
        self,
        programs: Path,
        folder: Path,
        parallelism: int = 2,
        snapshotter: str = "overlayfs",
        keep: bool = False,
        registry: str = "",
        most_used: str = "",  # such as 7GB: what its garbage collection leaves
    ) -> None:
        super().__init__(folder)
        self.programs = programs
        self.keep = keep
        self.root = folder / "root"
        self.address = f"unix://{self.sockets}/buildkitd.sock"
        self.buildctl = str(programs / "buildctl")
        self._config = folder / "buildkitd.toml"
        self._config.write_text(
            CONFIG.format(
                root=self.root,
                address=self.address,
                parallelism=parallelism,
                snapshotter=snapshotter,
                gc=f'true\n  maxUsedSpace = "{most_used}"' if most_used else "false",
            )
            + (REGISTRY.format(registry=registry) if registry else "")
        )

    name = "buildkitd"
    network = ""
    """What its steps must ask for to reach anything: nothing, it is given to them."""

    def start(self, seconds: float = 60) -> bool:
        """Start it; false if it does not answer in time, or ends."""
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        command = [str(self.programs / "buildkitd"), "--config", str(self._config)]
        # What one that is killed leaves mounted is found there.
        environment = {**os.environ, "TMPDIR": str(temporary)}
        return self.spawn(command, self._answers, time.monotonic() + seconds, environment)

    def _answers(self) -> bool:
        command = [self.buildctl, "--addr", self.address, "debug", "workers"]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def builder(self, **options: Any) -> Buildctl:
        """For a `Runner`."""
        return Buildctl(self.address, self.buildctl, **options)

    def build(
        self, context: Path, file: str, target: str, output: Path, image: Optional[Path] = None
    ) -> None:
        """Build a stage of a Dockerfile in `context`, and write its files to a folder.

        In the Dockerfile `image` is the name of one that `export` wrote to a folder.
        """
        local = f"--local=context={context}", f"--local=dockerfile={context}"
        named = []
        if image is not None:
            digest = json.loads((image / "index.json").read_text())["manifests"][0]["digest"]
            named = [
                f"--oci-layout=image={image}",
                f"--opt=context:image=oci-layout://image@{digest}",
            ]
        self._ask(
            *("build", "--frontend=dockerfile.v0", f"--opt=filename={file}"),
            *(f"--opt=target={target}", *local, f"--output=type=local,dest={output}", *named),
        )

    def export(self, context: Path, definition: bytes, folder: Path) -> None:
        """Build LLB, and write the image that is its result to a folder, in OCI's layout."""
        local = f"--local=context={context}"
        output = f"--output=type=oci,tar=false,dest={folder}"
        self._ask("build", local, output, given=definition)

    def cost(self) -> tuple[float, float]:
        """Seconds of the daemon's own CPU so far, and the most bytes of memory that it had."""
        folder = Path(f"/proc/{self.processes[0].pid}")
        times = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
        peak = re.search(r"^VmHWM:\s+(\d+) kB", (folder / "status").read_text(), re.MULTILINE)
        seconds = sum(int(ticks) for ticks in times) / os.sysconf("SC_CLK_TCK")
        return seconds, int(peak.group(1)) * 1024.0 if peak else 0.0

    def prune(self) -> None:
        """Empty the store."""
        self._ask("prune", "--all")

    def stored(self) -> float:
        """Bytes of the store."""
        return stored(self._ask("du"))

    def _ask(self, *words: str, given: Optional[bytes] = None) -> str:
        command = [self.buildctl, "--addr", self.address, *words]
        done = subprocess.run(command, check=True, capture_output=True, input=given)
        return done.stdout.decode()

    def clean(self) -> None:
        """Its mounts go, and its store unless that is to be kept."""
        unmount(self.root, self.folder / "tmp")
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        if not self.keep:
            shutil.rmtree(self.root, ignore_errors=True)


def stored(report: str) -> float:
    """The bytes that a builder reports (`du`) in its last line, `Total: 1.5GB`."""
    found = re.findall(r"^Total:\s+([0-9.]+)([A-Za-z]*)$", report, flags=re.MULTILINE)
    if not found:
        return 0.0
    number, unit = found[-1]
    return float(number) * {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}[unit or "B"]


def busybox_base(file: Path) -> None:
    """A root file system of nothing but busybox, as a tar."""
    folder = file.parent / "busybox-root"
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    program = shutil.which("busybox")
    if program is None:
        raise RuntimeError("busybox is not installed (Debian: busybox-static)")
    shutil.copy(program, folder / "bin/busybox")
    applets = subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout
    for applet in applets.split():
        link = folder / "bin" / applet
        if not link.exists():
            link.symlink_to("busybox")
    for name in ("tmp", "proc", "sys", "dev", "etc"):
        (folder / name).mkdir(exist_ok=True)
    subprocess.run(["tar", "--numeric-owner", "-C", str(folder), "-cf", str(file), "."], check=True)
    shutil.rmtree(folder)
