"""Decides which questions have an address: `VIEWS`, each with what it takes, what answers it, and its page.

The answer of a view is the document of the JSON contract; with `.json` behind its address it comes as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from tracker.tracker import Tracker
from tracker.web.asked import TIMES, Asked, number, times, truth

Document = dict[str, Any]
Path = dict[str, str]
POLICY: Final = (*TIMES, "policy")
CLAIMS: Final = (
    "place", "actor", "source", "origin", "predicate", "modality", "standing", "flag", "since", "until",
    "text",
)  # fmt: skip
PLACES: Final = (*POLICY, "region", "controller", "only", "brief")
LEAF: Final = 200
"""Rows of a table on one page."""

Beside = Callable[[Tracker, Document, Asked], Document]
"""What a page needs beside its document."""


def nothing(_: Tracker, __: Document, ___: Asked) -> Document:
    """A page of the document alone."""
    return {}


class View(NamedTuple):
    """One view: `path` with the names of its parts, the parameters it `takes`, and how it is answered.

    `page` is the template of its page, without one there is only JSON; `more` are parameters of the page
    alone, and `beside` answers what it needs beside the document. `long`: of many places it takes seconds,
    and its page asks for it `brief`. `wide`: it goes through the whole record, so it takes turns with those.
    """

    path: str
    ask: Callable[[Tracker, Asked, Path], Document]
    takes: tuple[str, ...] = ()
    page: str | None = None
    more: tuple[str, ...] = ()
    beside: Beside = nothing
    long: bool = False
    wide: bool = False


def _places(tracker: Tracker, asked: Asked, _: Path) -> Document:
    only = tuple(word.strip() for word in asked.get("only", "").split(",") if word.strip())
    return tracker.status(
        **times(asked, "policy", "region", "controller"), only=only, brief=truth(asked, "brief")
    )


def _place(tracker: Tracker, asked: Asked, path: Path) -> Document:
    return tracker.dossier(path["place"], **times(asked, "policy"))


def _why(tracker: Tracker, asked: Asked, path: Path) -> Document:
    return tracker.why(path["place"], **times(asked, "policy"))


def _history(tracker: Tracker, asked: Asked, path: Path) -> Document:
    return tracker.history(
        path["place"], start=asked.get("from"), end=asked.get("to"), knowledge=truth(asked, "knowledge"),
        **times(asked, "policy"),
    )  # fmt: skip


def _flags(tracker: Tracker, asked: Asked, _: Path) -> Document:
    return tracker.flags(place=asked.get("place"), rule=asked.get("rule"), sleeping=truth(asked, "sleeping"))


def _claims(tracker: Tracker, asked: Asked, _: Path) -> Document:
    return tracker.claims(**times(asked, *CLAIMS))


def _claim(tracker: Tracker, _: Asked, path: Path) -> Document:
    return tracker.show(path["claim"])


def _listed(thing: str) -> Callable[[Tracker, Asked, Path], Document]:
    return lambda tracker, asked, _: tracker.listed(thing, asked.get("text"))


def _thing(thing: str) -> Callable[[Tracker, Asked, Path], Document]:
    return lambda tracker, _, path: tracker.show_thing(thing, path[thing])


def _nights(tracker: Tracker, _: Asked, __: Path) -> Document:
    return tracker.nights()


def _report(tracker: Tracker, asked: Asked, path: Path) -> Document:
    return tracker.report(night=path["date"], since=asked.get("since"))


def _find(tracker: Tracker, asked: Asked, _: Path) -> Document:
    return tracker.find(asked.get("q", ""), most=number(asked, "most", 20, 1, 1000))


def _leaf(key: str) -> Beside:
    """One leaf of a long list: its rows, how many there are, which leaf of how many it is."""

    def beside(_: Tracker, found: Document, asked: Asked) -> Document:
        rows = found[key]
        leaves = max(1, -(-len(rows) // LEAF))
        leaf = number(asked, "page", 1, 1, leaves)
        return {
            "rows": rows[(leaf - 1) * LEAF : leaf * LEAF], "total": len(rows), "page": leaf, "pages": leaves,
        }  # fmt: skip

    return beside


def _beside_claims(tracker: Tracker, found: Document, asked: Asked) -> Document:
    from tracker.judgement.vocabulary import FLAG_RULES, MODALITIES, PREDICATES, STANDINGS

    choices = {"predicate": PREDICATES, "modality": MODALITIES, "standing": STANDINGS, "flag": FLAG_RULES}
    return {**_leaf("claims")(tracker, found, asked), "choices": {k: tuple(v) for k, v in choices.items()}}


def _beside_claim(tracker: Tracker, _: Document, __: Asked) -> Document:
    return {"names": {one["id"]: one["name"] for one in tracker.listed("source")["sources"]}}


def _beside_place(_: Tracker, found: Document, __: Asked) -> Document:
    told = [*found["beside"], *found["because"]]
    return {"texts": {one["claim"]: one["text"] for one in told}}


VIEWS: Final[tuple[View, ...]] = (
    View("/places", _places, PLACES, "places.html", ("page",), _leaf("places"), long=True),
    View("/places/{place}/why", _why, POLICY),
    View("/places/{place}/history", _history, (*POLICY, "from", "to", "knowledge")),
    View("/places/{place}", _place, POLICY, "place.html", (), _beside_place),
    View("/flags", _flags, ("place", "rule", "sleeping"), "flags.html"),
    View("/claims", _claims, (*TIMES, *CLAIMS), "claims.html", ("page",), _beside_claims, wide=True),
    View("/claims/{claim}", _claim, (), "claim.html", (), _beside_claim),
    View("/sources", _listed("source"), ("text",), "sources.html", ("page",), _leaf("sources")),
    View("/sources/{source}", _thing("source"), (), "source.html"),
    View("/actors", _listed("actor"), ("text",), "actors.html", ("page",), _leaf("actors")),
    View("/actors/{actor}", _thing("actor"), (), "actor.html"),
    View("/reports", _nights, (), "reports.html", ("page",), _leaf("nights")),
    View("/reports/{date}", _report, ("since",), "report.html"),
    View("/find", _find, ("q", "most"), "find.html", wide=True),
)
"""Every view, the closer ones before those that would take their addresses too."""
TAKES: Final = {"/": POLICY, **{re.sub(r"\{\w+\}", "{}", view.path): view.takes for view in VIEWS}}
"""What the address of each page takes, its parts written `{}`."""
MANY: Final = ("only",)
"""Parameters that may be given often."""
