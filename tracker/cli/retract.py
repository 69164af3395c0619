"""Decides `tracker retract`: the source took a claim back."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.output import Lines, as_json, note
from tracker.cli.session import CLAIM, DRY_RUN, SOURCE, Session, session
from tracker.cli.shell import Command


@click.command(cls=Command)
@click.argument("claim", type=CLAIM)
@click.option("--reason", metavar="TEXT", help="What the source said.")
@click.option("--source", type=SOURCE, metavar="SOURCE", help="Who took it back.")
@click.option("--url", metavar="URL", help="Where.")
@DRY_RUN
@session
def command(
    run: Session, claim: str, reason: str | None, source: str | None, url: str | None, dry_run: bool
) -> None:
    """The source took CLAIM back: it no longer counts; the record keeps it."""
    tell_befallen(
        run,
        run.tracker(writing=True).retract(claim, reason=reason, by=source, url=url, dry_run=dry_run),
        "retracted",
    )


def tell_befallen(run: Session, answer: dict[str, Any], done: str) -> None:
    """What happened to a claim, and what it changed."""
    for text in answer["notes"]:
        note(text)
    if run.as_json:
        as_json({key: value for key, value in answer.items() if key != "notes"})
        return
    from tracker.cli import tell

    out = Lines(colored=run.colored)
    out.line(f"{answer['claim']} {'would be ' if answer['dry_run'] else ''}{done}: {answer['text']}", "title")
    tell.change(out, answer, run.zone())
