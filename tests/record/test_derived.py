"""Views are made again under the eyes of people who read: each sees all of the old rows or all of the new."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event

import pytest

from tests.record.histories import BROUGHT, WORLD, fresh
from tests.record.tampering import stranger
from tracker.errors import DatabaseBusy, DatabaseProblem
from tracker.reader import Reader, open_reader
from tracker.record.follow import rebuild, tables
from tracker.record.postgresql import SETTINGS
from tracker.record.store import Store
from tracker.tracker import Tracker

PATIENCE = 20.0  # seconds for what must come
GLANCE = 0.5  # seconds for what must not

WHOLE = {"army", "clan", "league", "guard", "band"}


def actors(reader: Reader) -> set[str]:
    return {id_ for (id_,) in reader.rows("SELECT id FROM actors")}


def asked(where: str) -> set[str]:
    with open_reader(where) as reader:
        return actors(reader)


@contextmanager
def rebuilding(where: str) -> Iterator[tuple[Future[int], Event]]:
    """A rebuild that stops in its middle until it is told to go on; everything is ended afterwards."""
    halfway, go_on = Event(), Event()

    def hold(_done: int, _all: int) -> None:
        halfway.set()
        assert go_on.wait(PATIENCE)

    with Store.open(where) as store, ThreadPoolExecutor() as pool:
        ended = pool.submit(rebuild, store, hold)
        try:
            halfway.wait(GLANCE)
            yield ended, go_on
        finally:
            go_on.set()
        assert ended.result(PATIENCE) == len(WORLD)


@pytest.fixture
def world(where: str) -> str:
    """The address of a tracker where everybody is registered and nothing is claimed."""
    with fresh(where) as store:
        return store.where


@pytest.fixture
def broken(schema: str) -> str:
    """The same on a server, its views in another shape, as those of another revision: an index is gone."""
    with fresh(schema) as store, stranger(store.where) as hand:
        hand("DROP INDEX names_folded_thing")
        return store.where


def test_a_rebuild_is_seen_by_nobody_before_it_is_done(world: str) -> None:
    with open_reader(world) as early, rebuilding(world) as (ended, _):
        assert not ended.done()
        assert actors(early) == WHOLE
        assert asked(world) == WHOLE
    assert asked(world) == WHOLE


def test_tables_of_another_shape_are_made_when_nobody_reads(broken: str) -> None:
    with ThreadPoolExecutor() as pool, open_reader(broken) as early, rebuilding(broken) as (ended, go_on):
        late = pool.submit(asked, broken)
        assert not wait([ended], GLANCE).done
        assert not late.done()
        assert actors(early) == WHOLE
        early.close()
        assert not wait([late], GLANCE).done
        go_on.set()
        assert late.result(PATIENCE) == WHOLE
    with stranger(broken) as hand:
        assert hand("SELECT to_regclass('names_folded_thing') IS NOT NULL") == [(True,)]


def test_who_waits_in_vain_is_told_so(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.reader.WAIT", 1)
    with rebuilding(broken), pytest.raises(DatabaseProblem, match="made again") as refused:
        asked(broken)
    assert "again" in refused.value.next_step


def test_who_waits_in_vain_for_readers_is_told_so(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As is a program that waits for itself: it has not read to its end what it asked for."""
    monkeypatch.setitem(SETTINGS, "lock_timeout", "200")
    tracker = Tracker(broken)
    reading = tracker.log()
    next(reading)
    with pytest.raises(DatabaseBusy, match=r"somebody still does \(perhaps this program"):
        tracker.rebuild()
    assert len(list(reading)) == len(WORLD) - 1
    assert tracker.rebuild()["position"] == len(WORLD)


def test_a_reader_that_was_given_up_for_another_is_told_to_try_again(schema: str) -> None:
    """Somebody's own program that takes the tables in another order."""
    Tracker.create(schema)
    with ThreadPoolExecutor() as pool, open_reader(schema) as reader, stranger(schema) as hand:
        hand("SET deadlock_timeout = '1h'")  # so that it is the reader who finds it
        hand("BEGIN")
        hand("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        other = pool.submit(hand, "LOCK TABLE checkpoints IN ACCESS EXCLUSIVE MODE")
        assert not wait([other], GLANCE).done
        with pytest.raises(DatabaseBusy, match="deadlock"):
            reader.rows("SELECT count(*) FROM events")
        other.result(PATIENCE)


def test_what_is_claimed_during_a_rebuild_makes_no_name_that_is_there(world: str) -> None:
    tracker = Tracker(world)
    with ThreadPoolExecutor() as pool, rebuilding(world) as (_, go_on):
        said = pool.submit(
            tracker.add_claim, "clan captured Mill", source="The Wire", at="2024-12-07", create=True
        )
        assert not wait([said], GLANCE).done
        go_on.set()
        assert said.result(PATIENCE)["recorded"]
    assert len(asked(world)) == len(WHOLE)
    assert len(tracker.listed("place")["places"]) == 5 + len(BROUGHT)


def test_a_table_that_has_its_shape_stays_where_it_is(schema: str) -> None:
    """Or readers would be waited for, and wait, at every rebuild."""
    with fresh(schema) as store, stranger(store.where) as hand:
        before = [hand("SELECT to_regclass(?)::oid", table) for table in tables()]
        rebuild(store)
        assert before == [hand("SELECT to_regclass(?)::oid", table) for table in tables()]
