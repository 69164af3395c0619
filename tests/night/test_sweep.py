"""Decides that what a night finds depends on the record alone: not on how often it was looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.night.nights import flags, night, report, told
from tests.record.effort import calm, few
from tests.record.histories import BEGIN, END, fresh, histories, record
from tracker.judgement.evidence import DAY
from tracker.night.sweep import Slot, Swept, sweep
from tracker.night.watch import Watch
from tracker.reader import open_reader
from tracker.record.events import AssessmentMade, Confidence, Event, NightSwept
from tracker.record.follow import rebuild
from tracker.record.store import Store
from tracker.zones import iso

apart = st.lists(st.sampled_from((1, 1, 2, 3, 8, 15, 40)), min_size=2, max_size=5)
"""Days between one night and the next."""


def parts(happened: list[Event], count: int) -> list[list[Event]]:
    """A history in so many parts."""
    size = len(happened) // count + 1
    return [happened[n * size : (n + 1) * size] for n in range(count)]


def without_count(swept: Swept) -> list[Event]:
    """What a sweep found, without how many places it looked at for that."""
    *found, done = swept.events
    assert isinstance(done, NightSwept)
    return [*found, done.model_copy(update={"considered": 0})]


def instants(days: Sequence[int], first: int = BEGIN) -> list[int]:
    """Nights; the first ones are of before much of what is told, as of one that is done late."""
    found = [first + DAY // 12]
    for one in days:
        found.append(found[-1] + one * DAY)
    return found[1:]


def check_enough(where: str, happened: list[Event], days: Sequence[int]) -> None:
    with fresh(where) as store:
        for some, at in zip(parts(happened, len(days)), instants(days), strict=True):
            record(store, some)
            slot = Slot(iso(at)[:10], at, "UTC")
            with open_reader(store.where) as reader:
                due = sweep(reader, slot)
                with patch.object(Watch, "due", return_value=None):
                    everything = sweep(reader, slot)
            assert without_count(due) == without_count(everything)
            night(store.where, at)


@calm
@given(histories(most=14), apart)
def test_looking_at_what_is_due_finds_what_looking_at_everything_does(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Event], days: list[int]
) -> None:
    check_enough(str(tmp_path_factory.getbasetemp() / "due"), happened, days)


def test_a_night_looks_at_a_judgement_again_when_it_was_made(tmp_path: Path) -> None:
    """From then on the word is younger than the time it is about: what is stale is another silence."""
    judged = AssessmentMade(
        assessment="a-01", place="bridge", actors=("army",), at=BEGIN, reason="seen",
        likelihood=Confidence(text="70%", scale="per cent", value=0.7),
    )  # fmt: skip
    check_enough(str(tmp_path / "late"), [judged], [15, 2, 15, 40, 3])


@few
@given(histories(most=8), apart)
def test_looking_at_what_is_due_is_enough_on_postgresql(
    schema: str, happened: list[Event], days: list[int]
) -> None:
    check_enough(schema, happened, days)


@calm
@given(histories(most=10), apart)
def test_a_night_done_twice_is_done_once_and_told_alike(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Event], days: list[int]
) -> None:
    with fresh(str(tmp_path_factory.getbasetemp() / "twice")) as store:
        for some, at in zip(parts(happened, len(days)), instants(days), strict=True):
            record(store, some)
            assert night(store.where, at).anew
            position, before = store.last_position(), report(store.where, iso(at)[:10])
            again = night(store.where, at)
            assert not again.anew
            assert store.last_position() == position
            assert report(store.where, iso(at)[:10]) == before


@calm
@given(histories(most=10), apart)
def test_every_report_can_be_made_again_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Event], days: list[int]
) -> None:
    """After more was recorded, after a rebuild, and with what is watched lost before each night."""
    with fresh(str(tmp_path_factory.getbasetemp() / "again")) as store:
        hashes = {}
        for some, at in zip(parts(happened, len(days)), instants(days), strict=True):
            record(store, some)
            night(store.where, at)
            day = iso(at)[:10]
            hashes[day] = hashlib.sha256(report(store.where, day)).hexdigest()
        rebuild(store)
        for day, sha256 in hashes.items():
            assert hashlib.sha256(report(store.where, day)).hexdigest() == sha256
            assert _ledger(store, day) == ("done", sha256)


def _ledger(store: Store, day: str) -> tuple[str, str]:
    with open_reader(store.where) as reader:
        row = reader.one("SELECT state, report_sha256 FROM sweep_runs WHERE day = :day", day=day)
    assert row is not None
    return row[0], row[1]


@calm
@given(histories(most=10), apart)
def test_losing_what_is_watched_changes_no_finding(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Event], days: list[int]
) -> None:
    base = str(tmp_path_factory.getbasetemp() / "lost")
    with fresh(base) as kept, fresh(base) as lost:
        for some, at in zip(parts(happened, len(days)), instants(days), strict=True):
            for store in (kept, lost):
                record(store, some)
                night(store.where, at)
            with lost.transaction() as connection:
                connection.exec_driver_sql("DELETE FROM watches")
        assert [_plain(one) for one in told(kept.where)] == [_plain(one) for one in told(lost.where)]


def _plain(one: tuple[str, str, str]) -> tuple[str, str, str]:
    stream, kind, payload = one
    import re

    return stream, kind, re.sub(r'"considered":\d+', "", payload)


@calm
@given(histories(most=12))
def test_a_flag_that_is_open_is_not_raised_again_and_one_put_away_never(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Event]
) -> None:
    from tracker.tracker import Tracker

    with fresh(str(tmp_path_factory.getbasetemp() / "again")) as store:
        record(store, happened)
        first, second, third = instants([1, 1, 1])
        night(store.where, first)
        raised = {one.id for one in flags(store.where)}
        away = sorted(raised)[:2]
        tracker = Tracker(store.where, clock=lambda: first + 1)
        for id_ in away:
            tracker.acknowledge(id_)
        night(store.where, second)
        night(store.where, third)
        again = [stream for stream, kind, _ in told(store.where) if kind == "flag-raised"]
        assert len(again) == len(set(again))
        assert not {one.id for one in flags(store.where)} & set(away)


def test_nothing_to_look_at_is_a_quiet_night(tmp_path: Path) -> None:
    with fresh(str(tmp_path / "empty")) as store:
        done = night(store.where, END)
        assert (done.anew, done.raised, done.cleared) == (True, 0, 0)
        assert b'"quiet":true' in report(store.where, iso(END)[:10])
