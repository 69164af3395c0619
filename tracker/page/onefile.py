"""Decides how the page becomes one file: scripts, styles, outlines and all that is told, packed into it.

It opens from a disk and asks the network for nothing; its content security policy says so, too.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any, Final

from tracker.page.assets import script, styles

Document = Mapping[str, Any]
SECOND: Final = 1_000_000
TIMES: Final = ("event_at", "earliest", "reported", "recorded")
PLACE_TIMES: Final = ("since", "since_earliest", "last_report", "stale_at")
"""The columns that hold instants."""


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
    article = f'<article id="report">{below}</article>\n' if below else ""
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
    """Everything, with instants by their number: there are far fewer of them than times they are told."""
    seconds = _Seconds()
    claims = {
        name: [seconds.number(one) for one in column] if name in TIMES else column
        for name, column in evidence["claims"].items()
    }
    places = {
        name: [seconds.number(one) for one in column] if name in PLACE_TIMES else column
        for name, column in evidence["places"].items()
    }
    everywhere = _union([told, *knowledge])
    number = {id_: i for i, id_ in enumerate(everywhere["id"])}
    frames = [
        {"known_at": one["known_at"], "actors": one["actors"], "spans": _spans(one, seconds, number)}
        for one in knowledge
    ]
    return {
        "map": {**told, "places": everywhere, "spans": _spans(told, seconds, number)},
        "knowledge": frames,
        "evidence": {**evidence, "claims": claims, "places": places},
        "outlines": outlines,
        "instants": seconds.all(),
    }


def _union(documents: Sequence[Document]) -> dict[str, list[Any]]:
    """The places of all documents: what was claimed once, and taken back, is told as known then."""
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


def _spans(told: Document, seconds: _Seconds, number: Mapping[str, int]) -> dict[str, Any]:
    """The spans in order of the places that the file has."""
    spans, ids = told["spans"], told["places"]["id"]
    places = [number[ids[one]] for one in spans["place"]]
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    spans = {name: [column[i] for i in order] for name, column in {**spans, "place": places}.items()}
    return {**spans, "place": _steps(spans["place"]), "from": [seconds.number(one) for one in spans["from"]]}


def _steps(numbers: Sequence[int]) -> list[int]:
    """Numbers as differences to the one before."""
    return [one - before for before, one in zip((0, *numbers), numbers, strict=False)]


class _Seconds:
    """Instants, to the second before, by number."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def number(self, instant: int | None) -> int | None:
        if instant is None:
            return None
        return self._numbers.setdefault(instant // SECOND, len(self._numbers))

    def all(self) -> list[int]:
        return _steps(list(self._numbers))


def _plain(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
