"""The lock that lets one writer in: fair, given up in time, gone with its holder."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracker.record.filelock import FileLock


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "tracker.db.lock")


@pytest.fixture
def locks(path: str) -> Iterator[tuple[FileLock, FileLock]]:
    pair = FileLock(path), FileLock(path)
    yield pair
    for lock in pair:
        lock.close()


def test_one_at_a_time(locks: tuple[FileLock, FileLock]) -> None:
    one, two = locks
    assert one.acquire(0)
    assert not two.acquire(0)
    started = time.monotonic()
    assert not two.acquire(0.2)
    assert 0.2 <= time.monotonic() - started < 2
    one.release()
    assert two.acquire(1), "once the places in the queue that it gave up have come and gone"
    two.release()


def test_who_gave_up_holds_nothing_later(locks: tuple[FileLock, FileLock]) -> None:
    one, two = locks
    assert one.acquire(0)
    assert not two.acquire(0.1)
    one.release()
    time.sleep(0.1)  # the abandoned place in the queue comes up and is let go
    assert one.acquire(1)
    one.release()


def test_threads_of_one_lock(locks: tuple[FileLock, FileLock]) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(30):
            assert locks[0].acquire(30)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            locks[0].release()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1


def test_a_writer_that_never_rests_lets_others_in(locks: tuple[FileLock, FileLock]) -> None:
    """Long inside, hardly ever outside: an asker that polled would wait for ever."""
    one, two = locks
    stop = threading.Event()

    def hog() -> None:
        while not stop.is_set():
            assert one.acquire(30)
            time.sleep(0.02)
            one.release()

    hogging = threading.Thread(target=hog)
    hogging.start()
    try:
        waits = []
        for _ in range(10):
            started = time.monotonic()
            assert two.acquire(30)
            two.release()
            waits.append(time.monotonic() - started)
    finally:
        stop.set()
        hogging.join()
    assert sorted(waits)[5] < 1


def test_it_goes_with_its_holder(path: str) -> None:
    script = (
        "import sys, time\nfrom tracker.record.filelock import FileLock\n"
        "FileLock(sys.argv[1]).acquire(1) and print('held', flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        lock = FileLock(path)
        assert not lock.acquire(0)
        holder.kill()
        assert lock.acquire(5)
        lock.release()
        lock.close()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    lock = FileLock(str(tmp_path / "no" / "lock"))
    with pytest.raises(FileNotFoundError):
        lock.acquire(0)
    with pytest.raises(FileNotFoundError):
        lock.acquire(0)
