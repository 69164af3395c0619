"""Decides `tracker assess`: an analyst judges who holds a place, or what was judged."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.output import Lines, answered, as_json, note, rows_options
from tracker.cli.session import ACTOR, DRY_RUN, PLACE, Session, session
from tracker.cli.shell import Command

COLUMNS = (
    "id", "place", "actors", "at", "until", "pinned", "likelihood", "by", "made", "state", "reason",
)  # fmt: skip


@click.command(cls=Command)
@click.argument("place", required=False, type=PLACE)
@click.option(
    "--holder", multiple=True, type=ACTOR, metavar="ACTOR", help="Who holds it; several hold it together."
)
@click.option("--likelihood", metavar="WORD", help='0.9, 90%, "very likely", high; left out: 98 %.')
@click.option("--reason", metavar="TEXT", help="Why you judge so (or take it back).")
@click.option("--at", metavar="TIME", help="When it was so; left out: now.")
@click.option("--until", metavar="TIME", help="From then on it counts no longer; a date: after that day.")
@click.option("--pin", is_flag=True, help="Make it the answer, whatever the claims say.")
@click.option("--clear", is_flag=True, help="Take back the one that counts.")
@click.option("--id", "id_", metavar="ID", help="Of several, the one to take back.")
@DRY_RUN
@rows_options
@session
def command(
    run: Session, place: str | None, holder: tuple[str, ...], likelihood: str | None, reason: str | None,
    at: str | None, until: str | None, pin: bool, clear: bool, id_: str | None, dry_run: bool,
    as_rows: str | None,
) -> None:  # fmt: skip
    """An analyst judges who holds PLACE: weighed like a claim, or with --pin the answer itself.

    A pin is told as that, and what the claims say beside it. With PLACE alone, or nothing: what was judged.

    \b
    tracker assess Homs --holder government --reason "seen on video" --until 2024-12-10 --pin
    """
    making = bool(holder or likelihood or reason or at or until or pin or clear or id_)
    if making and as_rows:
        raise click.UsageError(f"--{as_rows} lists what was judged\nTry: without it, or --json")
    tracker = run.tracker(writing=making)
    answer = tracker.assess(
        place, holder=holder, likelihood=likelihood, reason=reason, at=at, until=until, pin=pin,
        clear=clear, id_=id_, dry_run=dry_run,
    )  # fmt: skip
    if making:
        _tell_done(run, answer)
    elif not answered(answer, answer["assessments"], COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        _tell_list(run, answer)


def _tell_done(run: Session, answer: dict[str, Any]) -> None:
    from tracker.cli import tell

    for text in answer["notes"]:
        note(tell.zoned(text, run.zone()))
    if run.as_json:
        as_json({key: value for key, value in answer.items() if key != "notes"})
        return
    out = Lines(colored=run.colored)
    done = "cleared" if answer["event"] == "assessment-cleared" else "recorded"
    if answer["known"]:
        done = "was already recorded"
    elif answer["dry_run"]:
        done = f"would be {done}"
    out.line(f"{answer['assessment']} {done}", "title")
    until = f" until {tell.when(answer['until'], run.zone())}" if answer["until"] else " on"
    told = f"{answer['text']} ({answer['attribution']}), from {tell.when(answer['at'], run.zone())}{until}"
    out.item("judged", told)
    about = {"occurred": {"latest": answer["payload"].get("at")}}
    tell.change(out, {**answer, "claim": answer["assessment"], "told": about}, run.zone())
    pin = answer["after"]["pin"]
    if pin:
        tell.pin(out, pin, run.zone())


def _tell_list(run: Session, answer: dict[str, Any]) -> None:
    from tracker.cli.tell import when

    run.note_of(answer)
    if not answer["assessments"]:
        note("nothing was judged yet; tracker assess PLACE --holder ACTOR --reason TEXT judges")
        return
    zone = run.zone()
    rows = [
        (
            one["id"], when(one["at"], zone), when(one["until"], zone) or "-",
            "pin" if one["pinned"] else "weighed", _state(one), f"{one['text']} ({one['attribution']})",
        )
        for one in answer["assessments"]
    ]  # fmt: skip
    Lines(colored=run.colored).table(("assessment", "at", "until", "as", "stands", "what was judged"), rows)


def _state(one: dict[str, Any]) -> str:
    return f"cleared by {one['cleared']['by']}" if one["cleared"] else str(one["state"])
