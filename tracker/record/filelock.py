"""Decides which process may write to a SQLite file: the one that holds the lock beside it."""

from __future__ import annotations

import fcntl
import os
import time
from threading import Lock

_FIRST_NAP, _LONGEST_NAP = 0.0002, 0.005


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
        """Waits up to `wait` seconds; False: somebody else still writes."""
        deadline = time.monotonic() + wait
        if not self._threads.acquire(timeout=wait):
            return False
        try:
            if self._locked_by(deadline):
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

    def close(self) -> None:
        """Closes the lock file; acquiring opens it again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _locked_by(self, deadline: float) -> bool:
        # Polling, not a blocking flock: that could neither give up nor tell the user why it waits.
        if self._file is None:
            self._file = os.open(self._path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        nap = _FIRST_NAP
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
            time.sleep(nap)
            nap = min(nap * 1.5, _LONGEST_NAP)
