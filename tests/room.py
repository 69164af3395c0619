"""Decides where the files of tests lie: in memory, where there is enough of it, and otherwise on a disk.

Making a file costs a PostgreSQL on a disk several times what the rest of a table costs it. What only a disk
would show (a server killed with its commits durable) is tested with a server on a disk all the same.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

NEEDED: Final = 4 << 30
"""A whole run fills 1.2 GB before it ends; the rest is for those who work in it and beside it (bytes)."""

_MEMORY: Final = Path("/dev/shm")
_GROUP: Final = Path("/sys/fs/cgroup")


def folder() -> Path:
    """The folder under which tests may write; TMPDIR, where it is set, has been chosen by somebody."""
    if "TMPDIR" not in os.environ and os.access(_MEMORY, os.W_OK) and min(_free()) > NEEDED:
        return _MEMORY
    return Path(tempfile.gettempdir())


def _free() -> Iterator[int]:
    """The bytes that are left, by each of those who limit them; nothing, where that cannot be known."""
    found = os.statvfs(_MEMORY)
    yield found.f_bavail * found.f_frsize
    try:
        told = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        yield int(told["MemAvailable"].split()[0]) << 10
    except (OSError, LookupError, ValueError):
        yield 0
    most, now = _GROUP / "memory.max", _GROUP / "memory.current"
    if most.exists() and (limit := most.read_text().strip()) != "max":
        yield int(limit) - int(now.read_text())
