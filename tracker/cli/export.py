"""Decides `tracker export`: what tracker holds, written for others, to a file or to standard output."""

from __future__ import annotations

import sys
from typing import Any

import click

from tracker.cli.output import as_json, note
from tracker.cli.session import ACTOR, PLACE, SOURCE, Session, session
from tracker.cli.shell import Command
from tracker.errors import BadInput
from tracker.judgement.vocabulary import MODALITIES, PREDICATES
from tracker.names import safe

SUBJECTS = ("claims", "status", "places", "log", "template", "map")
"""As `tracker.exporters.content` has them, which help does without."""
FORMATS = ("csv", "jsonl", "geojson", "xlsx", "html", "parquet")
COUNTED = {
    "claims": "claims",
    "status": "verdicts",
    "places": "places",
    "log": "events",
    "template": "",
    "map": "places",
}


@click.command(cls=Command)
@click.argument("what", type=click.Choice(SUBJECTS), required=False, metavar="[WHAT]")
@click.option("--format", "file_format", type=click.Choice(FORMATS), help="Else by the name of --out.")
@click.option("--out", metavar="FILE", help="Write a file, whole or not at all.")
@click.option("--place", type=PLACE, metavar="PLACE", help="Claims about a place.")
@click.option("--actor", type=ACTOR, metavar="ACTOR", help="Naming an actor.")
@click.option("--source", type=SOURCE, metavar="SOURCE", help="Reported by a source.")
@click.option("--origin", type=SOURCE, metavar="SOURCE", help="Said first by a source.")
@click.option("--predicate", type=click.Choice(tuple(PREDICATES)), metavar="WORD", help="captured, holds, …")
@click.option("--modality", type=click.Choice(tuple(MODALITIES)), metavar="WORD", help="asserts, denies, …")
@click.option("--since", metavar="TIME", help="About this time or later.")
@click.option("--until", metavar="TIME", help="About this time or earlier.")
@click.option("--text", metavar="TEXT", help="With these words in it.")
@click.option("--region", type=PLACE, metavar="PLACE", help="Verdicts in a region.")
@click.option("--controller", type=ACTOR, metavar="ACTOR", help="Verdicts for a side.")
@click.option("--policy", metavar="NAME", help="Verdicts by another rule.")
@click.option("--at", metavar="TIME", help="As it stood at that time.")
@click.option("--known-at", metavar="TIME", help="Only what had been recorded by then.")
@click.option("--published-by", metavar="TIME", help="Only what had been published by then.")
@click.option("--older-than", metavar="LENGTH", help="Hold back what was reported since: 48h, 7d.")
@click.option("--blur", type=float, metavar="KM", help="Put places on a grid of about that size.")
@click.option("--boundaries", metavar="FILE", help="GeoJSON to draw instead of Natural Earth's outlines.")
@session
def command(run: Session, what: str | None, file_format: str | None, out: str | None, **chosen: Any) -> None:
    """Write WHAT (claims, status, places, log, template or map) in a format for others (docs/export.md).

    claims: those that count, so that `tracker import` reads exactly them. status: the verdicts on all places.
    log: every event with its hashes, which `tracker import` takes over into an empty tracker. template:
    a workbook to fill in, with lists to choose from. map: the map with every claim as one HTML file, which
    opens from a disk and asks no network for anything; it is what --format html writes.
    """
    if out is None and run.as_json:
        raise BadInput(what="--json tells of a file that was written", try_="--out FILE with it")
    if out is None:
        run.tracker().export(what, out=_Shown(), file_format=file_format, **chosen)
        return
    found = run.tracker().export(what, out=out, file_format=file_format, **chosen)
    if run.as_json:
        as_json(found)
        return
    counted = COUNTED[found["what"]]
    note(f"{out}: {found['rows']:,} {counted}" if counted else f"{out} is there to be filled in")


class _Shown:
    """Standard output: at a terminal nothing in a claim can move its cursor, into a pipe all is as it is."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()

    def write(self, text: str, /) -> int:
        """Write some lines."""
        if self._terminal:
            text = "\n".join(map(safe, text.split("\n")))
        return sys.stdout.write(text)
