"""A database gets exactly the tables of this version; older, newer and other people's are told apart."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from tests.record.events import events
from tests.record.tampering import stranger
from tracker.errors import (
    DamagedDatabase,
    DatabaseProblem,
    EmptyDatabase,
    NewerDatabase,
    NoDatabase,
    OlderDatabase,
)
from tracker.reader import open_reader
from tracker.record.revisions import current, scripts, upgrade
from tracker.record.schema import SCHEMA_HEAD, TRIGGERS, metadata
from tracker.record.store import Store
from tracker.tracker import Tracker


def test_the_migrations_end_at_the_schema(store: Store) -> None:
    def ours(thing: Any, _name: object, kind: str, _reflected: bool, _other: object) -> bool:
        return (
            kind != "table" or metadata.tables[thing.name].info.get("dialect", store.dialect) == store.dialect
        )

    with store.transaction() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": ours, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_triggers_are_those_that_are_named(store: Store) -> None:
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A' "
        "AND tgrelid IN ('events'::regclass, 'head'::regclass)",
    }
    with store.transaction() as connection:
        assert set(connection.execute(text(asked[store.dialect])).scalars()) == TRIGGERS[store.dialect]


def test_the_newest_migration_is_the_head() -> None:
    revisions = sorted(path.name[:4] for path in (scripts() / "versions").glob("[0-9]*.py"))
    assert revisions[-1] == SCHEMA_HEAD
    assert len(set(revisions)) == len(revisions)


def test_making_prints_nothing(where: str, capfd: pytest.CaptureFixture[str]) -> None:
    Store.create(where).close()
    assert capfd.readouterr() == ("", "")


def test_making_again_leaves_it_as_it_is(where: str) -> None:
    assert current(where) is None
    with Store.create(where) as store:
        store.append(events(3), now=1, by="a")
    assert current(where) == SCHEMA_HEAD
    with Store.create(where) as store:
        assert store.head().position == 3
    upgrade(where)
    with Store.open(where) as store:
        assert store.head().position == 3


def test_two_that_make_it_at_once(where: str) -> None:
    failures: list[BaseException] = []

    def make() -> None:
        try:
            Store.create(where).close()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Store.open(where) as store:
        assert store.append(events(1), now=1, by="a")[0].position == 1


@pytest.mark.parametrize(
    ("found", "refusal"),
    [
        ("0000", OlderDatabase),
        ("0999", NewerDatabase),
        ("3f2a1b", DamagedDatabase),
        ("wxyz", DamagedDatabase),
    ],
)
def test_other_versions_are_refused(where: str, found: str, refusal: type[Exception]) -> None:
    Store.create(where).close()
    with stranger(where) as hand:
        hand("UPDATE alembic_version SET version_num = ?", found)
    for use in (Store.open, Store.create):
        with pytest.raises(refusal):
            use(where)
    if found != "0000":
        with pytest.raises(refusal):
            upgrade(where)
    assert current(where) == found, "nothing was touched"


def test_nothing_there(where: str) -> None:
    for use in (Store.open, upgrade):
        with pytest.raises(NoDatabase, match="there is no tracker at"):
            use(where)
    assert current(where) is None


def test_a_place_with_other_tables_is_refused(where: str) -> None:
    Store.create(where).close()
    with stranger(where) as hand:
        hand("DROP TABLE alembic_version")
    with pytest.raises(DatabaseProblem, match="belongs to another program"):
        Store.create(where)
    with pytest.raises(NoDatabase):
        Store.open(where)


def test_a_schema_of_another_name_beside(postgresql: str, schema: str) -> None:
    """Several trackers in one database, a schema each, know nothing of one another."""
    other = schema + "_b"
    with Store.create(schema) as one, Store.create(other) as two:
        one.append(events(3), now=1, by="a")
        two.append(events(1), now=1, by="a")
        one.redact(2, now=1, by="a", reason="r")
        assert (one.head().position, two.head().position) == (4, 1)


def test_a_tracker_further_down_the_search_path_is_another_one(schema: str) -> None:
    """Tables that are missing in one schema are not looked for, read or emptied in the next."""
    other = schema + "_b"
    both = f"{schema},{other.rpartition('%3D')[2]}"
    with stranger(schema) as hand:
        hand(f"CREATE SCHEMA {schema.rpartition('%3D')[2]}")
    theirs = Tracker.create(other)
    theirs.place_add("Mill", kind="village")
    assert current(both) is None
    with pytest.raises(EmptyDatabase):
        open_reader(both)
    ours = Tracker.create(both)
    assert current(schema) == SCHEMA_HEAD
    ours.place_add("Bridge", kind="bridge")
    with stranger(schema) as hand:
        hand("DROP TABLE places")
    with open_reader(both) as reader, pytest.raises(DatabaseProblem, match="missing"):
        reader.rows("SELECT * FROM places")
    ours.rebuild()
    assert [one["name"] for one in ours.listed("place")["places"]] == ["Bridge"]
    assert [one["name"] for one in theirs.listed("place")["places"]] == ["Mill"]
    with stranger(other) as hand:
        hand("DROP INDEX names_folded_thing")  # so that a table that is there is made anew
    with stranger(schema) as hand:
        hand("DROP TABLE names")
    ours.rebuild()
    assert ours.verify(views=True)["ok"]
    with stranger(other) as hand:
        assert hand("SELECT count(*) FROM names WHERE folded = 'mill'") == [(1,)]


def test_a_schema_whose_name_needs_quotes(schema: str) -> None:
    tracker = Tracker.create(f"{schema.rpartition('%3D')[0]}%3D%22The%5C%20{schema[-3:]}%22")
    tracker.place_add("Mill", kind="village")
    tracker.rebuild()
    assert tracker.verify(views=True)["ok"]


def test_alembic_by_hand(tmp_path: Path) -> None:
    """The recipe for a new migration: `alembic -x db=WHERE upgrade head`, and nothing left to generate."""
    where = str(tmp_path / "tracker.db")
    Store.create(where).close()
    alembic = [sys.executable, "-m", "alembic", "-x", f"db={where}"]
    for verb in (["upgrade", "head"], ["check"]):
        done = subprocess.run(
            [*alembic, *verb], capture_output=True, text=True, cwd=scripts().parent, check=False
        )
        assert done.returncode == 0, done.stderr
