"""Decides `tracker init`: making a tracker."""

from __future__ import annotations

import click

from tracker.cli.output import Lines, as_json
from tracker.cli.session import Session, address, session
from tracker.cli.shell import Command


@click.command(cls=Command)
@click.option("--starter", metavar="NAME", help="Load a starter pack of places, actors and sources (syria).")
@session
def command(run: Session, starter: str | None) -> None:
    """Make the database, and load a starter pack.

    A tracker that is there already is kept; what it does not know yet of the pack is added.
    """
    made = run.tracker(writing=True, new=True).init(starter)
    if run.as_json:
        as_json({**made, "where": address(made["where"])})
        return
    out = Lines(colored=run.colored)
    known = ", ".join(f"{made[thing]} {thing}" for thing in ("places", "actors", "sources", "claims"))
    out.line(f"tracker at {address(made['where'])}: {known}")
