"""Decides what an analyst's pin is, and which of a place's pins counts."""

from collections.abc import Iterable
from typing import Final, NamedTuple

SURE: Final = 0.98
"""How likely what an analyst judges is taken to be, where nothing is said of that."""


class Pin(NamedTuple):
    """An assessment that is the answer itself, for questions about times in [at, until). Instants are us.

    `sides` are those that its `actors` count for at the instant asked about.
    """

    assessment: str
    sides: tuple[str, ...]
    actors: tuple[str, ...]
    at: int
    until: int | None
    likelihood: float
    analyst: str
    reason: str
    made_at: int
    position: int
    """Where it is in the log: of two for the same instant, the later one counts."""


def acting(pins: Iterable[Pin], at: int) -> Pin | None:
    """The pin that counts at `at`: the latest begun by then, unless it has expired.

    A pin ends the one before it: when it expires the claims speak again, and no older pin.
    """
    begun = [pin for pin in pins if pin.at <= at]
    latest = max(begun, key=lambda pin: (pin.at, pin.position), default=None)
    return None if latest is None or _expired(latest, at) else latest


def _expired(pin: Pin, at: int) -> bool:
    return pin.until is not None and pin.until <= at
