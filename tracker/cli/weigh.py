"""Decides `tracker weigh`: an analyst leaves a claim out, or weighs it otherwise."""

from __future__ import annotations

import click

from tracker.cli.output import note
from tracker.cli.retract import tell_befallen
from tracker.cli.session import CLAIM, DRY_RUN, Session, session
from tracker.cli.shell import Command


@click.command(cls=Command)
@click.argument("claim", type=CLAIM)
@click.option("--out", is_flag=True, help="Leave it out: it moves nothing and contradicts nothing.")
@click.option(
    "--factor", type=float, metavar="F", help="Its weight times F: above 0, 10 at most; 0.5 halves it."
)
@click.option("--clear", is_flag=True, help="Take that back: it counts as it is.")
@click.option("--reason", metavar="TEXT", help="Why.")
@DRY_RUN
@session
def command(
    run: Session, claim: str, out: bool, factor: float | None, clear: bool, reason: str | None, dry_run: bool
) -> None:
    """An analyst leaves CLAIM out, or weighs it otherwise; who did it and why is told with it."""
    answer = run.tracker(writing=True).weigh(
        claim, out=out, factor=factor, clear=clear, reason=reason, dry_run=dry_run
    )
    if not reason and not clear:
        note("no reason is told with it; the same with --reason TEXT tells others why")
    done = "left out" if out else "weighed as it is" if clear else f"weighed x{factor:g}"
    tell_befallen(run, answer, done)
