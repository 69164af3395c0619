"""What `doctor` sees, on a database that is well and on others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.record.events import events
from tests.record.tampering import owner, stranger
from tracker.record.doctor import Check, doctor
from tracker.record.store import Store


def checked(where: str) -> dict[str, Check]:
    return {check.name: check for check in doctor(where)}


def unwell(where: str) -> set[str]:
    return {check.name for check in doctor(where) if not check.ok}


def test_a_database_that_is_well(store: Store) -> None:
    store.append(events(5), now=1, by="a")
    found = checked(store.where)
    assert unwell(store.where) <= {"free disk"}
    assert found["log"].value == "5 events, last 5"
    assert found["head"].value == f"5 {store.head().chain_hash.hex()}"
    assert {"python", "sqlalchemy", "schema", "triggers"} <= found.keys()
    engine = {
        "sqlite": {"sqlite", "pages", "file system", "lock"},
        "postgresql": {"postgresql", "psycopg", "fsync"},
    }
    assert engine[store.dialect] <= found.keys()


def test_it_changes_nothing(tmp_path: Path) -> None:
    where = str(tmp_path / "tracker.db")
    Store.create(where).close()
    before = Path(where).read_bytes()
    doctor(where)
    assert Path(where).read_bytes() == before


def test_triggers_that_were_taken_away(store: Store) -> None:
    with owner(store.where):
        pass
    assert unwell(store.where) - {"free disk"} == {"triggers"}
    assert "missing: events_refuse" in checked(store.where)["triggers"].value


def test_a_log_with_a_hole(store: Store) -> None:
    store.append(events(5), now=1, by="a")
    with owner(store.where) as hand:
        hand("DELETE FROM events WHERE position = 2")
    assert "log" in unwell(store.where)


@pytest.mark.parametrize(("found", "advice"), [("0000", "tracker db upgrade"), ("0999", "a newer tracker")])
def test_another_version(store: Store, found: str, advice: str) -> None:
    with stranger(store.where) as hand:
        hand("UPDATE alembic_version SET version_num = ?", found)
    assert checked(store.where)["schema"].advice == advice


def test_nothing_there(where: str) -> None:
    check = checked(where)["database"]
    assert (check.ok, check.value.startswith("there is no tracker at")) == (False, True)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (file := tmp_path / "tracker.db").write_bytes(b"something else" * 100)
    check = checked(str(file))["database"]
    assert "not a database" in check.value
    assert check.advice == "go on with a copy you kept"


def test_a_folder_is_told_as_one_and_not_as_a_file_that_others_may_write(tmp_path: Path) -> None:
    """Its rights are its own: /tmp is open to all, and must stay so."""
    (folder := tmp_path / "open").mkdir()
    folder.chmod(0o1777)
    found = checked(str(folder))
    assert found.keys().isdisjoint({"permissions", "lock", "free disk"})
    assert found["database"].value.endswith("it is a directory")
    assert found["database"].advice == f"tracker init --db {folder}/tracker.db makes one in it"
    assert not any("chmod" in check.advice for check in found.values())


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    check = checked(f"postgresql://anna:secret@/db?host={tmp_path}")["database"]
    assert "does not answer" in check.value
    assert "secret" not in check.value


def test_files_that_anybody_may_write(tmp_path: Path) -> None:
    where = str(tmp_path / "tracker.db")
    Store.create(where).close()
    Path(where).chmod(0o666)
    assert "permissions" in unwell(where)


@pytest.mark.parametrize("shut", ["the file", "its folder"])
def test_what_can_only_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shut: str) -> None:
    """All else may be well, and nothing can be recorded."""
    (folder := tmp_path / "handed over").mkdir()
    file = folder / "tracker.db"
    Store.create(str(file)).close()
    assert checked(str(file))["writing"].ok
    path = file if shut == "the file" else folder
    asked = os.access

    def access(at: Path, mode: int, **more: bool) -> bool:
        """As for somebody who is not root, whom nothing stops."""
        return asked(at, mode, **more) and not (Path(at) == path and mode & os.W_OK)

    monkeypatch.setattr("tracker.record.doctor.os.access", access)
    found = checked(str(file))["writing"]
    assert (found.ok, found.value) == (False, f"{shut} is read-only: it can be asked")
    assert found.advice == f'chmod u+w "{path}"'


def test_a_lock_that_is_held(tmp_path: Path) -> None:
    where = str(tmp_path / "tracker.db")
    with Store.create(where) as store, store.transaction():
        assert checked(where)["lock"].value == "held"
    assert checked(where)["lock"].value == "free"


def test_a_network_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = str(tmp_path / "tracker.db")
    Store.create(where).close()
    monkeypatch.setattr("tracker.record.doctor.network_file_system", lambda path: "cifs")
    assert "file system" in unwell(where)
