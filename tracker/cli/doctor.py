"""Decides `tracker doctor`: what is unsafe about this database on this machine."""

from __future__ import annotations

import click

from tracker.cli.output import Lines, as_json
from tracker.cli.session import Session, session
from tracker.cli.shell import Command
from tracker.errors import FAILED


@click.command(cls=Command)
@session
def command(run: Session) -> int:
    """Versions, settings and what is unsafe; exits with 1 if something is."""
    found = run.tracker().doctor()
    if run.as_json:
        as_json(found)
    else:
        out = Lines(colored=run.colored)
        for one in found["checks"]:
            mark, style = ("ok", "held") if one["ok"] else ("!!", "bad")
            advice = f"  -> {one['advice']}" if one["advice"] else ""
            out.line(f"{mark}  {one['name']}: {one['value']}{advice}", None if one["ok"] else style)
    return 0 if found["ok"] else FAILED
