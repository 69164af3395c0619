"""Decides what a hostile file is, by its number, and whether the tracker took it as it should."""

from __future__ import annotations

import json
import shutil
import time
import warnings
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from benchmarks.fuzz import archives, spoiling
from benchmarks.fuzz.seeds import NOW, Importer, furnish, good
from tracker.errors import TrackerError
from tracker.record.store import Store
from tracker.record.verify import Reading
from tracker.tracker import Tracker

SEED: Final = 9
_GAZETTEERS: Final = ("places", "geonames", "pcodes", "pcodes-list", "geojson")
_NAMED: Final = ("csv", "tsv", "jsonl", "xlsx", "acled", "log", *_GAZETTEERS)


class Hostile(NamedTuple):
    """A file, and what is asked for with it."""

    data: bytes
    options: dict[str, Any]


class Verdict(NamedTuple):
    """What became of it: `recorded` or `refused`, or `crash` and what; seconds, those of others left out."""

    end: str
    seconds: float
    told: str = ""


def hostile(one: Importer, number: int, seed: int = SEED) -> Hostile:
    """The same for the same numbers."""
    chance = Random(f"{seed} {one.name} {number}")
    if one.made == "archive":
        data = archives.spoiled(chance, good(one.name))
    else:
        if one.name == "log" and chance.random() < 0.6:
            data = spoiling.chained(spoiling.some(chance, spoiling.JSON, good(one.name), 1))
        else:
            data = spoiling.spoiled(chance, one.made, good(one.name))
    options: dict[str, Any] = {}
    if chance.random() < 0.08 and one.name in _NAMED:
        options["encoding"] = chance.choice(spoiling.ENCODINGS)
    if one.name != "log" and chance.random() < 0.1:
        options["strict"] = True
    if chance.random() < 0.1:
        options["dry_run"] = True
    if one.name in _GAZETTEERS and chance.random() < 0.1:
        options["min_population"] = 1000
    return Hostile(data, options)


class Trial:
    """A tracker to which hostile files are given, one after the other."""

    def __init__(self, one: Importer, folder: Path) -> None:
        self._one, self._folder = one, folder
        self._where, self._base = folder / "tracker.db", folder / "base.db"
        if one.name == "log":
            Tracker.create(self._base, clock=lambda: NOW, by="fuzz")
        else:
            furnish(self._base)
        self._anew()

    def _anew(self) -> None:
        for end in ("", "-wal", "-shm"):
            Path(f"{self._where}{end}").unlink(missing_ok=True)
        shutil.copy(self._base, self._where)
        self._tracker = Tracker(self._where, clock=lambda: NOW, by="fuzz")
        self._read = Reading()
        self._follow()

    def _follow(self) -> int:
        """Read what is new in the log; how many events that is. AssertionError: it is not whole."""
        before = self._read.position
        with Store.open(str(self._where)) as store:
            head = store.head()
            self._read.through(store.pages(before))
        assert not self._read.findings, self._read.findings[0]
        assert (self._read.position, self._read.chain_hash) == (head.position, head.chain_hash), (
            "the log is cut off"
        )
        return self._read.position - before

    def give(self, file: Hostile) -> Verdict:
        """Import it as the command does, and look at the log."""
        path = self._folder / f"file{self._one.ending}"
        path.write_bytes(file.data)
        began, end, told = _now(), "refused", ""
        done: dict[str, Any] | None = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                done = self._tracker.import_file(
                    path, file_format=self._one.file_format, profile=self._one.profile,
                    rejected=self._folder / "rejected.csv", **file.options,
                )  # fmt: skip
            json.dumps(done, ensure_ascii=False, allow_nan=False).encode()  # as it is printed
            end = "recorded" if done["recorded"] and not done["dry_run"] else "refused"
        except TrackerError as error:
            told = _line(error)
        except Exception as error:
            end, told = "crash", f"{type(error).__name__}: {error}"[:300]
        seconds = _now() - began
        with suppress(FileNotFoundError):
            (self._folder / "rejected.csv").read_text("utf-8")
        try:
            new = self._follow()
            kept = done is None and ("strict" in file.options or self._one.name == "log")
            assert not new or not ("dry_run" in file.options or kept), "something was recorded"
            assert bool(new) >= (end == "recorded"), "nothing was recorded"
            if self._one.name == "log" and new:
                self.whole()
                self._anew()
        except AssertionError as error:
            end, told = "crash", f"{told} log: {error}"
        return Verdict(end, seconds, told)

    def whole(self) -> None:
        """AssertionError where the log, or a view of it, is not what it should be."""
        told = self._tracker.verify(views=True)
        assert not told["findings"], told["findings"]


def _now() -> float:
    """Seconds, of which those do not count in which this process could go on and others had the processor."""
    try:
        waited = int(Path("/proc/self/schedstat").read_text("ascii").split()[1])
    except (OSError, LookupError, ValueError):  # not every system tells
        waited = 0
    return time.monotonic() - waited / 1e9


def _line(error: TrackerError) -> str:
    """What is printed of a refusal."""
    told = f"{error.message}; {error.next_step}"
    told.encode()
    return told
