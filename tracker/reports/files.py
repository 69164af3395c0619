"""Decides how a report becomes a file: whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from tempfile import NamedTemporaryFile

from tracker.errors import BadInput, TrackerError, typed


class Unwritten(TrackerError):
    """{path} could not be written: {why}

    Try: {try_}; the report can be made again at any time
    """


def write_whole(path: str, text: str) -> None:
    """Write a file beside its name, and give it the name once it is on the disk. Raises Unwritten.

    What is no file (a terminal, a pipe) is written to as it is, and the file behind a link is meant.
    """
    if os.path.isdir(path):
        raise BadInput(what=f"{path} is a folder", try_=f"--out {typed(os.path.join(path, 'report.html'))}")
    if os.path.exists(path) and not os.path.isfile(path):
        try:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise Unwritten(path=path, why=_why(error), try_="another file") from error
        return
    target = os.path.realpath(path)
    folder, beside = os.path.dirname(target), ""
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=folder, prefix=".report-", delete=False
        ) as file:
            beside = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, _rights(target))
        os.replace(beside, target)
    except OSError as error:
        if beside:
            with suppress(OSError):
                os.unlink(beside)
        where = "another folder" if os.path.isdir(folder) else f"mkdir -p {typed(folder)}"
        raise Unwritten(path=path, why=_why(error), try_=where) from error


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
