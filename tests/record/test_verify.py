"""Whatever is done to the log behind tracker's back, `verify` finds it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.record.events import event, events
from tests.record.tampering import Hand, copy_of, owner
from tracker.record.envelope import GENESIS
from tracker.record.store import Store
from tracker.record.verify import Finding, verify

Tamper = Callable[[Hand], object]


@pytest.fixture
def log(store: Store) -> Store:
    """Ten events in two appends, the fourth redacted."""
    store.append(events(5), now=100, by="anna")
    store.append(events(4, start=6), now=200, by="bert")
    store.redact(4, now=300, by="anna", reason="names a witness")
    return store


def test_an_untouched_log_is_fine(log: Store) -> None:
    verified = verify(log)
    assert (verified.ok, verified.findings, verified.position) == (True, [], 10)
    assert (verified.position, verified.chain_hash) == (log.head().position, log.head().chain_hash)


def test_an_empty_log_is_fine(store: Store) -> None:
    verified = verify(store, against=(0, GENESIS))
    assert (verified.ok, verified.position, verified.chain_hash) == (True, 0, GENESIS)


def test_a_log_of_several_pages_is_fine(store: Store) -> None:
    store.append(events(5001), now=100, by="anna")
    assert verify(store).ok


def swap(column: str) -> Tamper:
    def exchange(hand: Hand) -> None:
        ((two,),) = hand(f"SELECT {column} FROM events WHERE position = 2")
        ((three,),) = hand(f"SELECT {column} FROM events WHERE position = 3")
        hand(f"UPDATE events SET {column} = ? WHERE position = 2", three)
        hand(f"UPDATE events SET {column} = ? WHERE position = 3", two)

    return exchange


def swap_positions(hand: Hand) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        hand("UPDATE events SET position = ? WHERE position = ?", new, old)


def insert_between(hand: Hand) -> None:
    for old in range(10, 5, -1):
        hand("UPDATE events SET position = ? WHERE position = ?", old + 1, old)
    hand(copy_of(5, 6))


TAMPERINGS: dict[str, tuple[Tamper, set[int]]] = {
    "payload changed": (
        lambda hand: hand("""UPDATE events SET payload = '{"n":9}' WHERE position = 3"""),
        {3},
    ),
    "payload emptied": (
        lambda hand: hand("UPDATE events SET payload = NULL, salt = NULL WHERE position = 3"),
        {3},
    ),
    "payload emptied, salt left": (
        lambda hand: hand("UPDATE events SET payload = NULL WHERE position = 3"),
        {3},
    ),
    "salt emptied": (lambda hand: hand("UPDATE events SET salt = NULL WHERE position = 3"), {3}),
    "redacted put back": (lambda hand: hand("UPDATE events SET payload = '{}' WHERE position = 4"), {4}),
    "stream changed": (lambda hand: hand("UPDATE events SET stream = 'claim/x' WHERE position = 3"), {3}),
    "version changed": (lambda hand: hand("UPDATE events SET version = 7 WHERE position = 3"), {3}),
    "kind changed": (lambda hand: hand("UPDATE events SET kind = 'x' WHERE position = 3"), {3}),
    "schema changed": (lambda hand: hand("UPDATE events SET schema = 2 WHERE position = 3"), {3}),
    "id changed": (lambda hand: hand("UPDATE events SET event_id = 'x' WHERE position = 3"), {3}),
    "author changed": (lambda hand: hand("UPDATE events SET recorded_by = 'x' WHERE position = 3"), {3}),
    "chain hash changed": (
        lambda hand: hand("UPDATE events SET chain_hash = payload_hash WHERE position = 3"),
        {3, 4},
    ),
    "first removed": (lambda hand: hand("DELETE FROM events WHERE position = 1"), {2}),
    "middle removed": (lambda hand: hand("DELETE FROM events WHERE position = 5"), {6}),
    "three removed": (lambda hand: hand("DELETE FROM events WHERE position IN (5, 6, 7)"), {8}),
    "payloads swapped": (swap("payload"), {2, 3}),
    "hashed payloads swapped": (
        lambda hand: [swap(column)(hand) for column in ("payload", "salt", "payload_hash")],
        {2, 3},
    ),
    "positions swapped": (swap_positions, {2, 3, 4}),
    "inserted between": (insert_between, {6, 7, 8, 9, 10, 11}),
    "inserted at the end": (lambda hand: hand(copy_of(9, 11)), {11}),
    "inserted far off": (lambda hand: hand(copy_of(9, 99)), {99}),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_found(log: Store, what: str) -> None:
    tamper, expected = TAMPERINGS[what]
    with owner(log.where) as hand:
        tamper(hand)
    verified = verify(log)
    assert not verified.ok
    found = {finding.position for finding in verified.findings}
    assert expected <= found
    assert found - expected <= {10, 11}, "beyond it only the head of a log that ends elsewhere"


def test_the_time_of_recording_is_vouched_for(log: Store) -> None:
    with owner(log.where) as hand:
        change = {"sqlite": "recorded_at + 1", "postgresql": "recorded_at + interval '1 microsecond'"}
        hand(f"UPDATE events SET recorded_at = {change[log.dialect]} WHERE position = 3")
    found = [finding.position for finding in verify(log).findings]
    assert found == [3, 4], "the fourth now was recorded before the third"


def test_values_of_another_kind_are_found(tmp_path_factory: pytest.TempPathFactory) -> None:
    where = str(tmp_path_factory.mktemp("kinds") / "tracker.db")
    with Store.create(where) as store:
        store.append(events(5), now=100, by="anna")
        with owner(where) as hand:
            hand("UPDATE events SET payload = X'00ff' WHERE position = 2")
            hand("UPDATE events SET chain_hash = 'text' WHERE position = 4")
        assert {2, 4} <= {finding.position for finding in verify(store).findings}


def test_a_cut_tail_is_found_against_a_printed_head(log: Store) -> None:
    printed = log.head()
    seventh = list(log.rows(until=7))[-1][-1]
    witness = (printed.position, printed.chain_hash)
    assert verify(log, against=witness).ok
    with owner(log.where) as hand:
        hand("DELETE FROM events WHERE position > 7")
        if log.dialect == "postgresql":
            assert not verify(log).ok, "the head row is a witness of its own"
            hand("UPDATE head SET position = 7, chain_hash = ?", seventh)
    cut = verify(log)
    assert [finding.position for finding in cut.findings] == [4], "the redaction's event is gone as well"
    assert Finding(10, "the log ends before it, with event 7") in verify(log, against=witness).findings


def test_a_log_written_again_is_found_against_a_printed_head(log: Store) -> None:
    head = log.head()
    log.append([event(20)], now=400, by="anna")
    assert verify(log, against=(head.position, head.chain_hash)).ok, "it has only grown"
    assert [one.position for one in verify(log, against=(5, head.chain_hash)).findings] == [5]
    assert [one.position for one in verify(log, against=(0, head.chain_hash)).findings] == [0]


def test_a_head_that_was_moved_is_found(log: Store) -> None:
    if log.dialect == "sqlite":
        return  # its head is the last event
    with owner(log.where) as hand:
        hand("UPDATE head SET chain_hash = ?", GENESIS)
    assert [finding.position for finding in verify(log).findings] == [10]


def test_thousands_of_findings_are_not_collected(store: Store) -> None:
    store.append(events(11_000), now=100, by="anna")
    with owner(store.where) as hand:
        hand("UPDATE events SET kind = 'x'")
    assert 1000 <= len(verify(store).findings) <= 6000
