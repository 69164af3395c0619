"""The outbox's rows: who takes one alone may settle it, and a time set by a wrong clock is not waited for."""

from __future__ import annotations

import pytest

from tests.night.swept import NOW
from tracker.night.outbox import (
    PENDING,
    SENDING,
    SENT,
    UNSURE,
    Row,
    again,
    is_due,
    open_rows,
    put,
    rows,
    settle,
    take,
)
from tracker.reader import over
from tracker.record.derived import Driver
from tracker.record.store import Store
from tracker.zones import DAY, HOUR, MINUTE

ROW = Row("2024-12-08", "desk", PENDING, 0, 0, NOW, None, NOW, None, None, None)


@pytest.mark.parametrize(
    ("row", "due"),
    [
        (ROW, True),
        (ROW._replace(due_at=NOW - 400 * DAY), True),
        (ROW._replace(due_at=NOW + 1), False),
        (ROW._replace(due_at=NOW + HOUR), False),
        (ROW._replace(due_at=NOW + HOUR + 1), True),
        (ROW._replace(state=SENDING, lease_until=NOW), True),
        (ROW._replace(state=SENDING, lease_until=NOW + 1), False),
        (ROW._replace(state=SENDING, lease_until=NOW + HOUR), False),
        (ROW._replace(state=SENDING, lease_until=NOW + HOUR + 1), True),
        (ROW._replace(state=SENDING, lease_until=None), True),
        (ROW._replace(state=SENT), False),
        (ROW._replace(state=UNSURE), False),
    ],
)
def test_when_something_is_to_be_done(row: Row, due: bool) -> None:
    """No pause and no lease is longer than an hour: what is further ahead was set by a wrong clock."""
    assert is_due(row, NOW, NOW) == due


def test_of_two_who_saw_it_one_takes_it(store: Store) -> None:
    with store.transaction() as connection:
        driver = Driver(connection)
        put(driver, "2024-12-08", ["desk", "chat", "desk"], NOW)
        put(driver, "2024-12-08", ["desk"], NOW + DAY)
        seen = open_rows(over(connection, store.where), ["desk"])
        assert [(row.target, row.due_at) for row in seen] == [("desk", NOW)]
        first = take(driver, seen[0], NOW, NOW, lease=MINUTE)
        assert first is not None
        assert (first.token, first.attempt, first.first_at) == (1, 1, NOW)
        assert take(driver, seen[0], NOW, NOW, lease=MINUTE) is None


def test_who_was_taken_over_from_settles_nothing(store: Store) -> None:
    with store.transaction() as connection:
        driver = Driver(connection)
        put(driver, "2024-12-08", ["desk"], NOW)

        def seen() -> Row:
            (row,) = rows(over(connection, store.where), "2024-12-08")
            return row

        first = take(driver, seen(), NOW, NOW, lease=MINUTE)
        second = take(driver, seen(), NOW + HOUR, NOW + HOUR, lease=MINUTE)
        assert first is not None
        assert second is not None
        assert (second.token, second.attempt, second.first_at) == (2, 2, NOW)
        assert settle(driver, first, SENT, NOW) is None
        assert seen().state == SENDING
        assert settle(driver, second, PENDING, NOW + HOUR, "refused") == PENDING
        assert (seen().due_at, seen().error) == (NOW + HOUR + 5 * MINUTE, "refused")
        again(driver, "2024-12-08", "desk", NOW, lambda: NOW)
        assert settle(driver, second, SENT, NOW) is None, "somebody wants it once more"
        assert rows(over(connection, store.where), "2024-12-07") == []
