"""Decides how the examples in the documentation are run: `console` blocks are commands and what they print.

A page is one session: an empty folder, the variables its blocks export, the `tracker` of this Python. In
`pycon` blocks that very Python is talked to, in the same folder.
In an expected answer the line `…` stands for any lines, and `…` inside a line for any text.

    python docs/transcripts.py             runs README.md and the pages here; exit 1 if one is wrong
    python docs/transcripts.py --write     puts the real answers where they differ
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = (
    "README.md", "docs/belief.md", "docs/events.md", "docs/json.md", "docs/install.md", "docs/notebooks.md",
)  # fmt: skip
"""The pages that have `console` blocks."""

_BLOCK: Final = re.compile(r"^```(console|pycon)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMPTS: Final = {"console": "$ ", "pycon": ">>> "}
_EXPORT: Final = re.compile(r"export ((?:\w+=\S+ ?)+)$")


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a page, or one statement of Python, and where in the page's text its answer stands."""

    language: str
    command: str
    expected: str
    start: int
    end: int


def steps(text: str) -> Iterator[Step]:
    """The commands of a page in order; a line that ends with a backslash goes on in the next."""
    for block in _BLOCK.finditer(text):
        language, prompt = block[1], _PROMPTS[block[1]]
        lines = block[2].splitlines(keepends=True)
        at = block.start(2)
        i = 0
        while i < len(lines):
            if not lines[i].startswith(prompt):
                raise ValueError(f"a {language} block begins with an answer: {lines[i]!r}")
            command, after = (_python if language == "pycon" else _shell)(lines, i)
            start = at = at + sum(map(len, lines[i:after]))
            i = after
            while i < len(lines) and not lines[i].startswith(prompt):
                at += len(lines[i])
                i += 1
            yield Step(language, command, text[start:at], start, at)


def _shell(lines: list[str], i: int) -> tuple[str, int]:
    """The command that begins on a line, and the line after it."""
    command = lines[i].rstrip("\n").removeprefix("$ ")
    i += 1
    while command.endswith("\\"):
        command = command[:-1].rstrip() + " " + lines[i].strip()
        i += 1
    return command, i


def _python(lines: list[str], i: int) -> tuple[str, int]:
    """The statement that begins on a line, and the line after it; it goes on after `... `."""
    statement = lines[i].removeprefix(">>> ")
    i += 1
    while i < len(lines) and lines[i].startswith("..."):
        statement += lines[i].removeprefix("...").removeprefix(" ")
        i += 1
    return statement, i


def agrees(expected: str, printed: str) -> bool:
    """Whether an answer is what the page says, `…` standing for anything."""
    pattern = "".join(_line_pattern(line) for line in expected.splitlines())
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in printed.splitlines())) is not None


def _line_pattern(line: str) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    return ".*?".join(re.escape(part) for part in line.rstrip().split("…")) + r"\n"


class Done(NamedTuple):
    """What a command printed, and the folder in which it was run, with what it left there."""

    printed: str
    folder: Path


class Session:
    """A shell that knows `tracker` and `export`, and a Python, in a folder of their own.

    `done`: commands that need not be run again where no other was run before.
    """

    def __init__(self, folder: Path, done: Mapping[str, Done] | None = None) -> None:
        self.folder = folder
        self._done = dict(done or {})
        self._names: dict[str, Any] = {}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
        self.environment = {**kept, "HOME": str(folder), "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "COLUMNS"):
            self.environment.pop(name, None)

    def answer(self, step: Step) -> str:
        """What a step of a page prints."""
        return self.python(step.command) if step.language == "pycon" else self.run(step.command)

    def python(self, statement: str) -> str:
        """What a statement prints, or the value that it has, among the names that were given before it."""
        with chdir(self.folder), redirect_stdout(io.StringIO()) as printed:
            exec(compile(statement, "<stdin>", "single"), self._names)
        return printed.getvalue()

    def run(self, command: str) -> str:
        """What a command prints, on both its outputs."""
        if exported := _EXPORT.match(command):
            self.environment |= dict(one.split("=", 1) for one in exported[1].split())
            return ""
        known, self._done = self._done, {}
        if command in known:
            shutil.copytree(known[command].folder, self.folder, dirs_exist_ok=True)
            return known[command].printed
        words = shlex.split(command)
        if words[0] != "tracker":
            raise ValueError(f"only tracker is run in the documentation: {command}")
        done = subprocess.run(
            [sys.executable, "-c", "from tracker.cli import main; main()", *words[1:]],
            cwd=self.folder, env={**self.environment, "PYTHONPATH": str(ROOT)}, check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, encoding="utf-8",
        )  # fmt: skip
        return done.stdout


def differences(page: str, folder: Path, done: Mapping[str, Done] | None = None) -> list[tuple[Step, str]]:
    """The commands of a page whose answer is not the one it shows, with what they printed."""
    shell = Session(folder, done)
    text = (ROOT / page).read_text(encoding="utf-8")
    printed = [(step, shell.answer(step)) for step in steps(text)]
    return [(step, answer) for step, answer in printed if not agrees(step.expected, answer)]


def rewritten(page: str, folder: Path) -> str:
    """The page with the real answer wherever it shows another one."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for step, answer in reversed(differences(page, folder)):
        clean = "".join(f"{line.rstrip()}\n" for line in answer.splitlines())
        text = text[: step.start] + clean + text[step.end :]
    return text


def main(arguments: list[str]) -> int:
    """Run every page, or those that are named."""
    write = "--write" in arguments
    wrong = 0
    for page in [one for one in arguments if not one.startswith("--")] or PAGES:
        with tempfile.TemporaryDirectory() as folder:
            if write:
                (ROOT / page).write_text(rewritten(page, Path(folder)), encoding="utf-8")
                continue
            for step, answer in differences(page, Path(folder)):
                wrong += 1
                print(f"{page}: $ {step.command}\n{answer}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
