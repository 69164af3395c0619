"""Decides which process may write to a SQLite file: the one that holds the lock beside it."""

from __future__ import annotations

import fcntl
import os
import time
from threading import Event, Lock, Thread


class FileLock:
    """An OS lock on `<database>.lock`, released by the kernel however its holder ends.

    In one process it also keeps threads apart. The file stays: removing it would let two writers lock
    two different files of one name.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None
        self._threads = Lock()

    def acquire(self, wait: float) -> bool:
        """Waits up to `wait` seconds for its turn; False: somebody else still writes."""
        deadline = time.monotonic() + wait
        if not self._threads.acquire(timeout=wait):
            return False
        try:
            if self._at_once() or self._in_turn(deadline - time.monotonic()):
                return True
        except BaseException:
            self._threads.release()
            raise
        self._threads.release()
        return False

    def release(self) -> None:
        """Lets the next one in."""
        try:
            if self._file is not None:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def exists(self) -> bool:
        """Whether anybody ever wrote here."""
        return os.path.exists(self._path)

    def close(self) -> None:
        """Closes the lock file; acquiring opens it again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _at_once(self) -> bool:
        if self._file is None:
            self._file = _open(self._path)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _in_turn(self, wait: float) -> bool:
        turn = _Turn(self._path)
        turn.start()
        locked = turn.wait(wait)
        if locked is None:
            return False
        self.close()
        self._file = locked
        return True


class _Turn(Thread):
    """A place in the kernel's queue for the lock.

    The queue is fair: an asker that polls would hardly ever meet the moment in which a busy writer is
    between two appends. It is a thread because nothing else can stand in the queue and also give up.
    """

    def __init__(self, path: str) -> None:
        super().__init__(daemon=True)
        self._file = _open(path)
        self._settling = Lock()
        self._granted = Event()
        self._given_up = False

    def run(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        with self._settling:
            self._granted.set()
            if self._given_up:
                os.close(self._file)

    def wait(self, seconds: float) -> int | None:
        """The locked file; None: the turn did not come in time, and was given up."""
        in_time = False
        try:
            in_time = self._granted.wait(seconds)
        finally:  # also when Ctrl-C ends the wait
            with self._settling:
                self._given_up = not in_time
                if self._given_up and self._granted.is_set():
                    os.close(self._file)
        return self._file if in_time else None


def _open(path: str) -> int:
    # To lock it needs no right to write, which another user's lock file may not give.
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
