"""Decides how the map's page begins: filled in by hand, as a template engine takes long to load.

What is drawn on it its own scripts fetch; without them it leads to the table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from tracker.web.static import address
from tracker.web.values import ASKED, PAGES, said, to, when

TEMPLATE: Final = Path(__file__).resolve().parent / "templates" / "map.html"
FILES: Final = ("icon.svg", "tracker.css", "map.css", "server.js")


def front(
    takes: Mapping[str, Collection[str]], asked: Mapping[str, str], zone: str, cut: Mapping[str, Any], *,
    write: bool,
) -> str:  # fmt: skip
    """The page at `/`; `takes` as in `values.to`, `cut` up to where the record goes."""
    here = Markup(' aria-current="page"')
    pages = Markup("\n").join(
        Markup('<li><a href="{}"{}>{}</a></li>').format(
            to(takes, asked, path), here if path == "/" else "", name
        )
        for path, name in PAGES
    )
    files = {
        name.partition(".")[0]: address(name) for name in ("icon.svg", "tracker.css", "map.css", "server.js")
    }
    return Markup(TEMPLATE.read_text(encoding="utf-8")).format(
        **files, pages=pages, write=Markup(" data-write") if write else "", cut=_cut_off(cut, asked, zone),
        table=to(takes, asked, "/places"), evidence=_evidence(takes, asked),
    )  # fmt: skip


def _evidence(takes: Mapping[str, Collection[str]], asked: Mapping[str, str]) -> Markup:
    place = asked.get("place")
    if not place:
        return Markup("")
    link = Markup(', and here is <a href="{}">the evidence on {}</a>')
    return link.format(to(takes, asked, "/places/{}", place), said(place))


def _cut_off(cut: Mapping[str, Any], asked: Mapping[str, str], zone: str) -> Markup:
    if not cut["position"]:
        return Markup("Nothing is recorded yet.")
    told = Markup("As recorded up to position {}, {}.").format(cut["position"], when(zone, cut["recorded"]))
    axes = [Markup(" {} {}.").format(words, said(asked[axis])) for axis, words in ASKED if axis in asked]
    return told + Markup("").join(axes)
