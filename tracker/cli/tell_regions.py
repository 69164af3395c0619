"""Decides how areas and their counts are told to people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tracker.cli.output import Lines
from tracker.cli.regions import OUTSIDE, WITHOUT_POSITION
from tracker.cli.tell import axes, when
from tracker.phrases import per_cent
from tracker.views.tally import LOW, held, people, summary

Document = Mapping[str, Any]
_COUNTED = ("settlements", "facilities")
HEAD = ("area", "towns", "held by", "contested", "unknown", "last change", "people")


def regions(out: Lines, found: Document, zone: str) -> None:
    """The answer of `tracker regions`."""
    if found["area"]:
        _area(out, found, zone)
    if found["areas"]:
        out.table(HEAD, [_row(name, one, zone) for name, one in _rows(found)])
        out.line()
    if found["places"]:
        _places(out, found["places"], zone)
        out.line()
    _legend(out, found, zone)
    for one in found["areas"]:
        for said in one["said"][:1]:
            out.item("said", f"{said['text']}  {said['claim']}")


def _rows(found: Document) -> Iterator[tuple[str, Document]]:
    """The areas, what lies in none of them, and all together."""
    for one in found["areas"]:
        yield one["area"]["name"], one
    if _known(found["outside"]):
        yield OUTSIDE[bool(found["area"])], found["outside"]
    if found["without_position"] and _known(found["without_position"]):
        yield WITHOUT_POSITION, found["without_position"]
    if not found["area"]:
        yield "all", found["total"]


def _area(out: Lines, found: Document, zone: str) -> None:
    row = found["area"]
    area, towns, others = row["area"], row["settlements"], row["facilities"]
    out.title(f"{area['name']}: {row['summary']}.", "title")
    where = ", ".join(part for part in (area["kind"], area["region"]) if part)
    out.item("", f"{where}; as of {when(found['at'], zone)}{axes(found, zone)}", "quiet")
    if told := people(towns):
        out.item("people", f"{told}; {_counted(towns)}")
    if others["places"]["known"]:
        out.item("facilities", summary(others, "facility", "facilities"))
    if row["latest_change"]:
        change = row["latest_change"]
        out.item("last change", f"{_change(change, zone)}{_to(change)}")
    for said in row["said"]:
        out.item("said of it", f"{said['text']}  {said['claim']}")
    out.line()


def _row(name: str, one: Document, zone: str) -> Sequence[str]:
    towns, change = one["settlements"], one["latest_change"]
    places, lives = towns["places"], people(towns)
    told = (
        f"{places['claimed']} of {places['known']}", ", ".join(held(towns)), str(places["contested"] or ""),
        str(places["unknown"] or ""), _change(change, zone) if change else "", lives,
    )  # fmt: skip
    return (name, *(cell or "-" for cell in told))


def _places(out: Lines, places: Sequence[Document], zone: str) -> None:
    out.table(
        ("place", "kind", "in", "status", "controller", "sure", "people", "changed"),
        [_place(one, zone) for one in places],
    )


def _place(one: Document, zone: str) -> Sequence[str]:
    holder = one["controller"]
    told = (
        one["region"], one["status"], holder and holder["name"], holder and per_cent(one["confidence"]),
        "" if one["population"] is None else f"{one['population']:,}", when(one["changed"], zone)[:10],
    )  # fmt: skip
    return (one["name"], one["kind"], *(cell or "-" for cell in told))


def _change(change: Document, zone: str) -> str:
    return f"{when(change['at'], zone)[:10]} {change['name']}"


def _to(change: Document) -> str:
    who = change["controller"]
    return f" to {who['name']}" if who and change["status"] == "held" else f", now {change['status']}"


def _counted(towns: Document) -> str:
    """How many people the shares are of, and of how many places nobody knows it."""
    blank, known = towns["without_population"]["known"], towns["places"]["known"]
    missing = f"; how many live in {blank} of {known} towns is not known" if blank else ""
    return f"of {towns['population']['known']:,}{missing}"


def _legend(out: Lines, found: Document, zone: str) -> None:
    unsure = f"; unsure: held at less than {per_cent(LOW)}" if _unsure(found["total"]) else ""
    out.item("towns", f"cities, towns and villages: those with claims, of all known{unsure}", "quiet")
    if not found["area"]:
        towns = found["total"]["settlements"]
        if people(towns):
            out.item("people", _counted(towns), "quiet")
        out.item("as of", f"{when(found['at'], zone)}{axes(found, zone)}", "quiet")


def _unsure(total: Document) -> bool:
    """Whether the word stands in any cell."""
    return any(side["low_confidence"] for those in _COUNTED for side in total[those]["sides"])


def _known(one: Document) -> int:
    known: int = one["settlements"]["places"]["known"]
    return known
