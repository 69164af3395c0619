"""Decides what the demo does: the real story of December 2024, replayed as it came in.

First the one wire report of 7 December, alone, in a tracker of its own; then the whole fortnight, day
by day from 27 November, with the report at its place in it. What is printed comes from the same
verbs as every other answer.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

from tracker.desk.claiming import Claiming
from tracker.desk.recording import Decision, Recorder, unseen
from tracker.desk.starter import Line, story
from tracker.errors import EmptyDatabase, TrackerError
from tracker.files import whole
from tracker.reader import Reader, open_reader
from tracker.record.events import Event
from tracker.times import parse_iso
from tracker.tracker import Tracker

PACK: Final = "syria"
ZONE: Final = "Asia/Damascus"
OPENING: Final = parse_iso("2024-11-27T00:00:00Z")
BY: Final = "tracker demo"
"""Noted with every event of the demo, and so tells what somebody has recorded since."""
REPORT_FILE, STORY_FILE = "report.db", "tracker.db"
MAP_FILE, NIGHT_FILE = "map.html", "night.html"
"""The map of the whole story, and the report of its fullest night: pages that need no network."""
FULLEST: Final = "2024-12-08"
UNFINISHED: Final = "unfinished"
"""The folder, in that of the demo, in which the trackers lie until they are done."""
_OURS: Final = (
    b"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-"
)
"""What a page that tracker made has near its beginning."""
DAY: Final = 86_400_000_000
NIGHT: Final = DAY // 12
"""When nights are due, after midnight: at two."""

Document = dict[str, Any]


class Recorded(NamedTuple):
    """One line of the story, recorded: `claim` is the answer of `add_claim`, None for a minted place."""

    line: Line
    claim: Document | None


class Day(NamedTuple):
    """A day of the story: the report of its night, and what was recorded in it."""

    night: Document | None
    recorded: list[Recorded]


def build(wanted: Path, tell: Callable[[Path, Path], None]) -> None:
    """Find a folder for a demo: the one wanted, if it holds only an earlier one; there it lies at the end.

    `tell` is given the folder in which to make the trackers, and the one in which they will lie. What
    somebody has recorded since is never removed: then it is `wanted-2`, `wanted-3`, … Of a demo that does
    not come to its end nothing is left, and an earlier one stays as it is.
    """
    folder = next(folder for folder in _folders(wanted) if _only_demos(folder))
    made = not folder.exists()
    unfinished = folder / UNFINISHED
    try:
        _clear(unfinished)
        unfinished.mkdir(parents=True, exist_ok=True)
        tell(unfinished, folder)
        with _undisturbed():  # half of a demo is none
            _move(unfinished, folder)
    finally:  # after Ctrl-C as well
        _clear(unfinished)
        _remove_empty(unfinished)
        if made:
            _remove_empty(folder)


def _folders(wanted: Path) -> Iterator[Path]:
    yield wanted
    yield from (wanted.with_name(f"{wanted.name}-{n}") for n in count(2))


def _files(folder: Path) -> tuple[Path, Path]:
    return folder / REPORT_FILE, folder / STORY_FILE


def _parts(file: Path) -> list[Path]:
    """A database and what may lie beside it; the database last, as it is nothing without the rest."""
    return [file.with_name(file.name + part) for part in ("-wal", "-shm", ".lock", "")]


def _pages(folder: Path) -> tuple[Path, Path]:
    return folder / MAP_FILE, folder / NIGHT_FILE


def _clear(folder: Path) -> None:
    for file in _files(folder):
        for part in reversed(_parts(file)):
            part.unlink(missing_ok=True)
    for page in _pages(folder):
        page.unlink(missing_ok=True)


def _move(unfinished: Path, folder: Path) -> None:
    """Put the new trackers in the place of the old ones."""
    _clear(folder)  # what is left of an old journal would be played into the new database
    for file in _files(unfinished):
        for part in _parts(file):
            if part.exists():
                part.replace(folder / part.name)
    for page in _pages(unfinished):
        if page.exists():
            page.replace(folder / page.name)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits until this is over."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _only_demos(folder: Path) -> bool:
    files = (*_files(folder), *_files(folder / UNFINISHED))
    pages = (*_pages(folder), *_pages(folder / UNFINISHED))
    return all(_only_a_demo(file) for file in files if file.exists()) and all(
        _is_ours(page) for page in pages if page.exists()
    )


def _is_ours(page: Path) -> bool:
    """Whether a page was made by tracker, and is no page of somebody's own."""
    with page.open("rb") as file:
        return _OURS in file.read(400)


def _only_a_demo(file: Path) -> bool:
    """Whether in a file nobody but the demo has recorded anything; one that was killed may have made it."""
    try:
        with open_reader(str(file), views=False) as reader:
            return reader.one("SELECT 1 FROM events WHERE recorded_by <> :demo LIMIT 1", demo=BY) is None
    except EmptyDatabase:
        return True
    except TrackerError:
        return False


def make(path: Path) -> tuple[Tracker, list[int]]:
    """A tracker with the Syrian starter; the list holds its clock."""
    clock = [OPENING]
    tracker = Tracker.create(path, starter=PACK, clock=lambda: clock[0], by=BY)
    tracker.setting("zone", ZONE)
    return tracker, clock


def write_pages(tracker: Tracker, folder: Path) -> None:
    """The map and the fullest night's report, each as one file."""
    tracker.export("map", out=folder / MAP_FILE)
    report = tracker.report_page(night=FULLEST)
    with whole(str(folder / NIGHT_FILE), what="report", named=NIGHT_FILE) as file:
        file.write(report)


def replay(tracker: Tracker, clock: list[int], lines: list[Line]) -> Iterator[Recorded]:
    """Record lines at the instants at which they were typed."""
    for line in lines:
        clock[0] = line.recorded
        recorder = Recorder(tracker.where, tracker.clock, line.zone, tracker.by)
        if line.mint is not None:
            recorder.record(partial(_minted, line.mint), unseen)
            yield Recorded(line, None)
        elif line.claim is not None:
            answer = Claiming(recorder).add(line.claim, dry_run=False, create=False, like=None)
            yield Recorded(line, answer)


def _minted(place: Event, _: Reader) -> Decision[None]:
    return Decision([place], None)


def told_by_night(tracker: Tracker, clock: list[int], lines: list[Line]) -> Iterator[Day]:
    """The story day by day, each with the night that ends before its lines of the daytime are typed."""
    told = dict(days(lines))
    for start in range(min(told), max(told) + 2 * DAY, DAY):
        typed, night = told.get(start, []), start + NIGHT
        early = list(replay(tracker, clock, [line for line in typed if line.recorded < night]))
        report = _night(tracker, clock, night)
        late = replay(tracker, clock, [line for line in typed if line.recorded >= night])
        yield Day(report, [*early, *late])


def _night(tracker: Tracker, clock: list[int], at: int) -> Document | None:
    """The report of the night at an instant; None before the tracker was there."""
    if at <= clock[0]:
        return None
    clock[0] = at
    tracker.sweep()
    return tracker.report()


def report_lines() -> list[Line]:
    """The claims of the one report."""
    return story(PACK, "report")


def days(lines: list[Line]) -> Iterator[tuple[int, list[Line]]]:
    """The lines day by day, in the zone's days (UTC+3); the number is the day's first instant (us)."""
    for day, group in groupby(lines, key=lambda line: (line.recorded + DAY // 8) // DAY):
        yield day * DAY - DAY // 8, list(group)


def story_lines() -> list[Line]:
    """Everything, in the order in which it was recorded."""
    return story(PACK)
