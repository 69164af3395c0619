"""The whole map of another time than now: the same answers, whichever way the claims were folded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from tests.record.histories import END, HOUR, WORLD, fresh, histories, record
from tests.record.test_guard import FEED, wars
from tests.views.test_situation import calm, few, moments
from tracker.judgement import bulk, guard
from tracker.judgement.evidence import DAY
from tracker.reader import open_reader
from tracker.record.events import Event
from tracker.record.store import Store
from tracker.views import guard as guard_view
from tracker.views import situation
from tracker.views.documents import table_documents
from tracker.views.situation import Question


@pytest.fixture
def beside(tmp_path: Path) -> str:
    return str(tmp_path / "views")


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


@calm
@given(told=wars, at=moments)
def test_what_is_held_back(beside: str, told: list[Event], at: int) -> None:
    """A map that turned over half of what it had said in a day; two places are half of this one's."""
    with pytest.MonkeyPatch.context() as patched, fresh(beside) as store:
        patched.setattr(guard, "LEAST", 2)
        patched.setattr(guard_view, "LEAST", 2)
        record(store, [*FEED, *told])
        for when in (at, at - 20 * DAY, END - 30 * DAY):
            check(store, Question(when))
        check(store, Question(END, published_by=at))


@few
@given(happened=histories(), at=moments)
def test_on_postgresql_as_well(schema: str, happened: list[Event], at: int) -> None:
    with fresh(schema) as store:
        record(store, happened, batches=[3])
        check(store, Question(at))
        check(store, Question(END, published_by=at))
