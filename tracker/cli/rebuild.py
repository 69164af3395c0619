"""Decides `tracker rebuild`: making the views again from the log."""

from __future__ import annotations

import sys

import click

from tracker.cli.output import Lines, as_json
from tracker.cli.session import Session, session
from tracker.cli.shell import Command


@click.command(cls=Command)
@session
def command(run: Session) -> None:
    """Throw every view away and build it again from the log; the log is not touched."""

    def progress(done: int, of: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == of else ""
            print(f"\r{done:,} of {of:,} events{end}", end="", file=sys.stderr, flush=True)

    made = run.tracker(writing=True).rebuild(progress)
    if run.as_json:
        as_json(made)
    else:
        Lines(colored=run.colored).line(f"every view built again, up to event {made['position']}")
