"""Decides how what is written becomes a file: whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import NamedTemporaryFile
from typing import IO, Any, Final

from tracker.errors import BadInput, TrackerError, typed

_DATABASE: Final = b"SQLite format 3\0"
"""How a file of SQLite begins."""


class Unwritten(TrackerError):
    """{path} could not be written: {why}

    Try: {try_}; the {what} can be made again at any time
    """


def write_whole(path: str, text: str) -> None:
    """Write a report beside its name, and give it the name once it is on the disk. Raises Unwritten."""
    with whole(path, what="report", named="report.html") as file:
        file.write(text)


def refuse_database(path: str, option: str) -> None:
    """Refuse to write over a database: what is in it may be nowhere else. Raises BadInput."""
    with suppress(OSError):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                if file.read(len(_DATABASE)) == _DATABASE:
                    raise BadInput(what=f"{path} is a database, and would be lost", try_=f"{option} ANOTHER")


@contextmanager
def whole(
    path: str, *, what: str, named: str, binary: bool = False, option: str = "--out"
) -> Iterator[IO[Any]]:
    """A file to write to that gets its name once all of it is on the disk. Raises Unwritten, BadInput.

    What is no file (a terminal, a pipe) is written to as it is, and the file behind a link is meant.
    Left by an exception, nothing of it stays. `named` is how such a file may be called, for the next
    step, which is typed with `option`.
    """
    how: dict[str, Any] = {"mode": "wb"} if binary else {"mode": "w", "encoding": "utf-8", "newline": "\n"}
    if os.path.isdir(path):
        raise BadInput(what=f"{path} is a folder", try_=f"{option} {typed(os.path.join(path, named))}")
    refuse_database(path, option)
    if os.path.exists(path) and not os.path.isfile(path):
        try:
            with open(path, **how) as file:
                yield file
        except OSError as error:
            raise Unwritten(path=path, why=_why(error), try_="another file", what=what) from error
        return
    target = os.path.realpath(path)
    folder, beside = os.path.dirname(target), ""
    try:
        with NamedTemporaryFile(dir=folder, prefix=f".{what}-", delete=False, **how) as file:
            beside = file.name
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, _rights(target))
        os.replace(beside, target)
        beside = ""
    except OSError as error:
        where = "another folder" if os.path.isdir(folder) else f"mkdir -p {typed(folder)}"
        raise Unwritten(path=path, why=_why(error), try_=where, what=what) from error
    finally:
        if beside:
            with suppress(OSError):
                os.unlink(beside)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _rights(path: str) -> int:
    """Those of the file that is replaced, else what this process gives to files that it makes."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode) & 0o777
    except FileNotFoundError:
        return 0o666 & ~_mask()


def _mask() -> int:
    """What this process takes away from the rights of files that it makes."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
