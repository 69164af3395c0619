"""Decides what each claim of a whole map is taken for, before anything is folded.

Stance, reliability, voice, the order inside an instant and the worth of an echo depend on the claims
alone, never on the probabilities, so they are found for every claim at once. The rules are those of
`reliability`: each is asked once for all the claims that it answers alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from tracker.judgement.belief import ECHO, ECHO_WINDOW, REMEMBERED, told_order
from tracker.judgement.columns import Bools, Columns, Entries, Floats, Ints, Told, alike, ints
from tracker.judgement.evidence import Evidence
from tracker.judgement.reliability import (
    AGAINST_INTEREST,
    NEUTRAL,
    SELF_SERVING,
    reliability,
    stance,
    voice,
)
from tracker.judgement.vocabulary import CONTEST, DENY_LOST, FOR, INSIDE, LOST, MOVING

LATE: Final = 2**63 - 1
STANCES: Final = (AGAINST_INTEREST, NEUTRAL, SELF_SERVING)
"""By number; in the order of the words, which decides between claims that nothing else tells apart."""


class Weighing(NamedTuple):
    """All claims weighed, in the order in which they are taken; `row` tells where each is in the columns.

    `lean` is a number of `names`, -1 for nobody's; `g` is what an echo is worth, its weight included, 0 of
    what is left out or moves nothing. `named` and `around` tell for each place and name at which position
    of this order the name was first said to hold the place, or first mentioned; `LATE`: never.
    """

    row: Ints
    place: Ints
    event_at: Ints
    told: Ints
    stance: Ints
    reliability: Floats
    voice: Ints
    lean: Ints
    g: Floats
    named: Ints
    around: Ints
    voices: Sequence[str]


def weigh_all(given: Columns, names: Sequence[str], declared: int) -> Weighing:
    """Weigh every claim; `names` has all names in use, the `declared` first of them are sides."""
    codes = {name: number for number, name in enumerate(names)}
    known = set(names[:declared])
    naming = [one.sides if _names_somebody(one, known) else () for one in given.tolds]
    mentioning = [(*one.sides, *one.against) if _is_remembered(one) else () for one in given.tolds]
    holders, others = (_members(sides, codes) for sides in (naming, mentioning))
    shape = (len(given.places), len(names))

    def since(members: Ints, place: Ints, told: Ints, when: Ints) -> Ints:
        return _first(shape, place, members[told], when)

    lean = _coded((one.lean for one in given.tellers), codes)[given.teller]
    standing = _stances(
        given, names, lean,
        since(holders, given.place, given.told, given.event_at),
        since(others, given.place, given.told, given.event_at),
    )  # fmt: skip
    r = _reliabilities(given, standing)
    row = _order(given, standing, r)
    place, event_at, told = given.place[row], given.event_at[row], given.told[row]
    voices, said_by = _voices(given, standing)
    position = np.arange(len(row))
    return Weighing(
        row, place, event_at, told, standing[row], r[row], said_by[row], lean[row],
        _echoes(given, place, event_at, told, said_by[row], len(voices)),
        since(holders, place, told, position), since(others, place, told, position), voices,
    )  # fmt: skip


def _names_somebody(one: Told, known: Collection[str]) -> bool:
    return one.kind in (FOR, DENY_LOST) and one.weight > 0.0 and any(side in known for side in one.sides)


def _is_remembered(one: Told) -> bool:
    return one.kind in REMEMBERED and one.weight > 0.0


def _coded(names: Iterable[str | None], codes: Mapping[str, int]) -> Ints:
    return ints(-1 if name is None else codes[name] for name in names)


def _members(sides: Sequence[tuple[str, ...]], codes: Mapping[str, int]) -> Ints:
    """The numbers of the names in each tuple, a row each, -1 where a row has fewer than others."""
    widest = max((len(some) for some in sides), default=0)
    found = np.full((len(sides), widest), -1, np.int64)
    for number, some in enumerate(sides):
        found[number, : len(some)] = [codes[side] for side in some]
    return found


def _first(shape: tuple[int, int], place: Ints, members: Ints, when: Ints) -> Ints:
    """For each place and name the first `when` of a claim that has the name; claims are in that order."""
    found = np.full(shape[0] * shape[1], LATE)
    for column in members.T:
        rows = np.flatnonzero(column >= 0)[::-1]  # of several values given to one cell the last stays
        cell = place[rows] * shape[1] + column[rows]
        one = np.full(len(found), LATE)
        one[cell] = when[rows]
        np.minimum(found, one, out=found)
    return found


def _stances(given: Columns, names: Sequence[str], lean: Ints, named: Ints, around: Ints) -> Ints:
    """How each claim's origin stands to it: asked once of those alike, with its side known and unknown."""
    sayings = Entries()
    saying = ints(sayings[one.kind, one.sides, one.against] for one in given.tolds)[given.told]
    first, kind = alike(saying * (len(names) + 1) + lean + 1)
    without, within = np.zeros((2, len(first)), np.int64)
    for number, row in enumerate(first.tolist()):
        told, teller = given.tolds[given.told[row]], given.tellers[given.teller[row]]
        one = Evidence("", told.kind, told.sides, 0, 0, "", lean=teller.lean, against=told.against)
        past = () if teller.lean is None else (teller.lean,)
        without[number], within[number] = (STANCES.index(stance(one, some, some)) for some in ((), past))
    found: Ints = without[kind]
    rows = np.flatnonzero(found != within[kind])
    cell = given.place[rows] * len(names) + lean[rows]
    lost = np.array([what == LOST for what, _, _ in sayings], bool)[saying[rows]]
    before = np.where(lost, around[cell], named[cell]) < given.event_at[rows]
    found[rows] = np.where(before, within[kind[rows]], found[rows])
    return found


def _reliabilities(given: Columns, standing: Ints) -> Floats:
    """r of each claim: asked once of those that say the same kind of thing, are told and trusted alike."""
    sayings, tellers = Entries(), Entries()
    saying = ints(sayings[one.kind, one.predicate] for one in given.tolds)[given.told]
    teller = ints(tellers[one.source_kind, one.grade] for one in given.tellers)[given.teller]
    kinds = (saying * len(tellers) + teller) * len(given.trusts) + given.trust
    first, kind = alike(kinds * len(STANCES) + standing)
    found = [reliability(given.evidence(row), STANCES[standing[row]]) for row in first.tolist()]
    return np.array(found, float)[kind]


def _order(given: Columns, standing: Ints, r: Floats) -> Ints:
    """The rows in the order in which they are taken; see `belief._order`, which this repeats."""
    order = np.arange(len(r))
    together = (given.place[1:] == given.place[:-1]) & (given.event_at[1:] == given.event_at[:-1])
    tied = np.zeros(len(r), bool)
    tied[1:] |= together
    tied[:-1] |= together
    rows = np.flatnonzero(tied)
    if not len(rows):
        return order
    instant = np.cumsum(np.concatenate([[0], ~together]))[rows]
    told = [told_order(one.kind, one.predicate, one.extent, one.sides, one.weight) for one in given.tolds]
    keys = (
        _ranks([one.source_kind for one in given.tellers])[given.teller[rows]], standing[rows],
        _ranks(told)[given.told[rows]], r[rows], given.reported_at[rows], instant,
    )  # fmt: skip
    by = np.lexsort(keys)
    order[rows] = rows[by]
    same = np.ones(len(rows) - 1, bool)
    for key in keys:
        same &= key[by][1:] == key[by][:-1]
    for start, end in _runs(same):
        order[rows[start:end]] = sorted(order[rows[start:end]], key=given.claims.__getitem__)
    return order


def _ranks(things: Sequence[Any]) -> Ints:
    """The place of each thing among the different ones."""
    rank = {thing: number for number, thing in enumerate(sorted(set(things)))}
    return ints(rank[thing] for thing in things)


def _runs(same: Bools) -> Iterator[tuple[int, int]]:
    """From where to where rows are like their neighbours; `same[i]`: the rows i and i + 1 are."""
    edges = np.diff(np.concatenate([[0], same.astype(np.int8), [0]]))
    yield from zip(np.flatnonzero(edges > 0).tolist(), (np.flatnonzero(edges < 0) + 1).tolist(), strict=True)


def _voices(given: Columns, standing: Ints) -> tuple[Sequence[str], Ints]:
    """All voices, and which of them each claim is."""
    voices = Entries()
    table = np.zeros((len(given.tellers), len(STANCES)), np.int64)
    for number, one in enumerate(given.tellers):
        plain = Evidence("", FOR, (), 0, 0, **one._asdict())
        table[number] = [voices[voice(plain, standing)] for standing in STANCES]
    return list(voices), table[given.teller, standing]


def _echoes(given: Columns, place: Ints, event_at: Ints, told: Ints, said_by: Ints, voices: int) -> Floats:
    """What is left of each claim that was said before, by its voice (a contest: by any), times its weight."""
    sayings = Entries()
    saying = ints(sayings[one.kind, one.sides] for one in given.tolds)
    weight = np.array([one.weight for one in given.tolds], float)
    moving = np.array([one.kind in MOVING and one.weight > 0.0 for one in given.tolds], bool)
    contests = np.array([one.kind in (CONTEST, INSIDE) for one in given.tolds], bool)
    taken = np.flatnonzero(moving[told])
    said, contest = saying[told[taken]], contests[told[taken]]
    place, event_at = place[taken], event_at[taken]
    times = np.zeros(len(taken), np.int64)
    # Whatever anybody says about control ends a run of contests; a contest ends nobody's.
    run = np.where(contest, said, -1)
    rows = np.flatnonzero(contest)
    times[rows] = _repeats(place, run, event_at)[rows]
    rows = np.flatnonzero(~contest)
    series = place[rows] * voices + said_by[taken][rows]
    rows = rows[np.sort(series * len(rows) + np.arange(len(rows))) % max(len(rows), 1)]
    series = place[rows] * voices + said_by[taken][rows]
    times[rows] = _repeats(series, said[rows], event_at[rows])
    g = np.zeros(len(told))
    worth = np.array([float(ECHO**n) for n in range(int(times.max(initial=0)) + 1)])
    g[taken] = worth[times] * weight[told[taken]]
    return g


def _repeats(series: Ints, said: Ints, at: Ints) -> Ints:
    """How often each row's series said the same within `ECHO_WINDOW` before, with nothing else between.

    The times of a run, and the runs, are laid one after the other with more than a window between them.
    """
    new = np.ones(len(at), bool)
    new[1:] = (series[1:] != series[:-1]) | (said[1:] != said[:-1])
    apart = np.diff(at, prepend=at[:1])
    line = np.cumsum(np.where(new, ECHO_WINDOW + 1, np.minimum(apart, ECHO_WINDOW + 1)))
    found = np.zeros(len(at), np.int64)
    again = np.flatnonzero(~new)
    found[again] = again - np.searchsorted(line, line[again] - ECHO_WINDOW)
    return found
