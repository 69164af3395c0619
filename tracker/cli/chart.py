"""Decides `tracker chart`: how many places each side held over time, drawn or as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from tracker.cli.map import REGION, check_wanted, drawn, picture_options, tell_written
from tracker.cli.output import answered, rows_options
from tracker.cli.policy import BY_RULE, KNOWN_AT, PUBLISHED_BY
from tracker.cli.session import Session, session
from tracker.cli.shell import Command

COUNTED = ("places", "population")
"""As `tracker.figures.course` has them, which help does without."""


@click.command(cls=Command)
@picture_options
@click.option("--from", "start", metavar="TIME", help="From that time on; else from the first claim.")
@click.option("--to", "end", metavar="TIME", help="Up to that time; else up to now.")
@click.option(
    "--count", type=click.Choice(COUNTED), default="places", help="Count places, or the people in them."
)
@REGION
@KNOWN_AT
@PUBLISHED_BY
@BY_RULE
@rows_options
@session
def command(run: Session, as_rows: str | None, **asked: Any) -> None:
    """Draw how many places each side held over time, and how many were contested or unknown.

    --json, --csv and --jsonl give the numbers: a row at each change. Areas are not counted, their towns
    are.
    """
    check_wanted(run, asked, as_rows or "")
    found = run.tracker().chart(**drawn(asked))
    run.note_ahead(found["to"])
    columns = ("time", *found["held"], "contested", "unknown")
    answered(found, _rows(found), columns, as_json_=run.as_json, as_rows=as_rows)
    tell_written(asked, (actor["name"] for actor in found["actors"]))


def _rows(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A row for each change: how many of each side, contested, unknown, from then on."""
    for i, time in enumerate(found["times"]):
        held = {side: counts[i] for side, counts in found["held"].items()}
        yield {"time": time, **held, "contested": found["contested"][i], "unknown": found["unknown"][i]}
