"""Decides which two claims about a place cannot both be true, and in what way.

Kinds: `holder` (two different sides have it), `denial` (one says it, the other says it is false),
`degree` (captured, yet fighting goes on), `timing` (the same capture on different days), `number`
(counts that do not meet), `actor-identity` (different parts of one side took it), and
`same-document` beside any of them where one document carries both. Claims of one voice never
conflict: a voice that says something else has changed its mind. A later event does not contradict
an earlier one: the world moved.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.reliability import Weighed
from tracker.judgement.vocabulary import CONTEST, DENY_GAIN, DENY_LOST, FOR, INSIDE, LOST

HOLDER: Final = "holder"
DENIAL: Final = "denial"
DEGREE: Final = "degree"
TIMING: Final = "timing"
NUMBER: Final = "number"
SAME_DOCUMENT: Final = "same-document"
ACTOR_IDENTITY: Final = "actor-identity"

UNSETTLING: Final = frozenset({HOLDER, DENIAL})
"""The kinds that make a place contested."""

APART: Final = 2 * DAY
"""Two statements this far apart in time still speak of the same situation."""
RECENT_START: Final = DAY
"""How long before its latest bound an event without an earliest one is taken to have begun."""
SAME_EVENT: Final = 14 * DAY
"""Captures of one place by one side within this time are taken for the same capture."""
AFTERMATH: Final = 3 * DAY


class Disagreement(NamedTuple):
    """Two claims that cannot both be true; `first` is the earlier in event time."""

    kind: str
    first: Weighed
    second: Weighed

    @property
    def at(self) -> int:
        """When the later of the two says it was so (us since the epoch)."""
        return self.second.evidence.event_at


def disagreements(claims: Iterable[Weighed]) -> list[Disagreement]:
    """Every conflict among the claims of one place, in order of event time."""
    ordered = sorted(claims, key=lambda one: (one.evidence.event_at, one.evidence.claim))
    found: list[Disagreement] = []
    for i, second in enumerate(ordered):
        for earlier in range(i - 1, -1, -1):
            first = ordered[earlier]
            if second.evidence.event_at - first.evidence.event_at > SAME_EVENT:
                break
            found += [
                one
                for one in between(first, second)
                if one.kind != TIMING or not _changed_between(one, ordered[earlier + 1 : i])
            ]
    return found


def between(first: Weighed, second: Weighed) -> list[Disagreement]:
    """The conflicts of two claims, the earlier in event time first; mostly none or one."""
    if first.voice == second.voice or not (first.evidence.weight and second.evidence.weight):
        return []
    a, b = first.evidence, second.evidence
    kinds = [kind for kind, test in _TESTS.get((a.kind, b.kind), ()) if test(a, b)]
    if a.figures is not None and b.figures is not None and _number(a.figures, b.figures) and _overlap(a, b):
        kinds.append(NUMBER)
    if not kinds:
        return []
    if a.document is not None and a.document == b.document:
        kinds.append(SAME_DOCUMENT)
    return [Disagreement(kind, first, second) for kind in kinds]


def _changed_between(timing: Disagreement, meanwhile: Iterable[Weighed]) -> bool:
    """Whether somebody else had the place in between: then there were two captures."""
    start, end = timing.first.evidence, timing.second.evidence
    return any(
        one.evidence.kind in (FOR, LOST)
        and start.event_at < one.evidence.event_at < end.event_at
        and (one.evidence.kind == LOST) == bool(set(one.evidence.sides) & set(start.sides))
        for one in meanwhile
    )


def _start(claim: Evidence) -> int:
    return claim.event_at - RECENT_START if claim.earliest is None else claim.earliest


def _overlap(a: Evidence, b: Evidence) -> bool:
    return _start(a) <= b.event_at and _start(b) <= a.event_at


def _close(a: Evidence, b: Evidence) -> bool:
    return _overlap(a, b) or max(_start(a) - b.event_at, _start(b) - a.event_at) <= APART


def _gain(claim: Evidence) -> bool:
    return claim.kind == FOR and claim.predicate == "captured"


def _other_holder(a: Evidence, b: Evidence) -> bool:
    """Both have it at once. A capture after a time of holding is no contradiction but a change."""
    if a.kind != FOR or b.kind != FOR or set(a.sides) & set(b.sides) or not (a.sides and b.sides):
        return False
    if _gain(b) and set(b.taken_from) & set(a.sides):
        return False
    if _gain(b) and not _gain(a) and b.event_at > a.event_at:
        return False
    return _close(a, b)


def _denied(a: Evidence, b: Evidence) -> bool:
    """One denies what the other asserts. "Not yet" before the event is no contradiction."""
    return (_denies(b, a) and _close(a, b)) or (_denies(a, b) and _overlap(a, b))


def _denies(denial: Evidence, said: Evidence) -> bool:
    if denial.kind == DENY_GAIN:
        return said.kind in (FOR, INSIDE, CONTEST) and bool(set(denial.sides) & set(said.sides))
    return denial.kind == DENY_LOST and said.kind == LOST and bool(set(denial.sides) & set(said.sides))


def _degree(a: Evidence, b: Evidence) -> bool:
    still_fighting = b.kind == CONTEST and b.predicate == "fighting"
    return _gain(a) and still_fighting and 0 < b.event_at - a.event_at <= AFTERMATH


def _timing(a: Evidence, b: Evidence) -> bool:
    """The same capture, on days that do not meet."""
    same = _gain(a) and _gain(b) and a.sides == b.sides
    return same and a.earliest is not None and b.earliest is not None and b.earliest - a.event_at > DAY


def _number(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return a[0] > b[1] or b[0] > a[1]


def _other_part(a: Evidence, b: Evidence) -> bool:
    """Two captors of one side, neither of them part of the other (an umbrella agrees with its members)."""
    if not (a.lines and b.lines and _gain(a) and _gain(b) and a.sides == b.sides and _close(a, b)):
        return False
    return not any(one[0] in other or other[0] in one for one in a.lines for other in b.lines)


_Test = tuple[str, Callable[[Evidence, Evidence], bool]]
_DENIAL_TEST: Final[tuple[_Test, ...]] = ((DENIAL, _denied),)
_TESTS: Final[dict[tuple[str, str], tuple[_Test, ...]]] = {
    (FOR, FOR): ((HOLDER, _other_holder), (TIMING, _timing), (ACTOR_IDENTITY, _other_part)),
    (FOR, CONTEST): ((DEGREE, _degree),),
    **{
        pair: _DENIAL_TEST
        for said in (FOR, INSIDE, CONTEST)
        for pair in ((said, DENY_GAIN), (DENY_GAIN, said))
    },
    (LOST, DENY_LOST): _DENIAL_TEST,
    (DENY_LOST, LOST): _DENIAL_TEST,
}
"""Which ways of disagreeing are possible at all, by what the two claims do."""


def unsettled(found: Sequence[Disagreement], claims: Iterable[Weighed]) -> list[Disagreement]:
    """Those that no later event has settled.

    A capture or a loss, said by anybody about a time after both claims, moves the question on,
    unless it is itself disputed by one of them.
    """
    moves = [
        one for one in claims if one.evidence.weight and (_gain(one.evidence) or one.evidence.kind == LOST)
    ]
    moves.reverse()  # claims come in order of time, and a late move settles most
    return [one for one in found if not any(_settles(move, one) for move in moves)]


def _settles(move: Weighed, dispute: Disagreement) -> bool:
    if move.evidence.event_at <= dispute.at or move in dispute:
        return False
    return not (between(dispute.first, move) or between(dispute.second, move))
