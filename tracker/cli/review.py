"""Decides `tracker review`: the open flags one after another, a key for each answer."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import click

from tracker import phrases
from tracker.cli.output import Lines, as_json, note
from tracker.cli.session import PLACE, Session, session
from tracker.cli.shell import Command
from tracker.errors import Conflict, NotFound
from tracker.judgement.flags import CONTRADICTED, LEFT, STATUS
from tracker.judgement.vocabulary import FLAG_RULES

if TYPE_CHECKING:
    from tracker.tracker import Tracker

KEYS: Final = {
    "y": "still true", "c": "changed", "t": "cannot tell", "s": "snooze a week", "o": "open the source",
    "n": "next", "q": "quit",
}  # fmt: skip
_ASKED: Final = " · ".join(f"[{key}] {what}" for key, what in KEYS.items())


@click.command(cls=Command)
@click.option("--place", type=PLACE, metavar="PLACE", help="Only there.")
@click.option("--rule", type=click.Choice(FLAG_RULES), help="Only flags of that rule.")
@session
def command(run: Session, place: str | None, rule: str | None) -> None:
    """Walk the open flags, one key each; every answer is an event, and can be undone by another.

    Still true renews the claim that the flag is about and puts the flag away; changed and cannot tell are
    noted with the claim. Without a terminal the flags are listed.
    """
    if run.as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        found = run.tracker().flags(place=place, rule=rule)
        as_json(found) if run.as_json else _list(found["flags"])
        return
    tracker = run.tracker(writing=True)
    flags = tracker.flags(place=place, rule=rule)["flags"]
    if not flags:
        note(phrases.NO_FLAG)
        return
    answered = 0
    out = Lines(colored=run.colored)
    for n, flag in enumerate(flags, 1):
        _show(out, flag, n, len(flags))
        key = _asked(tracker, out, flag)
        if key == "q":
            break
        answered += key != "n"
    note(f"{answered} of {len(flags)} answered; tracker flags lists what is open")


def _list(flags: list[dict[str, Any]]) -> None:
    for flag in flags:
        click.echo(f"{flag['id']}\t{flag['rule']}\t{flag['name']}\t{flag['why']}")


def _show(out: Lines, flag: dict[str, Any], n: int, count: int) -> None:
    out.line()
    out.line(f"{n}/{count}  {flag['rule']}: {flag['name']}  ({flag['id']})", "title")
    out.item("why", flag["why"])
    out.item("clears", flag["clears"])


def _asked(tracker: Tracker, out: Lines, flag: dict[str, Any]) -> str:
    """The key that was an answer; the source may be opened before."""
    while True:
        out.line(_ASKED)
        try:
            key = click.getchar().lower()
        except EOFError:  # Ctrl-D
            return "q"
        if key == "\x1b":
            return "q"
        if key == "o":
            _open(tracker, out, flag)
        elif key in ("n", "q"):
            return key
        elif key in KEYS:
            try:
                _answer(tracker, out, flag, key)
            except Conflict as error:  # somebody else was faster: the others are still to be asked about
                out.line(f"{error.message}; on to the next")
                return "n"
            return key


def _answer(tracker: Tracker, out: Lines, flag: dict[str, Any], key: str) -> None:
    claim = _renewable(flag)
    if key == "s":
        done = tracker.snooze(flag["id"])["flag"]
        out.line(f"asleep until {done['until'][:10]}, or until anything new is claimed there")
        return
    renewed = False
    if claim is not None:
        with suppress(NotFound):  # an analyst's assessment is no claim to look at again
            tracker.review(claim, {"y": "still-true", "c": "changed", "t": "cannot-tell"}[key])
            renewed = True
    if key == "y":
        tracker.acknowledge(flag["id"], why="still true")
        judge = f"put away. No claim is renewed by that: tracker assess {flag['place']} judges anew"
        out.line(f"still true: {'renewed, and put away' if renewed else judge}")
    elif key == "c":
        tracker.acknowledge(flag["id"], why="changed")
        out.line(f'changed: noted. What is so now? tracker add-claim "… {flag["name"]}" --source …')
    else:
        tracker.snooze(flag["id"], note="cannot tell")
        out.line("cannot tell: noted, and asleep for a week")


def _renewable(flag: dict[str, Any]) -> str | None:
    """The claim that an answer is about: the word for the holder. What says otherwise is not renewed."""
    about_holder = flag["rule"] != CONTRADICTED and flag["kind"] not in (LEFT, STATUS)
    return flag["claims"][0] if about_holder and flag["claims"] else None


def _open(tracker: Tracker, out: Lines, flag: dict[str, Any]) -> None:
    """Every source of the flag's claims: its address is told, and a browser asked where there is one."""
    urls: dict[str, None] = {}
    for claim in flag["claims"]:
        with suppress(NotFound):  # an analyst's assessment has no address
            urls |= {url: None} if (url := tracker.show(claim).get("url")) else {}
    if not urls:
        out.line("no address was recorded with its claims; tracker show CLAIM tells what was")
    for url in urls:
        out.line(url)
        if url.startswith(("https://", "http://")) and _has_screen():
            click.launch(url)


def _has_screen() -> bool:
    """Whether a browser could be seen: over SSH there is none, and the address has to do."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
