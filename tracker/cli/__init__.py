"""Decides how the command line is entered: arguments in, an exit code out; nothing heavy is imported here."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code."""
    from tracker.cli.shell import run

    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments)))
