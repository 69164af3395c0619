"""Decides how a tracker that many tests begin with comes about: as its log tells, without each verb again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tests import room
from tracker.record.follow import catch_up, project
from tracker.record.store import Envelope, NewEvent, Store

Told = TypeVar("Told")


class _Made(NamedTuple):
    told: Any
    file: bytes
    log: Sequence[Envelope]


_made: dict[Callable[[str], Any], _Made] = {}


def furnished(where: str, furnish: Callable[[str], Told]) -> Told:
    """A new tracker at an address, as `furnish` makes one; answers what that has told.

    It makes one in each process, a SQLite file. That is copied; on PostgreSQL, what its log says is recorded
    at the same instants, in as few appends as can be. That verbs do the same on both is for those tests
    to show that use them.
    """
    if furnish not in _made:
        with tempfile.TemporaryDirectory(dir=room.folder()) as folder:
            file = Path(folder) / "tracker.db"
            told = furnish(str(file))
            with Store.open(str(file)) as store:
                log = list(store.read())
            _made[furnish] = _Made(told, file.read_bytes(), log)
    made = _made[furnish]
    if "://" in where:
        _recorded(where, made.log)
    else:
        Path(where).write_bytes(made.file)
    told_before: Told = made.told
    return told_before


def _recorded(where: str, log: Sequence[Envelope]) -> None:
    with Store.create(where) as store:
        catch_up(store)
        for (now, by), some in groupby(log, lambda one: (one.recorded_at, one.recorded_by)):
            store.append([_new(one) for one in some], now=now, by=by, project=project)


def _new(one: Envelope) -> NewEvent:
    assert one.payload is not None
    return NewEvent(one.event_id, one.stream, one.kind, one.schema, one.payload)
