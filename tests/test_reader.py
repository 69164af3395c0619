"""Decides that a reader is given back cleanly, however far its answer was read."""

from __future__ import annotations

from tracker.reader import open_reader
from tracker.record.store import Store


def test_an_answer_left_in_the_middle_says_nothing_of_a_damaged_database(store: Store) -> None:
    """After Ctrl-C the connection may be closed before whoever was reading its rows is."""
    reader = open_reader(store.where, views=False)
    rows = reader.each("SELECT 1 UNION SELECT 2")
    assert next(rows) == (1,)
    reader.close()
    rows.close()  # type: ignore[attr-defined]  # a generator, as which it is not promised
