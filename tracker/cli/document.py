"""Decides `tracker document`: what claims are read in."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.output import Lines, answered, as_json, note, rows_options
from tracker.cli.session import DRY_RUN, SOURCE, Session, session
from tracker.cli.shell import Command, Group
from tracker.cli.things import done

command = Group(
    "document",
    help="Documents: registered once, named by every claim that is read in them.",
    no_args_is_help=True,
)
COLUMNS = ("id", "source", "published", "claims", "title", "url")


@command.command("add", cls=Command)
@click.argument("key")
@click.option("--source", type=SOURCE, metavar="SOURCE", help="Who published it.")
@click.option("--url", metavar="URL", help="Where it can be read.")
@click.option("--title", metavar="TEXT", help="What it is called.")
@click.option("--published", metavar="TIME", help="When.")
@DRY_RUN
@session
def add(run: Session, key: str, **told: Any) -> None:
    """Register a document: add-claim --document KEY then takes from it who reported it, when, and where.

    \b
    tracker document add reuters-2024-12-07 --source Reuters --published 2024-12-07T18:30
    """
    done(run, run.tracker(writing=True).document_add(key, **told))


@command.command("list", cls=Command)
@click.argument("text", required=False)
@rows_options
@session
def list_(run: Session, text: str | None, as_rows: str | None) -> None:
    """List every document, or those with TEXT in key, title or address."""
    found = run.tracker().listed("document", text)
    rows = found["documents"]
    if answered(found, rows, COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        return
    if rows:
        from tracker.cli.tell import when

        zone = run.zone()
        told = [{**row, "published": when(row["published"], zone)} for row in rows]
        Lines(colored=run.colored).table(
            COLUMNS, [["" if row[column] is None else str(row[column]) for column in COLUMNS] for row in told]
        )
    else:
        note("no document fits")


@command.command("show", cls=Command)
@click.argument("key")
@session
def show(run: Session, key: str) -> None:
    """One document, and the claims that were read in it."""
    found = run.tracker().show_thing("document", key)
    if run.as_json:
        as_json(found)
        return
    from tracker.cli.tell import claim_line, when

    out, zone = Lines(colored=run.colored), run.zone()
    out.line(f"{found['id']}  {found['title'] or ''}".rstrip(), "title")
    told = {"source": found["source"], "published": when(found["published"], zone), "url": found["url"]}
    for label, value in told.items():
        if value:
            out.item(label, value)
    rows = [claim_line(one, zone) for one in found["claims"]]
    if rows:
        out.table(("claim", "when", "standing", "what, and who said it"), rows)
