"""Decides how much is tried where each example of a history makes a database."""

from __future__ import annotations

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.record.histories import BEGIN
from tracker.judgement.evidence import DAY

MORE: Final = int(os.environ.get("TRACKER_TEST_EFFORT", "1"))
"""So many times as much is tried as in every run: a find may wait for its hundredth history."""


def tries(count: int) -> int:
    """How many examples are made where one run has `count`."""
    return MORE * count


# Without shrinking, which takes minutes here.
calm: Final = settings(
    max_examples=tries(15),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
few: Final = settings(calm, max_examples=tries(3))
on_a_server: Final = settings(calm, max_examples=tries(5))
moments: Final = st.integers(0, 85).map(lambda half: BEGIN + half * DAY // 2)
"""The instants asked about: every half day of a history, and some after it."""
