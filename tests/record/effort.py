"""Decides how much is tried where each example of a history makes a database."""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.record.histories import BEGIN
from tracker.judgement.evidence import DAY

# Without shrinking, which takes minutes here.
calm: Final = settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
few: Final = settings(calm, max_examples=5)
on_a_server: Final = settings(calm, max_examples=8)
moments: Final = st.integers(0, 85).map(lambda half: BEGIN + half * DAY // 2)
"""The instants asked about: every half day of a history, and some after it."""
