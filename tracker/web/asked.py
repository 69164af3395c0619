"""Decides how the parameters of an address are read: only those that a view takes, each once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from urllib.parse import parse_qsl

from tracker.web.refusals import unreadable

TIMES = ("at", "known_at", "published_by")
Asked = Mapping[str, str]


def read(query: bytes, takes: Collection[str], many: Collection[str] = ()) -> dict[str, str]:
    """The parameters that were given, without those left empty, as a form sends them; BadInput for another.

    Of those that may come often the values are joined with commas.
    """
    found: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True):
        if name not in takes:
            raise unreadable(f"{name!r} is nothing that can be asked here", _instead(name, takes))
        if not value.strip():
            continue
        if name in found and name not in many:
            raise unreadable(f"{name} is given twice, and only one can be meant", "one of them")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def number(asked: Asked, name: str, default: int, least: int, most: int) -> int:
    """A parameter that is a whole number."""
    text = asked.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and least <= int(text) <= most):
        raise unreadable(f"{name}={text} is no number from {least} to {most}", f"{name}={default}")
    return int(text)


def truth(asked: Asked, name: str) -> bool:
    """A parameter that is on or off."""
    word = asked.get(name, "0").lower()
    if word not in ("0", "1", "true", "false", "on", "off"):
        raise unreadable(f"{name}={word} is neither on nor off", f"{name}=1")
    return word in ("1", "true", "on")


def bounds(asked: Asked) -> tuple[float, float, float, float] | None:
    """West, south, east and north, in degrees."""
    text = asked.get("bounds")
    if text is None:
        return None
    try:
        west, south, east, north = (float(word) for word in text.split(","))
    except ValueError:
        raise unreadable(
            f"bounds={text} is no part of the map", "bounds=35,32,43,38: west, south, east, north"
        ) from None
    return west, south, east, north


def times(asked: Asked, *more: str) -> dict[str, str]:
    """The times of a question and whatever else of it was given, as keywords of a verb."""
    return {name: asked[name] for name in (*TIMES, *more) if name in asked}


def _instead(name: str, takes: Iterable[str]) -> str:
    known = list(takes)
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    asked = f"did you mean {near[0]}? " if near else ""
    return f"{asked}{', '.join(known)}" if known else "the address without a question mark"
