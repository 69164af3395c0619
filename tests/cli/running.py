"""Decides how tests give a command line to tracker: inside this process, or to a process of its own."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from tracker.cli.shell import run

COMMAND = str(Path(sys.executable).parent / "tracker")


class Answer(NamedTuple):
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document that it is."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def refusal(self) -> tuple[str, str]:
        """The error and the next step, after checking that they are all that was said."""
        lines = self.err.splitlines()
        assert "Traceback" not in self.err
        assert [line.partition(": ")[0] for line in lines[-2:]] == ["Error", "Try"], self.err
        assert sum(line.startswith(("Error: ", "Try: ")) for line in lines) == 2, self.err
        error, step = (line.partition(": ")[2] for line in lines[-2:])
        assert error, self.err
        assert step, self.err
        return error, step


def tracker(*arguments: object) -> Answer:
    """Run a command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    return Answer(code, out.getvalue(), err.getvalue())


def command(*arguments: object, environment: Mapping[str, str] | None = None, **more: Any) -> Answer:
    """Run a command line in a process of its own, with a surrounding that no user's settings reach."""
    if "preexec_fn" in more:  # a process that is given little room leaves no module half compiled to others
        environment = {**(environment or {}), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [COMMAND, *map(str, arguments)],
        env=surroundings(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **more,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def surroundings(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process: ours, without what would decide colours, databases or clocks."""
    left = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TRACKER_") and name not in ("NO_COLOR", "CLICOLOR_FORCE", "COLUMNS")
    }
    return {**left, **(more or {})}


def on_a_terminal(words: list[str], environment: Mapping[str, str], columns: int = 0) -> str:
    """What a command line writes where it thinks that somebody looks on; 0: a width that is not told."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    with subprocess.Popen(
        [COMMAND, *words], env=surroundings({"TERM": "xterm", **environment}), stdout=theirs, stderr=theirs
    ):
        os.close(theirs)
        told = b""
        try:
            while piece := os.read(ours, 65536):
                told += piece
        except OSError:  # the other end was closed
            pass
    os.close(ours)
    return told.decode()


def tab_in_bash(typed: str, wanted: str, environment: Mapping[str, str]) -> str:
    """The line in an interactive bash after `typed` and TAB: as soon as it is `wanted`, or in the end."""
    ours, theirs = pty.openpty()
    path = f"{Path(COMMAND).parent}:{os.environ['PATH']}"
    surrounded = surroundings({"TERM": "dumb", "LC_ALL": "C.UTF-8", "PATH": path, **environment})
    with subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        env=surrounded, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    ) as shell:  # fmt: skip
        os.close(theirs)
        os.write(ours, b'PS1=; eval "$(_TRACKER_COMPLETE=bash_source tracker)"; echo rea""dy\n')
        _until(ours, "ready\r\n")
        os.write(ours, f"{typed}\t".encode())
        line = _until(ours, wanted)
        shell.kill()
    os.close(ours)
    return line


def _until(terminal: int, wanted: str, seconds: float = 30.0) -> str:
    """What a terminal shows once `wanted` is in it, or in the end."""
    told, end = b"", time.monotonic() + seconds
    while wanted not in (shown := _shown(told.decode(errors="replace"))) and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            told += os.read(terminal, 65536)
    return shown


def _shown(told: str) -> str:
    """Bells left out, and what was taken back with backspaces."""
    line: list[str] = []
    for char in told:
        if char == "\b" and line:
            line.pop()
        elif char != "\a":
            line.append(char)
    return "".join(line)
