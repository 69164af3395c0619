"""Decides `tracker confirm`: somebody looked again and it is still true."""

from __future__ import annotations

import click

from tracker.cli.retract import tell_befallen
from tracker.cli.session import CLAIM, DRY_RUN, Session, session
from tracker.cli.shell import Command


@click.command(cls=Command)
@click.argument("claim", type=CLAIM)
@click.option("--note", metavar="TEXT", help="How you know.")
@DRY_RUN
@session
def command(run: Session, claim: str, note: str | None, dry_run: bool) -> None:
    """You looked again and CLAIM is still true: its place is fresh again; nothing else moves."""
    tell_befallen(run, run.tracker(writing=True).confirm(claim, note=note, dry_run=dry_run), "confirmed")
