"""Decides `tracker batch`: what feeds turned over in a day, and what an analyst decides of it."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.output import Lines, answered, as_json, note, rows_options
from tracker.cli.session import DRY_RUN, SOURCE, Session, session
from tracker.cli.shell import Command, Group

COLUMNS = (
    "source", "day", "from", "to", "places", "of", "state", "held", "never", "until", "decided",
)  # fmt: skip
command = Group(
    "batch",
    help="Batches: a feed's words of one day that turn over much of its map, and are held back.",
    no_args_is_help=True,
)
DAY = click.option("--day", metavar="DATE", help="Of which day, in UTC; left out: the only one.")
REASON = click.option("--reason", metavar="TEXT", help="Why.")


@command.command("list", cls=Command)
@click.option("--source", type=SOURCE, metavar="SOURCE", help="Of one source.")
@rows_options
@session
def list_(run: Session, source: str | None, as_rows: str | None) -> None:
    """The batches that are held back or were: of whom, from whom to whom, and what became of them."""
    answer = run.tracker().batches(source)
    if answered(answer, answer["batches"], COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        return
    if not answer["batches"]:
        who = "no feed has" if source is None else f"{source} has not"
        note(f"{who} turned over much of its map in a day")
        return
    from tracker.cli.tell import when

    zone = run.zone()
    rows = [
        (
            one["source_name"], one["day"], f"{_names(one['from'])} to {_names(one['to'])}",
            f"{one['places']} of {one['of']}", _state(one), when(one["until"], zone) or "-",
        )
        for one in answer["batches"]
    ]  # fmt: skip
    Lines(colored=run.colored).table(("source", "day", "turned over", "places", "stands", "until"), rows)


@command.command("release", cls=Command)
@click.argument("source", type=SOURCE)
@DAY
@REASON
@DRY_RUN
@session
def release(run: Session, source: str, day: str | None, reason: str | None, dry_run: bool) -> None:
    """An analyst knows that a batch of SOURCE is genuine: it counts as if it had never been held back."""
    _tell(run, run.tracker(writing=True).batch_release(source, day=day, reason=reason, dry_run=dry_run))


@command.command("drop", cls=Command)
@click.argument("source", type=SOURCE)
@DAY
@REASON
@DRY_RUN
@session
def drop(run: Session, source: str, day: str | None, reason: str | None, dry_run: bool) -> None:
    """An analyst knows that a batch of SOURCE is wrong: it never counts."""
    _tell(run, run.tracker(writing=True).batch_drop(source, day=day, reason=reason, dry_run=dry_run))


@command.command("undo", cls=Command)
@click.argument("source", type=SOURCE)
@DAY
@REASON
@DRY_RUN
@session
def undo(run: Session, source: str, day: str | None, reason: str | None, dry_run: bool) -> None:
    """Take back what was decided of a batch of SOURCE: it is held back by the rules again."""
    _tell(run, run.tracker(writing=True).batch_undo(source, day=day, reason=reason, dry_run=dry_run))


def _names(parties: list[dict[str, Any]]) -> str:
    return ", ".join(one["name"] for one in parties)


def _state(one: dict[str, Any]) -> str:
    how = one["decided"]
    if how:
        return f"{how['decided']} by {how['by']}: {how['reason']}"
    never = f", {one['never']} taken back" if one["never"] else ""
    return f"{one['state']}{never}"


def _tell(run: Session, answer: dict[str, Any]) -> None:
    for text in answer["notes"]:
        note(text)
    if run.as_json:
        as_json({key: value for key, value in answer.items() if key != "notes"})
        return
    if answer["event"] is None:
        return
    from tracker.cli import tell

    out, facts = Lines(colored=run.colored), answer["payload"]
    done = answer["event"].removeprefix("batch-")
    told = f"batch of {facts['source']} of {facts['day']} {done}"
    out.line(f"would be recorded: {told}" if answer["dry_run"] else f"{told} (event {answer['position']})")
    tell.changes(out, answer)
