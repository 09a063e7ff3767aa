"""Stand-ins that install as much as real packages do."""

from __future__ import annotations

from pathlib import Path

import opamplan
from opamplan.runs import State

KINDS = 64
BYTES_A_FILE = 44_000
"""Of a package built for real on Debian 13: 63 of them have 5,650 files and 250 MB."""
SYSTEM_BYTES = 14_000_000
"""Of a system package with what it needs: 81 sets of two on the average took 2,283 MB there."""


def sized_stand_in(emit: opamplan.EmitOptions, like: Path, divide: int) -> None:
    """Have stand-ins install files, as many as the package of a real run that a name falls on.

    Their bytes are divided, their number is not. System packages are one file each.
    """
    with State(like, read_only=True) as state:
        sizes = sorted(row["size"] for row in state.layers(state.run()) if row["size"])
    cases = []
    for kind in range(KINDS):
        size = sizes[(2 * kind + 1) * len(sizes) // (2 * KINDS)]
        files = max(1, size // BYTES_A_FILE)
        cases.append(f"{kind}) files={files} bytes={max(1, size // files // divide)} ;;")
    emit.install += f"""\
number=$(printf %s "$1" | md5sum | head -c 6)
case $((0x$number % {KINDS})) in
{chr(10).join(cases)}
esac
folder=$switch/lib/${{1%%.*}}
while [ "$files" -gt 0 ]; do
  printf "%${{bytes}}s" '' >"$folder/$files" # within the shell: no process a file
  files=$((files - 1))
done
"""
    emit.depexts = f"""\
mkdir -p /usr/share/system
for package; do head -c {SYSTEM_BYTES // divide} /dev/zero >"/usr/share/system/$package"; done
"""
