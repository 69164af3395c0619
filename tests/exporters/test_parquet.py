"""Decides that DuckDB reads claims and the log as what they are, with types."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.exporters.test_claims import CLAIMS, furnished, say_all
from tracker.errors import BadInput, NotInstalled
from tracker.exporters import parquet
from tracker.record.store import Store
from tracker.tracker import Tracker


@pytest.fixture
def tracker(where: str) -> Tracker:
    made = furnished(where)
    made.place_describe("Ford", lat=33.123456, lon=36.25)
    say_all(made)
    return made


def asked(sql: str, path: Path) -> list[Any]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(sql.replace("FILE", f"'{path}'")).fetchall()


def kinds(path: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in asked("DESCRIBE SELECT * FROM FILE", path)}


def test_claims_have_types(tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP", 3)
    path = tmp_path / "claims.parquet"
    assert tracker.export(out=path)["rows"] == len(CLAIMS)
    found = kinds(path)
    assert {found[name] for name in ("occurred_latest", "reported_earliest", "recorded")} == {
        "TIMESTAMP WITH TIME ZONE"
    }
    assert (found["actors"], found["km"], found["text"]) == ("VARCHAR[]", "DOUBLE", "VARCHAR")
    want = {one["id"]: one for one in tracker.claims()["claims"]}
    rows = asked("SELECT claim, actors, strftime(reported_latest, '%Y-%m-%dT%H:%M:%S.%f'), details, km, lat,"
                 " confidence, chain FROM FILE", path)  # fmt: skip
    for id_, actors, reported, details, km, lat, confidence, chain in rows:
        one = want.pop(id_)
        assert actors == one["actors"]
        whole = one["reported"]["latest"].removesuffix("Z")
        assert reported == (whole if "." in whole else f"{whole}.000000")
        assert (json.loads(details) if details else {}) == one["details"]
        assert (km, confidence, json.loads(chain)) == (one["km"], one["confidence"], one["chain"])
        assert lat == (33.123456 if one["place"] == "ford" else None)
    assert want == {}


def test_the_log_is_the_log(tracker: Tracker, tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    tracker.export("log", out=path)
    found = asked(
        "SELECT position, event_id, stream, version, kind, schema, epoch_us(recorded_at), recorded_by,"
        " payload, salt, payload_hash, chain_hash FROM FILE ORDER BY position", path,
    )  # fmt: skip
    with Store.open(tracker.where) as store:
        assert found == list(store.rows())
    assert kinds(path)["chain_hash"] == "BLOB"


def test_places_are_made_coarse_in_it_too(tracker: Tracker, tmp_path: Path) -> None:
    path = tmp_path / "claims.parquet"
    tracker.export(out=path, blur=10.0, place="Ford")
    assert 33.123456 not in {row[0] for row in asked("SELECT lat FROM FILE", path)}
    with pytest.raises(BadInput, match="parquet does not hold places"):
        tracker.export("places", out=path)


def test_without_the_extra_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = furnished(str(tmp_path / "t.db"))
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(NotInstalled) as refused:
        made.export(out=tmp_path / "claims.parquet")
    assert refused.value.next_step == "pip install 'tracker[parquet]'"
    assert not (tmp_path / "claims.parquet").exists()
