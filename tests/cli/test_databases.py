"""Decides what somebody sees whose database is missing, shut, old, new, damaged or full, or who interrupts.

Processes of their own, as a person would start them; whatever happens, what was recorded is still there.
"""

from __future__ import annotations

import os
import re
import resource
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.cli.running import COMMAND, command, surroundings, tracker
from tests.demonstrated import Demo
from tracker.cli import main
from tracker.errors import DatabaseProblem
from tracker.record.store import Store

NOW = ("--now", "2024-12-08T12:00:00Z")
CLAIM = (
    "add-claim",
    "rebels captured Sanamayn",
    "--source",
    "Reuters",
    "--said-by",
    "rebels",
    "--at",
    "2024-12-07",
)


def owner(where: str, *statements: str) -> None:
    """What somebody may do to a database who owns it."""
    if where.startswith("postgresql://"):
        with psycopg.connect(where, autocommit=True) as connection:
            for one in statements:
                connection.execute(one.encode())
        return
    with closing(sqlite3.connect(where, isolation_level=None)) as connection:
        for one in statements:
            connection.execute(one)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest) -> str:
    """A tracker on either engine, with the starter pack on SQLite and a few names on PostgreSQL."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("fresh"))
    made: str = request.getfixturevalue("new_schema")()
    for words in (
        ["init"],
        ["place", "add", "Sanamayn", "--kind", "town"],
        ["actor", "add", "rebels", "--level", "side"],
        ["source", "add", "Reuters", "--kind", "wire"],
        ["source", "add", "rebels", "--kind", "party"],
    ):
        assert tracker(*words, "--db", made, "--now", "2024-11-26").code == 0
    return made


# -- databases that cannot be used --------------------------------------------------------------------


def test_none(tmp_path: Path) -> None:
    for words in (["status", "Homs"], CLAIM, ["verify"], ["rebuild"], ["log"]):
        answer = command(*words, "--db", tmp_path / "none.db", *NOW)
        assert answer.code == 4
        assert "there is no tracker at" in answer.refusal[0]
        assert "tracker init --db" in answer.refusal[1]
    assert list(tmp_path.glob("none*")) == []


def test_no_server_and_its_password_is_kept(tmp_path: Path) -> None:
    for words in (["status", "Homs"], CLAIM):
        answer = command(*words, "--db", f"postgresql://anna:secret@/db?host={tmp_path}", *NOW)
        assert answer.code == 4
        assert answer.refusal
        assert "secret" not in answer.err


def test_no_such_schema(new_schema: Callable[[], str]) -> None:
    where = new_schema()
    for words in (["status", "Homs"], CLAIM):
        answer = tracker(*words, "--db", where, *NOW)
        assert answer.code == 4
        assert "tracker init" in answer.refusal[1]


def test_an_older_database(where: str) -> None:
    owner(where, "UPDATE alembic_version SET version_num = '0000'")
    for words in (["status"], CLAIM):
        answer = tracker(*words, "--db", where, *NOW)
        assert answer.code == 4
        assert "older tracker" in answer.refusal[0]
        assert "tracker db upgrade" in answer.refusal[1]


def test_a_newer_database(where: str) -> None:
    owner(where, "UPDATE alembic_version SET version_num = '9999'")
    for words in (["status"], CLAIM, ["db", "upgrade"], ["rebuild"]):
        answer = tracker(*words, "--db", where, *NOW)
        assert answer.code == 4, words
        assert "newer tracker" in answer.refusal[0]
        assert "nothing was touched" in answer.refusal[1]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 not a database" * 400, b"SQLite format 3\0" + b"\xa5" * 9000]
)
def test_a_file_that_is_no_tracker(tmp_path: Path, content: bytes) -> None:
    (file := tmp_path / "t.db").write_bytes(content)
    for words in (["status"], CLAIM, ["verify"]):
        answer = tracker(*words, "--db", file, *NOW)
        assert answer.code == 4, words
        assert answer.refusal
    assert file.read_bytes() == content


def test_another_programs_database(tmp_path: Path) -> None:
    owner(str(tmp_path / "t.db"), "CREATE TABLE places (id)")
    for words in (["status"], CLAIM):
        answer = tracker(*words, "--db", tmp_path / "t.db", *NOW)
        assert answer.code == 4
        assert "tracker init" in answer.refusal[1] or "doctor" in answer.refusal[1]


EVERY_WAY = (
    ["status"], [*CLAIM], ["init"], ["verify"], ["rebuild"], ["log"], ["doctor"],
    ["db", "upgrade"], ["db", "current"],
)  # fmt: skip


@pytest.fixture(params=["another program's", "a folder", "a folder with one", "text", "a pipe", "no folder"])
def no_tracker(request: pytest.FixtureRequest, tmp_path: Path, fresh: str) -> Path:
    """Something that `--db` may name and that is no tracker, in a folder whose name has spaces."""
    (folder := tmp_path / "two  words").mkdir()
    made = folder / "thing"
    if request.param == "another program's":
        owner(str(made), "CREATE TABLE places (id)")
    elif request.param == "text":
        made.write_text("Dear diary, today Homs fell.")
    elif request.param == "a pipe":
        os.mkfifo(made)
    elif request.param == "no folder":
        made = made / "deeper.db"
    else:
        made.mkdir()
        if request.param == "a folder with one":
            shutil.copy(fresh, made / "tracker.db")
    return made


@pytest.mark.parametrize("words", EVERY_WAY, ids=lambda words: words[0])
def test_what_is_no_tracker_is_left_alone_and_the_next_step_works(
    no_tracker: Path, tmp_path: Path, words: list[str]
) -> None:
    before = sorted(tmp_path.rglob("*"))
    answer = tracker(*words, "--db", no_tracker, *(NOW if words[0] == "add-claim" else ()))
    assert sorted(tmp_path.rglob("*")) == before, "not even a lock"
    if words[0] == "doctor":
        assert answer.code == 1
        return
    if words == ["db", "current"] and answer.code == 0:
        assert "no tracker" in answer.out
        return
    assert answer.code == 4
    step = answer.refusal[1].partition(" makes ")[0].partition(" asks ")[0]
    for program, *pasted in map(shlex.split, step.split(" && ")):
        if program == "tracker":
            done = tracker(*pasted)
            assert done.code == 0, (step, done.err)
        else:
            subprocess.run([program, *pasted], cwd=tmp_path, check=True)


def test_a_path_given_as_an_address_or_another_engine(tmp_path: Path) -> None:
    for words in EVERY_WAY:
        answer = tracker(*words, "--db", "mysql://anna@host/tracker")
        assert answer.code == 2, words
        assert "mysql:// is no database that tracker knows" in answer.refusal[0]
        assert "postgresql://" in answer.refusal[1]
        answer = tracker(*words, "--db", "sqlite:///my tracker.db")
        assert answer.code == 2, words
        assert answer.refusal[1].startswith('--db "my tracker.db"')
    assert list(tmp_path.iterdir()) == []


def test_the_home_in_a_settings_file_is_the_user_s(fresh: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(Path(fresh).parent))
    for words in (["status"], CLAIM, ["status"]):
        assert tracker(*words, "--db", "~/tracker.db", *NOW).code == 0


def test_damaged_pages(fresh: str) -> None:
    owner(fresh, "PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(Path(fresh).read_bytes())
    for page in range(8, len(content) // 4096):
        content[page * 4096 : page * 4096 + 300] = b"\xa5" * 300
    Path(fresh).write_bytes(content)
    for words in (["status", "Homs"], CLAIM, ["verify"], ["rebuild"], ["claims"], ["log"]):
        answer = tracker(*words, "--db", fresh, *NOW)
        assert answer.code == 4, words
        assert answer.refusal
    assert tracker("doctor", "--db", fresh).code in (1, 4)


def test_a_tampered_log_is_found(where: str) -> None:
    compared = tracker("verify", "--views", "--db", where)
    assert (compared.code, "the views are what the log says" in compared.out) == (0, True)
    assert tracker("verify", "--db", where).code == 0
    if "://" in where:
        owner(where, "ALTER TABLE events DISABLE TRIGGER ALL")
    else:
        with closing(sqlite3.connect(where)) as connection:
            rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        owner(where, *(f'DROP TRIGGER "{name}"' for (name,) in rows))
    owner(
        where, """UPDATE events SET payload = replace(payload, 'eu', 'ue') WHERE stream = 'source/reuters'"""
    )
    found = tracker("verify", "--db", where, "--json")
    assert found.code == 1
    assert '"ok": false' in found.out


@pytest.fixture
def shut(fresh: str) -> Iterator[Path]:
    """A tracker in a folder that others can reach."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    made = folder / "tracker.db"
    shutil.copy(fresh, made)
    made.chmod(0o444)
    folder.chmod(0o555)
    yield made
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def unprivileged(fresh: str, shut: Path) -> Iterator[None]:
    """For root, whom no permission stops: the rest of the test as somebody else, with everything imported."""
    assert shut.exists()
    assert tracker(*CLAIM, "--db", fresh, *NOW).code == 0
    assert tracker("rebuild", "--db", fresh).code == 0
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.mark.usefixtures("unprivileged")
def test_a_read_only_database_can_be_asked_and_not_written(shut: Path) -> None:
    assert tracker("status", "Homs", "--db", shut).code == 0
    for words in (CLAIM, ["rebuild"]):
        answer = tracker(*words, "--db", shut, *NOW)
        assert answer.code == 4
        assert "cannot be written" in answer.refusal[0]
        assert "nothing was recorded" in answer.refusal[1]


def test_a_file_or_folder_that_is_shut(shut: Path, request: pytest.FixtureRequest) -> None:
    """The owner is told how to open it, somebody else whom to ask; the folder may be what is shut."""
    shut.chmod(0)
    request.getfixturevalue("unprivileged")
    for words in EVERY_WAY:
        if words[0] == "doctor":
            continue
        answer = tracker(*words, "--db", shut, *(NOW if words[0] == "add-claim" else ()))
        assert answer.code == 4, words
        assert answer.refusal[0] == f"unable to open {shut}: permission denied"
        assert answer.refusal[1] in (f"ls -l {shut} shows whose it is", f"chmod u+rw {shut}")
    if os.getuid() == 0:  # root, who stepped down and may step up again
        os.seteuid(0)
        shut.parent.chmod(0o700)
        os.seteuid(65534)
        answer = tracker("status", "--db", shut)
        assert answer.code == 4
        assert answer.refusal[1] == f"ls -ld {shut.parent} shows who may enter"


def test_a_full_disk(fresh: str) -> None:
    size = Path(fresh).stat().st_size
    before = tracker("verify", "--db", fresh).out

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    for words in (CLAIM, ["rebuild"]):
        answer = command(*words, "--db", fresh, *NOW, preexec_fn=little_room)
        assert answer.code == 4, (words, size)
        assert answer.refusal
    assert tracker("verify", "--db", fresh).out == before
    assert command(*CLAIM, "--db", fresh, *NOW).code == 0, "after room was made"


@pytest.mark.parametrize("kept", ["the line", "its head", "a head of long ago"])
def test_what_verify_printed_is_what_it_is_verified_against(fresh: str, kept: str) -> None:
    line = tracker("verify", "--db", fresh).out
    head = {"the line": line, "its head": line.split()[-1], "a head of long ago": f"0:{'0' * 64}"}[kept]
    assert tracker("verify", "--against", head, "--db", fresh).code == 0
    other = line.replace(line.split(":")[-1][:4], "0000")
    assert tracker("verify", "--against", other, "--db", fresh).code == 1
    for two in (f"{line} {other}", f"{line.strip()}0", "unaltered"):
        assert tracker("verify", "--against", two, "--db", fresh).code == 2


# -- several at once, and interrupted ---------------------------------------------------------------


def start(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [COMMAND, *map(str, words)],
        env=surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_writers_at_once_lose_nothing(where: str) -> None:
    days = [f"2024-12-0{day}" for day in range(1, 7)]
    running = [start(*CLAIM[:-1], day, "--db", where, *NOW) for day in days]
    told = [one.communicate(timeout=60) for one in running]
    assert [one.returncode for one in running] == [0] * len(days), told
    claims = tracker("claims", "--db", where, *NOW, "--json").json["claims"]
    assert sorted(one["occurred"]["text"] for one in claims) == days
    assert tracker("verify", "--db", where).code == 0


def test_the_same_claim_from_two_processes_is_recorded_once(where: str) -> None:
    running = [start(*CLAIM, "--db", where, *NOW, "--json") for _ in range(4)]
    answers = [one.communicate(timeout=60) for one in running]
    assert [one.returncode for one in running] == [0] * 4, answers
    assert sum('"recorded": true' in out for out, _ in answers) == 1
    assert len(tracker("claims", "--db", where, *NOW, "--json").json["claims"]) == 1
    assert tracker("verify", "--db", where).code == 0


def test_one_of_two_retractions_of_one_claim_is_a_conflict(where: str) -> None:
    claim = tracker(*CLAIM, "--db", where, *NOW, "--json").json["claim"]
    running = [start("retract", claim, "--db", where, *NOW) for _ in range(3)]
    answers = [one.communicate(timeout=60) for one in running]
    assert sorted(one.returncode for one in running) == [0, 5, 5], answers


def test_ctrl_c_leaves_nothing_half_done(where: str) -> None:
    """Interrupted at every moment of a claim's recording, it is there whole or not at all."""
    assert command(*CLAIM, "--db", where, *NOW).code == 0  # from here on everything is compiled
    began = time.monotonic()
    assert command(*CLAIM[:-1], "2024-11-09", "--db", where, *NOW).code == 0
    whole = time.monotonic() - began
    seen = set()
    for n, part in enumerate((0.3, 0.5, 0.65, 0.75, 0.85, 0.95)):
        day = f"2024-11-{n + 10}"
        one = start(*CLAIM[:-1], day, "--db", where, *NOW)
        time.sleep(part * whole)
        one.send_signal(signal.SIGINT)
        out, err = one.communicate(timeout=60)
        seen.add(one.returncode)
        assert one.returncode in (0, 130), err
        assert "Traceback" not in err
        listed = tracker("claims", "--db", where, *NOW, "--json").json["claims"]
        there = day in [claim["occurred"]["text"] for claim in listed]
        assert there or one.returncode != 0, out
        assert tracker("verify", "--db", where).code == 0
    assert 130 in seen


@pytest.mark.slow
def test_ctrl_c_in_a_demo_leaves_nothing_and_one_line(tmp_path: Path, demo: Demo) -> None:
    """Interrupted once it has told so much of its story; it tells it as it goes on."""
    told = tracker("verify", "--db", demo.folder / "demo" / "tracker.db").out.partition(",")[0]
    seen = set()
    for part in (0.3, 0.6, 0.9):
        one = start("demo", "--dir", tmp_path / "demo")
        assert one.stdout
        for _ in range(int(part * len(demo.printed.splitlines()))):
            assert one.stdout.readline()
        one.send_signal(signal.SIGINT)
        _, err = one.communicate(timeout=60)
        seen.add(one.returncode)
        if one.returncode == 130:
            lines = [line for line in err.splitlines() if line]
            assert [line.partition(":")[0] for line in lines] == ["Error", "Try"], err
            left = sorted(path.name for path in (tmp_path / "demo").glob("*"))
            if left:  # it was done, and only its end was still to be told
                assert tracker("verify", "--db", tmp_path / "demo" / "tracker.db").out.startswith(told)
    assert seen <= {0, 130}
    assert 130 in seen


def test_ctrl_c_where_python_can_raise_nothing_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python would print a traceback and go on, as if nobody had typed it."""

    class Dying:
        def __del__(self) -> None:
            raise KeyboardInterrupt

    def killed(_: object) -> int:
        Dying()
        time.sleep(1)
        return 0

    def left(code: int) -> None:
        pytest.fail(f"went on, and left with {code}")

    monkeypatch.setattr("tracker.cli.shell.run", killed)
    monkeypatch.setattr("tracker.cli._leave", left)
    monkeypatch.setattr("sys.unraisablehook", sys.unraisablehook)
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs this may ignore it
    try:
        with pytest.raises(KeyboardInterrupt):
            main(["status"])
    finally:
        signal.signal(signal.SIGINT, handler)


@pytest.mark.usefixtures("short_story")
@pytest.mark.parametrize("left", ["nothing", "an empty file", "an empty database", "no views"])
def test_what_is_left_of_a_demo_that_was_killed_is_in_nobody_s_way(tmp_path: Path, left: str) -> None:
    (folder := tmp_path / "demo").mkdir()
    (folder / "report.db.lock").touch()
    if left == "an empty file":
        (folder / "report.db").touch()
    elif left == "an empty database":
        owner(str(folder / "report.db"), "PRAGMA journal_mode = wal", "CREATE TABLE t (a)", "DROP TABLE t")
    elif left == "no views":
        with Store.create(str(folder / "report.db")):
            pass
    answer = tracker("demo", "--dir", folder)
    assert answer.code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo"]
    assert re.search(r"Where it ended: as of 2024-12-\d\d \d\d:\d\d \+03", answer.out)


def test_a_demo_that_is_left_early_leaves_the_one_before(tmp_path: Path) -> None:
    """`tracker demo | head -2` over an earlier demo: whoever asks it afterwards still gets an answer."""
    (folder := tmp_path / "demo").mkdir()
    for name in ("report.db", "tracker.db"):
        with Store.create(str(folder / name)):
            pass
    before = {path.name: path.read_bytes() for path in folder.glob("*.db")}
    subprocess.run(
        ["bash", "-c", f"{COMMAND} demo --dir {folder} | head -2"], env=surroundings(), check=True,
        capture_output=True,
    )  # fmt: skip
    assert {path.name: path.read_bytes() for path in folder.glob("*.db")} == before
    assert not (folder / "unfinished").exists()


@pytest.mark.usefixtures("short_story")
def test_another_program_s_file_is_not_taken_for_a_demo(tmp_path: Path) -> None:
    (folder := tmp_path / "demo").mkdir()
    owner(str(folder / "tracker.db"), "CREATE TABLE diary (line)")
    assert tracker("demo", "--dir", folder).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo", "demo-2"]


def test_ctrl_c_inside_a_library_is_an_interruption_too(fresh: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What writes events as JSON is written in C, and wraps what is raised while it asks for a time."""

    def interrupted(_: object) -> str:
        raise RuntimeError("error calling a function") from KeyboardInterrupt()

    monkeypatch.setattr("tracker.desk.recording.encode", interrupted)
    answer = tracker(*CLAIM, "--db", fresh, *NOW)
    assert (answer.code, answer.refusal[0]) == (130, "interrupted")


def test_ctrl_c_that_a_rollback_fails_after_is_an_interruption_too(
    fresh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is left amid a query may refuse what is asked next, and that is the error seen."""

    def interrupted(_: object) -> str:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise DatabaseProblem(
                what="it does not answer: sending query failed", try_="again"
            ) from OSError()

    monkeypatch.setattr("tracker.desk.recording.encode", interrupted)
    answer = tracker(*CLAIM, "--db", fresh, *NOW)
    assert (answer.code, answer.refusal[0]) == (130, "interrupted")


def test_ctrl_c_ends_following_the_log_without_a_word(fresh: str) -> None:
    one = start("log", "--follow", "--after", "1000", "--db", fresh)
    time.sleep(1.0)
    one.send_signal(signal.SIGINT)
    out, err = one.communicate(timeout=20)
    assert out == ""
    assert one.returncode in (0, 130)
    assert "Traceback" not in err


@pytest.mark.parametrize("busy", ["tracker.tracker.Tracker.log", "tracker.cli.log.as_jsonl", "time.sleep"])
def test_ctrl_c_ends_following_whatever_it_is_at(
    fresh: str, monkeypatch: pytest.MonkeyPatch, busy: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(busy, interrupted)
    answer = tracker("log", "--follow", "--jsonl", "--db", fresh)
    assert (answer.code, answer.err) == (0, "")


@pytest.mark.parametrize("words", ["log", "place list", "place list --csv", "log --json"])
def test_a_reader_that_goes_away_is_no_error(fresh: str, words: str) -> None:
    """Whether much was to come or little, at once or late: `set -o pipefail` shows the command's own exit."""
    piped = f'set -o pipefail; {COMMAND} {words} --db {fresh} | head -1; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(
        ["bash", "-c", piped], env=surroundings(), capture_output=True, text=True, check=False
    )
    assert done.stdout.count("\n") == 2
    assert done.stdout.splitlines()[1] == "0"
    assert done.stderr == ""


def test_a_reader_that_was_never_there_changes_no_exit(fresh: str) -> None:
    for words, code in ((f"status Homs --db {fresh}", 0), (f"status Nowhere --db {fresh}", 3)):
        piped = f'{COMMAND} {words} | exec true; echo "${{PIPESTATUS[0]}}"'
        done = subprocess.run(
            ["bash", "-c", f"trap '' PIPE; sleep 0; {piped}"],
            env=surroundings(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stdout.strip() == str(code)
        assert "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr
