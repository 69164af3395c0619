"""Decides how values get into a page: escaped, apart from the writing around them, links only to the web."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from markupsafe import Markup, escape

from tracker import phrases
from tracker.names import safe
from tracker.zones import parse_iso, show

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What is spelled out: controls, and what turns the direction of writing. Joiners belong to words."""
_WEB: Final = re.compile(r"https?://[^\s\x00-\x20]+", re.IGNORECASE)
AXES: Final = ("at", "known_at", "published_by", "policy")
"""What a link to another page takes along."""
PAGES: Final = (
    ("/", "Map"), ("/places", "Places"), ("/flags", "Flags"), ("/claims", "Claims"), ("/sources", "Sources"),
    ("/actors", "Actors"), ("/reports", "Reports"), ("/about", "About"),
)  # fmt: skip
"""The pages that every page leads to."""
ASKED: Final = (
    ("at", "Asked about"), ("known_at", "As known on"), ("published_by", "As published by"),
    ("policy", "By the rule"),
)  # fmt: skip
"""How each axis of a question is told."""


def shown(text: str) -> str:
    """A text of the record with nothing in it that a reader cannot see and that changes what he sees."""
    return _UNSEEN.sub(lambda found: safe(found[0]), text)


def said(value: object) -> object:
    """A value as it stands in a page: text on its own, whatever way it is written."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return Markup("<bdi>{}</bdi>").format(shown(value)) if value else ""
    return "" if value is None else value


def plain(value: object) -> Markup:
    """A value where no element may stand: in a title, in an attribute."""
    return escape("" if value is None else shown(str(value)))


def part(value: object) -> Markup:
    """A value as a part of an address."""
    return escape(quote(str(value), safe=""))


def to(
    takes: Mapping[str, Collection[str]], asked: Mapping[str, str], path: str, *parts: object, **query: object
) -> Markup:
    """An address on this server: `path` with its `{}` filled, and the axes that it takes, as asked."""
    axes = {name: asked[name] for name in AXES if name in asked and name in takes.get(path, ())}
    told = {name: str(value) for name, value in {**axes, **query}.items() if value not in (None, "")}
    whole = path.format(*(quote(str(one), safe="") for one in parts))
    return escape(f"{whole}?{urlencode(told)}" if told else whole)


def web(url: str | None, text: str | None = None) -> Markup:
    """A link to the web; what is no address there stands as it is."""
    if not url:
        return Markup("")
    label = said(text or url)
    if not _WEB.fullmatch(url) or shown(url) != url:
        return escape(said(url))
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(url, label)


def when(zone: str, text: str | None) -> Markup:
    """A time of the JSON contract, on the clocks of a zone."""
    if not text:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(text, show(parse_iso(text), zone))


def percent(p: float | None) -> str:
    """A probability for people."""
    return "" if p is None else phrases.per_cent(p)


def joined(values: Any) -> Markup:
    """Several values, each on its own."""
    return Markup(", ").join(escape(said(str(one))) for one in values)
