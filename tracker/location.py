"""Decides what to say of a place where a tracker was looked for and where none can be.

Asked only once something has failed: a tracker that is there is opened without it.
"""

from __future__ import annotations

import os
import stat

from tracker.errors import (
    BadInput,
    DatabaseProblem,
    ForeignDatabase,
    NoDatabase,
    NoFolder,
    NotADatabase,
    ShutDatabase,
    Unusable,
    typed,
)

_BEGINNING = b"SQLite format 3\0"


def refuse_scheme(where: str) -> None:
    """Refuse the address of a kind of database that tracker does not know; a path passes."""
    scheme, separator, rest = where.partition("://")
    if separator:
        path = rest.removeprefix("/") if scheme.startswith("sqlite") else ""
        step = (
            f"--db {typed(path)} (a file is named by its path)"
            if path
            else "--db tracker.db (a file of its own), or --db postgresql://user@host/database"
        )
        raise BadInput(what=f"{scheme}:// is no database that tracker knows", try_=step)


def problem_at(where: str) -> DatabaseProblem | None:
    """Why the file at a path cannot be a tracker; None: it may be one, as far as this can be told."""
    try:
        found = os.stat(where)
    except PermissionError:
        folder = os.path.dirname(where) or "."
        return ShutDatabase(
            where=where, why="permission denied", try_=f"ls -ld {typed(folder)} shows who may enter"
        )
    except NotADirectoryError:
        return Unusable(
            where=where, why="part of its path is a file, no folder",
            try_="tracker init --db tracker.db makes one here",
        )  # fmt: skip
    except OSError:
        return missing_at(where)
    if stat.S_ISDIR(found.st_mode):
        inside = os.path.join(where, "tracker.db")
        verb, does = (
            ("status", "asks the one in it") if os.path.exists(inside) else ("init", "makes one in it")
        )
        return Unusable(
            where=where, why="it is a directory", try_=f"tracker {verb} --db {typed(inside)} {does}"
        )
    if not stat.S_ISREG(found.st_mode):
        return Unusable(
            where=where, why="it is not a file", try_="tracker init --db tracker.db makes one here"
        )
    return _shut(where, found) or _other(where)


def missing_at(where: str) -> NoDatabase:
    """The answer where nothing is; a tracker cannot be made before its folder."""
    folder = "" if "://" in where else os.path.dirname(os.path.expanduser(where))
    if folder and not os.path.isdir(folder):
        return NoFolder(where=where, folder=typed(folder))
    return NoDatabase(where=where)


def foreign(where: str) -> ForeignDatabase:
    """The refusal to touch another program's database; `where` is a path or the address of a server."""
    if "://" in where:
        step = "a schema of its own: --db 'postgresql://…?options=-csearch_path%3Dtracker'"
        return ForeignDatabase(where=where, try_=step)
    return ForeignDatabase(where=where, try_=_beside(where))


def _shut(where: str, found: os.stat_result) -> ShutDatabase | None:
    try:
        with open(where, "rb"):
            return None
    except PermissionError:
        own = found.st_uid == os.geteuid()
        step = f"chmod u+rw {typed(where)}" if own else f"ls -l {typed(where)} shows whose it is"
        return ShutDatabase(where=where, why="permission denied", try_=step)
    except OSError as error:
        return ShutDatabase(
            where=where, why=error.strerror or str(error), try_=f"ls -l {typed(where)} shows whose it is"
        )


def _other(where: str) -> NotADatabase | None:
    with open(where, "rb") as file:
        beginning = file.read(len(_BEGINNING))
    if beginning in (b"", _BEGINNING):
        return None
    step = f"{_beside(where)}; if it once was a tracker, go on with a copy you kept"
    return NotADatabase(where=where, try_=step)


def _beside(where: str) -> str:
    """A next step that makes a tracker beside a file, under a name that is free."""
    stem = os.path.splitext(where)[0]
    names = (os.path.join(os.path.dirname(where), "tracker.db"), f"{stem}-tracker.db")
    free = next((name for name in names if not os.path.exists(name)), f"{stem}-tracker-2.db")
    return f"tracker init --db {typed(free)} makes a tracker of its own"
