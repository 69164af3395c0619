"""Decides `tracker check`: what a check of a claim found."""

from __future__ import annotations

import click

from tracker.cli.retract import tell_befallen
from tracker.cli.session import CLAIM, DRY_RUN, SOURCE, Session, session
from tracker.cli.shell import Command
from tracker.judgement.vocabulary import CHECKS


@click.command(cls=Command)
@click.argument("claim", type=CLAIM)
@click.argument("found", type=click.Choice(CHECKS))
@click.option("--source", type=SOURCE, metavar="SOURCE", help="Who checked it; left out: we did.")
@click.option("--at", metavar="TIME", help="When; left out: now.")
@click.option("--url", metavar="URL", help="Where it can be read.")
@click.option("--note", metavar="TEXT", help="How.")
@DRY_RUN
@session
def command(
    run: Session, claim: str, found: str, source: str | None, at: str | None, url: str | None,
    note: str | None, dry_run: bool,
) -> None:  # fmt: skip
    """Note what a check of CLAIM found; it informs, and moves no verdict."""
    answer = run.tracker(writing=True).check(
        claim, found, by=source, at=at, url=url, note=note, dry_run=dry_run
    )
    tell_befallen(run, answer, f"checked ({found})")
