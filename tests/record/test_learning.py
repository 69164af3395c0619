"""What is kept of track records: the same whatever order claims came in, and as a stopped tracker had it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from tests.record.effort import calm, on_a_server
from tests.record.histories import BEGIN, SOURCES, dump, fresh, record
from tracker.judgement.evidence import DAY
from tracker.reader import NOW, Reader, open_reader
from tracker.record import events
from tracker.record.events import Event, Hop, Moment, SettingChanged
from tracker.record.follow import rebuild
from tracker.record.store import Store
from tracker.views.backdrop import Backdrop
from tracker.views.evidence import evidence
from tracker.views.knowledge import Knowledge
from tracker.views.situation import Question, Situation

PLACES = ("hill", "mill", "fort")


def claim(n: int, day: int, source: str, place: str, side: str, late: int = 0) -> Event:
    at = BEGIN + day * DAY
    return events.ClaimRecorded(
        claim=f"c-{n:03}", chain=(Hop(who=source),), modality="asserts", predicate="captured",
        actors=(side,), place=place, occurred=Moment(latest=at), reported=Moment(latest=at + late * DAY),
    )  # fmt: skip


days = st.integers(0, 60)
one_claim = st.tuples(
    days, st.sampled_from(SOURCES), st.sampled_from(PLACES), st.sampled_from(("army", "clan")),
    st.sampled_from((0, 0, 0, 2, 20)),
)  # fmt: skip
wars = st.lists(one_claim, min_size=6, max_size=40).map(
    lambda told: [claim(n, *one) for n, one in enumerate(told)]
)
"""Spokesmen and neutral voices on a few places over two months: enough to settle much of it."""


def kept(store: Store) -> dict[str, object]:
    tables = dump(store)
    return {name: tables[name] for name in ("outcomes", "track_records", "settled", "control", "trail")}


def in_any_order(where: str, told: list[Event], order: list[int]) -> None:
    """One by one in order of time, shuffled in batches, and built again."""
    by_time = sorted(told, key=lambda one: one.reported.latest)  # type: ignore[attr-defined]  # claims
    shuffled = [told[i] for i in order]
    with fresh(where) as one, fresh(where) as other:
        record(one, by_time)
        record(other, shuffled, batches=[3, 1, 5])
        assert kept(other) == kept(one)
        rebuild(other)
        assert kept(other) == kept(one)


VOICES: Final[tuple[Event, ...]] = (
    events.SourceRegistered(source="map", name="Map", source_kind="map"),
    events.SourceRegistered(source="chart", name="Chart", source_kind="map"),
    events.SourceLeans(source="chart", side="army", since=BEGIN + 30 * DAY),
    events.SourceRegistered(source="list", name="List", source_kind="baseline"),
    SettingChanged(key="tempo", value="0.00005", place="mill"),
)
"""Whose words stand until they say otherwise: of one who leans later, and of one who counts under a feed."""


@st.composite
def late_news(draw: st.DrawFn) -> list[Event]:
    """Claims in any order, some of them told after others that were recorded before them."""
    told: list[Event] = []
    for n in range(draw(st.integers(6, 30))):
        day, place, late = (
            draw(days),
            draw(st.sampled_from(PLACES[:2])),
            draw(st.sampled_from((0, 0, 0, 2, 20))),
        )
        source = draw(st.sampled_from((*SOURCES, "map", "chart", "list")))
        told.append(claim(n, day, source, place, draw(st.sampled_from(("army", "clan"))), late))
        if n and draw(st.integers(0, 7)) == 0:
            parent = f"c-{draw(st.integers(0, n - 1)):03}"
            told.append(events.ClaimLinked(claim=f"c-{n:03}", link="derived-from", other=parent))
    return told


@calm
@given(told=late_news(), sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_what_a_late_word_settles_anew_is_what_settling_everything_gives(
    tmp_path: Path, told: list[Event], sizes: list[int]
) -> None:
    with fresh(str(tmp_path / "views")) as store:
        record(store, VOICES)
        record(store, told, batches=sizes)
        followed = kept(store)
        rebuild(store)
        assert kept(store) == followed


def test_the_latest_word_of_a_map_may_be_one_derived_from_it(tmp_path: Path) -> None:
    told = [
        claim(0, 0, "map", "hill", "army"),
        claim(1, 3, "wire", "hill", "clan"),
        events.ClaimLinked(claim="c-001", link="derived-from", other="c-000"),
        claim(2, 20, "radio", "hill", "army"),
        claim(3, 60, "monitor", "fort", "army"),
        claim(4, 22, "monitor", "hill", "army"),
    ]
    with fresh(str(tmp_path / "views")) as store:
        record(store, [*VOICES, *told])
        followed = kept(store)
        with open_reader(store.where) as reader:
            assert reader.rows("SELECT borne_out, refuted FROM outcomes") == [(1, 1)]
        rebuild(store)
        assert kept(store) == followed


@calm
@given(told=late_news(), place=st.sampled_from(PLACES[:2]))
def test_a_history_of_knowledge_has_at_each_step_what_was_learned_by_then(
    tmp_path: Path, told: list[Event], place: str
) -> None:
    with fresh(str(tmp_path / "views")) as store:
        record(store, [*VOICES, *told])
        with open_reader(store.where) as reader:
            known = Knowledge(reader, place, Question(BEGIN + 400 * DAY))
            for step in known.steps():
                then = learned(reader, step.position)
                claims, _ = known.at(step.position)
                assert {one.claim: one.learned for one in claims} == {
                    one.claim: then[one.claim] for one in claims
                }


orders = wars.flatmap(lambda told: st.tuples(st.just(told), st.permutations(range(len(told)))))


@calm
@given(told=orders)
def test_the_order_of_import_changes_nothing_that_is_kept(
    tmp_path: Path, told: tuple[list[Event], list[int]]
) -> None:
    in_any_order(str(tmp_path / "views"), *told)


@on_a_server
@given(told=orders)
def test_and_on_postgresql(schema: str, told: tuple[list[Event], list[int]]) -> None:
    in_any_order(schema, *told)


def learned(reader: Reader, known: int) -> dict[str, float | None]:
    """What records make of every claim."""
    backdrop = Backdrop(reader, known)
    found = evidence(reader, backdrop.who, PLACES, records=backdrop.records, known=known)
    return {one.claim: one.learned for claims in found.values() for one in claims}


@calm
@given(told=wars, size=st.integers(1, 40))
def test_known_at_is_what_a_tracker_that_stopped_then_had_learned(
    tmp_path: Path, told: list[Event], size: int
) -> None:
    where = str(tmp_path / "views")
    with fresh(where) as stopped, fresh(where) as went_on:
        record(stopped, told[:size])
        record(went_on, told)
        with open_reader(stopped.where) as then, open_reader(went_on.where) as now:
            position = then.rows("SELECT max(position) FROM events")[0][0]
            assert learned(now, position) == learned(then, NOW) == learned(then, position)


@calm
@given(told=wars, day=st.integers(0, 90))
def test_published_by_weighs_claims_as_who_read_only_that_would(
    tmp_path: Path, told: list[Event], day: int
) -> None:
    until = BEGIN + day * DAY
    where = str(tmp_path / "views")
    published = [one for one in told if one.reported.latest <= until]  # type: ignore[attr-defined]  # claims
    with fresh(where) as whole, fresh(where) as part:
        record(whole, told)
        record(part, published)
        far = BEGIN + 400 * DAY
        with open_reader(whole.where) as all_, open_reader(part.where) as some:
            asked = Situation(all_, Question(far, published_by=until))
            plain = Situation(some, Question(far))
            for place in PLACES:
                assert asked.claims(place) == plain.claims(place)
                assert asked.folded(place).state.p == plain.folded(place).state.p


def test_a_spokesman_who_is_never_borne_out_is_weighed_less_from_then_on(tmp_path: Path) -> None:
    told = [
        *(claim(n, 3, "monitor", place, "army") for n, place in enumerate(PLACES)),
        *(claim(10 + n, 1, "spokesman", place, "clan") for n, place in enumerate(PLACES)),
        claim(20, 14, "spokesman", "bridge", "clan"),
        claim(21, 15, "spokesman", "hill", "clan"),
    ]
    with fresh(str(tmp_path / "views")) as store:
        record(store, told)
        with open_reader(store.where) as reader:
            found = learned(reader, NOW)
            assert found["c-010"] is None, "nothing was settled yet"
            assert found["c-021"] == round(7.5 / 13, 2)
        record(store, [SettingChanged(key="learning", value="off")])
        with open_reader(store.where) as reader:
            assert set(learned(reader, NOW).values()) == {None}
        record(store, [SettingChanged(key="learning", value=None)])
        with open_reader(store.where) as reader:
            assert learned(reader, NOW) == found
