"""Decides which two claims about a place cannot both be true, and in what way.

Kinds: `holder` (two different sides have it), `denial` (one says it, the other says it is false),
`degree` (captured, yet fighting goes on), `timing` (the same capture on different days), `number`
(counts that do not meet), `actor-identity` (different parts of one side took it), and
`same-document` beside any of them where one document carries both. Claims of one voice never
conflict: a voice that says something else has changed its mind. A later event does not contradict
an earlier one: the world moved.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
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


def disagreements(
    claims: Iterable[Weighed], *, every: bool = True, since: int | None = None
) -> list[Disagreement]:
    """Every conflict among the claims of one place, in order of event time, of those from `since` on.

    Not `every`: where a voice said the same several times, only its last word before a claim stands
    against that claim. A place in the news has hundreds of conflicts, and they are few stories.
    """
    ordered = sorted(claims, key=_in_time)
    said: dict[_Position, list[Weighed]] = {}
    turns = _Turns(ordered)
    found: list[Disagreement] = []
    for at, instant in groupby(ordered, key=_event_at):
        together = list(instant)
        for one in together:
            said.setdefault(_position(one.evidence), []).append(one)
        for second in together if since is None or at >= since else ():
            against = [
                one
                for position, claimed in said.items()
                if (tests := _possible(position, _position(second.evidence)))
                for one in _against(second, claimed, tests, every=every)
                if one.kind != TIMING or not turns.between(one)
            ]
            against.sort(key=_first_in_time)
            found += against
    return found


def disagreements_of(claim: str, claims: Iterable[Weighed]) -> list[Disagreement]:
    """The conflicts that one claim, by its id, is part of."""
    ordered = sorted(claims, key=_in_time)
    one = next((one for one in ordered if one.evidence.claim == claim), None)
    if one is None:
        return []
    turns = _Turns(ordered)
    pairs = ((one, other) if _in_time(one) < _in_time(other) else (other, one) for other in ordered)
    return [
        found
        for first, second in pairs
        if second.evidence.event_at - first.evidence.event_at <= SAME_EVENT
        for found in between(first, second)
        if found.kind != TIMING or not turns.between(found)
    ]


def between(first: Weighed, second: Weighed) -> list[Disagreement]:
    """The conflicts of two claims, the earlier in event time first; mostly none or one."""
    return _between(first, second, _possible(_position(first.evidence), _position(second.evidence)))


def _between(first: Weighed, second: Weighed, tests: "Sequence[_Test]") -> list[Disagreement]:
    if first.voice == second.voice or not (first.evidence.weight and second.evidence.weight):
        return []
    a, b = first.evidence, second.evidence
    kinds = [test.kind for test in tests if test.when(a, b)]
    if kinds and a.document is not None and a.document == b.document:
        kinds.append(SAME_DOCUMENT)
    return [Disagreement(kind, first, second) for kind in kinds]


def _against(
    second: Weighed, claimed: Sequence[Weighed], tests: "Sequence[_Test]", *, every: bool
) -> Iterator[Disagreement]:
    """What one claim disagrees with, of claims on one position, up to its instant, in order of time.

    Those of its own instant stand against it in the order of their ids, which is nobody's doing: so who
    has been heard does not depend on it.
    """
    since = max(min(test.since(second.evidence) for test in tests), second.evidence.event_at - SAME_EVENT)
    heard: dict[str, int] = {}
    for first in reversed(claimed):
        at = first.evidence.event_at
        if at < since:
            return
        if not every and heard.get(first.voice, at) > at:
            continue
        for one in _between(first, second, tests):
            heard[first.voice] = at
            if _in_time(first) < _in_time(second):
                yield one


class _Turns:
    """When somebody else had the place, for each side that took it."""

    def __init__(self, ordered: Sequence[Weighed]) -> None:
        self._words = [one.evidence for one in ordered if one.evidence.kind in (FOR, LOST)]
        self._times: dict[tuple[str, ...], list[int]] = {}
        self._counts: dict[tuple[tuple[str, ...], int], int] = {}

    def between(self, timing: Disagreement) -> bool:
        """Whether somebody else had it in between two captures by one side: then there were two."""
        start, end = timing.first.evidence, timing.second.evidence
        return self._until(start.sides, end.event_at - 1) > self._until(start.sides, start.event_at)

    def _until(self, sides: tuple[str, ...], at: int) -> int:
        """How often somebody else had it, up to an instant."""
        if sides not in self._times:
            self._times[sides] = [
                word.event_at
                for word in self._words
                if (word.kind == LOST) == bool(set(word.sides) & set(sides))
            ]
        if (sides, at) not in self._counts:
            self._counts[sides, at] = sum(time <= at for time in self._times[sides])
        return self._counts[sides, at]


def _event_at(one: Weighed) -> int:
    return one.evidence.event_at


def _in_time(one: Weighed) -> tuple[int, str]:
    return one.evidence.event_at, one.evidence.claim


def _first_in_time(one: Disagreement) -> tuple[int, str]:
    return _in_time(one.first)


def _start(claim: Evidence) -> int:
    return claim.event_at - RECENT_START if claim.earliest is None else claim.earliest


def _overlap(a: Evidence, b: Evidence) -> bool:
    return _start(a) <= b.event_at and _start(b) <= a.event_at


def _close(a: Evidence, b: Evidence) -> bool:
    return _overlap(a, b) or max(_start(a) - b.event_at, _start(b) - a.event_at) <= APART


class _Position(NamedTuple):
    """What a claim says, without who and when: claims of one position disagree with the same others."""

    kind: str
    gain: bool
    fighting: bool
    sides: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    counts: bool


def _position(claim: Evidence) -> _Position:
    gain = _gain(claim)
    return _Position(
        claim.kind,
        gain,
        claim.predicate == "fighting",
        claim.sides,
        claim.lines if gain else (),
        claim.figures is not None,
    )


def _gain(claim: Evidence) -> bool:
    return claim.kind == FOR and claim.predicate == "captured"


class _Test(NamedTuple):
    """A way of disagreeing: `could` asks what is said, `when` the times.

    `since` tells how long before a claim another one can be and still disagree with it in this way.
    """

    kind: str
    could: Callable[[_Position, _Position], bool]
    when: Callable[[Evidence, Evidence], bool]
    since: Callable[[Evidence], int]


def _near(claim: Evidence) -> int:
    return _start(claim) - APART


def _two_holders(a: _Position, b: _Position) -> bool:
    apart = bool(a.sides and b.sides) and not set(a.sides) & set(b.sides)
    return apart and a.kind == b.kind == FOR


def _at_once(a: Evidence, b: Evidence) -> bool:
    """Both have it at once. A capture after a time of holding is no contradiction but a change."""
    if _took(b, a) or (a.event_at == b.event_at and _took(a, b)):
        return False
    changed = _gain(b) and not _gain(a) and b.event_at > a.event_at
    return not changed and _close(a, b)


def _took(new: Evidence, old: Evidence) -> bool:
    return _gain(new) and bool(set(new.taken_from) & set(old.sides))


def _said_and_denied(a: _Position, b: _Position) -> bool:
    return _denies(b, a) or _denies(a, b)


def _denies(denial: _Position, said: _Position) -> bool:
    if denial.kind == DENY_GAIN:
        return said.kind in (FOR, INSIDE, CONTEST) and bool(set(denial.sides) & set(said.sides))
    return denial.kind == DENY_LOST and said.kind == LOST and bool(set(denial.sides) & set(said.sides))


def _not_before(a: Evidence, b: Evidence) -> bool:
    """What one asserts the other denies. "Not yet" before the event is no contradiction."""
    return _close(a, b) if b.kind in (DENY_GAIN, DENY_LOST) else _overlap(a, b)


def _taken_and_fought_for(a: _Position, b: _Position) -> bool:
    return a.gain and b.kind == CONTEST and b.fighting


def _soon_after(a: Evidence, b: Evidence) -> bool:
    return 0 < b.event_at - a.event_at <= AFTERMATH


def _one_capture(a: _Position, b: _Position) -> bool:
    return a.gain and b.gain and a.sides == b.sides


def _days_do_not_meet(a: Evidence, b: Evidence) -> bool:
    return a.earliest is not None and b.earliest is not None and b.earliest - a.event_at > DAY


def _two_counts(a: _Position, b: _Position) -> bool:
    return a.counts and b.counts


def _counts_do_not_meet(a: Evidence, b: Evidence) -> bool:
    one, other = a.figures or (0.0, 0.0), b.figures or (0.0, 0.0)
    return (one[0] > other[1] or other[0] > one[1]) and _overlap(a, b)


def _other_part(a: _Position, b: _Position) -> bool:
    """Two captors of one side, neither of them part of the other (an umbrella agrees with its members)."""
    if not (a.lines and b.lines and _one_capture(a, b)):
        return False
    return not any(one[0] in other or other[0] in one for one in a.lines for other in b.lines)


_TESTS: Final = (
    _Test(HOLDER, _two_holders, _at_once, _near),
    _Test(TIMING, _one_capture, _days_do_not_meet, lambda claim: claim.event_at - SAME_EVENT),
    _Test(ACTOR_IDENTITY, _other_part, _close, _near),
    _Test(DEGREE, _taken_and_fought_for, _soon_after, lambda claim: claim.event_at - AFTERMATH),
    _Test(DENIAL, _said_and_denied, _not_before, _near),
    _Test(NUMBER, _two_counts, _counts_do_not_meet, _start),
)
"""Every way of disagreeing, in the order in which they are told."""


@lru_cache(4096)
def _possible(a: _Position, b: _Position) -> tuple[_Test, ...]:
    """The ways in which a claim can disagree with a later one, by what they say."""
    return tuple(test for test in _TESTS if test.could(a, b))


def unsettled(found: Sequence[Disagreement], claims: Iterable[Weighed]) -> list[Disagreement]:
    """Those that no later event has settled.

    A capture or a loss, said by anybody about a time after both claims, moves the question on,
    unless it is itself disputed by one of them.
    """
    moves = _Settling(claims)
    return [one for one in found if not moves.settle(one)]


def settled_at(dispute: Disagreement, moves: Iterable[Weighed], until: int) -> int | None:
    """When the first of some moves, in order of time, settles a dispute; None: none up to `until`."""
    for one in moves:
        if one.evidence.event_at > until:
            return None
        if one.evidence.event_at > dispute.at and not (
            _undoes(dispute.first, one) or _undoes(dispute.second, one)
        ):
            return one.evidence.event_at
    return None


def _undoes(one: Weighed, move: Weighed) -> bool:
    """Whether a claim disputes a move."""
    tests = _possible(_position(one.evidence), _position(move.evidence))
    return bool(tests) and bool(_between(one, move, tests))


def moves(claims: Iterable[Weighed]) -> list[Weighed]:
    """The captures and losses among some claims, which may settle a dispute."""
    return [
        one for one in claims if one.evidence.weight and (_gain(one.evidence) or one.evidence.kind == LOST)
    ]


class _Settling:
    """The captures and losses at a place, what a voice said twice of one time once; told in bits."""

    def __init__(self, claims: Iterable[Weighed]) -> None:
        moves: dict[tuple[object, ...], Weighed] = {}
        for one in claims:
            claim = one.evidence
            if claim.weight and (_gain(claim) or claim.kind == LOST):
                when = (claim.event_at, claim.earliest)
                moves.setdefault((one.voice, _position(claim), when, claim.taken_from, claim.figures), one)
        self._times = [one.evidence.event_at for one in moves.values()]
        self._by_position: dict[_Position, list[tuple[int, Weighed]]] = {}
        for i, one in enumerate(moves.values()):
            self._by_position.setdefault(_position(one.evidence), []).append((1 << i, one))
        self._disputed: dict[str, int] = {}
        self._since: dict[int, int] = {}

    def settle(self, dispute: Disagreement) -> bool:
        """Whether one of them, later than a dispute, is disputed by neither of its two claims."""
        later = self._later(dispute.at)
        return bool(later and later & ~self._disputed_by(dispute.first) & ~self._disputed_by(dispute.second))

    def _later(self, at: int) -> int:
        if at not in self._since:
            self._since[at] = sum(1 << i for i, time in enumerate(self._times) if time > at)
        return self._since[at]

    def _disputed_by(self, one: Weighed) -> int:
        claim = one.evidence
        if claim.claim not in self._disputed:
            mine, bits = _position(claim), 0
            for position, moves in self._by_position.items():
                if tests := _possible(mine, position):
                    for bit, move in moves:
                        if move.evidence.event_at > claim.event_at and _between(one, move, tests):
                            bits |= bit
            self._disputed[claim.claim] = bits
        return self._disputed[claim.claim]
