"""Decides how the record is kept healthy: verified, examined, brought to a newer schema."""

from __future__ import annotations

import re
from typing import Any

from tracker.errors import BadInput, TrackerError
from tracker.reader import UNSETTLED, last_position, open_reader, shown, unsettled
from tracker.record.follow import behind, catch_up
from tracker.record.replay import differing
from tracker.record.revisions import current as revision
from tracker.record.revisions import upgrade as migrate
from tracker.record.schema import SCHEMA_HEAD
from tracker.record.store import Store
from tracker.record.verify import verify as verify_log

Document = dict[str, Any]

_WITNESS = re.compile(r"(?<!\w)(\d+)[:\s]\s*([0-9a-fA-F]{64})(?!\w)")
"""A head in whatever line it was printed."""


def verify(where: str, against: str | None, *, views: bool = False) -> Document:
    """Check the log event by event, how far the views are, and a head that was printed earlier.

    With `views` they are built again from the log, if that is sound, and compared.
    """
    with Store.open(where) as store:
        found = verify_log(store, against=_witness(against))
    findings = [{"position": one.position, "what": one.what} for one in found.findings]
    with open_reader(where, views=False) as reader:
        end = last_position(reader)
        lagging = behind(reader, settled=False)
        wrong = [f"the view {view} {what}: tracker rebuild" for view, what in lagging.items()]
        compared = views and not findings and not wrong
        if compared:
            wrong += [f"the view {view} {what}: tracker rebuild" for view, what in differing(reader)]
        waiting = unsettled(reader)
    findings += [{"position": end, "what": what} for what in wrong]
    return {
        "ok": not findings,
        "position": found.position,
        "chain_hash": found.chain_hash.hex(),
        "against": against,
        "views": "compared" if compared else "where they stand",
        "unsettled": waiting,
        "findings": findings,
    }


def _witness(against: str | None) -> tuple[int, bytes] | None:
    if against is None:
        return None
    heads = {(int(position), bytes.fromhex(chained)) for position, chained in _WITNESS.findall(against)}
    if len(heads) != 1:
        raise BadInput(
            what=f"{against!r} is no printed head", try_="POSITION:HASH, as tracker verify printed it"
        )
    return heads.pop()


def doctor(where: str) -> Document:
    """What this machine and this database are like, and what is unsafe about them."""
    from tracker.record.doctor import doctor as examine

    checks = [
        {"name": one.name, "value": str(one.value), "ok": one.ok, "advice": one.advice}
        for one in examine(where)
    ]
    try:
        with open_reader(where, views=False) as reader:
            lagging, waiting = behind(reader, settled=False), unsettled(reader)
        value = "current"
        if waiting:
            value = f"current; {waiting} events are still to be weighed in: {UNSETTLED}"
        if lagging:
            value = f"behind: {', '.join(lagging)}"
        checks.append({
            "name": "views", "value": value, "ok": not lagging,
            "advice": "tracker rebuild" if lagging else "",
        })  # fmt: skip
    except TrackerError as error:
        checks.append({"name": "views", "value": error.message, "ok": False, "advice": error.next_step})
    return {"where": shown(where), "ok": all(one["ok"] for one in checks), "checks": checks}


def current(where: str) -> Document:
    """The schema revision found, and the one that this tracker writes."""
    return {"where": shown(where), "current": revision(where), "head": SCHEMA_HEAD}


def upgrade(where: str) -> Document:
    """Bring the lasting tables to this tracker's revision, then the views to the end of the log."""
    before = revision(where)
    migrate(where)
    with Store.open(where) as store:
        position = catch_up(store)
    return {"where": shown(where), "before": before, "current": revision(where), "position": position}
