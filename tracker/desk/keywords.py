"""Decides which keywords the verbs of Python take for what a person would type; the nearest is named."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from tracker.desk.intake import Typed
from tracker.desk.registry import ADDING
from tracker.zones import iso, plain_time


def typed_claim(verb: str, told: dict[str, Any]) -> Typed:
    """A claim as if it had been typed; TypeError for a keyword that it does not have."""
    _refuse_others(verb, told, Typed._fields)
    times = {key: plain_time(told[key]) for key in ("at", "reported") if key in told}
    return Typed(**told | {key: iso(at) if isinstance(at, int) else at for key, at in times.items()})


def only_known(thing: str, told: dict[str, Any]) -> None:
    """TypeError for a keyword that nobody can tell of a new place, actor or source."""
    _refuse_others(f"{thing}_add", told, inspect.signature(ADDING[thing]).parameters)


def _refuse_others(verb: str, told: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    for key in told:
        if key not in known:
            from difflib import get_close_matches

            near = get_close_matches(key, known, 1)
            asked = f". Did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{verb}() got an unexpected keyword argument {key!r}{asked}")
