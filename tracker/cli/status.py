"""Decides `tracker status`: who controls a place, or all of them."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.output import Lines, answered, note, rows_options
from tracker.cli.policy import BY_RULE
from tracker.cli.session import ACTOR, PLACE, Session, session
from tracker.cli.shell import Command

COLUMNS = (
    "place",
    "status",
    "controller",
    "confidence",
    "basis",
    "freshness",
    "last_report",
    "stale_at",
    "at",
)


@click.command(cls=Command)
@click.argument("place", required=False, type=PLACE)
@click.option("--at", metavar="TIME", help="The world at that time; a date means the end of that day.")
@click.option("--known-at", metavar="TIME", help="Only what had been recorded by then.")
@click.option("--published-by", metavar="TIME", help="Only what had been published by then.")
@BY_RULE
@click.option("--region", metavar="AREA", type=PLACE, help="Only places in an area.")
@click.option(
    "--controller",
    metavar="ACTOR",
    type=ACTOR,
    help="Only places that it holds, or a part of it (HTS is part of the rebels).",
)
@click.option(
    "--only",
    metavar="WORDS",
    help="Only held, contested, unknown, fresh, ageing, stale, conflict (comma between).",
)
@rows_options
@session
def command(
    run: Session, place: str | None, at: str | None, known_at: str | None, published_by: str | None,
    policy: str, region: str | None, controller: str | None, only: str | None, as_rows: str | None,
) -> None:  # fmt: skip
    """Who controls PLACE, how sure that is, since when, how fresh, and what speaks against it.

    Without PLACE: a table of every place that something is claimed about.
    """
    tracker = run.tracker()
    axes: dict[str, Any] = {"at": at, "known_at": known_at, "published_by": published_by, "policy": policy}
    if place is not None:
        if only or region or controller:
            raise click.UsageError("--only, --region and --controller choose from the table, without PLACE")
        one = tracker.status(place, **axes)
        run.note_of(one)
        run.note_ahead(one["at"])
        if not answered(one, [one], COLUMNS, as_json_=run.as_json, as_rows=as_rows):
            _tell(run, one)
        return
    wanted = tuple(word.strip() for word in only.split(",")) if only else ()
    brief = not run.as_json and as_rows != "jsonl"
    found = tracker.status(None, **axes, region=region, controller=controller, only=wanted, brief=brief)
    run.note_ahead(found["at"])
    if answered(found, found["places"], COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        return
    if found["places"]:
        from tracker.cli import tell

        tell.table(Lines(colored=run.colored), found["places"], run.zone())
    else:
        from tracker.cli.claims import nothing_found

        note(nothing_found(tracker, "no place fits; tracker claims lists what has been said"))


def _tell(run: Session, one: dict[str, Any]) -> None:
    from tracker.cli import tell

    tell.status(Lines(colored=run.colored), one, run.zone())
