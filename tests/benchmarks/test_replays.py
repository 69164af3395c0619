"""How lines of other people's files are read for the replays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from benchmarks.judgement.rivals import Shares
from benchmarks.judgement.simulator import end_of
from benchmarks.judgement.syria import held
from benchmarks.judgement.wikipedia import Row, _as_of, _day, _row, answers
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.scoring import Answer

WHERE = {"wp:Izium": (49.21, 37.26)}
LINE = {
    "name": "Izium", "lat": "49.21", "lon": "37.26", "held_by": "Russia", "as_of": "1 April 2022",
    "wiki_revision_time": "2022-04-02T10:00:00Z", "first_scraped_at": "2022-04-02T15:00:00+01:00",
}  # fmt: skip


def line(**other: str) -> Row | str:
    return _row(5, {**LINE, **other}, WHERE)


def test_a_line_is_a_claim_dated_as_the_list_says_and_known_when_it_was_seen() -> None:
    row = line()

    assert isinstance(row, Row)
    assert (row.place, row.claim.sides) == ("wp:Izium", ("RU",))
    assert row.claim.event_at == end_of(_day(date(2022, 4, 1)))
    assert row.claim.reported_at == _day(date(2022, 4, 2)) * DAY + 10 * DAY // 24
    assert row.seen_at == _day(date(2022, 4, 2)) * DAY + 14 * DAY // 24


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"held_by": "Truce"}, "held by nobody"),
        ({"name": "Nowhere"}, "not on the list"),
        ({"lat": "48.0"}, "more than 5 km"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(other: dict[str, str], reason: str) -> None:
    row = line(**other)

    assert isinstance(row, str)
    assert reason in row


def test_a_contested_city_names_nobody() -> None:
    row = line(held_by="Contested")

    assert isinstance(row, Row)
    assert (row.claim.kind, row.claim.sides) == ("contest", ())


@pytest.mark.parametrize("text", ["", "April 12 2022", "as of late March"])
def test_a_day_that_cannot_be_read_is_that_of_the_revision(text: str) -> None:
    assert _as_of(text, 123) == 123


def test_a_day_to_come_is_read_as_the_revision() -> None:
    row = line(as_of="1 May 2022")

    assert isinstance(row, Row)
    assert row.claim.event_at == row.claim.reported_at


def test_nothing_is_answered_from_what_was_not_yet_seen() -> None:
    row = line()
    assert isinstance(row, Row)
    seen = row.seen_at // DAY

    asked: list[tuple[int, int]] = []

    def rule(claims: Sequence[Evidence], days: Sequence[int], _: Sides) -> list[Shares]:
        asked.extend((day, len(claims)) for day in days)
        return [(0.5, 0.5) for _ in days]

    answers([row], range(seen - 2, seen + 2), rule)

    assert asked == [(seen - 2, 1), (seen - 1, 1), (seen, 2), (seen + 1, 2)]


def test_held_from_a_day_on_means_on_every_day_since() -> None:
    start = _day(date(2024, 12, 5))
    told = [
        Answer("hama", end_of(start + n), {}, who) for n, who in ((-1, "army"), (0, "rebels"), (1, "army"))
    ]

    assert not held(told, "hama", date(2024, 12, 5), "rebels")
    assert held(told[:2], "hama", date(2024, 12, 5), "rebels")
