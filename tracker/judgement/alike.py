"""Decides which places have the same course: those of which the same was said, as far apart in time.

Nothing in the judgement looks at a calendar: the same claims a day later give the same answers a day later.
Only that somebody joins another at an instant does not move with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Final

from tracker.judgement.evidence import Evidence

_TIMES: Final = frozenset({"event_at", "reported_at", "held_until", "expires", "earliest", "confirmed_at"})
_NAMES: Final = frozenset({"claim", "document"})
"""What only tells claims apart."""
_said: Final = itemgetter(
    *(i for i, name in enumerate(Evidence._fields) if name not in _TIMES and name not in _NAMES)
)


def shape(claims: Sequence[Evidence]) -> tuple[object, ...]:
    """What is equal for places whose claims, in order of event time, differ by nothing but when that was."""
    begin = claims[0].event_at if claims else 0
    alone = len({one.event_at for one in claims}) == len(claims)
    documents: dict[str | None, int] = {None: -1}
    return tuple(
        [
            (
                _said(one),
                one.event_at - begin,
                one.reported_at - begin,
                _since(begin, one),
                documents.setdefault(one.document, len(documents)),
                None
                if alone
                else one.claim,  # of what is said of one instant the ids decide what comes first
            )
            for one in claims
        ]
    )


def _since(begin: int, one: Evidence) -> tuple[int | None, ...]:
    """The instants that most claims have none of, counted from another one."""
    if one.earliest is None and one.held_until is None and one.expires is None and not one.confirmed_at:
        return ()
    some = (one.earliest, one.held_until, one.expires, *one.confirmed_at)
    return tuple([None if at is None else at - begin for at in some])
