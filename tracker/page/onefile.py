"""Decides how the page becomes one file: scripts, styles, outlines and all that is told, packed into it.

It opens from a disk and asks the network for nothing; its content security policy says so, too.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from itertools import accumulate
from math import gcd
from typing import Any, Final

from tracker.page.assets import script, styles

Document = Mapping[str, Any]
MINUTE: Final = 60_000_000
"""us. A file tells times to the minute before."""
GRID: Final = 10_000
"""It tells coordinates to a ten-thousandth of a degree, some ten metres."""


def one_file(
    told: Document, evidence: Document, outlines: Document, *, knowledge: Sequence[Document] = (),
    title: str, lead: str, below: str = "",
) -> str:  # fmt: skip
    """The page as a file.

    `told` is the map document, `evidence` what `views.handover` has of all places, `knowledge` the map
    documents as known at some earlier times. `below` is markup that stands below the map.
    """
    style, program = styles(), script("carried.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(program)}'; img-src data: blob:;"
        " base-uri 'none'; form-action 'none'"
    )
    packed = b64encode(gzip.compress(_plain(_told(told, evidence, outlines, knowledge)), 9, mtime=0)).decode()
    body = "map" if not below else "map with-report"
    article = f'<section id="report" aria-label="Report">{below}</section>\n' if below else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title>\n<style>{style}</style></head>\n"
        f'<body class="{body}"><header class="top"><h1 class="name">{escape(title)}</h1>'
        f'<p class="quiet small lead">{escape(lead)}</p></header>\n'
        '<main id="app"><noscript><p class="empty">The map needs a browser that runs its script; nothing is'
        " asked of any network.</p></noscript></main>\n"
        f'{article}<script type="text/plain" id="carried">{packed}</script>\n'
        f'<script type="module">{program}</script>\n</body></html>\n'
    )


def _told(
    told: Document, evidence: Document, outlines: Document, knowledge: Sequence[Document]
) -> dict[str, Any]:
    """Everything, as small as it can be told: much of it as the difference to the row before."""
    everywhere = _union([told, *knowledge])
    number = {id_: i for i, id_ in enumerate(everywhere["id"])}
    said, events = _evidence(evidence, everywhere["id"])
    frames = [
        {
            "known_at": one["known_at"],
            "actors": one["actors"],
            "places": _steps(sorted(number[id_] for id_ in one["places"]["id"])),
            "claims": _in_order(one["places"], "claims", number),
            "spans": _spans(one, number, events),
        }
        for one in knowledge
    ]
    points = {
        name: [None if one is None else round(one * GRID) for one in everywhere[name]]
        for name in ("lat", "lon")
    }
    return {
        "map": {**told, "places": {**everywhere, **points}, "spans": _spans(told, number, events)},
        "count": len(told["places"]["id"]),
        "knowledge": frames,
        "evidence": said,
        "outlines": outlines,
    }


def _in_order(places: Document, name: str, number: Mapping[str, int]) -> list[Any]:
    """A column in the order of the places that the file has."""
    rows = {number[id_]: value for id_, value in zip(places["id"], places[name], strict=True)}
    return [rows[i] for i in sorted(rows)]


def _union(documents: Sequence[Document]) -> dict[str, list[Any]]:
    """The places of all documents, those of the first first: what was taken back is told as known then."""
    first = documents[0]["places"]
    found = {name: list(column) for name, column in first.items()}
    known = set(found["id"])
    for places in (one["places"] for one in documents[1:]):
        for i, id_ in enumerate(places["id"]):
            if id_ not in known:
                known.add(id_)
                for name, column in found.items():
                    column.append(places[name][i])
    return found


def _spans(told: Document, number: Mapping[str, int], events: Mapping[int, Sequence[int]]) -> dict[str, Any]:
    """The spans in order of the places that the file has.

    `from` is in minutes after the span before it, `fading` what it is more than `confidence`.

    What begins with a claim is told by the claim: -1 is the next one of the place, -2 the one after it.
    """
    spans, ids = told["spans"], told["places"]["id"]
    places = [number[ids[one]] for one in spans["place"]]
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    place, since = [places[i] for i in order], [_minute(spans["from"][i]) for i in order]
    return {
        **{name: [column[i] for i in order] for name, column in spans.items()},
        "place": _steps(place),
        "from": list(_begun(place, since, events)),
        "fading": [spans["fading"][i] - spans["confidence"][i] for i in order],
    }


def _begun(place: Sequence[int], since: Sequence[int], events: Mapping[int, Sequence[int]]) -> Iterator[int]:
    here, last, used = -1, 0, 0
    for one, minute in zip(place, since, strict=True):
        if one != here:
            here, last, used = one, 0, 0
        claims = events.get(one, ())
        found = next((i for i in range(used, len(claims)) if claims[i] == minute), None)
        yield minute - last if found is None else used - found - 1
        used, last = used if found is None else found + 1, minute


def _evidence(evidence: Document, ids: Sequence[str]) -> tuple[dict[str, Any], dict[int, list[int]]]:
    """Verdicts and claims in the order of the map's places; and the times of each place's claims, in minutes.

    Times are minutes: `event_at`, in so many of them as `unit` says, after that of the claim before, of the
    same place, or after `first`; `earliest`, `latest` and `reported` after `event_at`, `reported_from` after
    `reported`; `recorded` after the row before; of a place all after its last claim, and `stale_at` after
    `last_report`.
    """
    places, claims = evidence["places"], evidence["claims"]
    rows = {id_: row for row, id_ in enumerate(places["id"])}
    wanted = [rows.get(id_) for id_ in ids]
    first = places["first"]
    order = [i for row in wanted if row is not None for i in range(first[row], first[row + 1])]
    moved = {old: new for new, old in enumerate(order)}
    told = {name: [column[i] for i in order] for name, column in claims.items()}
    counts = [0 if row is None else first[row + 1] - first[row] for row in wanted]
    columns = {
        name: [None if row is None else column[row] for row in wanted]
        for name, column in places.items()
        if name not in ("id", "first", "actors", "more")
    }
    more = {
        str(i): _moved(places["more"][str(row)], moved)
        for i, row in enumerate(wanted)
        if str(row) in places["more"]
    }
    events = {
        i: [_minute(one) for one in told["event_at"][end - count : end]]
        for i, (end, count) in enumerate(zip(accumulate(counts), counts, strict=True))
        if count
    }
    return {
        "at": evidence["at"],
        "texts": evidence["texts"],
        "places": {
            **columns, **_place_times(columns, counts, told),
            "count": counts, "more": more, "actors": places["actors"],
        },
        "claims": {**told, **_claim_times(told, counts)},
    }, events  # fmt: skip


def _moved(more: Document, moved: Mapping[int, int]) -> dict[str, Any]:
    """What a place has besides, with its claims by their new numbers."""

    def to(claim: int | None) -> int | None:
        return None if claim is None else moved.get(claim)

    found = dict(more)
    for name in ("pressure", "present"):
        if name in more:
            found[name] = [to(one) for one in more[name]]
    if "conflicts" in more:
        found["conflicts"] = [[kind, *map(to, claims)] for kind, *claims in more["conflicts"]]
    return found


def _claim_times(told: Document, counts: Sequence[int]) -> dict[str, Any]:
    event = [_minute(one) for one in told["event_at"]]
    firsts = {0, *accumulate(counts)}
    first = min(event, default=0)
    unit = gcd(*(one - first for one in event)) or 1  # what is told by days needs no minutes
    steps = [one - (first if i in firsts else event[i - 1]) for i, one in enumerate(event)]
    return {
        "event_at": [one // unit for one in steps],
        "first": first,
        "unit": unit,
        **{
            name: [_after(one, event[i]) for i, one in enumerate(told[name])]
            for name in ("earliest", "latest", "reported")
        },
        "reported_from": [
            _after(since, 0 if last is None else _minute(last))
            for since, last in zip(told["reported_from"], told["reported"], strict=True)
        ],
        "recorded": [*_steps([_minute(one) for one in told["recorded"]])],
    }


def _place_times(columns: Document, counts: Sequence[int], told: Document) -> dict[str, list[int | None]]:
    lasts = [
        _minute(told["event_at"][end - 1]) if count else 0
        for end, count in zip(accumulate(counts), counts, strict=True)
    ]
    found = {
        name: [_after(one, last) for one, last in zip(columns[name], lasts, strict=True)]
        for name in ("since", "since_earliest", "last_report")
    }
    reports = [0 if one is None else _minute(one) for one in columns["last_report"]]
    found["stale_at"] = [_after(one, last) for one, last in zip(columns["stale_at"], reports, strict=True)]
    return found


def _minute(instant: int) -> int:
    return instant // MINUTE


def _after(instant: int | None, minute: int) -> int | None:
    return None if instant is None else _minute(instant) - minute


def _steps(numbers: Sequence[int]) -> list[int]:
    """Numbers as differences to the one before."""
    return [one - before for before, one in zip((0, *numbers), numbers, strict=False)]


def _plain(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
