"""Decides `tracker link`: two claims belong together."""

from __future__ import annotations

import click

from tracker.cli.retract import tell_befallen
from tracker.cli.session import CLAIM, DRY_RUN, Session, session
from tracker.cli.shell import Command


@click.command(cls=Command)
@click.argument("claim", type=CLAIM)
@click.option("--same-as", type=CLAIM, metavar="CLAIM", help="Both tell of the same event.")
@click.option(
    "--derived-from", type=CLAIM, metavar="CLAIM", help="CLAIM was taken from that one: one origin."
)
@click.option("--note", metavar="TEXT", help="How you know.")
@DRY_RUN
@session
def command(
    run: Session, claim: str, same_as: str | None, derived_from: str | None, note: str | None, dry_run: bool
) -> None:
    """CLAIM tells of the same event as another, or was derived from it (then both are one voice)."""
    link, other = either(same_as, derived_from)
    answer = run.tracker(writing=True).link(claim, other, link=link, note=note, dry_run=dry_run)
    tell_befallen(run, answer, f"linked ({link} {other})")


def either(same_as: str | None, derived_from: str | None) -> tuple[str, str]:
    """The link that was typed, and to which claim."""
    if (same_as is None) == (derived_from is None):
        raise click.UsageError("either --same-as or --derived-from is needed")
    return ("same-event" if same_as else "derived-from"), same_as or derived_from or ""
