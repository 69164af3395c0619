"""Decides what random histories of a tracker look like: a small world, and anything that may happen in it.

Every history is a list of events in the order in which they are recorded. All that a history speaks of is
registered first; what follows (claims, retractions, merges, grades, …) comes in any order that can be.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count, cycle
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from tracker.judgement import vocabulary
from tracker.judgement.evidence import DAY
from tracker.reader import open_reader
from tracker.record import events
from tracker.record.events import Confidence, Event, Hop, Moment
from tracker.record.follow import catch_up, project, tables
from tracker.record.store import NewEvent, Project, Store

BEGIN: Final = 1_733_000_000_000_000 // DAY * DAY
HOUR: Final = DAY // 24
END: Final = BEGIN + 40 * DAY
"""After everything that a history tells of."""

PLACES: Final = ("hill", "bridge", "mill", "fort")
ACTORS: Final = ("army", "clan", "league", "guard", "band")
SOURCES: Final = ("wire", "radio", "monitor", "spokesman")
IMPORTS: Final = ("i-1", "i-2")
BROUGHT: Final = ("ruin", "den")
"""Places that an import brought each, and that nobody says anything about."""

WORLD: Final[tuple[Event, ...]] = (
    *(events.ActorRegistered(actor=one, name=one.title(), level="side") for one in ACTORS[:3]),
    events.ActorRegistered(actor="guard", name="Guard", level="unit", part_of="army"),
    events.ActorRegistered(actor="band", name="Band", level="faction", part_of="clan"),
    events.SourceRegistered(source="wire", name="The Wire", source_kind="wire", grade="B"),
    events.SourceRegistered(source="radio", name="Radio", source_kind="state-media", lean="army"),
    events.SourceRegistered(source="monitor", name="Monitor", source_kind="monitor"),
    events.SourceRegistered(source="spokesman", name="Spokesman", source_kind="party", lean="clan"),
    events.PlaceRegistered(place="valley", name="The Valley", place_kind="region"),
    events.PlaceRegistered(place="hill", name="Hill", place_kind="town", lat=33.0, lon=36.0, parent="valley"),
    events.PlaceRegistered(
        place="bridge", name="Bridge", place_kind="bridge", lat=33.05, lon=36.0, parent="valley"
    ),
    events.PlaceRegistered(place="mill", name="Mill", place_kind="village", lat=33.9, lon=36.0),
    events.PlaceRegistered(place="fort", name="Fort", place_kind="base", near="hill", bearing="N"),
    *(
        events.ImportStarted(import_id=one, name=f"{one}.csv", file_format="claims", sha256="0" * 64)
        for one in IMPORTS
    ),
    *(
        events.PlaceRegistered(
            place=place,
            name=place.title(),
            place_kind="other",
            parent="valley",
            aliases=(f"gn:{place}",),
            imported=one,
        )
        for one, place in zip(IMPORTS, BROUGHT, strict=True)
    ),
)

instants = st.integers(0, 80).map(lambda half: BEGIN + half * DAY // 2)
"""Half days, so that much happens at once."""


@st.composite
def claims(draw: st.DrawFn, id_: str) -> events.ClaimRecorded:
    """Anything that anybody can say about a place."""
    at = draw(instants)
    predicate = draw(st.sampled_from([*[*vocabulary.PREDICATES][:8], "captured", "holds", "lost"]))
    hops = draw(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=2, unique=True))
    chain = tuple(Hop(who=who) for who in hops)
    if draw(st.integers(0, 5)) == 0:
        chain = (Hop(named="somebody", n=2), *chain)
    occurred = draw(st.sampled_from([
        Moment(earliest=at - DAY // 2, latest=at, precision="day"), Moment(latest=at), Moment(),
    ]))  # fmt: skip
    reported = at + draw(st.sampled_from((0, HOUR, 3 * DAY)))
    return events.ClaimRecorded(
        claim=id_,
        chain=chain,
        modality=draw(st.sampled_from(["asserts"] * 5 + ["denies", "denies", "expects", "silent"])),
        predicate=predicate,
        actors=tuple(draw(st.lists(st.sampled_from(ACTORS), max_size=2, unique=True))),
        against=draw(st.sampled_from(((), (), ("army",)))),
        place=draw(st.sampled_from((*PLACES, "hill", "hill", "valley"))),
        relation=draw(st.sampled_from((None, "in", "in", "near", "within"))),
        extent=draw(st.sampled_from((None, None, None, "part", "most"))),
        outcome="repelled" if predicate == "fighting" and draw(st.booleans()) else None,
        occurred=occurred,
        reported=Moment(latest=reported),
        confidence=draw(st.sampled_from((None, None, Confidence(text="70%", scale="per cent", value=0.7)))),
        document=draw(st.sampled_from((None, "paper-1", "paper-2"))),
        imported=draw(st.sampled_from((None, None, *IMPORTS))),
    )


@st.composite
def told(draw: st.DrawFn, most: int = 14) -> list[events.ClaimRecorded]:
    """Some claims, and nothing that befell them."""
    return [draw(claims(f"c-{n:02}")) for n in range(draw(st.integers(1, most)))]


@st.composite
def histories(draw: st.DrawFn, most: int = 22) -> list[Event]:
    """Claims, and everything that can happen to them, to places, actors, sources and settings."""
    happened: list[Event] = []
    recorded: list[str] = []
    live: list[str] = []
    judged: list[str] = []
    for n in range(draw(st.integers(1, most))):
        if draw(st.integers(0, 5)) == 0:
            happened.append(draw(_judgement(f"a-{n:02}", judged)))
            continue
        if not live or draw(st.integers(0, 2)) > 0:
            happened.append(draw(claims(f"c-{n:02}")))
            recorded.append(f"c-{n:02}")
            live.append(f"c-{n:02}")
            continue
        event = draw(_befell(draw(st.sampled_from(live)), recorded))
        if event.kind in ("claim-retracted", "claim-corrected"):
            live.remove(event.model_dump()["claim"])
        happened.append(event)
    return happened


@st.composite
def _judgement(draw: st.DrawFn, id_: str, judged: list[str]) -> Event:
    """An assessment of any kind, or one of those made that is taken back."""
    if judged and draw(st.integers(0, 2)) == 0:
        return events.AssessmentCleared(assessment=judged.pop(draw(st.integers(0, len(judged) - 1))))
    judged.append(id_)
    at = draw(instants)
    return events.AssessmentMade(
        assessment=id_,
        place=draw(st.sampled_from((*PLACES, "hill"))),
        actors=tuple(draw(st.lists(st.sampled_from(ACTORS), min_size=1, max_size=2, unique=True))),
        at=at,
        until=draw(st.sampled_from((None, None, at + 3 * DAY, at + 30 * DAY))),
        pinned=draw(st.sampled_from((False, False, True))),
        reason="seen",
        likelihood=draw(st.sampled_from((None, None, Confidence(text="70%", scale="per cent", value=0.7)))),
    )


def _befell(claim: str, recorded: Sequence[str]) -> st.SearchStrategy[Event]:
    other = st.sampled_from(recorded)
    two_places = st.permutations(PLACES).map(lambda names: names[:2])
    two_actors = st.permutations(ACTORS).map(lambda names: names[:2])
    two_sources = st.permutations(SOURCES).map(lambda names: names[:2])
    source, actor, place = (st.sampled_from(one) for one in (SOURCES, ACTORS, PLACES))
    brought = st.sampled_from(BROUGHT)
    return st.one_of(
        st.just(events.ClaimRetracted(claim=claim)),
        other.map(lambda one: events.ClaimCorrected(claim=claim, replaced_by=one)),
        instants.map(lambda at: events.ClaimReviewed(claim=claim, answer="still-true", at=at)),
        st.builds(
            lambda link, one: events.ClaimLinked(claim=claim, link=link, other=one),
            st.sampled_from(vocabulary.LINKS), other,
        ),
        st.builds(
            lambda link, one: events.ClaimUnlinked(claim=claim, link=link, other=one),
            st.sampled_from(vocabulary.LINKS), other,
        ),
        st.sampled_from(IMPORTS).map(lambda one: events.ClaimReimported(claim=claim, import_id=one)),
        st.just(events.ClaimChecked(claim=claim, found="confirmed", by="wire")),
        st.sampled_from((0.0, 0.5, 1.0, 3.0)).map(lambda f: events.ClaimWeighted(claim=claim, factor=f)),
        two_places.map(lambda two: events.PlaceMerged(place=two[0], into=two[1])),
        place.map(lambda one: events.PlaceUnmerged(place=one)),
        two_actors.map(lambda two: events.ActorMerged(actor=two[0], into=two[1])),
        actor.map(lambda one: events.ActorUnmerged(actor=one)),
        st.builds(
            lambda two, at: events.ActorJoined(actor=two[0], parent=two[1], since=at), two_actors, instants
        ),
        st.builds(lambda one, at: events.ActorLeft(actor=one, since=at), actor, instants),
        two_sources.map(lambda two: events.SourceMerged(source=two[0], into=two[1])),
        source.map(lambda one: events.SourceUnmerged(source=one)),
        st.builds(
            lambda one, grade: events.SourceGraded(source=one, grade=grade),
            source, st.sampled_from(vocabulary.GRADES),
        ),
        st.builds(
            lambda one, side, at: events.SourceLeans(source=one, side=side, since=at),
            source, st.none() | actor, st.none() | instants,
        ),
        st.builds(
            lambda value, one: events.SettingChanged(key="tempo", value=value, place=one),
            st.sampled_from((None, "0.00005", "0.01")), st.none() | place,
        ),
        place.map(lambda one: events.PlaceRenamed(place=one, name=f"New {one}")),
        st.builds(
            lambda one, kind, lat: events.PlaceDescribed(place=one, place_kind=kind, lat=lat, lon=36.0),
            place, st.sampled_from((None, "town", "region")), st.sampled_from((33.0, 33.05)),
        ),
        st.builds(
            lambda two, level: events.ActorDescribed(actor=two[0], level=level, part_of=two[1]),
            two_actors, st.sampled_from((None, "unit")),
        ),
        actor.map(lambda one: events.ActorDescribed(actor=one, level="alliance")),
        st.builds(
            lambda one, kind, lean, grade: events.SourceDescribed(
                source=one, source_kind=kind, lean=lean, grade=grade
            ),
            source, st.sampled_from((None, "party", "monitor")), st.none() | actor,
            st.sampled_from((None, "A", "E")),
        ),
        st.sampled_from(IMPORTS).map(lambda one: events.ImportUndone(import_id=one, reason="wrong columns")),
        st.sampled_from(IMPORTS).map(lambda one: events.ImportRestored(import_id=one)),
        brought.map(lambda one: events.PlaceRenamed(place=one, name=f"New {one}")),
        brought.map(lambda one: events.PlaceAliased(place=one, aliases=(f"Old {one}", f"gn:{one}"))),
        st.builds(
            lambda one, by: events.PlaceRegistered(place=one, name=one, place_kind="other", imported=by),
            brought, st.sampled_from((None, *IMPORTS)),
        ),
        st.just(events.PlaceMerged(place="ruin", into="den")),
        place.map(lambda one: events.PlaceAliased(place=one, aliases=(f"Old {one}",))),
        place.map(lambda one: events.PlaceUnaliased(place=one, aliases=(f"Old {one}", one.title()))),
    )  # fmt: skip


# -- recording them ----------------------------------------------------------------------------------


def new(event: Event, n: int) -> NewEvent:
    """An event as the `n`th of its log."""
    return NewEvent(f"e-{n}", event.stream, event.kind, event.schema_version, events.encode(event))


def record(
    store: Store,
    happened: Sequence[Event],
    *,
    batches: Sequence[int] = (1,),
    views: Project | None = project,
    apart: int = 0,
) -> None:
    """Append events in batches of the sizes given, over and over; `apart` (us) lies between two batches."""
    sizes = cycle(batches)
    start = store.head().position
    while happened:
        size = next(sizes)
        some = [new(event, start + i) for i, event in enumerate(happened[:size])]
        store.append(some, now=END + start * apart, by="test", project=views)
        happened, start = happened[size:], start + size


_numbers = count()


@contextmanager
def fresh(where: str) -> Iterator[Store]:
    """A tracker of its own beside an address, in which there is the world and nothing has happened."""
    if "://" in where:
        with Store.create(f"{where}_{next(_numbers)}") as store:
            _furnish(store)
            yield store
        return
    template = Path(f"{where}.world")
    if not template.exists():
        with Store.create(str(template)) as store:
            _furnish(store)
    place = f"{where}.{next(_numbers)}"
    with closing(sqlite3.connect(template)) as one, closing(sqlite3.connect(place)) as other:
        one.backup(other)
    with Store.open(place) as store:
        yield store


def _furnish(store: Store) -> None:
    catch_up(store)
    record(store, WORLD, batches=[len(WORLD)])


def dump(store: Store) -> dict[str, list[Any]]:
    """Every derived table, row by row, and how far each stands."""
    with open_reader(store.where) as reader:
        found = {
            table: sorted(map(_plain, reader.rows(f"SELECT * FROM {table}")), key=repr) for table in tables()
        }
        stand = reader.rows("SELECT projection, revision, position FROM checkpoints ORDER BY projection")
        return {**found, "checkpoints": list(stand)}


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """State and tail as data; two JSON texts are the same if they say the same."""
    return tuple(
        json.loads(cell) if isinstance(cell, str) and cell[:1] in "{[" and cell else cell for cell in row
    )
