"""Decides `tracker history`: a verdict over time, or over what was known."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.output import Lines, answered, note, rows_options
from tracker.cli.policy import BY_RULE, KNOWN_AT, PUBLISHED_BY
from tracker.cli.session import PLACE, Session, session
from tracker.cli.shell import Command

COLUMNS = ("from", "to", "status", "controller", "confidence_from", "confidence", "began", "claims")
BEGAN = {
    "silence": "nothing was said for so long",
    "expiry": "the contest or contradiction is over",
    "realignment": "a side joined another",
    "record": "read otherwise",
    "release": "a batch that was held back counts from then on",
    "assessment": "an analyst's judgement or pin, or its end",
    "claims": "",
}


@click.command(cls=Command)
@click.argument("place", type=PLACE)
@click.option("--from", "start", metavar="TIME", help="From that time on; else from the first claim.")
@click.option("--to", "end", metavar="TIME", help="Up to that time; else up to now.")
@click.option("--knowledge", is_flag=True, help="What was believed as reports came in, by time of recording.")
@click.option("--at", metavar="TIME", help="The same as --to; with --knowledge: always about that time.")
@KNOWN_AT
@PUBLISHED_BY
@BY_RULE
@rows_options
@session
def command(run: Session, as_rows: str | None, **asked: Any) -> None:
    """Who held PLACE when, how sure that was, and what changed it.

    A line for every stretch of time in which status and holder stayed the same, with the confidence at its
    beginning and its end. With --knowledge the stretches are those of the record: what tracker would have
    answered then.
    """
    found = run.tracker().history(**asked)
    run.note_of(found)
    run.note_ahead(*(span["to"] for span in found["spans"][-1:]))
    if answered(found, found["spans"], COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        return
    if found["spans"]:
        _tell(Lines(colored=run.colored), found, run.zone())
    else:
        note(f"nothing has been said of {found['place']['name']} by then")


def _tell(out: Lines, found: dict[str, Any], zone: str) -> None:
    from tracker.cli.tell import when

    texts = {row["claim"]: row["text"] for row in found["beside"]}
    head = "believed from" if found["over"] == "knowledge" else "from"
    rows = [
        (when(span["from"], zone), span["status"], _who(span, found["names"]), _sure(span),
         _because(span, texts))
        for span in found["spans"]
    ]  # fmt: skip
    out.table((head, "status", "controller", "sure", "because"), rows)
    if found["fronts"]:
        told = "this is the belief before a front is read out: status is less sure while another side holds"
        note(f"{told} {_near(found['fronts'])}")


def _near(fronts: list[dict[str, Any]]) -> str:
    """The nearest of the places with which a front may be made."""
    first, more = fronts[0]["name"], len(fronts) - 1
    return f"{first}, or another of {more} more within 10 km" if more else f"{first}, within 10 km"


def _who(span: dict[str, Any], names: dict[str, str]) -> str:
    from tracker.phrases import joined

    if span["controller"]:
        holder = span["controller"]
        return joined([holder["name"], *(other["name"] for other in holder["with"])])
    if span["claimed_by"]:
        return f"claimed by {joined([names[side] for side in span['claimed_by']])}"
    return f"vacated by {names[span['vacated_by']]}" if span["vacated_by"] else "-"


def _sure(span: dict[str, Any]) -> str:
    from tracker.phrases import per_cent

    if not span["controller"]:
        return "-"
    first, last = per_cent(span["confidence_from"]), per_cent(span["confidence"])
    return first if first == last else f"{first[:-2]} to {last}"


def _because(span: dict[str, Any], texts: dict[str, str]) -> str:
    claims = [texts[claim] for claim in span["claims"] if claim in texts]
    told = BEGAN[span["began"]]
    if span["began"] in ("claims", "record", "release") and claims:
        told = claims[0]
        claims = claims[1:]
    more = f"{len(claims)} more" if claims else ""
    return "; ".join(part for part in (told, more) if part) or "nothing was said yet"
