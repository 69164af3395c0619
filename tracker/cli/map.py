"""Decides `tracker map`: who held which places at a moment, as a picture for documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from tracker.cli.output import as_json, note
from tracker.cli.policy import AT, BY_RULE, KNOWN_AT, PUBLISHED_BY
from tracker.cli.session import PLACE, Session, session
from tracker.cli.shell import Command
from tracker.errors import BadInput

Function = TypeVar("Function", bound=Callable[..., Any])
REGION = click.option("--region", type=PLACE, metavar="PLACE", help="Only places in a region.")
_PICTURE = (
    click.option("--svg", metavar="FILE", help="Draw it into a file that can be enlarged at will."),
    click.option("--png", metavar="FILE", help="Draw it into a file of pixels, for messages."),
    click.option("--width", type=int, metavar="PIXELS", help="How wide; else 1000."),
    click.option(
        "--scale", type=float, metavar="TIMES", help="A PNG so many times as large: 2 is for dense screens."
    ),
    click.option("--dark", is_flag=True, help="On a dark ground."),
    click.option("--title", metavar="TEXT", help="Another title; '' for none."),
)


def picture_options(function: Function) -> Function:
    """The options of every command that draws."""
    for option in reversed(_PICTURE):
        function = option(function)
    return function


@click.command(cls=Command)
@picture_options
@REGION
@click.option("--boundaries", metavar="FILE", help="The lines of a GeoJSON file instead of Natural Earth's.")
@AT
@KNOWN_AT
@PUBLISHED_BY
@BY_RULE
@session
def command(run: Session, at: str | None, **asked: Any) -> None:
    """Draw who held which places at a moment: marks by colour and shape, names, legend, scale, sources.

    Places are points, never areas. Hatched is contested, hollow is stale, a small dot is unknown. With --json
    the document that maps are drawn from: every place and how its verdict ran up to --at.
    """
    check_wanted(run, asked)
    found = run.tracker().map(end=at, **drawn(asked))
    run.note_ahead(found["to"])
    if run.as_json:
        as_json(found)
    tell_written(asked, found["places"]["name"])


def check_wanted(run: Session, asked: dict[str, Any], *more: str) -> None:
    """Refuse what would draw nothing."""
    if not (asked["svg"] or asked["png"] or run.as_json or any(more)):
        raise BadInput(
            what="it is not said where to draw it", try_="--svg FILE, --png FILE, or --json for the numbers"
        )
    if asked["scale"] is not None and not asked["png"]:
        raise BadInput(what="--scale is for pixels", try_="--png FILE with it, or --width")


def drawn(asked: dict[str, Any]) -> dict[str, Any]:
    """What was asked for; the usual where nothing was said."""
    return {key: value for key, value in asked.items() if value is not None}


def tell_written(asked: dict[str, Any], names: Iterable[str]) -> None:
    """Say which files there are now, and of names in a PNG whose letters depend on the machine."""
    import os

    if asked["png"]:
        from tracker.figures.letters import lacks, plain

        if lacking := sum(lacks(plain(name)) for name in names):
            told = "a name has" if lacking == 1 else f"{lacking:,} names have"
            note(
                f"{told} letters that the font of tracker lacks: in the PNG as the fonts of this machine have"
                " them, else boxes"
            )

    for file in (asked["svg"], asked["png"]):
        if file and os.path.isfile(file):
            note(f"{file}: {-(-os.path.getsize(file) // 1000):,} kB")
