"""Decides `tracker show`: one claim whole."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.output import Lines, as_json
from tracker.cli.session import CLAIM, Session, session
from tracker.cli.shell import Command


@click.command(cls=Command)
@click.argument("claim", type=CLAIM)
@session
def command(run: Session, claim: str) -> None:
    """One claim whole: what was said, by whom, through whom, when; where it stands; what befell it."""
    found = run.tracker().show(claim)
    if run.as_json:
        as_json(found)
    else:
        _tell(run, found)


def _tell(run: Session, one: dict[str, Any]) -> None:
    from tracker.cli.tell import batch_by, occurred, weighed_by, when

    out, zone = Lines(colored=run.colored), run.zone()
    out.line(f"{one['id']}  {one['text']}", "title")
    reason = f" ({one['standing_reason']})" if one["standing_reason"] else ""
    instead = f"; instead: {one['replaced_by']}" if one["replaced_by"] else ""
    out.item("standing", f"{one['standing']}{reason}{instead}")
    if one["batch"]:
        out.item("batch", f"{batch_by(one['batch'])}, {when(one['batch']['at'], zone)}")
    if one["weighed"]:
        out.item("weight", f"{weighed_by(one['weighed'])}, {when(one['weighed']['at'], zone)}")
    out.item("said by", one["attribution"])
    for hop in one["chain"]:
        facts = ", ".join(f"{key} {value}" for key, value in hop.items() if key not in ("who", "named"))
        if facts:
            out.item("", f"{hop.get('who') or hop.get('named')}: {facts}", "quiet")
    out.item("occurred", _typed(occurred(one["occurred"], zone) or "not said", one["occurred"]["text"]))
    out.item("reported", _typed(when(one["reported"]["latest"], zone), one["reported"]["text"]))
    out.item("recorded", when(one["recorded"], zone))
    if one["confidence_text"]:
        read = "cannot be judged" if one["confidence"] is None else f"read as {one['confidence']:g}"
        out.item("confidence", f"{one['confidence_text']} ({read})")
    if one["place"]:
        level = "; city or area was not said" if one["level_not_stated"] else ""
        out.item("place", f"{one['place_name']} ({one['place']}){level}")
    for key in ("quote", "note", "url", "document"):
        if one[key]:
            out.item(key, one[key])
    for key, value in one["details"].items():
        out.item(key, str(value))
    for link in one["links"]:
        turned = link["link"] == "derived-from" and link["from"] != one["id"]
        out.item("link", f"{'origin of' if turned else link['link']} {link['claim']}")
    for review in one["reviews"]:
        out.item("looked at", f"{when(review['at'], zone)}  {_found(review)}")
    for event in one["history"]:
        out.item(
            "history",
            f"{when(event['recorded'], zone)}  {event['kind']}{_how(event)}  by {event['by']}"
            f"  [{event['position']}]",
        )


def _how(event: dict[str, Any]) -> str:
    """By how much a claim is weighed from then on, and why something befell it; nothing of one redacted."""
    payload = event["payload"] or {}
    factor = payload.get("factor")
    much = "" if factor is None else {0: "left out", 1: "as it is"}.get(factor, f"x{factor:g}")
    told = ": ".join(part for part in (much, payload.get("reason")) if part)
    return f" ({told})" if told else ""


def _typed(read: str, text: str | None) -> str:
    return f"{read} (typed: {text})" if text and text != read else read


def _found(review: dict[str, Any]) -> str:
    by = f" by {review['by']}" if review["by"] else ""
    told = ", ".join(text for text in (review["note"], review["url"]) if text)
    return f"{review['answer']}{by}" + (f": {told}" if told else "")
