"""Decides what pages say while the database is away, and that they go on by themselves when it is back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.web.driven import TOKEN, Driven
from tests.web.test_writing import CLAIM, begin
from tracker import Tracker

PATHS = ("/places", "/map", "/healthz", "/claims", "/about", "/")


def asked(served: Driven, error: str, step: str) -> None:
    """Every page and every document says the same, and nothing of how it was found out."""
    for path in PATHS:
        found = served.get(path) if path in ("/", "/about", "/healthz") else served.get(f"{path}.json")
        assert found.status == 503, path
        assert found.headers["retry-after"] == "5"
        assert "Traceback" not in found.text
        if found.headers["content-type"] == "application/json":
            assert found.json["exit"] == 4
            assert error in found.json["error"]
            assert step in found.json["try"]
        else:
            assert error in found.text
            assert step in found.text.replace("&#34;", '"')
    written = served.post("/claims", CLAIM)
    assert written.status == 503, written.text


@contextmanager
def moved(where: str) -> Iterator[None]:
    away = f"{where}.away"
    os.rename(where, away)
    yield
    os.rename(away, where)


@contextmanager
def of_revision(where: str, revision: str) -> Iterator[None]:
    with closing(sqlite3.connect(where)) as other, other:
        (before,) = other.execute("SELECT version_num FROM alembic_version").fetchone()
        other.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    yield
    with closing(sqlite3.connect(where)) as other, other:
        other.execute("UPDATE alembic_version SET version_num = ?", (before,))


@contextmanager
def locked(where: str) -> Iterator[None]:
    with closing(sqlite3.connect(where, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def replaced(where: str) -> Iterator[None]:
    with moved(where):
        Path(where).write_text("It is no database any more, but a letter.\n" * 100)
        yield
        os.remove(where)


@contextmanager
def of_other_views(where: str) -> Iterator[None]:
    with closing(sqlite3.connect(where)) as other, other:
        other.execute("UPDATE checkpoints SET revision = revision + 1")
    yield
    with closing(sqlite3.connect(where)) as other, other:
        other.execute("UPDATE checkpoints SET revision = revision - 1")


@pytest.mark.parametrize(
    ("how", "error", "step"),
    [
        ("moved", "there is no tracker at", "tracker init"),
        ("older", "was made by an older tracker (schema 0001", "tracker db upgrade"),
        ("newer", "was made by a newer tracker (schema 9999", "a newer tracker"),
        ("locked", "is in use", "again in a moment"),
        ("replaced", "is no tracker: it is not a database", ""),
    ],
)
def test_a_database_that_goes_away_and_comes_back(
    fresh: str, how: str, error: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.reader.WAIT", 0)
    served = Driven(fresh, write=True)
    ways = {
        "moved": moved(fresh), "older": of_revision(fresh, "0001"), "newer": of_revision(fresh, "9999"),
        "locked": locked(fresh), "replaced": replaced(fresh),
    }  # fmt: skip
    known = served.get("/map.json").headers["etag"]
    with ways[how]:
        asked(served, error, step)
        assert served.get("/outlines.json").status == 200, "what needs no database is shown"
        assert served.get("/places", if_none_match=known).status == 503
    for path in PATHS:
        found = served.get(path if path in ("/", "/about", "/healthz") else f"{path}.json")
        assert found.status == 200, path
    assert served.post("/claims", CLAIM).status == 200


def test_views_of_another_version_are_not_read(fresh: str) -> None:
    served = Driven(fresh)
    with of_other_views(fresh):
        for path in ("/places.json", "/healthz", "/"):
            found = served.get(path)
            assert found.status == 503, path
            assert "tracker rebuild" in found.text
    assert served.get("/places.json").status == 200


def test_a_schema_that_goes_away(schema: str) -> None:
    begin(schema)
    served = Driven(schema)
    assert served.get("/places.json").status == 200
    name = schema.rpartition("%3D")[2]
    with psycopg.connect(schema, autocommit=True) as other:
        other.execute(f"ALTER SCHEMA {name} RENAME TO away_{name}".encode())
        assert served.get("/places.json").status == 503
        assert served.get("/places").status == 503
        other.execute(f"ALTER SCHEMA away_{name} RENAME TO {name}".encode())
    assert served.get("/places").status == 200


def test_a_server_that_cannot_be_reached() -> None:
    served = Driven("postgresql://nobody:secret@127.0.0.1:1/none")
    for found in (served.get("/places.json"), served.get("/about")):
        assert found.status == 503
        assert "cannot reach the database" in found.text
        assert "secret" not in found.text


def test_what_nobody_expected_is_told_in_one_line(
    fresh: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(self: Tracker, *_: object, **__: object) -> None:
        raise RuntimeError("<b>\x1b[31m in a bad way\nand more")

    monkeypatch.setattr(Tracker, "flags", broken)
    served = Driven(fresh, write=True)
    found = served.get("/flags.json")
    assert found.refusal[:2] == (
        500, "something went wrong inside tracker (RuntimeError: <b>\\x1b[31m in a bad way)",
    )  # fmt: skip
    page = served.get("/flags", x_tracker_token=TOKEN)
    assert page.status == 500
    assert "<b>\\x1b" not in page.text
    assert "&lt;b&gt;" in page.text
    told = capsys.readouterr().err.splitlines()
    assert told == ["something went wrong inside tracker (RuntimeError: <b>\\x1b[31m in a bad way)"] * 2
    assert served.get("/claims.json").status == 200


@pytest.mark.parametrize("path", ["/claims", "/nowhere"])
def test_a_page_that_cannot_even_tell_what_went_wrong(
    fresh: str, path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An upgrade in place may take the templates away."""

    def broken(*_: object, **__: object) -> str:
        raise FileNotFoundError("frame.html")

    monkeypatch.setattr("tracker.web.pages.Pages.page", broken)
    found = Driven(fresh).get(path)
    assert (found.status, found.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    assert found.text.splitlines()[0].endswith("(FileNotFoundError: frame.html)")
    assert found.headers["content-security-policy"]
    assert "Traceback" not in capsys.readouterr().err
