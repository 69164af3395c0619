"""Decides how a command is left: everything written is out, and what could not be written is told."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.cli.running import COMMAND, command, surroundings, tracker


def test_what_a_command_wrote_is_out_when_it_has_ended(story_file: Path) -> None:
    """Into a pipe Python writes late: only when its buffer is full, or when it is told to."""
    words = ("claims", "--db", str(story_file), "--now", "2024-12-09", "--json")
    assert command(*words).out == tracker(*words).out


def test_the_exit_code_is_the_command_s(story_file: Path) -> None:
    assert command("status", "Homs", "--db", story_file).code == 0
    assert command("status", "Nowhere", "--db", story_file).code == 3


def test_an_answer_that_cannot_be_written_is_no_success(story_file: Path) -> None:
    """A full disk, met only when the answer is pushed out at the very end."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, "setting", "list", "--json", "--db", str(story_file)],
            env=surroundings() | {"PYTHONUNBUFFERED": ""}, stdout=full, stderr=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode != 0
    assert "No space left on device" in done.stderr
