"""Decides that verdicts depend on what was said and known, never on how the answer was reached.

Random histories in a small world: stored states against replays, what was known against what a tracker
that stopped then would say, one order against another, and things done and undone against never done.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.record.effort import calm, few, moments
from tests.record.histories import (
    ACTORS,
    BEGIN,
    END,
    HOUR,
    PLACES,
    SOURCES,
    WORLD,
    fresh,
    histories,
    record,
    told,
)
from tracker.judgement.evidence import DAY
from tracker.reader import open_reader, position_at
from tracker.record import events
from tracker.record.events import ClaimRecorded, Event
from tracker.record.store import Store
from tracker.views.documents import status_document, table_documents, why_document
from tracker.views.places import all_places
from tracker.views.situation import Question

Document = dict[str, Any]


@pytest.fixture
def beside(tmp_path: Path) -> str:
    return str(tmp_path / "views")


def table(store: Store, question: Question) -> list[Document]:
    with open_reader(store.where) as reader:
        return table_documents(reader, question)


def whole(store: Store, question: Question) -> list[Document]:
    """Everything that is said about every place, with its reasons."""
    with open_reader(store.where) as reader:
        places = all_places(reader, position_at(reader, question.known_at))
        return [json.loads(json.dumps(why_document(reader, place, question))) for place in places]


def without_axes(documents: list[Document]) -> list[Document]:
    return [{key: value for key, value in one.items() if key != "known_at"} for one in documents]


def check_replay(store: Store, at: int) -> None:
    with open_reader(store.where) as reader:
        places = {place.id: place for place in all_places(reader)}
        for row in table_documents(reader, Question(at)):
            alone = status_document(reader, places[row["place"]["id"]], Question(at))
            assert {key: alone[key] for key in row} == row


@calm
@given(happened=histories(), at=moments)
def test_stored_states_answer_as_a_replay_does(beside: str, happened: list[Event], at: int) -> None:
    with fresh(beside) as store:
        record(store, happened, batches=[1, 3])
        for when in (at, END, END + 40 * DAY):
            check_replay(store, when)


@few
@given(happened=histories(), at=moments)
def test_stored_states_answer_as_a_replay_does_on_postgresql(
    schema: str, happened: list[Event], at: int
) -> None:
    with fresh(schema) as store:
        record(store, happened, batches=[1, 3])
        for when in (at, END):
            check_replay(store, when)


@calm
@given(happened=histories(), cut=st.integers(0, 22), at=moments)
def test_what_was_known_is_what_a_tracker_that_stopped_then_says(
    beside: str, happened: list[Event], cut: int, at: int
) -> None:
    before = happened[:cut]
    known_at = END + (len(WORLD) + len(before)) * HOUR - 1
    with fresh(beside) as stopped, fresh(beside) as went_on:
        record(stopped, before, apart=HOUR)
        record(went_on, happened, apart=HOUR)
        for when in (at, END):
            then, since = Question(when), Question(when, known_at=known_at)
            assert without_axes(whole(went_on, since)) == without_axes(whole(stopped, then))
            assert without_axes(table(went_on, since)) == without_axes(table(stopped, then))


@calm
@given(happened=told(), order=st.randoms(use_true_random=False), at=moments)
def test_the_order_of_recording_changes_nothing(
    beside: str, happened: list[ClaimRecorded], order: Any, at: int
) -> None:
    other = [*happened]
    order.shuffle(other)
    with fresh(beside) as one, fresh(beside) as another:
        record(one, happened, batches=[2])
        record(another, other, batches=[1, 4])
        for when in (at, END):
            assert whole(one, Question(when)) == whole(another, Question(when))
            assert table(one, Question(when)) == table(another, Question(when))


@calm
@given(happened=histories(), at=moments)
def test_the_weights_of_a_verdict_add_up_to_it(beside: str, happened: list[Event], at: int) -> None:
    with fresh(beside) as store:
        record(store, happened, batches=[7])
        for one in (*whole(store, Question(at)), *whole(store, Question(END))):
            if one["log_odds"] is not None:
                assert sum(step["weight"] for step in one["steps"]) == pytest.approx(
                    one["log_odds"], abs=1e-9
                )
            assert 0 <= one["confidence"] <= 1
            assert sum(row["p"] for row in one["probabilities"]) <= 1 + 1e-6


@calm
@given(happened=told(), n=st.integers(0, 13), at=moments)
def test_a_retraction_leaves_what_would_have_been(
    beside: str, happened: list[ClaimRecorded], n: int, at: int
) -> None:
    gone = happened[n % len(happened)]
    left = [one for one in happened if one is not gone]
    with fresh(beside) as one, fresh(beside) as another:
        record(one, [*happened, events.ClaimRetracted(claim=gone.claim)], batches=[2])
        record(another, left, batches=[3])
        for when in (at, END):
            asked = Question(when)
            assert whole(one, asked) == whole(another, asked)
            assert [row for row in table(one, asked) if row["claims"]] == [
                row for row in table(another, asked) if row["claims"]
            ]


@st.composite
def assessments(draw: st.DrawFn, *, pinned: bool, lasting: int | None = None) -> events.AssessmentMade:
    """Somebody judges a place; `lasting` in us."""
    at = draw(st.integers(0, 80)) * DAY // 2 + BEGIN
    return events.AssessmentMade(
        assessment="a-99", place=draw(st.sampled_from(PLACES)), actors=(draw(st.sampled_from(ACTORS)),),
        at=at, until=None if lasting is None else at + lasting, reason="seen", pinned=pinned,
    )  # fmt: skip


@calm
@given(
    happened=told(),
    judged=st.booleans().flatmap(lambda pinned: assessments(pinned=pinned)),
    n=st.integers(0, 14),
)
def test_an_assessment_that_is_cleared_never_was(
    beside: str, happened: list[ClaimRecorded], judged: events.AssessmentMade, n: int
) -> None:
    cleared = events.AssessmentCleared(assessment=judged.assessment)
    with fresh(beside) as one, fresh(beside) as another:
        record(one, [*happened[:n], judged, *happened[n:], cleared], batches=[1, 2])
        record(another, happened, batches=[3])
        for at in (judged.at, END):
            assert whole(one, Question(at)) == whole(another, Question(at))
            assert table(one, Question(at)) == table(another, Question(at))


@calm
@given(
    happened=told(),
    judged=st.booleans().flatmap(lambda p: assessments(pinned=p, lasting=3 * DAY)),
    at=moments,
)
def test_an_assessment_counts_from_its_instant_until_it_expires(
    beside: str, happened: list[ClaimRecorded], judged: events.AssessmentMade, at: int
) -> None:
    assert judged.until is not None
    with fresh(beside) as one, fresh(beside) as another:
        record(one, [judged, *happened], batches=[2])
        record(another, happened, batches=[2])
        for when in (at, judged.at - 1, judged.until, END):
            if not judged.at <= when < judged.until:
                assert whole(one, Question(when)) == whole(another, Question(when))
                assert table(one, Question(when)) == table(another, Question(when))
        for when in (judged.at, judged.until - 1):
            check_replay(one, when)
            (found,) = (row for row in whole(one, Question(when)) if row["place"]["id"] == judged.place)
            steps = {step["claim"] for step in found["steps"]}
            assert (found["pin"] is not None, judged.assessment in steps) == (
                judged.pinned,
                not judged.pinned,
            )


@calm
@given(happened=told(), judged=assessments(pinned=True), at=moments)
def test_a_pin_moves_no_belief(
    beside: str, happened: list[ClaimRecorded], judged: events.AssessmentMade, at: int
) -> None:
    kept = (
        "steps",
        "against",
        "log_odds",
        "because",
        "pressure",
        "present",
        "conflicts",
        "context",
        "claims",
    )
    with fresh(beside) as one, fresh(beside) as another:
        record(one, [*happened, judged], batches=[2])
        record(another, happened, batches=[2])
        for when in (at, END):
            pairs = zip(whole(one, Question(when)), whole(another, Question(when)), strict=True)
            for pinned, never in pairs:
                assert {key: pinned[key] for key in kept} == {key: never[key] for key in kept}
                said = pinned["shadow"] or {
                    key: pinned[key] for key in ("status", "controller", "confidence", "basis")
                }
                claimed = {**never, "basis": "none"} if never["inferred"] and pinned["shadow"] else never
                assert said == {key: claimed[key] for key in said}


@calm
@given(happened=told(), n=st.integers(0, 13), factor=st.sampled_from((0.0, 0.5, 10.0)), at=moments)
def test_a_weight_that_is_cleared_never_was(
    beside: str, happened: list[ClaimRecorded], n: int, factor: float, at: int
) -> None:
    claim = happened[n % len(happened)].claim
    weighed = [events.ClaimWeighted(claim=claim, factor=one) for one in (factor, 1.0)]
    with fresh(beside) as one, fresh(beside) as another:
        record(one, [*happened, *weighed], batches=[1])
        record(another, happened, batches=[3])
        for when in (at, END):
            assert whole(one, Question(when)) == whole(another, Question(when))
            assert table(one, Question(when)) == table(another, Question(when))


def undone() -> st.SearchStrategy[Sequence[Event]]:
    """Something done to places, actors or sources that is taken back at once."""
    two = {thing: st.permutations(names).map(lambda names: names[:2])
           for thing, names in (("place", PLACES), ("actor", ACTORS), ("source", SOURCES))}  # fmt: skip
    return st.one_of(
        two["place"].map(
            lambda n: (events.PlaceMerged(place=n[0], into=n[1]), events.PlaceUnmerged(place=n[0]))
        ),
        two["actor"].map(
            lambda n: (events.ActorMerged(actor=n[0], into=n[1]), events.ActorUnmerged(actor=n[0]))
        ),
        two["source"].map(
            lambda n: (events.SourceMerged(source=n[0], into=n[1]), events.SourceUnmerged(source=n[0]))
        ),
    )


@calm
@given(happened=told(), then=undone(), apart=st.booleans(), at=moments)
def test_a_merge_that_is_undone_never_was(
    beside: str, happened: list[ClaimRecorded], then: Sequence[Event], apart: bool, at: int
) -> None:
    with fresh(beside) as store:
        record(store, happened, batches=[4])
        asked = [Question(at), Question(END)]
        wanted = [(whole(store, one), table(store, one)) for one in asked]
        record(store, then, batches=[1] if apart else [2])
        assert [(whole(store, one), table(store, one)) for one in asked] == wanted
