"""Decides `tracker scheduler`: the night shift as a process, and where it stands."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.output import Lines, as_json, note
from tracker.cli.session import Session, session
from tracker.cli.shell import Command, Group
from tracker.errors import TrackerError

command = Group(
    "scheduler",
    help="The night shift: sweeps when a night is due, and delivers its report.",
    no_args_is_help=True,
)


@command.command("run", cls=Command)
@click.option(
    "--every", type=click.FloatRange(0.1, 3600), default=30.0, help="Seconds between two looks (30)."
)
@click.option(
    "--catch-up", type=click.Choice(("latest", "all")), default="latest",
    help="Of missed nights do the latest, which covers the others, or all.",
)  # fmt: skip
@session
def run_(run: Session, every: float, catch_up: str) -> None:
    """Stay, and do each night when it is due, until SIGTERM or Ctrl-C; a night at work is finished first.

    Several may run at once, on several machines: a night is done by one of them.
    """
    from tracker.night import schedule

    tracker, targets = run.tracker(writing=True), run.targets()
    tracker.shift()  # a database that is missing or too old is told at once

    def tick() -> None:
        try:
            names = [one.name for one in targets]
            for one in tracker.sweep(catch_up=catch_up, targets=names)["nights"]:
                note(f"night of {one['night']}: {one['raised']} raised, {one['cleared']} cleared")
            for told in tracker.deliver(targets)["delivered"]:
                why = f": {told['error']}" if told["error"] else ""
                note(f"{told['state']}: {told['night']} to {told['target']}{why}")
        except TrackerError as error:  # asked again at the next look
            note(f"{error.message} (next look in {every:g} s)")

    note(f"looking every {every:g} s; the next night is due {_when(tracker.shift()['next'], run)}")
    schedule.run(tick, every=every)
    note("stopped; nothing is left half done")


@command.command("redeliver", cls=Command)
@click.argument("night")
@click.argument("target")
@session
def redeliver(run: Session, night: str, target: str) -> None:
    """Let the report of NIGHT go to TARGET again, whatever became of it: look first whether it came."""
    told = run.tracker(writing=True).redeliver(night, target, targets=run.targets())
    if run.as_json:
        as_json(told)
        return
    Lines(colored=run.colored).line(f"{told['night']} to {told['target']}: {told['state']}")


@command.command("status", cls=Command)
@session
def status(run: Session) -> None:
    """Where the night shift stands; exit 1 if the last night done is more than 26 hours old."""
    found = run.tracker().shift()
    if run.as_json:
        as_json(found)
    else:
        _tell(run, found)
    if found["late"]:
        click.get_current_context().exit(1)


def _tell(run: Session, found: dict[str, Any]) -> None:
    out = Lines(colored=run.colored)
    last = found["last"]
    if last is None:
        out.line("no night was swept yet", "bad")
    else:
        late = ", which is more than 26 hours ago" if found["late"] else ""
        style = "bad" if found["late"] else "title"
        out.line(f"last night done: {last['night']}, due {_when(last['at'], run)}{late}", style)
    if found["due"]:
        out.item("due", ", ".join(found["due"]))
    out.item("next", _when(found["next"], run))
    for one in found["running"]:
        out.item(
            "at work",
            f"{one['night']}, attempt {one['attempts']}, lease until {_when(one['lease_until'], run)}",
        )
    for one in found["undelivered"]:
        why = f": {one['error']}" if one["error"] else ""
        out.item(one["state"], f"{one['night']} to {one['target']}{why}")


def _when(text: str | None, run: Session) -> str:
    from tracker.cli.tell import when

    return when(text, run.zone()) or "now"
