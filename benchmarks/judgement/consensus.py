"""Decides what Dawid and Skene's model would answer: who tends to be right, learned from agreement.

The model (Dawid & Skene 1979, here crowd-kit's) knows tasks, workers and labels, and no time. So a
task is a place with what was said of it in the last `window` days: each source's latest word on
who holds it. Days on which that is the same are one task. Where nothing was said in the window the
last answer stays; where nothing was ever said there is none. All tasks are fitted at once, later
days too, so the model knows from the first day on how each source will turn out: that favours it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from benchmarks.judgement.rivals import Shares, reading
from benchmarks.judgement.simulator import Knowledge
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.vocabulary import CONTEST, INSIDE

WINDOWS: Final = (7, 30)
"""Days: short enough to see a place change hands, long enough to have two sources on it."""
STEPS: Final = 1
"""Of expectation-maximisation, after a majority vote. Of 1, 3 and 10 the best on three wars of tuning
seed 11: with mostly one or two labels a task, more drift to giving everything to one side."""

Task = tuple[tuple[str, str], ...]
"""What was said in the window: pairs of a source and the side that it names."""


def available() -> bool:
    """Whether crowd-kit is installed (it is where `make bench` runs)."""
    from importlib.util import find_spec

    return find_spec("crowdkit") is not None


def dawid_skene(
    known: Mapping[str, Sequence[Knowledge]], sides: Sides, window: int
) -> dict[str, list[Shares | None]]:
    """For each place, an answer at the end of each day."""
    asked = {place: list(_tasks(stretches, sides.names, window)) for place, stretches in known.items()}
    tasks = sorted({(place, task) for place, told in asked.items() for task in told if task})
    solved = dict(zip(tasks, _solve([task for _, task in tasks], sides.names), strict=True))
    return {place: list(_carried(place, told, solved)) for place, told in asked.items()}


def _carried(
    place: str, told: Sequence[Task], solved: Mapping[tuple[str, Task], Shares]
) -> Iterator[Shares | None]:
    last: Shares | None = None
    for task in told:
        last = solved[place, task] if task else last
        yield last


def _tasks(stretches: Sequence[Knowledge], names: Sequence[str], window: int) -> Iterator[Task]:
    for known in stretches:
        labelled = [(claim, side) for claim in known.claims if (side := _label(claim, names)) is not None]
        for day in range(known.first, known.last + 1):
            said = {
                claim.origin: side for claim, side in labelled if day - window < claim.event_at // DAY <= day
            }
            yield tuple(sorted(said.items()))


def _label(claim: Evidence, names: Sequence[str]) -> str | None:
    """The one side that a claim speaks for, if it is one."""
    told = None if claim.kind in (CONTEST, INSIDE) else reading(claim, names)
    return names[told.index(1.0)] if told is not None and 1.0 in told else None


def _solve(tasks: Sequence[Task], names: Sequence[str]) -> Iterator[Shares]:
    import pandas

    with warnings.catch_warnings():  # of libraries that are not there and are not needed
        warnings.simplefilter("ignore")
        from crowdkit.aggregation import OneCoinDawidSkene

    rows = [(n, worker, label) for n, task in enumerate(tasks) for worker, label in task]
    if not rows:
        return
    table = pandas.DataFrame(rows, columns=["task", "worker", "label"])
    found = OneCoinDawidSkene(STEPS).fit_predict_proba(table)
    columns = [found[name] if name in found.columns else None for name in names]
    for n in range(len(tasks)):
        yield tuple(0.0 if column is None else float(column[n]) for column in columns)
