"""Decides that what was known then is what a tracker says that really stopped then, in every answer.

A second tracker gets the first events of a history and no more; the whole one is asked with `--known-at`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.record import effort
from tests.record.effort import moments
from tests.record.histories import BEGIN, END, HOUR, WORLD, fresh, histories, record
from tests.record.test_guard import FEED, upheavals
from tracker.judgement import guard
from tracker.judgement.policies import NAMES
from tracker.judgement.verdict import BAYES
from tracker.reader import open_reader, position_at
from tracker.record.events import ActorRenamed, ClaimRecorded, Event, Hop, Moment
from tracker.tracker import Tracker
from tracker.views import guard as guard_view
from tracker.views.parties import TRUE
from tracker.views.places import all_places
from tracker.zones import iso

Document = dict[str, Any]
calm = settings(effort.calm, max_examples=effort.tries(8))
few = settings(calm, max_examples=effort.tries(2))
policies = st.sampled_from((BAYES, *NAMES))
published = st.none() | moments


def known(where: str, known_at: int | None) -> list[str]:
    """The places that a tracker knows, or knew, by a name that was not taken back."""
    with open_reader(where) as reader:
        position = position_at(reader, known_at)
        named = {row[0] for row in reader.rows(
            f"SELECT id FROM names WHERE thing = 'place' AND {TRUE}", known=position
        )}  # fmt: skip
        places = all_places(reader, position)
        return [place.id for place in places if place.merged_into is None and place.id in named]


def answers(
    where: str, now: int, known_at: int | None, at: int, policy: str, by: int | None
) -> list[Document]:
    """Everything that can be asked about every place, as of an instant."""
    tracker = Tracker(where, clock=lambda: now)
    axes: Document = {"at": at, "known_at": known_at, "published_by": by}
    found: list[Document] = [tracker.status(**axes, policy=policy), tracker.claims(**axes)]
    for place in known(where, known_at):
        found += [
            tracker.status(place, **axes, policy=policy),
            tracker.why(place, **axes, policy=policy),
            tracker.history(place, **axes, policy=policy),
            tracker.history(
                place, knowledge=True, end=now, known_at=known_at, policy=policy, published_by=by
            ),
            tracker.history(place, knowledge=True, end=now, **axes, policy=policy),
            tracker.claims(place=place, **axes),
        ]
    return [_plain(json.loads(json.dumps(one))) for one in found]


def _plain(document: Any) -> Any:
    """The same without the question's own bound, which only one of the two was asked with."""
    if isinstance(document, dict):
        return {key: _plain(value) for key, value in document.items() if key != "known_at"}
    return [_plain(one) for one in document] if isinstance(document, list) else document


def check(where: str, happened: list[Event], cut: int, at: int, policy: str, by: int | None) -> None:
    before = happened[:cut]
    stop = END + (len(WORLD) + len(before)) * HOUR - 1
    with fresh(where) as stopped, fresh(where) as went_on:
        record(stopped, before, apart=HOUR)
        record(went_on, happened, apart=HOUR)
        for when in (at, END):
            then = answers(stopped.where, stop, None, when, policy, by)
            since = answers(went_on.where, stop, stop, when, policy, by)
            assert since == then


@calm
@given(histories(), st.integers(0, 22), moments, policies, published)
def test_known_then_is_what_a_stopped_tracker_says(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Event], cut: int, at: int, policy: str,
    by: int | None,
) -> None:  # fmt: skip
    check(str(tmp_path_factory.getbasetemp() / "stopped"), happened, cut, at, policy, by)


@few
@given(histories(most=10), st.integers(0, 10), moments, policies, published)
def test_known_then_is_what_a_stopped_tracker_says_on_postgresql(
    schema: str, happened: list[Event], cut: int, at: int, policy: str, by: int | None
) -> None:
    check(schema, happened, cut, at, policy, by)


@pytest.fixture
def doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two places are a batch already."""
    monkeypatch.setattr(guard, "LEAST", 2)
    monkeypatch.setattr(guard_view, "LEAST", 2)


@calm
@given(upheavals(), st.integers(1, 40), moments, published)
def test_and_so_it_is_of_what_is_held_back(
    tmp_path_factory: pytest.TempPathFactory, doubtful: None, happened: list[Event], cut: int, at: int,
    by: int | None,
) -> None:  # fmt: skip
    """Of feeds that turn over half of their map in a day, start where nobody spoke, and are decided of."""
    where = str(tmp_path_factory.getbasetemp() / "turned")
    check(where, [*FEED, *happened], len(FEED) + cut, at, BAYES, by)


# -- histories ---------------------------------------------------------------------------------------


def told(one: Document) -> tuple[object, ...]:
    """What makes a stretch, by ids: of a status, or of a span. A history has one name for each."""
    claimants = [row["side"] if isinstance(row, dict) else row for row in one.get("claimed_by", ())]
    return one["status"], _ids(one["controller"]), one["vacated_by"], claimants


def _ids(controller: Document | None) -> tuple[str, str, list[str]] | None:
    if controller is None:
        return None
    return controller["id"], controller["side"], [other["id"] for other in controller["with"]]


def names_in(found: Document) -> list[set[str]]:
    """The names by which a history calls each actor."""
    names: dict[str, set[str]] = {actor: {name} for actor, name in found["names"].items()}
    for holder in (span["controller"] for span in found["spans"] if span["controller"]):
        for party in (holder, *holder["with"]):
            names.setdefault(party["id"], set()).add(party["name"])
    return list(names.values())


def span_at(found: Document, at: int) -> Document | None:
    """The span of an instant; the last one's end is part of it."""
    when = iso(at)
    spans = found["spans"]
    inside = [one for one in spans if _key(one["from"]) <= _key(when) < _key(one["to"])]
    last = spans[-1:] if spans and _key(spans[-1]["to"]) == _key(when) else []
    return next(iter([*inside, *last]), None)


def _key(when: str) -> str:
    """ISO 8601 that compares as text, with its fractions."""
    whole, _, fraction = when.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:<06}"


@calm
@given(histories(), st.lists(moments, min_size=3, max_size=6), policies, published)
def test_a_history_tells_what_status_tells_at_each_of_its_instants(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Event], instants: list[int], policy: str,
    by: int | None,
) -> None:  # fmt: skip
    with fresh(str(tmp_path_factory.getbasetemp() / "over")) as store:
        record(store, happened, batches=[2])
        tracker = Tracker(store.where, clock=lambda: END)
        for place in known(store.where, None):
            found = tracker.history(place, policy=policy, published_by=by)
            for at in (min(at, END) for at in instants):
                one = tracker.status(place, at=at, policy=policy, published_by=by)
                span = span_at(found, at)
                assert span is None or told(span) == told(one)
                assert span is not None or (one["status"], one["controller"]) == ("unknown", None)
            last = tracker.status(place, policy=policy, published_by=by)
            if found["spans"] and not last["front"]:  # where it is read as less sure than it is believed
                assert found["spans"][-1]["confidence"] == pytest.approx(last["confidence"], abs=1e-8)


@calm
@given(histories(), st.lists(st.integers(0, 70), min_size=3, max_size=5), policies, published, moments)
def test_a_history_of_knowledge_tells_what_was_known_at_each_of_its_instants(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Event], hours: list[int], policy: str,
    by: int | None, at: int,
) -> None:  # fmt: skip
    """Of each moment as it was, and always of one moment."""
    end = END + 90 * HOUR
    with fresh(str(tmp_path_factory.getbasetemp() / "knowing")) as store:
        record(store, happened, batches=[1, 2], apart=HOUR)
        tracker = Tracker(store.where, clock=lambda: end)
        for place in known(store.where, None):
            moving = tracker.history(place, knowledge=True, policy=policy, published_by=by)
            fixed = tracker.history(place, knowledge=True, at=at, policy=policy, published_by=by)
            for hour in hours:
                then = END + hour * HOUR + 1
                for found, about in ((moving, then), (fixed, at)):
                    span = span_at(found, then)
                    if span is None or place not in known(store.where, then):
                        continue
                    one = tracker.status(place, at=about, known_at=then, policy=policy, published_by=by)
                    assert told(span) == told(one)


@calm
@given(histories(), moments, moments, policies, policies)
def test_a_verdict_does_not_differ_from_itself_and_differs_both_ways_alike(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Event], at: int, other: int, one: str, two: str
) -> None:
    from tracker.views.diff import diff_document
    from tracker.views.situation import Question

    with fresh(str(tmp_path_factory.getbasetemp() / "parted")) as store:
        record(store, happened, batches=[3])
        with open_reader(store.where) as reader:
            same = Question(at, policy=one)
            assert diff_document(reader, "policy", same, same, None)["places"] == []
            assert diff_document(reader, "policy", same, same, "hill")["places"] == []
            for axis, b in (("at", Question(other, policy=one)), ("policy", Question(at, policy=two))):
                forth = diff_document(reader, axis, same, b, None)["places"]
                back = diff_document(reader, axis, b, same, None)["places"]
                assert [row["place"]["id"] for row in forth] == [row["place"]["id"] for row in back]
                assert [(row["a"], row["b"]) for row in forth] == [(row["b"], row["a"]) for row in back]
                assert [{claim["claim"] for claim in row["claims"]} for row in forth] == [
                    {claim["claim"] for claim in row["claims"]} for row in back
                ]
                assert all(row["why"] for row in forth)


def test_a_history_calls_everybody_by_the_name_of_its_question(tmp_path: Path) -> None:
    """Somebody renamed since has the new name in every stretch, and the old one in what was known before."""
    took = ClaimRecorded(
        claim="c-0", chain=(Hop(who="monitor"),), modality="asserts", predicate="captured", actors=("clan",),
        place="hill", reported=Moment(latest=BEGIN),
    )  # fmt: skip
    with fresh(str(tmp_path / "renamed")) as store:
        record(store, [took, ActorRenamed(actor="clan", name="New Clan")], apart=HOUR)
        end = END + 90 * HOUR
        tracker = Tracker(store.where, clock=lambda: end)
        before = END + (len(WORLD) + 1) * HOUR - 1
        for known_at, name in ((None, "New Clan"), (before, "Clan")):
            for found in (
                tracker.history("hill", known_at=known_at),
                tracker.history("hill", knowledge=True, known_at=known_at),
            ):
                assert {span["controller"]["name"] for span in found["spans"]} == {name}
