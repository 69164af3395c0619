"""Decides how a report gets into a folder: whole or not at all, the same file however often it is tried."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final

from tracker.errors import typed
from tracker.night.letter import Letter, NotTaken, told
from tracker.night.targets import Directory

ENDINGS: Final = {"html": "html", "map": "html", "markdown": "md", "json": "json"}


def put_down(target: Directory, letter: Letter, attempt: str) -> None:
    """Write the file of a night. Raises NotTaken, and then nothing is there that was not before."""
    name = f"night-{letter.night}.{ENDINGS[target.format]}"
    try:
        _sweep_up(target.path, name)
        _write(target.path, name, letter.form(target.format), f".{name}.{attempt}.part")
    except FileNotFoundError as error:
        raise NotTaken(f"the folder {target.path} is not there: mkdir -p {typed(target.path)}") from error
    except OSError as error:
        raise NotTaken(f"{os.path.join(target.path, name)} cannot be written: {told(error)}") from error


def _write(folder: str, name: str, content: bytes, part: str) -> None:
    """On the disk under another name first: who looks sees the old file or the new one."""
    path = os.path.join(folder, part)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(path, os.path.join(folder, name))
    except BaseException:
        with suppress(OSError):
            os.unlink(path)
        raise
    _sync(folder)


def _sweep_up(folder: str, name: str) -> None:
    """Take away what earlier attempts left when their process ended: they hold this night no more."""
    for found in os.listdir(folder):
        if found.startswith(f".{name}.") and found.endswith(".part"):
            with suppress(OSError):
                os.unlink(os.path.join(folder, found))


def _sync(folder: str) -> None:
    """The new name is on the disk too, where folders can be synced."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
