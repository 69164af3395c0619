"""Decides what reading may import: a question is answered without the machinery of writing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import surroundings

HEAVY = {"sqlalchemy", "pydantic", "alembic", "apscheduler", "orjson", "psycopg", "starlette", "uvicorn"}
RUN = """
import json, sys
from tracker.cli.shell import run
code = run(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "words",
    [
        ["status"], ["status", "Homs"], ["status", "--at", "2024-12-07", "--known-at", "2024-12-06", "--csv"],
        ["why", "Homs"], ["claims", "--place", "Homs"], ["log", "--until", "3"], ["place", "show", "Homs"],
        ["source", "list"], ["setting", "list"], ["--help"], ["status", "--help"], ["add-claim", "--help"],
        ["status", "Nowhere"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_reading_imports_nothing_heavy(story_file: Path, words: list[str]) -> None:
    where = [] if "--help" in words else ["--db", str(story_file)]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words, *where],
        env=surroundings(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == (3 if "Nowhere" in words else 0), done.stderr
    assert HEAVY.isdisjoint(modules)
