"""Decides the order and the words of a night's report, the same in every form that is read by people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from tracker.phrases import joined
from tracker.zones import parse_iso, show

Document = Mapping[str, Any]
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_DISAGREE: Final = {
    "holder": "two sides are each said to hold it", "denial": "one says it, the other denies it",
    "degree": "said to be taken, and fought for since", "timing": "the same capture on different days",
    "number": "counts that do not meet",
    "actor-identity": "different parts of one side are said to have taken it",
}  # fmt: skip
_COUNTED: Final = (
    ("changed", "change of control", "changes of control"),
    ("contradicted", "contradiction", "contradictions"),
    ("status_changed", "change of status", "changes of status"),
    ("stale", "gone stale", "gone stale"),
    ("single_origin", "on one origin", "on one origin"),
    ("awake_again", "snooze over", "snoozes over"),
)
CLEARS: Final = "To clear it:"
_SETTLED: Final = {
    "contradicted": "no longer contradicted", "stale": "no longer stale",
    "single-origin": "no longer on one origin", "circular": "no longer on one origin",
}  # fmt: skip
NAMED: Final = 12
"""So many places are named in a line."""


class Said(NamedTuple):
    """A claim as a report shows it."""

    text: str
    attribution: str | None
    url: str | None = None


class Item(NamedTuple):
    """One finding: the place, what was found, where to read it, both sides of it, what would clear it."""

    name: str
    text: str
    region: str | None = None
    links: tuple[str, ...] = ()
    claims: tuple[Said, ...] = ()
    step: str | None = None


class Section(NamedTuple):
    """A heading with its findings; `more`: so many others are not listed; `note`: what holds for each."""

    title: str
    items: Sequence[Item]
    more: int = 0
    note: str | None = None


def heading(report: Document) -> str:
    """The report's name."""
    return f"Night of {_day(report['night'])}"


def summary(report: Document) -> str:
    """What was found, in one line."""
    counts = ((report[key]["count"], one, many) for key, one, many in _COUNTED)
    found = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    for key, word in (("corrections", "corrected"), ("retractions", "taken back")):
        found += [f"{len(report[key])} {word}"] if report[key] else []
    if not found and report["settled"]:  # news, if nothing else is
        found = [f"{len(report['settled'])} settled"]
    return "quiet" if report["quiet"] or not found else ", ".join(found)


def quiet(report: Document) -> str:
    """All that is to be said of a night in which nothing was found."""
    return f"A quiet night: {_news(report)}, and nothing changed at {_places(report['counts']['places'])}."


def unchanged(report: Document) -> str | None:
    """What did not change, in a line; None: something did everywhere."""
    return f"Nothing changed at {_places(report['unchanged'])}." if report["unchanged"] else None


def header(report: Document) -> Iterator[str]:
    """Scope, information cut-off, position and hash of the log, and counts, a line each."""
    counts = report["counts"]
    since = f"; since {_shown(report, 'since')}" if report["since"] else ""
    yield f"Information cut-off: {_shown(report, 'cut_off')} ({report['cut_off']}){since}"
    if report["covers"]:
        first, *others = report["covers"]
        nights = f"{first} to {others[-1]}" if others else first
        yield f"Covers the nights that were missed too: {nights}"
    yield (
        f"{_places(counts['places'])}: {counts['held']} held, {counts['contested']} contested,"
        f" {counts['unknown']} unknown; {_news(report)}"
    )
    yield f"Log: event {report['position']}, chain hash {report['chain_hash']}"


def sections(report: Document) -> Iterator[Section]:
    """What is new, the most urgent first; a heading under which there is nothing is left out."""
    for section in (
        _findings("Control changed", report["changed"], step=False),
        Section(
            "Contradictions", [*map(_contradiction, report["contradicted"]["flags"])],
            _more(report["contradicted"]),
        ),
        _findings("Status changed", report["status_changed"], step=False),
        _findings("Gone stale", report["stale"]),
        Section("Will go stale within a day", [*_in_one(report["due_tomorrow"])]),
        _findings("Resting on one origin", report["single_origin"]),
        Section("Held by nobody that is known", [*_in_one(report["unknown"])]),
        _findings("Asleep until now", report["awake_again"]),
        Section("Settled since", [*_settled(report["settled"])]),
        Section("Corrections and retractions", [
            *_withdrawn("corrected by us", report["corrections"]),
            *_withdrawn("taken back by its source", report["retractions"]),
        ]),
    ):  # fmt: skip
        if section.items:
            yield _said_once(section)


def _said_once(section: Section) -> Section:
    """What would clear each of several findings alike is told once."""
    steps = {item.step for item in section.items}
    if len(section.items) < 2 or len(steps) > 1 or steps == {None}:
        return section
    return section._replace(items=[item._replace(step=None) for item in section.items], note=steps.pop())


def _shown(report: Document, key: str) -> str:
    """One of the report's instants, in its zone."""
    return show(parse_iso(report[key]), report["zone"])


def _findings(title: str, told: Document, *, step: bool = True) -> Section:
    items = [
        Item(one["name"], one["why"], one["region"], _links(one), step=one["clears"] if step else None)
        for one in told["flags"]
    ]
    return Section(title, items, _more(told))


def _contradiction(one: Document) -> Item:
    claims = tuple(Said(claim["text"], claim["attribution"], claim["url"]) for claim in one["claims"])
    text = _DISAGREE.get(str(one["kind"]), str(one["kind"]))
    return Item(one["name"], text, one["region"], claims=claims, step=one["clears"])


def _links(one: Document) -> tuple[str, ...]:
    """Where the claims can be read whose words stand in the sentence."""
    return tuple(dict.fromkeys(claim["url"] for claim in one["claims"] if claim["url"]))


def _in_one(told: Document) -> Iterator[Item]:
    if told["count"]:
        names = [one["name"] for one in told["places"][:NAMED]]
        others = told["count"] - len(names)
        yield Item(joined([*names, f"{others} more"] if others else names), "")


def _settled(told: Iterable[Document]) -> Iterator[Item]:
    for name, how in dict.fromkeys((one["name"], _SETTLED[one["rule"]]) for one in told):
        yield Item(str(name), how)


def _withdrawn(how: str, told: Iterable[Document]) -> Iterator[Item]:
    for one in told:
        reason = f" ({one['reason']})" if one["reason"] else ""
        said = f" ({one['attribution']})" if one["attribution"] else ""
        yield Item(f"{one['text']}{said}", f"{how}{reason}")


def _more(told: Document) -> int:
    return int(told["count"]) - len(told["flags"])


def _news(report: Document) -> str:
    count = report["counts"]["new_claims"]
    return f"{count or 'no'} new claim{'s' if count != 1 else ''}"


def _places(count: int) -> str:
    return f"{count:,} place{'s' if count != 1 else ''}"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
