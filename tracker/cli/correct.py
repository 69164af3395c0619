"""Decides `tracker correct`: putting right what we recorded wrongly."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.add_claim import claim_fields, described, tell_added
from tracker.cli.output import note
from tracker.cli.session import CLAIM, DRY_RUN, Session, session
from tracker.cli.shell import Command


@click.command(cls=Command)
@click.argument("claim", type=CLAIM)
@claim_fields
@click.option("--reason", metavar="TEXT", help="What was wrong.")
@DRY_RUN
@session
def command(run: Session, claim: str, reason: str | None, dry_run: bool, **told: Any) -> None:
    """Our mistake: record what was really said instead of CLAIM; give only what differs.

    \b
    tracker correct c-241207-7k2m9qx4 --place "Sanamayn" --reason "misread the town"
    """
    answer = run.tracker(writing=True).correct(claim, reason=reason, dry_run=dry_run, **described(told))
    note(f"{claim} {'would be' if dry_run else 'is'} corrected")
    tell_added(run, answer)
