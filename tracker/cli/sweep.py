"""Decides `tracker sweep`: the night's job, done now."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.output import Lines, as_json, note
from tracker.cli.session import DRY_RUN, Session, session
from tracker.cli.shell import Command
from tracker.errors import Conflict


@click.command(cls=Command)
@click.option("--for", "night", metavar="DATE", help="The night of that day; else what is due and not done.")
@click.option(
    "--catch-up", type=click.Choice(("latest", "all")), default="latest",
    help="Of missed nights do the latest, which covers the others, or all.",
)  # fmt: skip
@DRY_RUN
@session
def command(run: Session, night: str | None, catch_up: str, dry_run: bool) -> None:
    """Look at every place that is due: raise flags, clear them, record the night's report.

    A night is done once; asked again, it says so and does nothing. For cron and timers as well as by hand.
    The report goes to the targets of the configuration, each once.
    """
    if dry_run:
        _try(run, night)
        return
    tracker, targets = run.tracker(writing=True), run.targets()
    out = Lines(colored=run.colored)
    refused, nights, found = None, [], {}
    try:
        while True:  # each is told once it is done: after a long pause they are many
            found = tracker.sweep(
                night=night, catch_up=catch_up, targets=[one.name for one in targets], most=1
            )
            nights += found["nights"]
            if not run.as_json:
                for one in found["nights"]:
                    _tell(out, one)
            if night is not None or not found["nights"]:
                break
    except Conflict as error:  # what earlier nights left to be delivered is delivered all the same
        refused = error
    delivered = tracker.deliver(targets)
    if run.as_json and refused is None:
        as_json({**found, "nights": nights, **delivered})
        return
    if not run.as_json:
        for told in delivered["delivered"]:
            why = f": {told['error']}" if told["error"] else ""
            out.item(told["state"], f"{told['night']} to {told['target']}{why}")
    if refused is not None:
        raise refused
    if not nights:
        from tracker.cli.tell import when

        due = when(found["next"], run.zone())
        note(f"nothing is due: the night of {found['last']} is done, the next is due {due}")


def _try(run: Session, night: str | None) -> None:
    found = run.tracker().sweep(night=night, dry_run=True)
    if run.as_json:
        as_json(found)
        return
    out = Lines(colored=run.colored)
    for one in found["events"]:
        out.line(f"would be {one['kind'].removeprefix('flag-')}: {one['flag']}" + (
            f"  {one['rule']}: {one['why']}" if "why" in one else ""
        ))  # fmt: skip
    if not found["events"]:
        note("no flag would be raised or cleared" if found["night"] else "nothing is due")


def _tell(out: Lines, one: dict[str, Any]) -> None:
    if not one["anew"]:
        note(f"the night of {one['night']} is done already; tracker report --for {one['night']}")
        return
    out.line(f"night of {one['night']}", "title")
    raised, cleared, places = one["raised"], one["cleared"], one["considered"]
    out.item(
        "found", f"{_count(raised, 'flag')} raised, {cleared} cleared; {_count(places, 'place')} looked at"
    )
    if one["covers"]:
        out.item("covers", f"the {_count(len(one['covers']), 'night')} missed before it")
    out.item("report", f"tracker report --for {one['night']}")


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
