"""Decides how the belief does on the history of a list of cities, by order of revision and of arrival.

    python -m benchmarks.judgement.wikipedia [--data DIR]

5,161 rows of one encyclopaedia: when the list was revised, when that was first seen, as of when it
says who held the city. Fed in both orders, the answers at the same knowledge must be the same. Then
the answer at the end of each day, from what had been seen by then, is scored against the map of ISW.
Exit 0: the orders agree; 1: they differ; 2: no data.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.judgement.rivals import HALF_LIFE, LIVE_FEED, Rule, Shares, belief, last_claim, vote
from benchmarks.judgement.simulator import end_of
from benchmarks.judgement.ukraine import BESIDE_THE_PROJECT, CLIP, PARTIES, RUSSIA
from benchmarks.judgement.windows import (
    BASELINE_ON,
    EPOCH,
    FILES,
    KM_PER_LATITUDE,
    KM_PER_LONGITUDE,
    Window,
    read,
)
from tracker.judgement.belief import NEWS_ONLY, believe
from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.vocabulary import CONTEST, FOR

LIST: Final = "ukraine-cities-wikipedia.csv"
HOLDERS: Final = {
    "ukraine": "UA", "russia": "RU", "donetsk pr": "RU", "luhansk pr": "RU", "dpr": "RU",
    "contested": "", "contested ukraine": "",
}  # fmt: skip
"""What the list calls a holder, and the side that it counts for; the empty one is a contest."""
SAME_KM: Final = 5.0
"""A row belongs to the place of its name only if it lies this near: the list has homonyms."""
FIRST, LAST = date(2022, 3, 3), date(2022, 11, 30)

RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("belief, live feed", belief(LIVE_FEED)),
    ("belief, news only", belief(NEWS_ONLY)),
    ("last claim wins", last_claim),
    ("majority", vote()),
    (f"vote, half-life {HALF_LIFE:.0f} d", vote(HALF_LIFE)),
)


class Row(NamedTuple):
    """A line of the list: the claim, of which place, and when it was first seen (us)."""

    place: str
    seen_at: int
    claim: Evidence


def rows(folder: Path, refused: Counter[str]) -> list[Row]:
    """The lines in order of revision (that of the file); those that cannot be read are counted by reason."""
    with (folder / FILES[0]).open(newline="", encoding="utf-8") as lines:
        where = {row["place_id"]: (float(row["lat"]), float(row["lon"])) for row in csv.DictReader(lines)}
    found: list[Row] = []
    with (folder / LIST).open(newline="", encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            read_ = _row(number, row, where)
            if isinstance(read_, str):
                refused[read_] += 1
            else:
                found.append(read_)
    return found


def _row(number: int, row: Mapping[str, str], where: Mapping[str, tuple[float, float]]) -> Row | str:
    place, side = f"wp:{row['name']}", HOLDERS.get(row["held_by"].strip().lower())
    if side is None:
        return "held by nobody that is a side"
    if place not in where:
        return "not on the list of places"
    latitude, longitude = float(row["lat"] or 0), float(row["lon"] or 0)
    north, east = latitude - where[place][0], longitude - where[place][1]
    if hypot(KM_PER_LATITUDE * north, KM_PER_LONGITUDE * east) > SAME_KM:
        return f"more than {SAME_KM:.0f} km from the place of that name"
    revised = _instant(row["wiki_revision_time"])
    claim = Evidence(
        claim=f"row-{number:05}",
        kind=FOR if side else CONTEST,
        sides=(side,) if side else (),
        event_at=min(_as_of(row["as_of"], revised), revised),
        reported_at=revised,
        origin="wikipedia",
        source_kind="encyclopaedia",
        predicate="holds" if side else "fighting",
        relation=None if side else "in",
    )
    return Row(place, _instant(row["first_scraped_at"]), claim)


def _instant(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * 1_000_000


def _as_of(text: str, otherwise: int) -> int:
    """The end of the day it is said to be as of; where none can be read, when the list was revised."""
    try:
        day = datetime.strptime(text.replace("\xa0", " ").strip(), "%d %B %Y").replace(tzinfo=UTC).date()
    except ValueError:
        return otherwise
    return end_of(_day(day))


def _day(day: date) -> int:
    return day.toordinal() - EPOCH


def _baseline() -> Evidence:
    start = _day(BASELINE_ON) * DAY
    return Evidence("baseline", FOR, ("UA",), start, start, "baseline", source_kind="baseline")


def orders_agree(told: Sequence[Row]) -> Iterator[tuple[date, int, int]]:
    """At the end of each month: how many beliefs were compared, and how many differ by the order."""
    arrived = sorted(told, key=lambda row: row.seen_at)
    for month in range(3, 13):
        day = date(2022 + month // 12, month % 12 + 1, 1) - timedelta(1)
        at = end_of(_day(day))
        one, other = (_by_place(row for row in order if row.seen_at <= at) for order in (told, arrived))
        differ = sum(believe(one[place], at, PARTIES) != believe(other[place], at, PARTIES) for place in one)
        yield day, len(one), differ


def _by_place(told: Iterable[Row]) -> dict[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = defaultdict(list)
    for row in told:
        found[row.place].append(row.claim)
    return found


def answers(told: Sequence[Row], days: Sequence[int], rule: Rule) -> list[Shares]:
    """A rule's answers about one place at the end of each day, from what had been seen by then."""
    starts = sorted({days[0], *(max(days[0], row.seen_at // DAY) for row in told)})
    found: list[Shares] = []
    for start, after in pairwise([*starts, days[-1] + 1]):
        known = [row.claim for row in told if row.seen_at // DAY <= start]
        found += rule([_baseline(), *known], range(start, after), PARTIES)
    return found


def scored(window: Window, told: Sequence[Row], rule: Rule) -> tuple[float, float, float, int]:
    """Brier on P(RU), that near events, share on the right side, and of how many place-days."""
    of: dict[str, list[Row]] = defaultdict(list)
    for row in told:
        of[row.place].append(row)
    days = range(_day(FIRST), _day(LAST) + 1)
    errors: list[float] = []
    near: list[float] = []
    right = 0
    for place in sorted(of.keys() & set(window.places)):
        given = answers(of[place], days, rule)
        for known in window.truth(place):
            p = min(1.0 - CLIP, max(CLIP, given[known.day - days[0]][RUSSIA]))
            errors.append((p - known.russian) ** 2)
            right += (p > 0.5) == known.russian
            if known.near:
                near.append(errors[-1])
    return sum(errors) / len(errors), sum(near) / len(near), right / len(errors), len(errors)


def main(arguments: Sequence[str] | None = None) -> int:
    """0: both orders give the same answers; 1: they do not; 2: no data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judgement.wikipedia", description=__doc__)
    parser.add_argument("--data", type=Path, default=BESIDE_THE_PROJECT, help="folder of the files")
    folder: Path = parser.parse_args(arguments).data
    if not all((folder / name).is_file() for name in (LIST, *FILES)):
        print(f"no {LIST}, {' and '.join(FILES)} in {folder}; name it with --data", file=sys.stderr)
        return 2
    refused: Counter[str] = Counter()
    told = rows(folder, refused)
    print(f"{len(told):,} claims read, {sum(refused.values()):,} lines not: ", end="")
    print("; ".join(f"{count} {why}" for why, count in refused.most_common()))
    late = sum(row.claim.event_at < row.claim.reported_at - 30 * DAY for row in told)
    print(f"{late:,} are about a time more than 30 days before the revision\n")
    different = 0
    for day, compared, differ in orders_agree(told):
        different += differ
        print(f"seen by {day}: {compared} places, {differ} differ between order of revision and of arrival")
    _compare(read(folder, "isw_assessed", FIRST, LAST), told)
    return 1 if different else 0


def _compare(window: Window, told: Sequence[Row]) -> None:
    """Dated as the list says, and as of its revisions."""
    revised = [row._replace(claim=row.claim._replace(event_at=row.claim.reported_at)) for row in told]
    for dated, given in (("as the list says", told), ("by its revisions", revised)):
        print(f"\ndated {dated:24}{'Brier':>8}{'near':>8}{'right':>8}{'place-days':>12}")
        for name, rule in RULES:
            brier, near, right, days = scored(window, given, rule)
            print(f"  {name:28}{brier:8.4f}{near:8.4f}{right:8.4f}{days:12,}")


if __name__ == "__main__":
    sys.exit(main())
