"""Decides that a night takes effect once: whoever is killed, late, or at it at the same time."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.night.nights import night, report, told, worker
from tests.record.histories import BEGIN, END, fresh, record
from tracker.errors import TrackerError
from tracker.judgement.evidence import DAY
from tracker.night.ledger import LEASE, InHand, LostLease
from tracker.night.shift import Done, work
from tracker.night.sweep import Slot
from tracker.reader import open_reader
from tracker.record.events import ClaimRecorded, Event, Hop, Moment
from tracker.record.store import Store
from tracker.zones import iso

STEPS = ("taken", "swept", "projected", "reported", "written", "recorded")
AT = END + DAY
SLOT = Slot(iso(AT)[:10], AT, "UTC")


def happened() -> list[Event]:
    """Two captors of a hill, told by two, and a mill that nobody spoke of again."""
    return [
        claim("c-1", "monitor", "clan", "hill", BEGIN), claim("c-2", "wire", "army", "hill", BEGIN + DAY),
        claim("c-3", "spokesman", "clan", "mill", BEGIN), claim("c-4", "monitor", "league", "hill", END),
        claim("c-5", "wire", "clan", "hill", END),
    ]  # fmt: skip


def claim(id_: str, who: str, side: str, place: str, at: int) -> ClaimRecorded:
    return ClaimRecorded(
        claim=id_, chain=(Hop(who=who),), modality="asserts", predicate="captured", actors=(side,),
        place=place, occurred=Moment(latest=at), reported=Moment(latest=at),
    )  # fmt: skip


@pytest.fixture
def undisturbed(tmp_path: Path) -> list[tuple[str, str, str]]:
    """What a night records that nothing happens to."""
    with fresh(str(tmp_path / "undisturbed")) as store:
        record(store, happened())
        night(store.where, AT)
        return told(store.where)


def test_the_night_of_these_tests_finds_something(undisturbed: list[tuple[str, str, str]]) -> None:
    kinds = [kind for _, kind, _ in undisturbed]
    assert kinds.count("flag-raised") >= 3
    assert kinds[-1] == "night-swept"


# -- killed ------------------------------------------------------------------------------------------

_KILLED = """
import os, signal, sys
from tests.night.test_shift import AT, SLOT
from tests.night.nights import worker
from tracker.night.shift import work

def step(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

work(worker(sys.argv[1], AT, 10, "desk"), SLOT, step=step)
"""


def kill_at(where: str, step: str) -> None:
    """A process of its own does the night and is killed at a step."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, where, step], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL


def go_on(where: str) -> Done:
    """Whoever comes next, once the lease has run out."""
    return work(worker(where, AT, 10 + LEASE + 1, "desk"), SLOT)


def outbox(where: str) -> list[tuple[str, str]]:
    with open_reader(where) as reader:
        return [(row[0], row[1]) for row in reader.rows("SELECT day, target FROM outbox")]


def check_killed(where: str, step: str, undisturbed: list[tuple[str, str, str]]) -> None:
    with fresh(where) as store:
        record(store, happened())
        kill_at(store.where, step)
        if step == "taken" and store.dialect == "sqlite":
            with pytest.raises(InHand, match="somebody else works on the night"):
                work(worker(store.where, AT, 11), SLOT)
        if store.dialect == "postgresql":  # leases run by the server's clock: let it run out
            with store.transaction() as connection:
                connection.exec_driver_sql("UPDATE sweep_runs SET lease_until = 0 WHERE state = 'running'")
        done = go_on(store.where)
        assert done.anew is (step != "recorded")
        assert told(store.where) == undisturbed
        assert outbox(store.where) == [(SLOT.night, "desk")]
        assert report(store.where, SLOT.night)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_and_done_again_is_done_once(
    tmp_path: Path, step: str, undisturbed: list[tuple[str, str, str]]
) -> None:
    check_killed(str(tmp_path / "killed"), step, undisturbed)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_on_postgresql(
    schema: str, step: str, undisturbed: list[tuple[str, str, str]]
) -> None:
    check_killed(schema, step, undisturbed)


# -- at the same time --------------------------------------------------------------------------------


class _Turns:
    """Lets two workers go on step by step, in an order that was drawn."""

    def __init__(self, order: Iterator[int]) -> None:
        self._order = order
        self._changed = threading.Condition()
        self._running = {0, 1}
        self._turn = next(order)

    def step(self, me: int) -> Callable[[str], None]:
        def wait(name: str) -> None:
            if name not in ("taken", "swept"):  # inside the lock nobody waits for another
                return
            with self._changed:
                self._pass()
                self._changed.wait_for(lambda: self._turn == me or self._running == {me})

        return wait

    def begin(self, me: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._turn == me or self._running == {me})

    def end(self, me: int) -> None:
        with self._changed:
            self._running.discard(me)
            self._pass()

    def _pass(self) -> None:
        self._turn = next(self._order)
        if self._running and self._turn not in self._running:
            self._turn = min(self._running)
        self._changed.notify_all()


def both(where: str, chance: random.Random) -> list[Done | TrackerError]:
    """Two workers at one night; the lease of the first may have run out when the second comes."""
    turns = _Turns(iter(lambda: chance.randrange(2), None))
    found: list[Done | TrackerError] = []
    late = chance.choice((0, LEASE + 1))

    def do(me: int) -> None:
        turns.begin(me)
        try:
            found.append(work(worker(where, AT, 10 + me * late, "desk"), SLOT, step=turns.step(me)))
        except TrackerError as error:
            found.append(error)
        finally:
            turns.end(me)

    threads = [threading.Thread(target=do, args=(n,)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 2
    return found


@pytest.mark.parametrize("seed", range(5))
def test_two_at_once_have_one_effect(
    tmp_path: Path, seed: int, undisturbed: list[tuple[str, str, str]]
) -> None:
    """Forty interleavings each; a thousand were run once (docs/benchmarks.md)."""
    chance, seen = random.Random(seed), set()
    with fresh(str(tmp_path / "prepared")) as store:
        record(store, happened(), batches=[5])
        prepared = store.where
    for n in range(40):
        with Store.open(shutil.copy(prepared, f"{tmp_path}/both-{n}.db")) as store:
            outcomes = both(store.where, chance)
            done = [one for one in outcomes if isinstance(one, Done)]
            assert sum(one.anew for one in done) == 1
            assert all(isinstance(one, Done | InHand | LostLease) for one in outcomes)
            assert told(store.where) == undisturbed
            assert outbox(store.where) == [(SLOT.night, "desk")]
            seen.add(tuple(sorted(type(one).__name__ for one in outcomes)))
    assert len(seen) > 1


# -- what goes wrong ---------------------------------------------------------------------------------


def test_a_failure_gives_the_night_back_at_once(tmp_path: Path) -> None:
    def fail(name: str) -> None:
        if name == "reported":
            raise OSError(28, "No space left on device")

    with fresh(str(tmp_path / "full")) as store:
        record(store, happened())
        before = store.last_position()
        with pytest.raises(OSError, match="No space left"):
            night(store.where, AT, step=fail)
        assert store.last_position() == before
        assert not told(store.where)
        assert night(store.where, AT).anew


def test_what_is_recorded_while_a_night_is_swept_is_in_it(tmp_path: Path) -> None:
    """The snapshot was taken before; inside the lock the night is swept again."""

    def meanwhile(name: str) -> None:
        if name == "swept":
            with Store.open(store.where) as other:
                record(other, [claim("c-9", "monitor", "army", "mill", END)])

    with fresh(str(tmp_path / "meanwhile")) as store:
        record(store, happened())
        done = night(store.where, AT, step=meanwhile)
        assert done.night.cut_off == store.last_position() - done.raised - done.cleared - 1
        assert any('"c-9"' in payload for _, _, payload in told(store.where))
