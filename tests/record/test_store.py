"""The log as a writer and a reader meet it, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, text

from tests.record.events import event, events
from tracker.errors import Conflict, DatabaseBusy, DifferentEvent, NotFound, StaleVersion
from tracker.record import postgresql
from tracker.record.envelope import GENESIS
from tracker.record.store import Envelope, Head, NewEvent, Store


def append(store: Store, *new: NewEvent, now: int = 1000) -> list[tuple[int, int, bool]]:
    return [(one.position, one.version, one.new) for one in store.append(new, now=now, by="anna")]


def test_an_empty_log_has_a_head(store: Store) -> None:
    assert store.head() == Head(0, GENESIS)
    assert list(store.read()) == []
    assert list(store.read(stream="claim/c-1")) == []
    assert store.append([], now=1, by="anna") == []


def test_what_goes_in_comes_out(store: Store) -> None:
    given = NewEvent(
        "e-1", "claim/c-1", "claim-recorded", 3, '{"place":"حمص","text":"line\\nbreak\\ttab \\\\ \\u0000"}'
    )
    (answer,) = store.append([given], now=1_733_600_000_123_456, by="Anna Ö.")
    assert answer == (1, 1, "e-1", True, 1_733_600_000_123_456)
    (read,) = store.read()
    assert read == Envelope(
        1, "e-1", "claim/c-1", 1, "claim-recorded", 3, 1_733_600_000_123_456, "Anna Ö.", given.payload
    )
    assert store.head().position == 1


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 700])
def test_batches_of_any_size(store: Store, count: int) -> None:
    given = [event(n, payload=f'{{"n":"\\\\\\n\\t{n}"}}') for n in range(count)]
    answers = append(store, *given)
    assert answers == [(n + 1, 1, True) for n in range(count)]
    assert [one.payload for one in store.read(batch=97)] == [one.payload for one in given]


def test_positions_are_dense_and_versions_count_within_a_stream(store: Store) -> None:
    assert append(store, event(1, "a"), event(2, "b"), event(3, "a")) == [
        (1, 1, True),
        (2, 1, True),
        (3, 2, True),
    ]
    assert append(store, event(4, "a")) == [(4, 3, True)]


def test_reading_pages_and_bounds(store: Store) -> None:
    append(store, *(event(n, stream="even" if n % 2 == 0 else "odd") for n in range(1, 21)))
    assert [one.position for one in store.read(5, 15, batch=3)] == list(range(6, 16))
    assert [one.position for one in store.read(18)] == [19, 20]
    assert [one.position for one in store.read(20)] == []
    assert [one.position for one in store.read(stream="even", batch=3)] == list(range(2, 21, 2))
    assert [one.position for one in store.read(5, 12, stream="even", batch=2)] == [6, 8, 10, 12]


def test_recorded_at_never_runs_backwards(store: Store) -> None:
    assert store.append([event(1)], now=500, by="a")[0].recorded_at == 500
    assert store.append([event(2)], now=300, by="a")[0].recorded_at == 500
    assert store.append([event(3)], now=501, by="a")[0].recorded_at == 501


def test_a_retry_writes_nothing_and_answers_the_same(store: Store) -> None:
    first = store.append(events(5), now=1000, by="anna")
    head = store.head()
    again = store.append(events(5), now=2000, by="bert")
    assert [one._replace(new=True) for one in again] == first
    assert not any(one.new for one in again)
    assert store.head() == head


def test_a_retry_in_part_writes_the_rest(store: Store) -> None:
    append(store, event(1), event(2))
    assert append(store, event(1), event(3), event(2), event(4)) == [
        (1, 1, False), (3, 1, True), (2, 1, False), (4, 1, True),
    ]  # fmt: skip


def test_the_same_event_twice_in_a_batch_is_one_event(store: Store) -> None:
    assert append(store, event(1), event(1)) == [(1, 1, True), (1, 1, False)]


@pytest.mark.parametrize(
    "change", [{"payload": '{"n":99}'}, {"stream": "other"}, {"kind": "claim-retracted"}]
)
def test_one_id_for_two_contents_is_refused(store: Store, change: dict[str, str]) -> None:
    append(store, event(1))
    with pytest.raises(DifferentEvent, match="already recorded with another content"):
        append(store, event(2), event(1, **change))
    assert store.head().position == 1, "all or nothing"


def test_two_contents_of_one_id_in_a_batch_are_refused(store: Store) -> None:
    with pytest.raises(DifferentEvent):
        append(store, event(1), event(1, payload='{"n":99}'))
    assert store.head().position == 0


def test_an_id_from_the_content_decides_alone(store: Store) -> None:
    append(store, event(1, content_derived=True))
    assert append(store, event(1, payload='{"n":99}', content_derived=True)) == [(1, 1, False)]


def test_expected_versions(store: Store) -> None:
    append(store, event(1, "a", expected_version=0), event(2, "a", expected_version=1))
    with pytest.raises(StaleVersion, match="expected version 1, found 2") as refused:
        append(store, event(3, "b"), event(4, "a", expected_version=1))
    assert isinstance(refused.value, Conflict)
    with pytest.raises(StaleVersion, match="expected version 0, found 2"):
        append(store, event(5, "a", expected_version=0))
    assert append(store, event(2, "a", expected_version=1)) == [(2, 2, False)], "a retry is no conflict"
    assert append(store, event(6, "a", expected_version=2)) == [(3, 3, True)], "refusals left no gap"


def test_views_change_in_the_same_transaction(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute(text("CREATE TABLE seen (position BIGINT)"))

    def project(connection: Connection, new: Sequence[Envelope]) -> None:
        rows = [{"position": one.position} for one in new]
        connection.execute(text("INSERT INTO seen VALUES (:position)"), rows)

    def failing(connection: Connection, new: Sequence[Envelope]) -> None:
        project(connection, new)
        raise ZeroDivisionError

    store.append([event(1), event(2)], now=1, by="a", project=project)
    store.append([event(1), event(3)], now=1, by="a", project=project)
    with pytest.raises(ZeroDivisionError):
        store.append([event(4)], now=1, by="a", project=failing)
    with store.transaction() as connection:
        assert list(connection.execute(text("SELECT position FROM seen ORDER BY 1")).scalars()) == [1, 2, 3]
    assert store.head().position == 3
    assert append(store, event(4)) == [(4, 1, True)]


def test_deciding_inside_the_lock(store: Store) -> None:
    def decide(connection: Connection) -> Sequence[NewEvent]:
        found = connection.execute(text("SELECT count(*) FROM events")).scalar_one()
        return [event(100 + found)]

    answers = store.append([event(1)], now=1, by="a", decide=decide)
    assert [one.event_id for one in answers] == ["e-1", "e-100"]
    assert store.append([], now=1, by="a", decide=decide)[0].event_id == "e-102"

    def refuse(connection: Connection) -> Sequence[NewEvent]:
        raise NotFound(what="no such thing", try_="another")

    with pytest.raises(NotFound):
        store.append([event(7)], now=1, by="a", decide=refuse)
    assert store.append([], now=1, by="a", decide=lambda connection: []) == []
    assert store.head().position == 3


def test_ctrl_c_rolls_back_and_the_store_goes_on(store: Store) -> None:
    def interrupted(connection: Connection, new: Sequence[Envelope]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.append([event(1)], now=1, by="a", project=interrupted)
    assert store.head().position == 0
    assert append(store, event(1)) == [(1, 1, True)]


def test_no_append_inside_a_transaction_of_the_same_store(store: Store) -> None:
    with store.transaction(), pytest.raises(RuntimeError, match="wait for itself"):
        append(store, event(1))
    assert append(store, event(1)) == [(1, 1, True)]


def test_all_appends_of_a_trial_are_taken_back(store: Store) -> None:
    append(store, event(1))
    head = store.head()
    with store.trial() as connection:
        assert append(store, event(2), event(1)) == [(2, 1, True), (1, 1, False)]
        assert append(store, event(3)) == [(3, 1, True)]
        assert connection.execute(text("SELECT count(*) FROM events")).scalar() == 3
        with pytest.raises(DifferentEvent):
            append(store, event(1, kind="claim-retracted"))
    assert store.head() == head
    assert append(store, event(3)) == [(2, 1, True)]


def test_a_trial_that_fails_is_taken_back_too(store: Store) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), store.trial():
        store.append([event(1)], now=1, by="anna", project=interrupted)
    assert (store.head().position, append(store, event(1))) == (0, [(1, 1, True)])


def test_redaction_takes_the_payload_and_leaves_the_rest(store: Store) -> None:
    append(store, *events(3))
    before = list(store.read())[1]
    answer = store.redact(2, now=2000, by="anna", reason="names a witness")
    assert (answer.position, answer.new) == (4, True)
    redacted = list(store.read())
    assert redacted[1] == before._replace(payload=None)
    assert redacted[3].kind == "payload-redacted"
    assert redacted[3].payload == '{"position":2,"reason":"names a witness"}'
    assert store.redact(2, now=3000, by="bert", reason="again").position == 4, "once is enough"
    assert append(store, event(2, stream=before.stream)) == [(2, 1, False)], (
        "a retry still finds it by its id"
    )
    for position in (0, 4, 99):
        with pytest.raises(NotFound):
            store.redact(position, now=1, by="a", reason="r")


@pytest.mark.parametrize("lags", [True, False])
def test_who_settles_what_an_import_brought_is_waited_for_and_nobody_else(
    store: Store, where: str, monkeypatch: pytest.MonkeyPatch, lags: bool
) -> None:
    monkeypatch.setattr("tracker.record.sqlite.WAIT", 0.2)
    monkeypatch.setitem(postgresql.SETTINGS, "lock_timeout", "200")
    append(store, event(1))
    with store.transaction() as connection:
        connection.execute(
            text("INSERT INTO checkpoints VALUES ('control', 1, :position, :hash, 0)"),
            {"position": 0 if lags else 1, "hash": bytes(32)},
        )
    holds, waits = threading.Event(), threading.Event()

    def hold() -> None:
        with store.transaction():
            holds.set()
            waits.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    holds.wait()
    told: list[str] = []

    def say(what: str) -> None:
        told.append(what)
        waits.set()

    with Store.open(where, say) as other:
        if lags:
            assert append(other, event(2)) == [(2, 1, True)]
        else:
            with pytest.raises(DatabaseBusy):
                append(other, event(2))
        waits.set()
        holder.join()
        assert len(told) == lags
        with other.transaction():
            pass
