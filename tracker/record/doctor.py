"""Decides what is looked at when somebody asks whether a database is well, and what of it is unsafe."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version

from tracker.errors import DamagedDatabase, TrackerError, typed
from tracker.location import foreign, missing_at, problem_at
from tracker.record.engine import medium
from tracker.record.filesystem import file_system, network_file_system
from tracker.record.medium import Medium, translated
from tracker.record.schema import SCHEMA_HEAD, TRIGGERS
from tracker.record.sqlite import SETTINGS, SQLiteFile

_CHECKPOINT_RACE_FIXED = (3, 51, 3)
_OLDEST_SQLITE = (3, 38, 0)  # the first that always has json_each
_OLDEST_POSTGRESQL = 150000
_LITTLE = 200 * 2**20
_EFFECTIVE = os.access in os.supports_effective_ids


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `advice`: what to do if it is not `ok`; for one that is, what else to know."""

    name: str
    value: str
    ok: bool
    advice: str = ""


def doctor(where: str) -> list[Check]:
    """Looks at the software, the database at an address and what it lies on; changes nothing."""
    place = medium(where)
    examinations: tuple[Callable[[], Iterator[Check]], ...]
    if isinstance(place, SQLiteFile):
        file = place
        examinations = (lambda: _file(file), lambda: _sqlite(file), lambda: _log(file))
    else:
        examinations = (lambda: _postgresql(place), lambda: _rights(place), lambda: _log(place))
    with closing(place):
        checks = list(_software())
        for examination in examinations:
            try:
                with translated(place):
                    checks.extend(examination())
            except TrackerError as error:
                damaged = isinstance(error, DamagedDatabase)
                advice = "go on with a copy you kept" if damaged else error.next_step
                checks.append(Check("database", error.message, False, advice))
                break
        return checks


def _software() -> Iterator[Check]:
    yield Check("python", platform.python_version(), True)
    for package in ("sqlalchemy", "alembic", "orjson"):
        yield Check(package, version(package), True)


def _file(place: SQLiteFile) -> Iterator[Check]:
    if place.path.is_dir() and (problem := problem_at(str(place.path))) is not None:
        raise problem  # what is advised for a file would close a folder to others
    network = network_file_system(place.path)
    yield Check(
        "file system",
        file_system(place.path) or "not told by this machine",
        network is None,
        "a local disk, or PostgreSQL: on a network SQLite can lose data" if network else "",
    )
    if not place.path.parent.is_dir():
        return
    free = shutil.disk_usage(place.path.parent).free
    there = os.path.exists(place.path)  # also where the folder may not be entered
    size = place.path.stat().st_size if there else 0
    enough = free > max(_LITTLE, size // 2)
    yield Check(
        "free disk", f"{free // 2**20} MB", enough, "" if enough else "make room before recording more"
    )
    if there:
        rights = place.path.stat().st_mode
        yield Check(
            "permissions",
            stat.filemode(rights),
            not rights & stat.S_IWOTH,
            f"chmod o-w {typed(place.path)} (anybody may write to it)" if rights & stat.S_IWOTH else "",
        )
        yield _writing(place)
    yield _lock(place)


def _writing(place: SQLiteFile) -> Check:
    """Whether this user can record: in the file, and in its folder, where lock and journal lie."""
    file, folder = place.path, place.path.parent
    if not os.access(file, os.W_OK, effective_ids=_EFFECTIVE):
        return Check("writing", "the file is read-only: it can be asked", False, f"chmod u+w {typed(file)}")
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=_EFFECTIVE):
        return Check(
            "writing", "its folder is read-only: it can be asked", False, f"chmod u+w {typed(folder)}"
        )
    return Check("writing", "possible", True)


def _lock(place: SQLiteFile) -> Check:
    if not place.lock.exists():
        return Check("lock", "free, never taken", True)
    if place.lock.acquire(0.0):
        place.lock.release()
        return Check("lock", "free", True)
    return Check("lock", "held", True, "another process is writing at this moment")


def _sqlite(place: SQLiteFile) -> Iterator[Check]:
    number = tuple(map(int, sqlite3.sqlite_version.split(".")))
    race = (
        ""
        if number >= _CHECKPOINT_RACE_FIXED
        else "two programs that write at once can damage a file of this SQLite: write with tracker alone"
    )
    old = number < _OLDEST_SQLITE
    yield Check("sqlite", sqlite3.sqlite_version, not old, "a Python with a newer SQLite" if old else race)
    yield _revision(place)
    damage = str(place.rows("PRAGMA quick_check(1)")[0][0])
    yield Check("pages", damage, damage == "ok", "" if damage == "ok" else "go on with a copy you kept")
    mode = str(place.rows("PRAGMA journal_mode")[0][0])
    yield Check("journal_mode", mode, True, "" if mode == "wal" else "the next command that writes sets it")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as trial:
        for name, wanted in SETTINGS.items():
            if name != "journal_mode":  # of the file; the others are of the connection
                trial.execute(f"PRAGMA {name} = {wanted}")
                found = trial.execute(f"PRAGMA {name}").fetchone()
                yield _setting(name, wanted, found[0] if found else wanted)
    there = {row[0] for row in place.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    yield _triggers(place, there)


def _postgresql(place: Medium) -> Iterator[Check]:
    yield Check("psycopg", version("psycopg"), True)
    ((number, name),) = place.rows(
        "SELECT current_setting('server_version_num'), current_setting('server_version')"
    )
    old = int(number) < _OLDEST_POSTGRESQL
    yield Check("postgresql", name, not old, "PostgreSQL 15 or newer" if old else "")
    yield _revision(place)
    for setting, wanted in (
        ("server_encoding", "UTF8"),
        ("synchronous_commit", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
    ):
        yield _setting(setting, wanted, place.rows("SELECT current_setting(?)", (setting,))[0][0])
    guarded = "tgrelid IN ('events'::regclass, 'head'::regclass)"
    armed = place.rows(f"SELECT tgname FROM pg_trigger WHERE {guarded} AND tgenabled = 'A'")
    yield _triggers(place, {row[0] for row in armed})


def _rights(place: Medium) -> Iterator[Check]:
    ((user, mighty),) = place.rows("SELECT current_user::text, has_table_privilege('events', 'UPDATE')")
    advice = "it could switch the triggers off: record as a role that may only insert (docs: roles)"
    yield Check("role", user, True, advice if mighty else "")


def _log(place: Medium) -> Iterator[Check]:
    head = place.head()
    last = int(place.rows("SELECT coalesce(max(position), 0) FROM events")[0][0])
    count = int(place.rows("SELECT count(*) FROM events")[0][0])
    sound = last == head.position == count
    yield Check("log", f"{count} events, last {last}", sound, "" if sound else "tracker verify")
    yield Check(
        "head", f"{head.position} {head.chain_hash.hex()}", True, "keep a copy of it elsewhere as a witness"
    )


def _revision(place: Medium) -> Check:
    found = place.schema_version()
    if found is None:
        raise foreign(place.shown) if place.occupied() else missing_at(place.shown)
    if found == SCHEMA_HEAD:
        return Check("schema", found, True)
    advice = "tracker db upgrade" if found < SCHEMA_HEAD else "a newer tracker"
    return Check("schema", f"{found}, this tracker writes {SCHEMA_HEAD}", False, advice)


def _setting(name: str, wanted: object, found: object) -> Check:
    advice = "" if found == wanted else f"must be {wanted}: what was recorded may be lost otherwise"
    return Check(name, str(found), found == wanted, advice)


def _triggers(place: Medium, there: set[str]) -> Check:
    missing = TRIGGERS[place.dialect] - there
    if not missing:
        return Check("triggers", "in place", True)
    advice = "somebody took them away: tracker verify, then restore a copy"
    return Check("triggers", f"missing: {', '.join(sorted(missing))}", False, advice)
