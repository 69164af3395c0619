"""Decides how one demo is made in a run, by the command line, for all the tests that only look at one."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from docs.transcripts import Done, Session
from tracker.demo import story_lines

__all__ = ["demo", "short_story"]
"""The fixtures."""
COMMAND = "tracker demo --dir demo"


class Demo(NamedTuple):
    """What the command printed on both its outputs, and the folder in which it was typed."""

    printed: str
    folder: Path

    @property
    def done(self) -> dict[str, Done]:
        """As a session in the documentation takes it."""
        return {COMMAND: Done(self.printed, self.folder)}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo that the first worker to need it has made; nobody writes to it."""
    base = tmp_path_factory.getbasetemp()
    made = (base.parent if "popen-gw" in base.name else base) / "demonstrated"
    told = made / "told"
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            shutil.rmtree(made, ignore_errors=True)
            (folder := made / "folder").mkdir(parents=True)
            told.write_text(Session(folder).run(COMMAND), encoding="utf-8")
    return Demo(told.read_text(encoding="utf-8"), made / "folder")


@pytest.fixture
def short_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo in this process tells the end of the story alone: where it does not matter what it tells."""
    lines = story_lines()[-5:]
    monkeypatch.setattr("tracker.demo.story_lines", lambda: lines)
