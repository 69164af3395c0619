"""Days as tables write them: read where they can be one day only."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import BadInput
from tracker.importers.days import plain_days
from tracker.times import parse_iso, read_span

NOW = parse_iso("2026-11-30T00:00:00Z")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("06.12.2024", "2024-12-06"),
        ("6.12.2024 14:30", "2024-12-06 14:30"),
        ("2024/12/06", "2024-12-06"),
        ("2024.12.6", "2024-12-06"),
        ("20241206", "2024-12-06"),
        ("13/12/2024", "2024-12-13"),
        ("12/13/2024", "2024-12-13"),
        ("13-12-2024", "2024-12-13"),
        ("07/07/2024", "2024-07-07"),
        ("06-Dec-2024", "06 Dec 2024"),
        ("06.12.2024/08.12.2024", "2024-12-06/2024-12-08"),
        ("2024-12-06", "2024-12-06"),
        ("2024-12-06T10:00:00+03:00", "2024-12-06T10:00:00+03:00"),
        ("2024-12-06/2024-12-08", "2024-12-06/2024-12-08"),
        ("32.12.2024", "32.12.2024"),
        ("20241306", "20241306"),
        ("10.0.0.2024", "10.0.0.2024"),
        ("last week", "last week"),
    ],
)
def test_a_day_is_read_as_what_it_can_only_be(written: str, read: str) -> None:
    assert plain_days(written) == read


@pytest.mark.parametrize("written", ["06/12/2024", "6-12-2024", "06/12/2024 14:30"])
def test_a_day_that_may_be_two_is_refused_with_both(written: str) -> None:
    with pytest.raises(BadInput, match=r"may be 2024-12-06 or 2024-06-12"):
        plain_days(written)


@given(
    st.dates(date(1900, 1, 1), date(2026, 11, 29)),
    st.sampled_from(["%d.%m.%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d-%b-%Y"]),
)
def test_each_way_of_writing_a_day_means_it(day: date, how: str) -> None:
    read = read_span(plain_days(day.strftime(how)), now=NOW, zone="UTC")
    plain = read_span(day.isoformat(), now=NOW, zone="UTC")
    assert (read.earliest, read.latest, read.precision) == (plain.earliest, plain.latest, "day")
