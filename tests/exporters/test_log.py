"""Decides that a whole log moves from engine to engine, every row as it was; or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from benchmarks.fuzz.spoiling import chained
from tests.record.effort import on_a_server
from tests.record.histories import END, dump, fresh, histories, record
from tracker.errors import BadInput, Conflict, NoDatabase
from tracker.record.events import Event
from tracker.record.follow import project
from tracker.record.store import Store
from tracker.record.verify import verify
from tracker.tracker import Tracker


def of(where: str) -> Tracker:
    return Tracker(where, clock=lambda: END, by="test")


def empty(where: str) -> Tracker:
    return Tracker.create(where, clock=lambda: END, by="test")


def rows(where: str) -> list[Any]:
    with Store.open(where) as store:
        return list(store.rows())


def dumped(where: str) -> Any:
    with Store.open(where) as store:
        return dump(store)


@pytest.fixture
def told(tmp_path: Path) -> Tracker:
    """A tracker with a short log, one payload of which is redacted."""
    made = Tracker.create(tmp_path / "told.db", starter="syria", clock=lambda: END, by="anna")
    claim = made.add_claim("rebels captured Homs", source="Reuters", quote="\u201cعاجل\u201d \u2028 \x7f é")
    made.add_claim("rebels captured Hama", source="Reuters")
    with Store.open(made.where) as store:
        store.redact(claim["position"], now=END, by="anna", reason="a name in it", project=project)
    return made


@pytest.fixture
def exported(told: Tracker, tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    assert told.export("log", out=path)["rows"] == len(list(told.log()))
    return path


@on_a_server
@given(happened=histories())
def test_a_log_goes_to_the_other_engine_and_back(
    tmp_path: Path, schema: str, beside: str, happened: list[Event]
) -> None:
    there, back = tmp_path / "there.jsonl", tmp_path / "back.jsonl"
    with fresh(beside) as store:
        record(store, happened, batches=[1, 4], apart=7)
        mine, views, head = store.where, dump(store), store.head()
    server = f"{schema}_{head.chain_hash.hex()[:12]}"
    of(mine).export("log", out=there)
    done = empty(server).import_file(there)
    assert (done["recorded"], done["position"], done["chain_hash"]) == (
        head.position, head.position, head.chain_hash.hex(),
    )  # fmt: skip
    assert (rows(server), dumped(server)) == (rows(mine), views)
    of(server).export("log", out=back)
    assert back.read_bytes() == there.read_bytes()
    again = tmp_path / f"{head.chain_hash.hex()[:12]}.db"
    empty(str(again)).import_file(back)
    assert (rows(str(again)), dumped(str(again))) == (rows(mine), views)
    with Store.open(str(again)) as store:
        assert verify(store, against=(head.position, head.chain_hash)).ok


@pytest.fixture
def beside(tmp_path: Path) -> str:
    return str(tmp_path / "beside.db")


def test_what_was_redacted_travels_without_its_payload(told: Tracker, exported: Path, where: str) -> None:
    done = empty(where).import_file(exported)
    assert done["rows"] == done["recorded"] == len(list(told.log()))
    assert rows(where) == rows(told.where)
    assert [one for one in rows(where) if one[8] is None]
    assert "عاجل" not in exported.read_text("utf-8")
    assert of(where).verify(views=True)["findings"] == []
    assert of(where).status("Hama") == told.status("Hama")
    later = of(where).add_claim("rebels captured Homs", source="AFP")
    assert later["position"] == done["position"] + 1
    assert of(where).verify(against=f"{done['position']}:{done['chain_hash']}")["findings"] == []


def test_it_is_taken_over_by_an_empty_tracker_alone(told: Tracker, exported: Path, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match=r"by an empty tracker, and .* has .* events"):
        told.import_file(exported)
    with pytest.raises(NoDatabase):
        of(str(tmp_path / "none.db")).import_file(exported)
    with pytest.raises(BadInput, match="UTF-8 as it was written"):
        empty(str(tmp_path / "new.db")).import_file(exported, encoding="cp1256")


def test_a_trial_checks_it_and_writes_nothing(exported: Path, where: str) -> None:
    made = empty(where)
    assert made.import_file(exported, dry_run=True)["rows"] > 0
    assert list(made.log()) == []
    assert made.import_file(exported)["recorded"] > 0


def test_an_empty_log_is_one_too(tmp_path: Path, where: str) -> None:
    empty(str(tmp_path / "a.db")).export("log", out=tmp_path / "log.jsonl")
    assert empty(where).import_file(tmp_path / "log.jsonl")["rows"] == 0


def change(key: str, value: object) -> Callable[[list[Any]], None]:
    def changed(lines: list[Any]) -> None:
        lines[20][key] = value

    return changed


def swapped(lines: list[Any]) -> None:
    lines[20], lines[21] = lines[21], lines[20]


BROKEN: dict[str, tuple[Callable[[list[Any]], object], str]] = {
    "a word": (lambda lines: lines[20]["payload"].update(name="X"), "payload is not what was recorded"),
    "an author": (change("recorded_by", "eve"), "does not follow from the event before"),
    "a time": (change("recorded_at", "2020-01-01T00:00:00Z"), "does not follow"),
    "a gap": (lambda lines: lines.pop(20), "events are missing"),
    "the end": (lambda lines: lines.pop(), "it breaks off after event"),
    "an order": (swapped, "events are missing"),
    "one twice": (lambda lines: lines.insert(21, lines[20]), "events are missing"),
    "more": (lambda lines: lines[0].update(position=20), "the head says so, but the log ends with"),
    "no payload": (change("payload", None), "one was taken out"),
    "no salt": (change("salt", "zz"), "line 21 is no event of a log"),
    "a key": (lambda lines: lines[20].pop("stream"), "line 21 is no event of a log (no stream)"),
    "a number": (change("version", -1), "version is no number that it can be"),
    "a kind": (change("kind", "place-painted"), "of a newer tracker"),
    "a stream": (change("stream", "place/elsewhere"), "it is not of its stream"),
    "a form": (lambda lines: lines[0].update(tracker_log=2), "a log of another form (2)"),
    "a head": (lambda lines: lines[0].pop("position"), "does not begin as an exported log does"),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_chain_refuses_the_whole_file(how: str, exported: Path, where: str) -> None:
    spoil, wrong = BROKEN[how]
    lines = [json.loads(line) for line in exported.read_text("utf-8").splitlines()]
    spoil(lines)
    exported.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    made = empty(where)
    with pytest.raises(BadInput) as refused:
        made.import_file(exported)
    assert wrong in str(refused.value)
    assert list(made.log()) == []
    assert made.verify(views=True)["findings"] == []


def test_what_was_spelled_otherwise_is_the_same_log(exported: Path, told: Tracker, where: str) -> None:
    """A file that was pretty-printed on its way has other bytes and the same events."""
    lines = [json.loads(line) for line in exported.read_text("utf-8").splitlines()]
    exported.write_text("".join(json.dumps(dict(reversed(one.items()))) + "\n" for one in lines), "ascii")
    empty(where).import_file(exported)
    assert rows(where) == rows(told.where)


def test_claims_named_as_a_log_are_none(where: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text('{"sentence": "rebels captured Homs", "source": "Reuters"}\n', "utf-8")
    with pytest.raises(BadInput, match="does not begin as an exported log does"):
        empty(where).import_file(path, file_format="log")
    assert of(where).import_file(path)["rejected"] == 1, "where it is not named, it is claims"


def test_a_log_of_which_no_view_can_be_made_is_refused_whole(exported: Path, tmp_path: Path) -> None:
    """Its hashes are right, its events valid; but a time in it is a number, as no tracker writes one."""
    lines = [json.loads(line) for line in exported.read_bytes().splitlines()]
    last = next(one for one in reversed(lines) if one.get("kind") == "claim-recorded" and one["payload"])
    last["payload"]["reported"]["latest"] = 1_733_600_000_000_000
    exported.write_bytes(chained(b"\n".join(json.dumps(one).encode() for one in lines)))
    there = empty(str(tmp_path / "there.db"))
    with pytest.raises(BadInput, match="the views cannot follow it"):
        there.import_file(exported)
    assert (list(there.log()), there.verify(views=True)["findings"]) == ([], [])
