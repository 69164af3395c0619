"""The whole map of another time than now: the same answers, whichever way the claims were folded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from tests.record.effort import calm, few, moments
from tests.record.histories import BEGIN, END, HOUR, WORLD, fresh, histories, record
from tests.record.test_guard import FEED, PLACES, claim, wars
from tracker.judgement import bulk, guard
from tracker.judgement.columns import Teller, Told, Trust
from tracker.judgement.evidence import ANALYSTS, DAY, Evidence
from tracker.judgement.guard import counting
from tracker.reader import NOW, open_reader
from tracker.record import events, packs
from tracker.record.events import Event
from tracker.record.store import Store
from tracker.views import guard as guard_view
from tracker.views import situation, wholemap
from tracker.views.backdrop import Backdrop
from tracker.views.documents import table_documents
from tracker.views.situation import Question, Situation
from tracker.views.wholemap import whole_map


@pytest.fixture
def beside(tmp_path: Path) -> str:
    return str(tmp_path / "views")


@pytest.fixture(autouse=True, params=[2, 7])
def small_packs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """These histories are short: some of their claims are packed, and the latest are not."""
    monkeypatch.setattr(packs, "SIZE", request.param)
    monkeypatch.setattr(wholemap, "SIZE", request.param)


def table(store: Store, question: Question, many: int) -> list[dict[str, Any]]:
    """The table of verdicts where so many claims are folded at once, all of them side by side."""
    with pytest.MonkeyPatch.context() as patched, open_reader(store.where) as reader:
        patched.setattr(situation, "MANY", many)
        patched.setattr(bulk, "STEP", 0.0)
        return table_documents(reader, question)


def check(store: Store, question: Question) -> None:
    together, alone = (table(store, question, many) for many in (1, 10**9))
    assert together == alone


@calm
@given(happened=histories(), at=moments)
def test_all_at_once_is_one_by_one(beside: str, happened: list[Event], at: int) -> None:
    with fresh(beside) as store:
        record(store, happened, batches=[3])
        for when in (at, END - DAY, END):
            check(store, Question(when))
            check(store, Question(when, published_by=when - DAY))


@calm
@given(happened=histories(), at=moments)
def test_as_it_was_known_then(beside: str, happened: list[Event], at: int) -> None:
    with fresh(beside) as store:
        record(store, happened, apart=HOUR)
        known_at = END + (len(WORLD) + len(happened) // 2) * HOUR
        for when in (at, END):
            check(store, Question(when, known_at=known_at))


def check_claims(store: Store, question: Question) -> None:
    """Every claim in the columns is the evidence that it is by itself."""
    with open_reader(store.where) as reader:
        asked = Situation(reader, question)
        given = whole_map(reader, asked.backdrop, asked.known, question.at, question.published_by).given
        found = {one.claim: one for one in map(given.evidence, range(len(given.claims)))}
        wanted = [
            one
            for place in asked.claimed()
            for one in counting(asked.claims(place), question.at)
            if one.source_kind != ANALYSTS  # what they judged is asked for place by place
        ]
    assert [found.get(one.claim) for one in wanted] == [
        BLANK._replace(**{name: getattr(one, name) for name in FIELDS}) for one in wanted
    ]
    assert len(found) == len(wanted)


BLANK = Evidence("", "", (), 0, 0, "")
FIELDS = (
    *Told._fields, *Teller._fields, *Trust._fields,
    "claim", "event_at", "reported_at", "earliest", "confirmed_at",
)  # fmt: skip


@calm
@given(happened=histories(), at=moments)
def test_a_claim_in_the_columns_is_what_it_is_alone(beside: str, happened: list[Event], at: int) -> None:
    """Sides of its time, origins of what it was derived from, leanings, weights, confirmations."""
    with fresh(beside) as store:
        record(store, happened, batches=[3])
        for when in (at, END):
            check_claims(store, Question(when))
            check_claims(store, Question(when, published_by=when - 5 * DAY))


def test_sides_change_on_the_instant_and_records_teach(beside: str) -> None:
    """Claims at the very moment of a change; a spokesman whose record is settled; one derived claim."""
    change = BEGIN + 20 * DAY
    happened = [
        *FEED,
        events.ActorJoined(actor="league", parent="army", since=change),
        *[claim(n, n, "spokesman", PLACES[n % 4], "clan") for n in range(24)],
        *[claim(50 + n, n, "atlas", PLACES[n % 4], "clan") for n in range(24)],
        *[claim(90 + n, day, "wire", "hill", "league") for n, day in enumerate((19, 20, 21))],
        claim(99, 3, "wire", "mill", "clan"),
        events.ClaimLinked(claim="c-099", link="derived-from", other="c-003"),
    ]
    with fresh(beside) as store:
        record(store, happened)
        check_claims(store, Question(END))
        check(store, Question(BEGIN + 22 * DAY))
        with open_reader(store.where) as reader:
            given = whole_map(reader, Backdrop(reader), NOW, END).given
    assert {one.learned for one in given.trusts} > {None}
    assert {one.sides for one in given.tolds if one.lines[0][0] == "league"} == {("league",), ("army",)}


@pytest.fixture
def doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two places are a batch already."""
    monkeypatch.setattr(guard, "LEAST", 2)
    monkeypatch.setattr(guard_view, "LEAST", 2)


@calm
@given(told=wars, at=moments)
def test_what_is_held_back(beside: str, doubtful: None, told: list[Event], at: int) -> None:
    """Of a map that turned over half of what it had said in a day."""
    with fresh(beside) as store:
        record(store, [*FEED, *told])
        for when in (at, at - 20 * DAY, END - 30 * DAY):
            check(store, Question(when))
            check_claims(store, Question(when))
        check(store, Question(END, published_by=at))


@pytest.mark.parametrize(("day", "counted"), [(8, 2), (13, 4)])
def test_a_batch_counts_once_it_is_released(beside: str, doubtful: None, day: int, counted: int) -> None:
    """Both towns given to one side on day 1, to the other on day 5: held back for a week."""
    told = [
        claim(n, when, "atlas", place, side)
        for n, (when, place, side) in enumerate(
            [(1, "hill", "army"), (1, "mill", "army"), (5, "hill", "clan"), (5, "mill", "clan")]
        )
    ]
    with fresh(beside) as store:
        record(store, [*FEED, *told, claim(9, 20, "wire", "fort", "army")])
        check_claims(store, Question(BEGIN + day * DAY))
        check(store, Question(BEGIN + day * DAY))
        with open_reader(store.where) as reader:
            given = whole_map(reader, Backdrop(reader), NOW, BEGIN + day * DAY).given
    assert len(given.claims) == counted


def test_a_packed_claim_that_was_weighed_and_taken_back_was_known_before(where: str) -> None:
    """Recorded in the first pack, weighed in a later one, taken back in one that is not full."""
    told = [claim(n, n, "wire", PLACES[n % 4], "army") for n in range(1, 30)]
    with fresh(where) as store:
        record(store, told)
        recorded = store.head().position
        record(store, [events.ClaimWeighted(claim="c-003", factor=0.5)])
        record(store, [claim(n, n, "wire", "hill", "clan") for n in range(30, 45)])
        weighed = store.head().position
        record(store, [events.ClaimRetracted(claim="c-003")])
        with open_reader(store.where) as reader:
            for known, until, wanted in (
                (recorded, END, [1.0]), (recorded + 1, END, [0.5]), (weighed, END, [0.5]), (NOW, END, []),
                (recorded, BEGIN + 2 * DAY, []), (NOW, BEGIN + 3 * DAY, []),
                (weighed, BEGIN + 3 * DAY, [0.5]),
            ):  # fmt: skip
                rows = wholemap.read(reader, known, until)
                found = zip(rows.claims, rows.of.weight.tolist(), strict=True)
                assert [rows.weights[one] for name, one in found if name == "c-003"] == wanted


@few
@given(happened=histories(), at=moments)
def test_on_postgresql_as_well(schema: str, happened: list[Event], at: int) -> None:
    with fresh(schema) as store:
        record(store, happened, batches=[3])
        check(store, Question(at))
        check(store, Question(END, published_by=at))
