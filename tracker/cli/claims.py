"""Decides `tracker claims`: the claims that pass a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli.output import Lines, answered, note, rows_options
from tracker.cli.session import ACTOR, PLACE, SOURCE, Session, session
from tracker.cli.shell import Command
from tracker.errors import typed
from tracker.judgement.vocabulary import FLAG_RULES, MODALITIES, PREDICATES, STANDINGS

COLUMNS = (
    "id", "text", "predicate", "modality", "actors", "place", "origin", "via", "occurred", "reported",
    "recorded", "confidence", "standing", "url", "note",
)  # fmt: skip

if TYPE_CHECKING:
    from tracker.tracker import Tracker

FIRST_CLAIM = 'tracker add-claim "rebels captured Sanamayn" --source Reuters --create'


@click.command(cls=Command)
@click.option("--place", type=PLACE, metavar="PLACE", help="About a place.")
@click.option("--actor", type=ACTOR, metavar="ACTOR", help="Naming an actor.")
@click.option("--source", type=SOURCE, metavar="SOURCE", help="Reported by a source.")
@click.option("--origin", type=SOURCE, metavar="SOURCE", help="Said first by a source.")
@click.option(
    "--predicate",
    type=click.Choice(tuple(PREDICATES)),
    metavar="WORD",
    help="captured, holds, lost, advanced, …",
)
@click.option(
    "--modality",
    type=click.Choice(tuple(MODALITIES)),
    metavar="WORD",
    help="asserts, denies, expects, silent.",
)
@click.option("--standing", type=click.Choice(STANDINGS), help="Where it stands now.")
@click.option("--flag", type=click.Choice(FLAG_RULES), help="That an open flag of this rule rests on.")
@click.option("--since", metavar="TIME", help="About this time or later.")
@click.option("--until", metavar="TIME", help="About this time or earlier.")
@click.option("--text", metavar="TEXT", help="With these words in it.")
@click.option("--at", metavar="TIME", help="As it stood at that time.")
@click.option("--known-at", metavar="TIME", help="Only what had been recorded by then.")
@click.option("--published-by", metavar="TIME", help="Only what had been published by then.")
@rows_options
@session
def command(run: Session, as_rows: str | None, **wanted: Any) -> None:
    """List claims, in the order in which things are said to have happened."""
    tracker = run.tracker()
    found = tracker.claims(**wanted)
    if answered(found, found["claims"], COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        return
    if found["claims"]:
        from tracker.cli.tell import claim_line

        zone = run.zone()
        rows = [claim_line(one, zone) for one in found["claims"]]
        Lines(colored=run.colored).table(("claim", "when", "standing", "what, and who said it"), rows)
    else:
        note(nothing_found(tracker, f"no claim fits{_passed_on(tracker, wanted)}"))


def _passed_on(tracker: Tracker, wanted: dict[str, Any]) -> str:
    """Where nobody was the source of a claim, that he is the origin of some; and the other way round."""
    for given, instead, did in (("source", "origin", "said first"), ("origin", "source", "reported")):
        if wanted[given] and not wanted[instead]:
            other = {**wanted, given: None, instead: wanted[given]}
            if count := len(tracker.claims(**other)["claims"]):
                return (
                    f"; what {wanted[given]} {did} does, {count} of them: --{instead} {typed(wanted[given])}"
                )
    return ""


def nothing_found(tracker: Tracker, otherwise: str) -> str:
    """What to say where nothing is listed: how to begin, where nothing has been said at all."""
    if tracker.anything_said():
        return otherwise
    return f"nothing has been said yet; {FIRST_CLAIM} records a first claim"
