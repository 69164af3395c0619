"""Decides `tracker unlink`: two claims do not belong together after all."""

from __future__ import annotations

import click

from tracker.cli.link import either
from tracker.cli.retract import tell_befallen
from tracker.cli.session import CLAIM, DRY_RUN, Session, session
from tracker.cli.shell import Command


@click.command(cls=Command)
@click.argument("claim", type=CLAIM)
@click.option("--same-as", type=CLAIM, metavar="CLAIM", help="They do not tell of the same event.")
@click.option("--derived-from", type=CLAIM, metavar="CLAIM", help="CLAIM was not taken from that one.")
@click.option("--reason", metavar="TEXT", help="How you know.")
@DRY_RUN
@session
def command(
    run: Session, claim: str, same_as: str | None, derived_from: str | None, reason: str | None, dry_run: bool
) -> None:
    """The link between CLAIM and another was wrong: take it back."""
    link, other = either(same_as, derived_from)
    answer = run.tracker(writing=True).unlink(claim, other, link=link, reason=reason, dry_run=dry_run)
    tell_befallen(run, answer, f"unlinked ({link} {other})")
