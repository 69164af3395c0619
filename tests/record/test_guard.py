"""Batches held back: the same whatever order claims came in, and as a stopped tracker held them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.record.effort import calm, on_a_server
from tests.record.histories import BEGIN, dump, fresh, record
from tracker.judgement import guard
from tracker.judgement.evidence import DAY
from tracker.reader import open_reader
from tracker.record import events
from tracker.record.events import Event, Hop, Moment
from tracker.record.follow import rebuild
from tracker.record.store import Store
from tracker.views import guard as guard_view
from tracker.views.places import place_of
from tracker.views.situation import Question, Situation

PLACES = ("hill", "mill", "fort", "bridge")
FEED: tuple[Event, ...] = (events.SourceRegistered(source="atlas", name="Atlas", source_kind="map"),)


@pytest.fixture
def doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two places are a batch already, as these worlds have four."""
    monkeypatch.setattr(guard, "LEAST", 2)
    monkeypatch.setattr(guard_view, "LEAST", 2)


def claim(n: int, day: int, source: str, place: str, side: str, late: int = 0) -> Event:
    at = BEGIN + day * DAY
    return events.ClaimRecorded(
        claim=f"c-{n:03}", chain=(Hop(who=source),), modality="asserts", predicate="holds",
        actors=(side,), place=place, occurred=Moment(latest=at), reported=Moment(latest=at + late * DAY),
    )  # fmt: skip


one_claim = st.tuples(
    st.integers(0, 12), st.sampled_from(("atlas", "atlas", "atlas", "wire", "spokesman")),
    st.sampled_from(PLACES), st.sampled_from(("army", "clan")), st.sampled_from((0, 0, 0, 3)),
)  # fmt: skip
wars = st.lists(one_claim, min_size=6, max_size=36).map(
    lambda told: [claim(n, *one) for n, one in enumerate(told)]
)
orders = wars.flatmap(lambda told: st.tuples(st.just(told), st.permutations(range(len(told)))))


def kept(store: Store) -> dict[str, object]:
    tables = dump(store)
    return {name: tables[name] for name in ("batches", "held", "control", "trail", "outcomes")}


def in_any_order(where: str, told: list[Event], order: list[int]) -> None:
    with fresh(where) as one, fresh(where) as other:
        record(one, [*FEED, *told])
        record(other, [*FEED, *(told[i] for i in order)], batches=[3, 1, 5])
        assert kept(other) == kept(one)
        rebuild(other)
        assert kept(other) == kept(one)


@calm
@given(told=orders)
def test_the_order_of_import_changes_nothing_that_is_kept(
    tmp_path: Path, doubtful: None, told: tuple[list[Event], list[int]]
) -> None:
    in_any_order(str(tmp_path / "views"), *told)


@on_a_server
@given(told=orders)
def test_and_on_postgresql(schema: str, doubtful: None, told: tuple[list[Event], list[int]]) -> None:
    in_any_order(schema, *told)


def answers(store: Store, question: Question) -> dict[str, list[float]]:
    """The belief about every place, as it is kept where it can be, and folded from all claims."""
    with open_reader(store.where) as reader:
        asked = Situation(reader, question)
        wanted = [place_of(reader, place) for place in PLACES]
        judged = {place: list(v.probabilities.values()) for place, v in asked.verdicts(wanted).items()}
        alone = {one.id: list(asked.verdict(one).probabilities.values()) for one in wanted}
        assert judged == {place: pytest.approx(p) for place, p in alone.items()}
        return judged


@calm
@given(told=wars, day=st.integers(0, 25), size=st.integers(1, 36), published=st.integers(0, 16))
def test_what_is_kept_is_what_folding_everything_gives_on_every_axis(
    tmp_path: Path, doubtful: None, told: list[Event], day: int, size: int, published: int
) -> None:
    at, until = BEGIN + day * DAY, BEGIN + published * DAY
    where = str(tmp_path / "views")
    with fresh(where) as whole, fresh(where) as stopped, fresh(where) as part:
        record(whole, [*FEED, *told[:size]], apart=1)
        known_at = _last(whole)
        record(whole, told[size:], apart=1)
        record(stopped, [*FEED, *told[:size]], apart=1)
        assert answers(whole, Question(at, known_at=known_at)) == answers(stopped, Question(at))
        record(part, [*FEED, *(one for one in told if one.reported.latest <= until)])  # type: ignore[attr-defined]  # claims
        assert answers(whole, Question(at, published_by=until)) == answers(part, Question(at))


def _last(store: Store) -> int:
    with open_reader(store.where) as reader:
        return int(reader.rows("SELECT max(recorded_at) FROM events")[0][0])


def batch(n: int, day: int, side: str, count: int) -> list[Event]:
    return [claim(n + i, day, "atlas", f"town-{i}", side) for i in range(count)]


def test_a_mislabelled_map_flips_nothing(tmp_path: Path) -> None:
    """Thirty towns of one map change hands in one day; on the third day after they are given back."""
    towns = [
        events.PlaceRegistered(place=f"town-{i}", name=f"Town {i}", place_kind="town") for i in range(30)
    ]
    with fresh(str(tmp_path / "views")) as store:
        record(store, [*FEED, *towns, *batch(0, 0, "army", 30), *batch(100, 20, "clan", 30)])
        agreeing = claim(200, 21, "wire", "town-3", "clan")
        record(store, [agreeing])

        def best(place: str, day: float) -> str | None:
            with open_reader(store.where) as reader:
                return Situation(reader, Question(BEGIN + round(day * DAY))).folded(place).state.best

        assert best("town-1", 20.5) == "army", "held back"
        assert best("town-3", 20.5) == "army"
        assert best("town-3", 21) == "clan", "another origin agrees"
        assert best("town-1", 26.9) == "army"
        assert best("town-1", 27) == "clan", "a week has passed"
        record(store, batch(300, 23, "army", 30))
        assert best("town-1", 27) == "army", "taken back: it never counts"
        assert best("town-3", 22) == "clan"
