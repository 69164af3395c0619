"""Decides how the command line is entered: arguments in, an exit code out; nothing heavy is imported here."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code."""
    # A command is over before there is garbage worth looking for: collecting while modules load, and
    # all of them once more at the end, is a tenth of a short command. Long ones are still collected.
    gc.set_threshold(100_000, 10, 10)
    try:
        from tracker.cli.shell import run
    except KeyboardInterrupt:  # before anything was begun: nothing to tell
        sys.exit(130)

    code = run(sys.argv[1:] if arguments is None else list(arguments))
    gc.freeze()
    sys.exit(code)
