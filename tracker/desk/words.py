"""Decides how a word of a closed vocabulary is read: as it is, or refused with the nearest that there is."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.errors import BadInput
from tracker.names import propose


def require(name: str, value: object, allowed: Iterable[str]) -> None:
    """Refuse a word that the vocabulary does not have, naming the nearest that it has."""
    words = list(allowed)
    if value is None or value in words:
        return
    near = propose(str(value), words, 1)
    asked = f"did you mean {near[0]}? " if near else ""
    raise BadInput(what=f"{value!r} is no {name}", try_=f"{asked}one of {', '.join(words)}")
