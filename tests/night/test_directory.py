"""A report in a folder: whole or not at all, the same file however often it is tried."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracker.night.directory import put_down
from tracker.night.letter import Letter, NotTaken
from tracker.night.targets import Directory

ROOT = Path(__file__).parents[2]


def folder(path: Path, kind: str = "html") -> Directory:
    return Directory("reports", str(path), kind)


def test_a_file_a_night_in_each_form(letter: Letter, tmp_path: Path) -> None:
    for kind in ("html", "markdown", "json"):
        put_down(folder(tmp_path, kind), letter, "1")
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "night-2024-12-08.html", "night-2024-12-08.json", "night-2024-12-08.md",
    ]  # fmt: skip
    assert (tmp_path / "night-2024-12-08.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "night-2024-12-08.md").read_text().startswith("# Night of 8 December 2024")
    assert json.loads((tmp_path / "night-2024-12-08.json").read_bytes()) == letter.report


def test_again_is_the_same_file(letter: Letter, tmp_path: Path) -> None:
    put_down(folder(tmp_path), letter, "1")
    before = (tmp_path / "night-2024-12-08.html").read_bytes()
    put_down(folder(tmp_path), letter, "2")
    assert [one.name for one in tmp_path.iterdir()] == ["night-2024-12-08.html"]
    assert (tmp_path / "night-2024-12-08.html").read_bytes() == before


def test_others_may_read_it_as_far_as_the_umask_lets_them(letter: Letter, tmp_path: Path) -> None:
    """A web server that shows the folder is another user."""
    before = os.umask(0o022)
    try:
        put_down(folder(tmp_path), letter, "1")
    finally:
        os.umask(before)
    assert (tmp_path / "night-2024-12-08.html").stat().st_mode & 0o777 == 0o644


def test_what_an_ended_process_left_is_taken_away_and_nothing_else(letter: Letter, tmp_path: Path) -> None:
    (tmp_path / ".night-2024-12-08.html.1.part").write_text("half")
    (tmp_path / ".night-2024-12-07.html.1.part").write_text("of another night")
    (tmp_path / "night-2024-12-08.html.bak").write_text("somebody's own")
    put_down(folder(tmp_path), letter, "2")
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        ".night-2024-12-07.html.1.part", "night-2024-12-08.html", "night-2024-12-08.html.bak",
    ]  # fmt: skip


def test_a_folder_that_is_not_there_is_not_made(letter: Letter, tmp_path: Path) -> None:
    """It may be a disk that is not mounted; what was written under it would be hidden when it is."""
    with pytest.raises(NotTaken, match=r"the folder .*/away is not there: mkdir -p"):
        put_down(folder(tmp_path / "away"), letter, "1")
    assert not (tmp_path / "away").exists()


def test_a_file_where_the_folder_should_be(letter: Letter, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotTaken, match="Not a directory"):
        put_down(folder(tmp_path / "file"), letter, "1")


def test_a_folder_where_the_file_should_be(letter: Letter, tmp_path: Path) -> None:
    (tmp_path / "night-2024-12-08.html").mkdir()
    with pytest.raises(NotTaken, match="Is a directory"):
        put_down(folder(tmp_path), letter, "1")
    assert [one.name for one in tmp_path.iterdir()] == ["night-2024-12-08.html"], "nothing half is left"


IN_A_PROCESS = """
import json, os, resource, signal, sys
from tracker.night.directory import put_down
from tracker.night.letter import Letter, NotTaken
from tracker.night.targets import Directory
path, report, how = sys.argv[1:]
letter = Letter(json.loads(report), str)
if how == "another user" and os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
if how == "a full disk":  # the kernel refuses the write in its middle, as it does on a full disk
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    put_down(Directory("reports", path, "html"), letter, "1")
except NotTaken as error:
    print(error)
    sys.exit(9)
"""


def tried(path: Path, letter: Letter, how: str) -> str:
    """What a process says that may not, or cannot, write there."""
    done = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS, str(path), json.dumps(letter.report), how],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # with little room it would be half a module
    )  # fmt: skip
    assert done.returncode == 9, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Path]:
    """A folder in which a report of an earlier attempt lies, reachable by everybody."""
    for one in (tmp_path, *tmp_path.parents[:3]):
        if one.stat().st_uid == os.geteuid() and one != Path("/tmp"):
            one.chmod(one.stat().st_mode | 0o055)
    made = tmp_path / "reports"
    made.mkdir(mode=0o755)
    (made / "night-2024-12-08.html").write_text("as it was")
    yield made
    made.chmod(0o755)


def test_an_unwritable_folder(letter: Letter, guarded: Path) -> None:
    guarded.chmod(0o555)
    assert "night-2024-12-08.html cannot be written: Permission denied" in tried(
        guarded, letter, "another user"
    )
    assert (guarded / "night-2024-12-08.html").read_text() == "as it was"


def test_a_disk_that_fills_up_while_it_is_written(letter: Letter, guarded: Path) -> None:
    """The file is what it was, and nothing half is left beside it."""
    assert "cannot be written: File too large" in tried(guarded, letter, "a full disk")
    assert [(one.name, one.read_text()) for one in guarded.iterdir()] == [
        ("night-2024-12-08.html", "as it was")
    ]


def test_a_full_disk(letter: Letter, tmp_path: Path) -> None:
    """A real one, where this user may mount it; elsewhere the kernel's limit above has to do."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(disk)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        assert "File too large" in tried(disk, letter, "a full disk")
        return
    try:
        (disk / "ballast").write_bytes(b"x" * 16_384)
        with pytest.raises(NotTaken, match="cannot be written: No space left on device"):
            put_down(folder(disk), letter, "1")
        assert [one.name for one in disk.iterdir()] == ["ballast"]
        (disk / "ballast").unlink()
        put_down(folder(disk), letter, "2")
        assert [one.name for one in disk.iterdir()] == ["night-2024-12-08.html"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)
