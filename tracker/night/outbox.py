"""Decides what is still to be delivered: one row for each night's report and each target, in the night's own
transaction; so what is recorded is delivered, and what is not is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tracker.record.derived import Driver

PENDING: Final = "pending"

_PUT: Final = (
    "INSERT INTO outbox (day, target, state, attempts, due_at, created_at) VALUES (?, ?, ?, 0, ?, ?)"
    " ON CONFLICT (day, target) DO NOTHING"
)


def put(driver: Driver, day: str, targets: Sequence[str], now: int) -> None:
    """Note that a night's report goes to some targets."""
    driver.many(_PUT, [(day, target, PENDING, now, now) for target in dict.fromkeys(targets)])
