"""Decides `tracker setting`: tempo, thresholds and zone."""

from __future__ import annotations

import click

from tracker.cli.output import Lines, as_json, note
from tracker.cli.session import DRY_RUN, PLACE, Session, session
from tracker.cli.shell import Command, Group

command = Group(
    "setting",
    help="Settings of the tracker and of single places; each change is an event.",
    no_args_is_help=True,
)


@command.command("list", cls=Command)
@session
def list_(run: Session) -> None:
    """Every setting, its meaning, and what it was changed to."""
    found = run.tracker().settings()
    if run.as_json:
        as_json(found)
        return
    out = Lines(colored=run.colored)
    for key, meaning in found["known"].items():
        told = [
            f"{one['value']}{' at ' + one['place'] if one['place'] else ''}"
            for one in found["settings"]
            if one["key"] == key
        ]
        out.line(f"{key:<16} {meaning}" + (f"  [{', '.join(told)}]" if told else ""))


@command.command("set", cls=Command)
@click.argument("key")
@click.argument("value", required=False)
@click.option("--place", type=PLACE, metavar="PLACE", help="Only there.")
@DRY_RUN
@session
def set_(run: Session, key: str, value: str | None, place: str | None, dry_run: bool) -> None:
    """Change KEY to VALUE; without VALUE the default is back."""
    answer = run.tracker(writing=True).setting(key, value, place=place, dry_run=dry_run)
    for text in answer["notes"]:
        note(text)
    if run.as_json:
        as_json(answer)
        return
    from tracker.cli import tell
    from tracker.views.settings import DEFAULTS

    out = Lines(colored=run.colored)
    where = f" at {answer['place']}" if answer["place"] else ""
    would = " (would be recorded)" if answer["dry_run"] and not answer["notes"] else ""
    default = "as in the whole tracker" if answer["place"] else f"{DEFAULTS[answer['key']]}, the default"
    out.line(f"{answer['key']}{where}: {answer['value'] or default}{would}")
    tell.changes(out, answer)
