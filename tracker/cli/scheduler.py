"""Decides `tracker scheduler`: the night shift as a process, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.output import Lines, as_json, note
from tracker.cli.session import Session, session
from tracker.cli.shell import Command, Group
from tracker.errors import Conflict, TrackerError

if TYPE_CHECKING:
    from tracker.night.targets import Target
    from tracker.tracker import Tracker

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
    found = tracker.shift()  # a database that is missing or too old is told at once
    note(f"looking every {every:g} s; {_due(found, run)}")
    schedule.run(_Look(tracker, targets, catch_up, every), every=every)
    note("stopped; nothing is left half done")


class _Look:
    """A look: one night that is due, and what is to be delivered. What goes wrong is told once."""

    def __init__(self, tracker: Tracker, targets: Sequence[Target], catch_up: str, every: float) -> None:
        self._tracker, self._targets, self._catch_up, self._every = tracker, targets, catch_up, every
        self._told: str | None = None

    def __call__(self) -> bool:
        """Look; whether a night was done, and so another may be due."""
        trouble, done = None, False
        try:
            try:
                done = self._sweep()
            except Conflict as error:  # what earlier nights left to be delivered is delivered all the same
                trouble = _said(error)
            self._deliver()
        except TrackerError as error:
            trouble = _said(error)
        except Exception as error:
            trouble = f"something went wrong inside tracker ({type(error).__name__}: {error})"
        if trouble is not None and trouble != self._told:
            note(f"{' '.join(trouble.split())} (next look in {self._every:g} s)")
        self._told = trouble
        return done

    def _sweep(self) -> bool:
        names = [one.name for one in self._targets]
        nights = self._tracker.sweep(catch_up=self._catch_up, targets=names, most=1)["nights"]
        for one in nights:
            if one["anew"]:
                note(f"night of {one['night']}: {one['raised']} raised, {one['cleared']} cleared")
        return any(one["anew"] for one in nights)

    def _deliver(self) -> None:
        for told in self._tracker.deliver(self._targets)["delivered"]:
            why = f": {told['error']}" if told["error"] else ""
            note(f"{told['state']}: {told['night']} to {told['target']}{why}")


def _said(error: TrackerError) -> str:
    return f"{error.message}; try: {error.next_step}"


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
    """Where the night shift stands; exit 1 if the last night done is more than 26 hours old, or ahead."""
    found = run.tracker().shift()
    if run.as_json:
        as_json(found)
    else:
        _tell(run, found)
    if found["late"] or found["ahead"]:
        click.get_current_context().exit(1)


def _tell(run: Session, found: dict[str, Any]) -> None:
    out = Lines(colored=run.colored)
    last = found["last"]
    if last is None:
        out.line("no night was swept yet", "bad")
    else:
        late = ", which is more than 26 hours ago" if found["late"] else ""
        if found["ahead"]:
            late = ", which lies ahead of this clock: no night is done (tracker sweep says more)"
        style = "bad" if found["late"] or found["ahead"] else "title"
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


def _due(found: dict[str, Any], run: Session) -> str:
    """What there is to do now, else when there will be."""
    if not found["due"] or found["ahead"]:
        return f"the next night is due {_when(found['next'], run)}"
    count = len(found["due"])
    nights = "the night" if count == 1 else f"{count} nights are due, the latest that"
    return f"{nights} of {max(found['due'])}" + (" is due" if count == 1 else "")


def _when(text: str | None, run: Session) -> str:
    from tracker.cli.tell import when

    return when(text, run.zone()) or "now"
