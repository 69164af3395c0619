"""Decides `tracker report`: a night's report, on the terminal or in a file."""

from __future__ import annotations

import sys

import click

from tracker.cli.output import as_json, escaped, note
from tracker.cli.session import Session, session
from tracker.cli.shell import Command
from tracker.errors import BadInput
from tracker.names import safe

FORMS = ("markdown", "html", "json")
SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".json": "json"}


@click.command(cls=Command)
@click.option("--for", "night", metavar="DATE", help="The night of that day; else the latest.")
@click.option("--since", metavar="DATE", help="All that is new since an earlier night.")
@click.option("--format", "form", type=click.Choice(FORMS), help="Else by the name of --out, or Markdown.")
@click.option("--map", "with_map", is_flag=True, help="The map above it: one HTML file, no network.")
@click.option("--boundaries", metavar="FILE", help="GeoJSON to draw instead of Natural Earth's outlines.")
@click.option("--out", metavar="FILE", help="Write a file, whole or not at all.")
@session
def command(
    run: Session, night: str | None, since: str | None, form: str | None, with_map: bool,
    boundaries: str | None, out: str | None,
) -> None:  # fmt: skip
    """The report of a night: what changed, what is contradicted, what has gone stale.

    Any night's report can be made again, byte for byte.
    """
    form = form or _by_name(out) or ("html" if with_map else "markdown")
    if with_map and form != "html":
        raise BadInput(what=f"--map: {form} holds no map", try_="--format html --map")
    if boundaries is not None and not with_map:
        raise BadInput(
            what="--boundaries says what is drawn on a map, and there is none", try_="--map with it"
        )
    found = run.tracker().report(night=night, since=since)
    if run.as_json and out is None:
        as_json(found)
        return
    from tracker.reports.forms import written

    text = (
        run.tracker().report_page(night=night, since=since, boundaries=boundaries)
        if with_map
        else written(found, form)
    )
    if out is None:
        sys.stdout.write(escaped(text) if form == "json" else _shown(text))
        return
    from tracker.files import write_whole

    write_whole(out, text)
    note(f"{out}: the night of {found['night']}")


def _by_name(out: str | None) -> str | None:
    if out is None:
        return None
    return next((form for suffix, form in SUFFIXES.items() if out.lower().endswith(suffix)), None)


def _shown(text: str) -> str:
    """Safe on a terminal; into a pipe or a file every byte as it is."""
    return "\n".join(map(safe, text.split("\n"))) if sys.stdout.isatty() else text
