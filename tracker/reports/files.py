"""Decides how a report becomes a file: whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
from contextlib import suppress
from tempfile import NamedTemporaryFile

from tracker.errors import BadInput, TrackerError, typed


class Unwritten(TrackerError):
    """{path} could not be written: {why}

    Try: {try_}; the report can be made again at any time
    """


def write_whole(path: str, text: str) -> None:
    """Write a file beside its name, and give it the name once it is on the disk. Raises Unwritten."""
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path):
        raise BadInput(what=f"{path} is a folder", try_=f"--out {typed(os.path.join(path, 'report.html'))}")
    beside = ""
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=folder, prefix=".report-", delete=False
        ) as file:
            beside = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o666 & ~_mask())
        os.replace(beside, path)
    except OSError as error:
        if beside:
            with suppress(OSError):
                os.unlink(beside)
        where = "another folder" if os.path.isdir(folder) else f"mkdir -p {typed(folder)}"
        raise Unwritten(path=path, why=(error.strerror or str(error)).lower(), try_=where) from error


def _mask() -> int:
    """What this process takes away from the rights of files that it makes."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
