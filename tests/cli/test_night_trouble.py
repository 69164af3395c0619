"""Decides what a person sees when a night cannot be done now: one line, a next step, and nothing is lost."""

from __future__ import annotations

import os
import pty
import resource
import select
import signal
import sqlite3
import stat
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import COMMAND, Answer, command, surroundings, tracker
from tests.night.nights import told
from tests.night.swept import outbox, swept
from tracker.record.store import Store

NIGHT = ("--now", "2024-12-09T03:00:00Z")
"""A day after the night that these trackers have done."""
SWEEP, RUN, REPORT = ("sweep",), ("scheduler", "run"), ("report",)
READING: tuple[tuple[str, ...], ...] = (REPORT, ("flags",), ("review",), ("scheduler", "status"))
WRITING: tuple[tuple[str, ...], ...] = (
    SWEEP, ("sweep", "--for", "2024-12-09"), ("sweep", "--catch-up", "all"), ("flags", "ack", "f-1"), RUN,
    ("scheduler", "redeliver", "2024-12-08", "desk"),
)  # fmt: skip


@pytest.fixture
def small(where: str) -> str:
    return swept(where, ["desk"])


# -- the database is in use --------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits half a minute."""
    monkeypatch.setattr("tracker.record.sqlite.WAIT", 0.1)
    monkeypatch.setattr("tracker.reader.WAIT", 0.1)
    from tracker.record import postgresql

    monkeypatch.setitem(postgresql.SETTINGS, "lock_timeout", "100")


@contextmanager
def written_to(where: str) -> Iterator[None]:
    """Somebody has the append lock, and does not end."""
    with Store.open(where) as store, store.transaction():
        yield


@contextmanager
def held(where: str) -> Iterator[None]:
    """Another program holds the file."""
    with sqlite3.connect(where, isolation_level=None) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")
    connection.close()


@pytest.mark.usefixtures("impatient")
def test_a_night_while_somebody_writes_is_refused_in_a_line_and_done_later(small: str) -> None:
    before = told(small)
    with written_to(small):
        for words in (SWEEP, ("sweep", "--for", "2024-12-09"), ("sweep", "--catch-up", "all")):
            answer = tracker(*words, "--db", small, *NIGHT)
            assert (answer.code, answer.out) == (4, "")
            assert "is in use" in answer.refusal[0]
            assert answer.refusal[1] == "again in a moment; nothing was recorded"
        assert tracker("report", "--db", small).code == 0, "who only reads is in nobody's way"
        assert tracker("sweep", "--dry-run", "--db", small, *NIGHT).code == 0
    assert told(small) == before
    assert tracker(*SWEEP, "--db", small, *NIGHT).code == 0


@pytest.mark.usefixtures("impatient")
def test_a_file_that_another_program_holds(tmp_path: Path) -> None:
    where = swept(str(tmp_path / "tracker.db"), [])
    with held(where):
        answer = tracker(*SWEEP, "--db", where, *NIGHT)
        assert answer.code == 4
        assert "in use" in answer.refusal[0]
    assert tracker(*SWEEP, "--db", where, *NIGHT).code == 0


@pytest.mark.usefixtures("impatient")
def test_a_night_whose_database_is_in_use_once_it_is_swept(small: str) -> None:
    """Somebody comes between looking and recording, and giving the night back waits for him too."""
    from tests.night.nights import worker
    from tracker.errors import DatabaseBusy
    from tracker.night.shift import work
    from tracker.night.sweep import Slot
    from tracker.zones import parse_iso

    at, writers, before = parse_iso("2024-12-09T02:00:00Z"), [], told(small)

    def step(name: str) -> None:
        if name == "swept":
            writers.append(written_to(small))
            writers[0].__enter__()

    with pytest.raises(DatabaseBusy):
        work(worker(small, at), Slot("2024-12-09", at, "UTC"), step=step)
    writers[0].__exit__(None, None, None)
    assert told(small) == before
    with Store.open(small) as store, store.transaction() as connection:  # its lease runs out
        connection.exec_driver_sql("UPDATE sweep_runs SET lease_until = 1 WHERE state = 'running'")
    assert tracker(*SWEEP, "--db", small, *NIGHT).code == 0


@pytest.mark.usefixtures("impatient")
def test_the_service_says_once_that_the_database_is_in_use_and_goes_on(
    small: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks again, and the night is done when it can be."""

    def looks(tick: Callable[[], bool], *, every: float) -> None:
        with written_to(small):
            assert [tick(), tick(), tick()] == [False] * 3
        assert [tick(), tick()] == [True, False]
        with written_to(small):
            assert not tick(), "nothing is due, and no lock is asked for"

    monkeypatch.setattr("tracker.night.schedule.run", looks)
    answer = tracker(*RUN, "--db", small, *NIGHT)
    assert answer.code == 0
    lines = answer.err.splitlines()
    assert len(lines) == 4, lines
    assert "is in use" in lines[1]
    assert "try: again in a moment" in lines[1]
    assert lines[1].endswith("(next look in 30 s)")
    assert lines[2].startswith("night of 2024-12-09: ")


def test_whatever_goes_wrong_the_service_goes_on(small: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracker.night import shift

    real, wrong = shift.work, [OSError(28, "No space left on device"), ValueError("odd\nindeed")]

    def work(*told: Any, **more: Any) -> Any:
        if wrong:
            raise wrong.pop(0)
        return real(*told, **more)

    def looks(tick: Callable[[], bool], *, every: float) -> None:
        assert [tick(), tick(), tick(), tick()] == [False, False, True, False]

    monkeypatch.setattr(shift, "work", work)
    monkeypatch.setattr("tracker.night.schedule.run", looks)
    lines = tracker(*RUN, "--db", small, *NIGHT).err.splitlines()
    assert len(lines) == 5, lines
    assert "No space left on device" in lines[1]
    assert "odd indeed" in lines[2]
    assert lines[3].startswith("night of 2024-12-09: ")


# -- a full disk -------------------------------------------------------------------------------------


def room(size: int) -> Callable[[], None]:
    """No file of the process may grow beyond that: the kernel refuses to write, as on a full disk."""

    def little() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return little


@pytest.mark.parametrize("there", [True, False])
def test_a_full_disk_while_a_report_is_written(tmp_path: Path, there: bool) -> None:
    where = swept(str(tmp_path / "tracker.db"), [])
    (tmp_path / "reports").mkdir()
    page = tmp_path / "reports" / "night.html"
    if there:
        page.write_text("as it was")
    with sqlite3.connect(where) as reader:  # its index of the journal is made: that is not what is tried
        reader.execute("SELECT count(*) FROM events").fetchall()
        full = command("report", "--out", page, "--db", where, preexec_fn=room(1000))
    reader.close()
    assert (full.code, full.out) == (1, "")
    assert full.refusal[0] == f"{page} could not be written: file too large"
    assert "the report can be made again at any time" in full.refusal[1]
    assert [one.name for one in page.parent.iterdir()] == ["night.html"] * there
    assert not there or page.read_text() == "as it was"
    assert tracker("report", "--out", page, "--db", where).code == 0
    assert page.read_text().endswith("</html>\n")


@pytest.mark.parametrize("size", [8192, 40_000])
def test_a_full_disk_while_a_night_is_recorded(report_copy: str, size: int) -> None:
    """At taking it, and in the middle of its transaction: untouched, and done once there is room."""
    before = tracker("log", "--db", report_copy, "--jsonl").out
    night = ("--now", "2024-12-08T03:00:00Z")
    full = command("sweep", "--db", report_copy, *night, preexec_fn=room(size))
    assert (full.code, full.out) == (4, "")
    assert "cannot be written" in full.refusal[0]
    assert "free space of its disk" in full.refusal[1]
    assert tracker("log", "--db", report_copy, "--jsonl").out == before
    again = tracker("sweep", "--db", report_copy, *night)
    assert (again.code, again.out.splitlines()[0]) == (0, "night of 2024-12-08")
    assert tracker("verify", "--views", "--db", report_copy).code == 0


def test_a_report_for_what_is_no_file_or_behind_a_link(tmp_path: Path) -> None:
    """A device stays a device; a link goes on pointing where it did; what was kept private stays so."""
    where = swept(str(tmp_path / "tracker.db"), [])
    shown = command("report", "--out", "/dev/stdout", "--format", "json", "--db", where)
    assert (shown.code, shown.out[0]) == (0, "{")
    assert not stat.S_ISREG(os.stat("/dev/null").st_mode)
    assert tracker("report", "--out", "/dev/null", "--db", where).code == 0
    assert not stat.S_ISREG(os.stat("/dev/null").st_mode)
    real, link = tmp_path / "real.md", tmp_path / "link.md"
    real.write_text("before")
    real.chmod(0o600)
    link.symlink_to(real)
    assert tracker("report", "--out", link, "--db", where).code == 0
    assert link.is_symlink()
    assert real.read_text().startswith("# Night of 8 December 2024")
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    full = tracker("report", "--out", "/dev/full", "--db", where)
    assert (full.code, full.refusal[0]) == (1, "/dev/full could not be written: no space left on device")


# -- nothing there, nothing in it, or an older one ---------------------------------------------------


@pytest.mark.parametrize("words", [*READING, *WRITING], ids=" ".join)
def test_no_tracker(tmp_path: Path, words: tuple[str, ...]) -> None:
    answer = tracker(*words, "--db", tmp_path / "none.db", *NIGHT)
    assert (answer.code, answer.out) == (4, "")
    assert "there is no tracker at" in answer.refusal[0]
    assert "tracker init" in answer.refusal[1]
    assert not list(tmp_path.glob("none*"))


def test_a_tracker_with_nothing_in_it_has_quiet_nights(where: str) -> None:
    assert tracker("init", "--db", where, "--now", "2024-12-01T00:00:00Z").code == 0
    assert tracker("report", "--db", where).refusal == ("no night was swept yet", "tracker sweep")
    assert tracker("scheduler", "status", "--db", where, *NIGHT).code == 1
    assert tracker("sweep", "--dry-run", "--db", where, *NIGHT).code == 0
    swept_ = tracker(*SWEEP, "--db", where, *NIGHT)
    assert (swept_.code, swept_.out.splitlines()[0]) == (0, "night of 2024-12-09")
    assert "0 flags raised, 0 cleared; 0 places looked at" in swept_.out
    quiet = tracker("report", "--db", where).out
    assert "A quiet night: no new claims, and nothing changed at 0 places." in quiet
    listed: Answer = tracker("review", "--db", where, *NIGHT)
    assert (listed.code, listed.out) == (0, "")
    assert "no flag is open" in tracker("flags", "--db", where, *NIGHT).err
    assert tracker("scheduler", "status", "--db", where, *NIGHT).code == 0


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_an_older_tracker_is_brought_up_to_date_and_has_its_nights(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """One of the schema before there were nights, with claims in it."""
    where = str(tmp_path / "tracker.db") if engine == "sqlite" else str(request.getfixturevalue("schema"))
    swept(where, [], days=())
    with Store.open(where) as store, store.transaction() as connection:
        for table in ("sweep_runs", "watches", "outbox"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    for words in (*READING, *WRITING):
        answer = tracker(*words, "--db", where, *NIGHT)
        assert (answer.code, answer.out) == (4, ""), words
        assert "was made by an older tracker (schema 0001, this one writes 0002)" in answer.refusal[0]
        assert answer.refusal[1].startswith("tracker db upgrade --db ")
    assert tracker("db", "upgrade", "--db", where).code == 0
    assert tracker(*SWEEP, "--db", where, *NIGHT).out.startswith("night of 2024-12-09\n")
    assert "Hama" in tracker("report", "--db", where).out


# -- processes ---------------------------------------------------------------------------------------


def serve(where: str, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [COMMAND, *RUN, "--every", "0.2", "--db", where, *NIGHT, *more],
        stderr=subprocess.PIPE, text=True, env=surroundings({"PYTHONUNBUFFERED": "1"}),
    )  # fmt: skip


def until(true: Callable[[], Any], seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "it did not come"
        time.sleep(0.05)


def done(where: str) -> list[str]:
    return [stream for stream, kind, _ in told(where) if kind == "night-swept"]


def test_two_services_do_each_night_once(where: str) -> None:
    swept(where, [], days=("2024-11-29",))
    with serve(where, "--catch-up", "all") as one, serve(where, "--catch-up", "all") as other:
        both = [(one, one.stderr), (other, other.stderr)]
        try:
            assert [pipe.readline()[:7] for _, pipe in both if pipe] == ["looking"] * 2
            until(lambda: len(done(where)) == 11)
            for service, _ in both:
                service.send_signal(signal.SIGTERM)
            # read, not communicate(): that goes past what readline() took from the pipe and has not given
            said = [pipe.read() for _, pipe in both if pipe]
            codes = [service.wait(timeout=60) for service, _ in both]
        finally:
            for service, _ in both:
                service.kill()
    assert codes == [0, 0], said
    lines = [line.partition(":")[0] for text in said for line in text.splitlines() if "night of" in line]
    nights = [line for line in lines if line.startswith("night of")]
    assert sorted(nights) == sorted(
        f"night of {day}" for day in ("2024-11-30", *(f"2024-12-0{n}" for n in range(1, 10)))
    ), "each is told by the one who did it"
    assert len(set(done(where))) == len(done(where)) == 11
    assert outbox(where) == []
    assert not any("Traceback" in text for text in said)


def test_sigterm_while_a_night_is_at_work_finishes_it_and_no_other(where: str) -> None:
    """Of hundreds of missed nights the one at work is finished; the others are still due."""
    swept(where, [], days=("2023-11-01",))
    service = serve(where, "--catch-up", "all")
    try:
        until(lambda: len(done(where)) > 2)
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=60)
    finally:
        service.kill()
        service.wait()
    assert service.returncode == 0, said
    assert said.splitlines()[-1] == "stopped; nothing is left half done"
    last = len(done(where))
    assert last == said.count("\nnight of") + 1 < 400
    status = tracker("scheduler", "status", "--db", where, *NIGHT)
    assert "at work" not in status.out
    assert tracker("sweep", "--catch-up", "latest", "--db", where, *NIGHT).code == 0


class Terminal:
    """A person at a terminal, in front of `tracker review`."""

    def __init__(self, *words: str) -> None:
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [COMMAND, *words], env=surroundings({"TERM": "xterm"}), stdin=theirs, stdout=theirs,
            stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.told = ""

    def sees(self, wanted: str, seconds: float = 20) -> None:
        limit = time.monotonic() + seconds
        while wanted not in self.told:
            assert time.monotonic() < limit, self.told
            if select.select([self.ours], [], [], 0.2)[0]:
                self.told += os.read(self.ours, 65536).decode(errors="replace")

    def types(self, keys: str) -> None:
        """Once a key is waited for: what is typed before is for no question that was read."""
        until(lambda: not termios.tcgetattr(self.ours)[3] & termios.ICANON)
        os.write(self.ours, keys.encode())

    def left(self) -> tuple[int, str]:
        """How it ended, and all that was to be seen."""
        try:
            while piece := os.read(self.ours, 65536):
                self.told += piece.decode(errors="replace")
        except OSError:  # the other end was closed
            pass
        os.close(self.ours)
        return self.process.wait(60), self.told


@pytest.mark.parametrize("how", ["SIGINT", "\x03", "\x04", "\x1b", "q"], ids=["kill", "^C", "^D", "esc", "q"])
def test_leaving_a_review_keeps_the_answers_given(report_copy: str, how: str) -> None:
    night = ("--now", "2024-12-08T03:00:00Z")
    tracker("sweep", "--db", report_copy, *night)
    flags = tracker("flags", "--db", report_copy, *night, "--json").json["flags"]
    review = Terminal("review", "--db", report_copy, *night)
    review.sees(f"1/{len(flags)}")
    review.sees("[q] quit")
    review.types("s")
    review.sees(f"2/{len(flags)}")
    review.sees("asleep until 2024-12-15")
    review.told = ""
    if how == "SIGINT":
        until(lambda: not termios.tcgetattr(review.ours)[3] & termios.ICANON)
        review.process.send_signal(signal.SIGINT)
    else:
        review.types(how)
    code, seen = review.left()
    assert "Traceback" not in seen
    if how in ("SIGINT", "\x03"):
        assert code == 130
        assert "Error: interrupted" in seen
    else:
        assert code == 0, seen
        assert f"1 of {len(flags)} answered" in seen
    left = {one["id"] for one in tracker("flags", "--db", report_copy, *night, "--json").json["flags"]}
    assert left == {one["id"] for one in flags[1:]}


@pytest.fixture
def judged(tmp_path: Path) -> str:
    """Two places that an analyst has judged, once, and that are stale since."""
    where = str(tmp_path / "judged.db")
    december = ("--db", where, "--now", "2024-12-01T03:00:00Z")
    for words in (
        ("init",), ("place", "add", "Hama", "--kind", "city"), ("actor", "add", "Rebels", "--level", "side"),
        ("assess", "Hama", "--holder", "Rebels", "--reason", "seen on video"),
        ("place", "add", "Homs", "--kind", "city"),
        ("assess", "Homs", "--holder", "Rebels", "--reason", "seen on video"),
    ):  # fmt: skip
        assert tracker(*words, *december).code == 0
    assert tracker("sweep", "--db", where, "--now", "2024-12-20T03:00:00Z").code == 0
    return where


def test_a_judgement_that_is_stale_is_reviewed_as_a_judgement(judged: str) -> None:
    """It has no source to open and is no claim to confirm: what does renew it is said."""
    night = ("--db", judged, "--now", "2024-12-20T03:00:00Z")
    stale, _ = tracker("flags", *night, "--json").json["flags"]
    assert stale["clears"] == "A new claim about who holds it, or a new assessment (tracker assess hama)."
    review = Terminal("review", *night)
    review.sees("[q] quit")
    review.types("o")
    review.sees("no address was recorded")
    review.types("y")
    review.sees("put away. No claim is renewed by that: tracker assess hama judges anew")
    review.types("q")
    code, seen = review.left()
    assert (code, "1 of 2 answered" in seen) == (0, True), seen


def test_a_contradiction_is_put_away_and_neither_side_is_renewed(report_copy: str) -> None:
    """The first of its claims may be the denial: which is right is for an assessment to say."""
    night = ("--db", report_copy, "--now", "2024-12-08T03:00:00Z")
    assert tracker("sweep", *night).code == 0
    (flag, *_) = tracker("flags", "--rule", "contradicted", *night, "--json").json["flags"]
    review = Terminal("review", "--rule", "contradicted", "--place", flag["place"], *night)
    review.sees("[q] quit")
    review.types("y")
    review.sees("put away. No claim is renewed by that: tracker assess")
    assert review.left()[0] == 0, "there is no other"
    kinds = [kind for _, kind, _ in told(report_copy)]
    assert ("flag-cleared" in kinds, "claim-reviewed" in kinds) == (True, False)


def test_a_flag_that_somebody_else_has_put_away_does_not_end_a_review(judged: str) -> None:
    night = ("--db", judged, "--now", "2024-12-20T03:00:00Z")
    first, second = tracker("flags", *night, "--json").json["flags"]
    review = Terminal("review", *night)
    review.sees("[q] quit")
    assert tracker("flags", "ack", first["id"], *night).code == 0
    review.types("s")
    review.sees("already; on to the next")
    review.sees(f"2/2  {second['rule']}")
    review.types("s")
    code, seen = review.left()
    assert (code, "1 of 2 answered" in seen) == (0, True), seen


def test_what_earlier_nights_left_is_delivered_though_the_clock_is_behind(
    small: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No night is done by a clock that lies before the last one; a report on record goes out all the same."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "config" / "tracker").mkdir(parents=True)
    config = tmp_path / "config" / "tracker" / "config.toml"
    config.write_text(f'[deliver.desk]\nkind = "directory"\npath = "{tmp_path / "reports"}"\n')
    before, behind = told(small), ("--now", "2024-12-01T03:00:00Z")
    answer = tracker(*SWEEP, "--db", small, *behind)
    assert (answer.code, answer.refusal[1]) == (
        5, "set the clock right; or, if it is now and was wrong then: tracker sweep --for 2024-12-01",
    )  # fmt: skip
    assert answer.out.split() == ["sent", "2024-12-08", "to", "desk"]
    assert [one.name for one in (tmp_path / "reports").iterdir()] == ["night-2024-12-08.html"]

    def looks(tick: Callable[[], bool], *, every: float) -> None:
        assert tracker("scheduler", "redeliver", "2024-12-08", "desk", "--db", small, *behind).code == 0
        assert [tick(), tick()] == [False, False]

    monkeypatch.setattr("tracker.night.schedule.run", looks)
    lines = tracker(*RUN, "--db", small, *behind).err.splitlines()
    assert [line.split()[0] for line in lines] == ["looking", "sent:", "the", "stopped;"], lines
    assert told(small) == before
