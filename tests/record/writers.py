"""Decides how processes write to a log until they are killed: `python -m tests.record.writers …`.

One process imports everything and forks the writers, so that a hundred of them cost little. Each notes what
was acknowledged to it in a file of its own, one write a line, which outlives it.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg  # noqa: F401  imported before the forks
from sqlalchemy import Connection, text

from tracker.errors import DatabaseProblem
from tracker.record import postgresql  # noqa: F401
from tracker.record.store import Envelope, NewEvent, Store

ABREAST = 8
PATIENCE = 10.0
"""Seconds until a writer is interrupted again."""
BATCHES = (1, 3, 7)


def batch(writer: int, n: int) -> list[NewEvent]:
    """The `n`th append of a writer: its events' ids, streams and contents follow from the two numbers."""
    size = BATCHES[n % len(BATCHES)]
    payload = '{"text":"' + "x" * (n % 50) * 20 + '"}'
    ids = [f"w{writer}-{n}-{k}-of-{size}" for k in range(size)]
    return [NewEvent(one, f"writer/{writer}", "claim-recorded", 1, payload) for one in ids]


def view(connection: Connection, new: Sequence[Envelope]) -> None:
    """A view of the test: one row an event, written in the transaction of the append."""
    connection.execute(
        text("INSERT INTO seen (position, event_id) VALUES (:position, :event_id)"),
        [{"position": one.position, "event_id": one.event_id} for one in new],
    )


def write(where: str, writer: int, notes: Path, seconds: float) -> None:
    """Appends batch after batch; notes `n first-position` once an append was acknowledged."""
    noted = os.open(notes / f"{writer}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    deadline = time.monotonic() + seconds
    with Store.open(where) as store:
        n = 0
        while time.monotonic() < deadline:
            answers = store.append(
                batch(writer, n), now=time.time_ns() // 1000, by=f"writer {writer}", project=view
            )
            os.write(noted, f"{n} {answers[0].position}\n".encode())
            n += 1


def spawn(where: str, writer: int, notes: Path, seconds: float) -> int:
    """Forks a writer; answers with its process id."""
    if (pid := os.fork()) != 0:
        return pid
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        write(where, writer, notes, seconds)
        status = 0
    except KeyboardInterrupt:
        status = 130
    except DatabaseProblem as problem:
        print(problem.message, file=sys.stderr)
    finally:
        os._exit(status)


def kill_all(where: str, count: int, notes: Path, how: int, chance: random.Random) -> None:
    """`count` writers, a few at a time: every fifth killed as it starts, the others while they write."""
    alive: dict[int, float] = {}
    left = list(range(count))
    while left or alive:
        while left and len(alive) < ABREAST:
            writer = left.pop()
            pid = spawn(where, writer, notes, 60)
            if writer % 5:
                _wait_for_a_note(notes / f"{writer}")
            alive[pid] = time.monotonic() + chance.uniform(0, 0.15)
        for pid in [pid for pid, when in alive.items() if time.monotonic() >= when]:
            del alive[pid]
            _end(pid, how)
        time.sleep(0.002)


def _end(pid: int, how: int) -> None:
    """Kills a writer. Who is interrupted amid a pipeline of psycopg may, rarely, wait for a server that has
    nothing more to say, and keeps the append lock; whoever sits there presses Ctrl-C again, and so does this.
    """
    os.kill(pid, how)
    again = time.monotonic() + PATIENCE
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        if time.monotonic() > again:
            print(f"process {pid} goes on after {signal.Signals(how).name}; once more", file=sys.stderr)
            os.kill(pid, how)
            again += PATIENCE
        time.sleep(0.002)


def _wait_for_a_note(note: Path) -> None:
    deadline = time.monotonic() + 10
    while not (note.exists() and note.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.001)


def run_all(where: str, count: int, notes: Path, seconds: float) -> int:
    """`count` writers at once for some seconds; answers with how many failed."""
    pids = [spawn(where, writer, notes, seconds) for writer in range(count)]
    return sum(os.waitpid(pid, 0)[1] != 0 for pid in pids)


if __name__ == "__main__":
    verb, address, number, folder, argument = sys.argv[1:]
    with Store.open(address) as once:  # what is only imported, or made, when it is needed is there for all
        once.append([], now=1, by="nobody")
    if verb == "kill":
        kill_all(address, int(number), Path(folder), signal.Signals[argument], random.Random(7))
    else:
        sys.exit(run_all(address, int(number), Path(folder), float(argument)))
