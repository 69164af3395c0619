"""Decides `tracker verify`: proving that the record was not altered."""

from __future__ import annotations

import click

from tracker.cli.output import Lines, as_json
from tracker.cli.session import Session, session
from tracker.cli.shell import Command
from tracker.errors import FAILED
from tracker.reader import UNSETTLED


@click.command(cls=Command)
@click.option(
    "--against", metavar="POSITION:HASH", help="A head that was printed earlier: finds a cut-off end too."
)
@click.option(
    "--views", is_flag=True, help="Build the views again beside the tracker, and compare them row by row."
)
@session
def command(run: Session, against: str | None, views: bool) -> int:
    """Check every event, the chain that ties them, and how far the views are; findings make it exit with 1.

    Keep the head it prints, POSITION:HASH: --against that head, or the whole line, proves later that nothing
    before it was touched.
    """
    found = run.tracker().verify(against=against, views=views)
    if run.as_json:
        as_json(found)
        return 0 if found["ok"] else FAILED
    out = Lines(colored=run.colored)
    for finding in found["findings"]:
        out.line(f"event {finding['position']}: {finding['what']}", "bad")
    if found["ok"] and views:
        out.line("the views are what the log says")
    if found["unsettled"]:
        out.line(f"{found['unsettled']} events are still to be weighed in: {UNSETTLED}")
    if found["ok"]:
        out.line(f"unaltered: {found['position']} events, head {found['position']}:{found['chain_hash']}")
        return 0
    count = len(found["findings"])
    out.line(
        f"{count} {'finding' if count == 1 else 'findings'}; head {found['position']}:{found['chain_hash']}"
    )
    return FAILED
