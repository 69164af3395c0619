"""Decides what reading may load: a question is answered without what only writing or others need."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.running import surroundings

OUTCOME = Path(__file__).parents[2] / "fixtures" / "syria" / "outcome.csv"
HEAVY = {
    "sqlalchemy", "pydantic", "alembic", "apscheduler", "orjson", "psycopg", "starlette", "uvicorn",
    "anyio", "h11", "jinja2", "numpy", "openpyxl", "pyarrow", "resvg_py", "shapely", "xlsxwriter",
}  # fmt: skip
ASKED_LATER = {"difflib", "textwrap", "shutil", "tomllib", "csv", "unicodedata", "bisect", "tracker.times"}
"""What some question, or its refusal, needs, and `status` of a place does not."""
OTHER_RULES = {
    f"tracker.judgement.{name}" for name in ("policies", "rules", "book", "course", "corroboration")
}
"""What no belief needs: the rules that may be set beside it."""
DATABASE = {"sqlite3", "tracker.tracker", "tracker.judgement.evidence", "tracker.views.evidence"}
"""What no help needs, and but for `sqlite3` no completion."""

ENTERED = """
import gc, sys
before = set(sys.modules)
import tracker.cli
print(sorted(set(sys.modules) - before))
"""
RUN = """
import json, sys
from typing import ForwardRef
from tracker.cli.shell import run
code = run(sys.argv[1:])
records = {one for name, module in list(sys.modules.items()) if name.startswith("tracker.")
           for one in vars(module).values() if isinstance(one, type) and hasattr(one, "_fields")}
postponed = [one.__qualname__ for one in records
             if any(isinstance(kind, ForwardRef) for kind in one.__annotations__.values())]
print(json.dumps([code, sorted(sys.modules), sorted(postponed)]), file=sys.stderr)
"""


class Loaded(NamedTuple):
    """What one command line had loaded when it was done."""

    code: int
    modules: set[str]
    postponed: list[str]
    """The named tuples with annotations that `typing` had to compile."""


def loaded(words: Collection[str], **environment: str) -> Loaded:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words],
        env=surroundings(environment), capture_output=True, text=True, check=False,
    )  # fmt: skip
    code, modules, postponed = json.loads(done.stderr.splitlines()[-1])
    return Loaded(code, set(modules), postponed)


@pytest.mark.parametrize(
    "words",
    [
        ["status"], ["status", "Homs"], ["status", "--at", "2024-12-07", "--known-at", "2024-12-06", "--csv"],
        ["why", "Homs"], ["claims", "--place", "Homs"], ["log", "--until", "3"], ["place", "show", "Homs"],
        ["source", "list"], ["setting", "list"], ["--help"], ["status", "--help"], ["add-claim", "--help"],
        ["status", "Nowhere"], ["status", "southern Syria"], ["regions"], ["regions", "Homs"],
        ["status", "--policy", "vote"], ["why", "Homs", "--policy", "two-origins"],
        ["history", "Homs"], ["history", "Homs", "--knowledge"], ["history", "--help"], ["diff", "--help"],
        ["diff", "Homs", "--policy", "bayes", "latest"], ["diff", "--at", "2024-12-05", "2024-12-07"],
        ["evaluate", str(OUTCOME)], ["evaluate", str(OUTCOME), "--known"], ["evaluate", "--help"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_reading_imports_nothing_heavy(story_file: Path, words: list[str]) -> None:
    found = loaded([*words, *([] if "--help" in words else ["--db", str(story_file)])])
    assert found.code == (3 if "Nowhere" in words else 0)
    assert HEAVY.isdisjoint(found.modules)


@pytest.mark.parametrize("words", [["status"], ["status", "Homs"], ["why", "Homs"]], ids=" ".join)
def test_a_verdict_loads_nothing_that_others_need(story_file: Path, words: list[str]) -> None:
    found = loaded([*words, "--db", str(story_file)])
    assert found.code == 0
    assert ASKED_LATER.isdisjoint(found.modules)
    assert OTHER_RULES.isdisjoint(found.modules)
    assert "zoneinfo" not in loaded([*words, "--json", "--db", str(story_file)]).modules


@pytest.mark.parametrize("words", [["--help"], ["status", "--help"], ["add-claim", "--help"]], ids=" ".join)
def test_help_loads_no_database(words: list[str]) -> None:
    assert DATABASE.isdisjoint(loaded(words).modules)


@pytest.mark.parametrize("line", ["status Ho", "retract c-2412"])
def test_completion_loads_a_reader_and_no_judgement(story_file: Path, line: str) -> None:
    command, typed = line.split()
    asked = {"COMP_WORDS": f"tracker {command} --db {story_file} {typed}", "COMP_CWORD": "4"}
    found = loaded([], _TRACKER_COMPLETE="bash_complete", **asked)
    assert (DATABASE - {"sqlite3"}).isdisjoint(found.modules)
    assert "sqlite3" in found.modules, "nothing was completed"


@pytest.mark.parametrize(
    "words", [["status"], ["status", "Homs"], ["why", "Homs"], ["claims", "--place", "Homs"]], ids=" ".join
)
def test_records_that_are_read_know_their_types(story_file: Path, words: list[str]) -> None:
    """An annotation kept as text (`from __future__ import annotations`) is compiled at every start."""
    assert loaded([*words, "--db", str(story_file)]).postponed == []


def test_the_way_in_loads_nothing_before_ctrl_c_is_heard() -> None:
    """Until `main` runs Python answers with a traceback, and loading `typing` alone is half of that time."""
    entered = subprocess.run([sys.executable, "-c", ENTERED], capture_output=True, text=True, check=True)
    assert entered.stdout.strip() == "['tracker', 'tracker.cli']"
