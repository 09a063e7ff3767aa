"""Progress of commands: a bar on standard error where that is a terminal, else nothing."""

from __future__ import annotations

import argparse
from typing import Optional

from opamplan.terminal.progress import ProgressBar


def progress_for(args: argparse.Namespace) -> Optional[ProgressBar]:
    """What to pass as `progress=`; None with --quiet."""
    return None if getattr(args, "quiet", False) else ProgressBar()
