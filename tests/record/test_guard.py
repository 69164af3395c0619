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
from tracker.zones import iso

PLACES = ("hill", "mill", "fort", "bridge")
FEED: tuple[Event, ...] = (
    events.SourceRegistered(source="atlas", name="Atlas", source_kind="map"),
    events.SourceRegistered(source="gazette", name="Gazette", source_kind="encyclopaedia"),
    events.SourceRegistered(source="start", name="Starting positions", source_kind="baseline"),
)


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
    st.integers(0, 12), st.sampled_from(("atlas",) * 4 + ("gazette", "start", "start", "wire", "spokesman")),
    st.sampled_from(PLACES), st.sampled_from(("army", "clan")), st.sampled_from((0, 0, 0, 3)),
)  # fmt: skip
wars = st.lists(one_claim, min_size=6, max_size=36).map(
    lambda told: [claim(n, *one) for n, one in enumerate(told)]
)
FEEDS = ("atlas", "gazette", "start")


def decisions(source: str, at: int) -> tuple[Event, ...]:
    """What an analyst may decide of what a feed turned over on the day of an instant."""
    day = iso(at)[:10]
    return (
        events.BatchReleased(source=source, day=day, reason="seen"),
        events.BatchDropped(source=source, day=day, reason="swapped"),
        events.BatchDropped(source=source, day=day, reason="swapped"),
        events.BatchReopened(source=source, day=day),
    )


@st.composite
def upheavals(draw: st.DrawFn) -> list[Event]:
    """A war in which words are taken back, corrected, left out, and places and sources merged and parted."""
    told = draw(wars)
    happened: list[Event] = list(told)
    for _ in range(draw(st.integers(1, 8))):
        n = draw(st.integers(0, len(told) - 1))
        after = happened.index(told[n]) + 1
        two_places = draw(st.permutations(PLACES))
        two_sources = draw(st.permutations(FEEDS))
        id_, other = f"c-{n:03}", f"c-{draw(st.integers(0, n)):03}"
        happened.insert(
            draw(st.integers(after, len(happened))),
            draw(st.sampled_from((
                events.ClaimRetracted(claim=id_),
                events.ClaimCorrected(claim=id_, replaced_by=other),
                events.ClaimWeighted(claim=id_, factor=0.0),
                events.ClaimWeighted(claim=id_, factor=1.0),
                events.PlaceMerged(place=two_places[0], into=two_places[1]),
                events.PlaceUnmerged(place=two_places[0]),
                events.SourceMerged(source=two_sources[0], into=two_sources[1]),
                events.SourceUnmerged(source=two_sources[0]),
                *decisions(draw(st.sampled_from(FEEDS[:2])), told[n].reported.latest),  # type: ignore[attr-defined]  # all are claims
            ))),
        )  # fmt: skip
    return happened


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


def followed(where: str, happened: list[Event], sizes: list[int]) -> None:
    with fresh(where) as one, fresh(where) as other:
        record(one, [*FEED, *happened])
        record(other, [*FEED, *happened], batches=sizes)
        assert kept(other) == kept(one)
        rebuild(one)
        assert kept(other) == kept(one)


some_sizes = st.lists(st.integers(1, 9), min_size=1, max_size=4)


@calm
@given(happened=upheavals(), sizes=some_sizes)
def test_whatever_befalls_claims_what_is_kept_is_what_building_it_again_gives(
    tmp_path: Path, doubtful: None, happened: list[Event], sizes: list[int]
) -> None:
    followed(str(tmp_path / "views"), happened, sizes)


@on_a_server
@given(happened=upheavals(), sizes=some_sizes)
def test_and_that_on_postgresql(schema: str, doubtful: None, happened: list[Event], sizes: list[int]) -> None:
    followed(schema, happened, sizes)


def answers(store: Store, question: Question) -> dict[str, list[float]]:
    """The belief about every place, as it is kept where it can be, and folded from all claims."""
    with open_reader(store.where) as reader:
        asked = Situation(reader, question)
        wanted = [place_of(reader, place) for place in PLACES if asked.root(place) == place]
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


@calm
@given(happened=upheavals(), day=st.integers(0, 25), size=st.integers(1, 36))
def test_what_was_known_then_is_what_a_stopped_tracker_holds_back(
    tmp_path: Path, doubtful: None, happened: list[Event], day: int, size: int
) -> None:
    at, where = BEGIN + day * DAY, str(tmp_path / "views")
    with fresh(where) as whole, fresh(where) as stopped:
        record(whole, [*FEED, *happened[:size]], apart=1)
        known_at = _last(whole)
        record(whole, happened[size:], apart=1)
        record(stopped, [*FEED, *happened[:size]], apart=1)
        assert answers(whole, Question(at, known_at=known_at)) == answers(stopped, Question(at))


def test_what_is_about_a_later_time_still_says_what_a_feed_reversed(tmp_path: Path, doubtful: None) -> None:
    """Told late of day 4, against what the map had said by then of day 8: held back from day 5 as well."""
    told = [claim(n, 8, "atlas", place, "army", late=1) for n, place in enumerate(("hill", "mill"))]
    told += [claim(9 + n, 4, "atlas", place, "clan", late=6) for n, place in enumerate(("hill", "mill"))]
    at = BEGIN + 5 * DAY
    with fresh(str(tmp_path / "views")) as store:
        record(store, [*FEED, *told], apart=1)
        for question in (
            Question(at),
            Question(at, known_at=_last(store)),
            Question(at, published_by=at * 2),
        ):
            assert set(map(tuple, answers(store, question).values())) == {(1 / 3,) * 3}


def _last(store: Store) -> int:
    with open_reader(store.where) as reader:
        return int(reader.rows("SELECT max(recorded_at) FROM events")[0][0])


def feed(n: int, day: int, side: str, count: int, source: str = "atlas") -> list[Event]:
    return [claim(n + i, day, source, f"town-{i}", side) for i in range(count)]


def held_in(store: Store) -> set[str]:
    with open_reader(store.where) as reader:
        return {row[0] for row in reader.rows("SELECT claim FROM held")}


TOWNS = [events.PlaceRegistered(place=f"town-{i}", name=f"Town {i}", place_kind="town") for i in range(30)]


def test_a_mislabelled_map_that_never_spoke_before_flips_nothing(where: str) -> None:
    """Its first words on thirty towns of which the starting positions say otherwise; however they come in."""
    first = feed(100, 20, "clan", 30)
    names = {f"c-{100 + i}" for i in range(30)}
    start = feed(0, 0, "army", 30, "start")
    with fresh(where) as store:
        record(store, [*FEED, *TOWNS, *start, *first])
        assert held_in(store) == names
    with fresh(where) as store:
        record(store, [*FEED, *TOWNS, *first])
        assert held_in(store) == set()
        record(store, start[:19])
        assert held_in(store) == set(), "not yet twenty"
        record(store, start[19:25])
        assert held_in(store) == {f"c-{100 + i}" for i in range(25)}
        record(store, start[25:])
        assert held_in(store) == names


def test_what_becomes_of_a_starting_position_changes_what_is_held(where: str) -> None:
    with fresh(where) as store:
        record(store, [*FEED, *TOWNS, *feed(0, 0, "army", 30, "start"), *feed(100, 20, "clan", 20)])
        names = {f"c-{100 + i}" for i in range(20)}

        def then(*happened: Event) -> set[str]:
            record(store, happened)
            now, before = held_in(store), kept(store)
            rebuild(store)
            assert kept(store) == before
            return now

        assert then() == names
        assert then(events.ClaimWeighted(claim="c-003", factor=0.0)) == set(), "nineteen are left"
        assert then(events.ClaimWeighted(claim="c-003", factor=1.0)) == names
        assert then(events.ClaimRetracted(claim="c-004")) == set()
        assert then(claim(50, 1, "start", "town-4", "army")) == names, "said again"
        assert then(claim(51, 3, "start", "town-5", "clan")) == set(), "the latest counts"
        corrected = claim(52, 3, "start", "town-6", "clan")
        again = events.ClaimCorrected(claim="c-051", replaced_by="c-052")
        assert then(corrected, again) == set(), "now it is another town"
        assert then(events.ClaimRetracted(claim="c-052")) == names
        assert then(events.PlaceMerged(place="town-7", into="town-29")) == names
        assert then(events.PlaceMerged(place="town-8", into="town-9")) == set(), "twenty places are nineteen"
        assert then(events.PlaceUnmerged(place="town-8")) == names
        assert then(events.SourceDescribed(source="start", source_kind="wire")) == set()
        assert then(events.SourceDescribed(source="start", source_kind="baseline")) == names
        more = feed(60, 2, "army", 9, "gazette")
        assert then(*more, events.SourceMerged(source="gazette", into="start")) == names


def test_a_place_becomes_part_of_a_batch_as_another_leaves_it(tmp_path: Path) -> None:
    """So many are reversed as before, but not the same."""
    with fresh(str(tmp_path / "views")) as store:
        start = feed(0, 0, "army", 20, "start")
        record(store, [*FEED, *TOWNS, *start, *feed(100, 20, "clan", 21)])
        assert held_in(store) == {f"c-{100 + i}" for i in range(20)}
        swapped = [claim(50, 0, "start", "town-20", "army"), events.ClaimRetracted(claim="c-000")]
        record(store, swapped, batches=[2])
        assert held_in(store) == {f"c-{101 + i}" for i in range(20)}


def test_a_mislabelled_map_flips_nothing(tmp_path: Path) -> None:
    """Thirty towns of one map change hands in one day; on the third day after they are given back."""
    with fresh(str(tmp_path / "views")) as store:
        record(store, [*FEED, *TOWNS, *feed(0, 0, "army", 30), *feed(100, 20, "clan", 30)])
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
        record(store, feed(300, 23, "army", 30))
        assert best("town-1", 27) == "army", "taken back: it never counts"
        assert best("town-3", 22) == "clan"


def test_a_map_that_puts_itself_right_is_believed_at_once(where: str) -> None:
    """Mislabelled on day 20 and corrected on day 23, each of them thirty towns."""
    with fresh(where) as store:
        record(store, [*FEED, *TOWNS, *feed(0, 0, "army", 30, "start"), *feed(100, 20, "clan", 30)])
        record(store, feed(300, 23, "army", 30))
        with open_reader(store.where) as reader:
            until: dict[str, int] = dict(reader.rows("SELECT claim, until FROM held"))
        assert {until[f"c-{100 + i}"] for i in range(30)} == {guard.NEVER}
        assert {until[f"c-{300 + i}"] for i in range(30)} == {BEGIN + 23 * DAY}
        before = kept(store)
        rebuild(store)
        assert kept(store) == before


def test_what_an_analyst_decides_of_a_batch_holds_through_renames_and_merges(where: str) -> None:
    batch = {f"c-{100 + i}" for i in range(30)}
    with fresh(where) as store:
        record(store, [*FEED, *TOWNS, *feed(0, 0, "army", 30, "start"), *feed(100, 20, "clan", 30)])
        day = iso(BEGIN + 20 * DAY)[:10]

        def then(*happened: Event) -> set[int]:
            record(store, happened)
            before = kept(store)
            rebuild(store)
            assert kept(store) == before
            with open_reader(store.where) as reader:
                found: dict[str, int] = dict(reader.rows("SELECT claim, until FROM held"))
            assert found.keys() == batch
            return set(found.values())

        by_rule, at_once = {BEGIN + 27 * DAY}, {BEGIN + 20 * DAY}
        assert then() == by_rule
        assert then(events.BatchReleased(source="atlas", day=day, reason="seen")) == at_once
        assert then(events.BatchDropped(source="atlas", day=day, reason="swapped")) == {guard.NEVER}
        assert then(claim(50, 21, "wire", "town-3", "clan")) == {guard.NEVER}, "whoever agrees"
        assert then(events.ClaimRetracted(claim="c-050")) == {guard.NEVER}
        assert then(events.SourceRenamed(source="atlas", name="The Atlas")) == {guard.NEVER}
        assert then(events.ActorMerged(actor="clan", into="league")) == {guard.NEVER}
        assert then(events.SourceMerged(source="atlas", into="gazette")) == {guard.NEVER}
        assert then(events.BatchReleased(source="gazette", day=day, reason="seen")) == at_once, (
            "the later one"
        )
        assert then(events.SourceUnmerged(source="atlas")) == {guard.NEVER}
        assert then(events.BatchReopened(source="atlas", day=day)) == by_rule
        more = feed(60, 1, "army", 9, "start")
        assert then(events.BatchDropped(source="atlas", day=day, reason="swapped"), *more) == {guard.NEVER}


def test_what_an_analyst_decided_is_known_from_then_on(tmp_path: Path) -> None:
    with fresh(str(tmp_path / "views")) as store:
        told = [*feed(0, 0, "army", 30, "start"), *feed(100, 20, "clan", 30)]
        record(store, [*FEED, *TOWNS, *told], batches=[200])
        day = iso(BEGIN + 20 * DAY)[:10]
        decided = (events.BatchReleased(source="atlas", day=day, reason="seen"),
                   events.BatchDropped(source="atlas", day=day, reason="swapped"),
                   events.BatchReopened(source="atlas", day=day))  # fmt: skip
        instants = [_last(store)]
        for event in decided:
            record(store, [event], apart=1)
            instants.append(_last(store))

        def best(day: float, known_at: int | None) -> str | None:
            with open_reader(store.where) as reader:
                question = Question(BEGIN + round(day * DAY), known_at=known_at)
                return Situation(reader, question).folded("town-1").state.best

        assert [best(21, at) for at in (*instants, None)] == ["army", "clan", "army", "army", "army"]
        assert [best(28, at) for at in (*instants, None)] == ["clan", "clan", "army", "clan", "clan"]
        assert best(19, instants[1]) == "army", "from its own time on"
