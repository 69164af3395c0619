"""Decides how databases with a story in them are made once and handed to many tests."""

from __future__ import annotations

import fcntl
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.acceptance.packs import Line, Pack, registering, saying, syria
from tests.cli.running import tracker

__all__ = [
    "fresh",
    "new_schema",
    "nobody_at_home",
    "report_copy",
    "report_file",
    "starter_file",
    "story_copy",
    "story_file",
]
"""The fixtures."""
OPENED = "2024-11-26T00:00:00Z"
LATER = "2024-12-20T00:00:00Z"
_schemas = itertools.count(1)


@pytest.fixture(autouse=True)
def nobody_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings, databases or clocks of whoever runs the tests."""
    for name in ("DB", "NOW", "TZ", "BY", "COLOR"):
        monkeypatch.delenv(f"TRACKER_{name}", raising=False)
    for name in ("NO_COLOR", "CLICOLOR_FORCE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def starter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite tracker with the Syrian starter and no claim."""
    return shared(tmp_path_factory, "starter.db", begin)


@pytest.fixture(scope="session")
def report_file(tmp_path_factory: pytest.TempPathFactory, starter_file: Path) -> Path:
    """A SQLite tracker with the one report of 7 December, recorded claim by claim."""
    return shared(
        tmp_path_factory, "report.db", lambda where: say(_copied(starter_file, where), syria().act("report"))
    )


@pytest.fixture(scope="session")
def story_file(tmp_path_factory: pytest.TempPathFactory, starter_file: Path) -> Path:
    """A SQLite tracker with the whole fortnight, recorded as it came in."""
    return shared(
        tmp_path_factory, "story.db", lambda where: say(_copied(starter_file, where), syria().lines)
    )


@pytest.fixture
def fresh(starter_file: Path, tmp_path: Path) -> str:
    """A tracker of this test's own with the starter pack."""
    return _copied(starter_file, str(tmp_path / "tracker.db"))


@pytest.fixture
def report_copy(report_file: Path, tmp_path: Path) -> str:
    """A tracker of this test's own with the report in it."""
    return _copied(report_file, str(tmp_path / "report.db"))


@pytest.fixture
def story_copy(story_file: Path, tmp_path: Path) -> str:
    """A tracker of this test's own with the story in it."""
    return _copied(story_file, str(tmp_path / "story.db"))


@pytest.fixture(scope="session")
def new_schema(postgresql: str) -> Callable[[], str]:
    """Answers with the address of a PostgreSQL schema that does not exist yet."""
    return lambda: f"{postgresql}{'&' if '?' in postgresql else '?'}options=-csearch_path%3Dw{next(_schemas)}"


def begin(where: str, *, starter: bool = True) -> str:
    """Make a tracker, with the starter pack or without."""
    more = ["--starter", "syria"] if starter else []
    answer = tracker("init", "--db", where, "--now", OPENED, *more)
    assert answer.code == 0, answer.err
    return where


def register(where: str, pack: Pack) -> str:
    """Bring in everybody and every place of a pack, one command each."""
    for line in registering(pack):
        answer = tracker(*line, "--db", where, "--now", OPENED)
        assert answer.code == 0, (line, answer.err)
    return where


def say(where: str, lines: list[Line], *, now: str | None = None) -> str:
    """Record lines of a story, one command each, at the instants they carry or all at `now`."""
    for line in lines:
        answer = tracker(*saying(line), "--db", where, "--now", now or line["recorded"], "--by", "desk")
        assert answer.code == 0, (line, answer.err)
    return where


def _copied(source: Path, where: str) -> str:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(where)) as other:
        one.backup(other)
    return where


def shared(factory: pytest.TempPathFactory, name: str, make: Callable[[str], object]) -> Path:
    """A file that the first worker to need it makes and all of them read."""
    folder = factory.getbasetemp()
    folder = folder.parent if "popen-gw" in folder.name else folder
    made = folder / name
    with _locked(folder / f"{name}.making"):
        if not made.exists():
            draft = factory.mktemp(name.removesuffix(".db")) / name
            make(str(draft))
            _copied(draft, str(made.with_suffix(".part")))
            made.with_suffix(".part").rename(made)
    return made


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
