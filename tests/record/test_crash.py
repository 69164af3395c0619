"""Killed writers, killed servers, crowds of writers: nothing is lost, torn, doubled or unseen."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from tests.postgresql import Server
from tests.record import writers
from tests.record.events import event, events
from tracker.errors import DatabaseProblem
from tracker.record.store import Envelope, NewEvent, Store
from tracker.record.verify import verify

pytestmark = pytest.mark.slow

KILLED = 100
ROOT = Path(__file__).parents[2]


@pytest.fixture
def written(store: Store) -> Store:
    """A log with a view, for the writers."""
    with store.transaction() as connection:
        connection.execute(text("CREATE TABLE seen (position BIGINT, event_id TEXT)"))
    return store


def start(verb: str, store: Store, count: int, notes: Path, argument: object) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "tests.record.writers",
        verb,
        store.where,
        str(count),
        str(notes),
        str(argument),
    ]
    return subprocess.Popen(command, cwd=ROOT)


def acknowledged(notes: Path) -> dict[tuple[int, int], int]:
    """What writers were told: (writer, n) -> the position of the first event of that batch."""
    told = {}
    for note in notes.iterdir():
        for line in note.read_text().splitlines():
            n, position = map(int, line.split())
            told[int(note.name), n] = position
    return told


def seen_by_the_view(store: Store) -> list[tuple[int, str]]:
    with store.transaction() as connection:
        found = connection.execute(text("SELECT position, event_id FROM seen ORDER BY position"))
        return [(row.position, row.event_id) for row in found]


def check_nothing_torn(log: list[Envelope]) -> None:
    """Every batch is there whole and in one piece; no event is there twice."""
    assert [one.position for one in log] == list(range(1, len(log) + 1)), "no hole"
    assert max(Counter(one.event_id for one in log).values()) == 1, "no event twice"
    at = 0
    while at < len(log):
        name, _, size = log[at].event_id.rpartition("-of-")
        stem = name.rpartition("-")[0]
        expected = [f"{stem}-{k}-of-{size}" for k in range(int(size))]
        assert [one.event_id for one in log[at : at + int(size)]] == expected, "no torn batch"
        at += int(size)


def check_log(store: Store, told: dict[tuple[int, int], int]) -> None:
    log = list(store.read())
    check_nothing_torn(log)
    assert verify(store).ok
    places = {one.event_id: one.position for one in log}
    lost = [key for key, position in told.items() if places.get(writers.batch(*key)[0].event_id) != position]
    assert lost == [], "acknowledged and lost"
    assert seen_by_the_view(store) == [(one.position, one.event_id) for one in log], "views are as the log"


@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT"])
def test_killed_writers(written: Store, tmp_path: Path, how: str) -> None:
    """100 processes killed while appending; then each one's unfinished append is tried again."""
    count = KILLED if how == "SIGKILL" else 20
    (notes := tmp_path / "notes").mkdir()
    assert start("kill", written, count, notes, how).wait(timeout=120) == 0
    told = acknowledged(notes)
    assert len({writer for writer, _ in told}) > count * 0.7, "they were killed while writing, not before"
    check_log(written, told)

    before = {one.event_id: one.position for one in written.read()}
    for writer in range(count):
        unfinished = writers.batch(writer, 1 + max((n for w, n in told if w == writer), default=-1))
        answers = written.append(unfinished, now=1, by=f"writer {writer}", project=writers.view)
        for answer in answers:
            assert answer.new == (answer.event_id not in before), "duplicated on retry"
            assert answer.position == before.get(answer.event_id, answer.position)
    check_log(written, told)


def test_eight_writers_and_a_reader(written: Store, tmp_path: Path) -> None:
    """The reader sees every event, once, in order, while eight processes write."""
    (notes := tmp_path / "notes").mkdir()
    crowd = start("run", written, 8, notes, 5)
    seen: list[int] = []
    while crowd.poll() is None:
        seen.extend(one.position for one in written.read(seen[-1] if seen else 0))
        time.sleep(0.001)
    assert crowd.returncode == 0, "no writer failed"
    seen.extend(one.position for one in written.read(seen[-1] if seen else 0))
    told = acknowledged(notes)
    assert seen == list(range(1, written.head().position + 1)), "unseen 0, holes 0"
    assert len({writer for writer, _ in told}) == 8, "no writer starved"
    check_log(written, told)


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL server that may be killed."""
    own = Server()
    own.make()
    yield own
    own.remove()


def test_killed_server(server: Server) -> None:
    """The server dies three times under two writers that try each append again until it is acknowledged."""
    told: dict[tuple[int, int], int] = {}
    stop = threading.Event()
    failures: list[str] = []

    def write(writer: int) -> None:
        with Store.open(server.address()) as store:
            n = 0
            while not stop.is_set():
                try:
                    answers = store.append(writers.batch(writer, n), now=1, by="a", project=writers.view)
                except DatabaseProblem as problem:
                    failures.append(problem.message)
                    time.sleep(0.02)
                    continue
                told[writer, n] = answers[0].position
                n += 1

    with Store.create(server.address()) as store:
        with store.transaction() as connection:
            connection.execute(text("CREATE TABLE seen (position BIGINT, event_id TEXT)"))
        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(2)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(3):
                time.sleep(0.6)
                server.kill()
                server.start()
            time.sleep(0.5)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert len(failures) >= 3, "the writers noticed"
        assert len(told) > 10
        check_log(store, told)


STEPS = ("before the lock", "look", "insert", "project", "commit", "after")


@pytest.mark.parametrize("step", STEPS)
def test_a_retry_after_an_end_at_any_step(where: str, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer ends (as by Ctrl-C) at each step; a new one repeats the append and gets the same places."""
    Store.create(where).close()
    with Store.open(where) as store:
        store.append(events(2), now=1, by="a")
        ended = _ending(store, step, monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            ended([event(3), event(4)])
        monkeypatch.undo()
        assert store.head().position == (4 if step == "after" else 2)
    with Store.open(where) as store:
        answers = store.append([event(3), event(4)], now=1, by="a")
        assert [one.position for one in answers] == [3, 4]
        assert [one.new for one in answers] == [step != "after"] * 2
        assert [one.event_id for one in store.read()] == ["e-1", "e-2", "e-3", "e-4"]
        assert verify(store).ok


def _ending(store: Store, step: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[NewEvent]], None]:
    def end(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def project(connection: Connection, new: Sequence[Envelope]) -> None:
        if step == "project":
            end()

    if step == "before the lock":
        monkeypatch.setattr(type(store.medium), "writing", end)
    elif step in ("look", "insert"):
        monkeypatch.setattr(type(store.medium), step, end)
    elif step == "commit":
        commit = {
            "sqlite": "tracker.record.sqlite.SQLiteFile._end",
            "postgresql": "psycopg.Connection.commit",
        }
        monkeypatch.setattr(commit[store.dialect], end)

    def run(new: list[NewEvent]) -> None:
        store.append(new, now=1, by="a", project=project)
        if step == "after":
            end()

    return run
