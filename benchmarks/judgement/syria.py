"""Decides how the belief does on the Syrian story of December 2024, against what turned out to be so.

    python -m benchmarks.judgement.syria [--data DIR]

The claims are those of the demo, recorded in a tracker of their own; the outcome belongs to others
and is read from `syria-dec2024-outcome.csv`. The answer about a day is the one that could be given
at its end (UTC), and, below, the one given when all is known. Exit 0: the bars hold; 1: one does
not; 2: no data.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.judgement.consensus import available, dawid_skene
from benchmarks.judgement.rivals import (
    HALF_LIFE,
    LIVE_FEED,
    Rule,
    Shares,
    belief,
    last_claim,
    latest_per_source,
    vote,
)
from benchmarks.judgement.simulator import Knowledge, end_of
from benchmarks.judgement.surroundings import by_record
from benchmarks.judgement.ukraine import BESIDE_THE_PROJECT
from benchmarks.judgement.windows import EPOCH
from tracker import demo
from tracker.judgement.belief import NEWS_ONLY
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.scoring import Answer, Outcome, Outcomes, Scores, score
from tracker.reader import open_reader
from tracker.views.evidence import evidence
from tracker.views.parties import parties

FILE: Final = "syria-dec2024-outcome.csv"
PLACES: Final = {
    "Aleppo": "aleppo", "Hamah": "hama", "Homs": "homs", "Damascus": "damascus", "Dar`a": "deraa",
    "As Sanamayn": "sanamayn", "Al Qunaytirah": "quneitra", "Deir ez-Zor": "deir-ez-zor",
}  # fmt: skip
"""Places of the outcome file and of the fixtures; and its letters and our actors."""
ACTORS: Final = {"GOV": "government", "REB": "rebels", "SDF": "sdf"}
FIRST: Final = date(2024, 11, 28).toordinal() - EPOCH
LAST: Final = date(2024, 12, 11).toordinal() - EPOCH
NAMED_FROM: Final = 0.5
RIGHT: Final = 0.90
OF_THE_LAST: Final = 0.85

RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("belief", belief(NEWS_ONLY)),
    ("belief, live feed", belief(LIVE_FEED)),
    ("last claim wins", last_claim),
    ("latest per source", latest_per_source),
    ("majority", vote()),
    (f"vote, half-life {HALF_LIFE:.0f} d", vote(HALF_LIFE)),
)

Story = Mapping[str, Sequence[Evidence]]
"""Eight places: too few for a feed's batch to be doubted, and none within 10 km of another."""


def story(folder: Path) -> tuple[Story, Sides]:
    """The evidence about each place once everything is recorded, and the sides declared."""
    tracker, clock = demo.make(folder / "story.db")
    for _ in demo.replay(tracker, clock, demo.story_lines()):
        pass
    with open_reader(str(folder / "story.db")) as reader:
        who = parties(reader)
        return evidence(reader, who, PLACES.values()), who.sides()


def outcomes(file: Path) -> Iterator[Outcome]:
    """Who held each place from the end of each day on; the government before."""
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            before, after = row["transition"].split(">")
            day = date.fromisoformat(row["date"]).toordinal() - EPOCH
            yield Outcome(PLACES[row["place"]], end_of(FIRST) - 1, ACTORS[before])
            yield Outcome(PLACES[row["place"]], end_of(day), ACTORS[after])


def answers(told: Story, sides: Sides, rule: Rule, *, live: bool, learning: bool = False) -> list[Answer]:
    """A rule's answer for each place and day."""
    days = range(FIRST, LAST + 1)
    known: dict[int, Story] = {
        day: {place: _known(claims, day if live else LAST) for place, claims in told.items()} for day in days
    }
    if learning:
        known = {day: by_record(then, live=False) for day, then in known.items()}
    return [
        _answer(place, day, rule(known[day][place], [day], sides)[0], sides) for place in told for day in days
    ]


def consensus(told: Story, sides: Sides, *, live: bool) -> list[Answer]:
    """What Dawid and Skene's model answers; the government's from the first claim on, so never nothing."""
    days = range(FIRST, LAST + 1)
    known = {
        place: [Knowledge(day, day, tuple(_known(claims, day if live else LAST))) for day in days]
        for place, claims in told.items()
    }
    return [
        _answer(place, day, p or tuple(1.0 / len(sides.names) for _ in sides.names), sides)
        for place, given in dawid_skene(known, sides, 30).items()
        for day, p in zip(days, given, strict=True)
    ]


def _known(claims: Sequence[Evidence], day: int) -> list[Evidence]:
    return [claim for claim in claims if claim.reported_at <= end_of(day)]


def _answer(place: str, day: int, p: Shares, sides: Sides) -> Answer:
    probabilities = dict(zip(sides.names, p, strict=True))
    best = max(probabilities, key=lambda side: probabilities[side])
    return Answer(place, end_of(day), probabilities, best if probabilities[best] >= NAMED_FROM else None)


def held(told: Sequence[Answer], place: str, since: date, by: str) -> bool:
    """Whether from a day on the answer never names anybody else."""
    start = since.toordinal() - EPOCH
    return all(one.controller == by for one in told if one.place == place and one.at >= end_of(start))


def report(told: Story, sides: Sides, truth: Sequence[Outcome], say: Callable[[str], None]) -> bool:
    """Every rule's scores as known day by day and in the end; whether the bars hold."""
    found: dict[tuple[str, bool], tuple[list[Answer], Scores]] = {}
    for live in (True, False):
        say(f"\n{'known at the end of each day' if live else 'known in the end':30}"
            f"{'right':>8}{'Brier':>8}{'flips':>8}{'delay':>8}{'found':>8}")  # fmt: skip
        for name, rule in RULES:
            given = answers(told, sides, rule, live=live)
            found[name, live] = given, score(given, truth)
            say(_line(name, found[name, live][1]))
        learned = answers(told, sides, RULES[0][1], live=live, learning=True)
        say(_line("belief, with records", score(learned, truth)))
        if available():
            say(_line("Dawid-Skene, 30 days", score(consensus(told, sides, live=live), truth)))
    return judge(found["belief", True], found["last claim wins", True], say)


def _line(name: str, one: Scores) -> str:
    delay = "-" if one.detection.mean is None else f"{one.detection.mean:.1f}"
    detected = one.detection.detected or 0.0
    return f"{name:30}{one.accuracy:8.3f}{one.brier:8.4f}{one.flips.false:8}{delay:>8}{detected:8.2f}"


def judge(
    mine: tuple[list[Answer], Scores], last: tuple[list[Answer], Scores], say: Callable[[str], None]
) -> bool:
    """The bars of the belief, as known at the end of each day."""
    ratio = mine[1].brier / last[1].brier
    bars = (
        (f"right on {RIGHT:.0%} of place-days: {mine[1].accuracy:.1%}", mine[1].accuracy >= RIGHT),
        (f"Brier at most {OF_THE_LAST} of the last claim's: {ratio:.2f}", ratio <= OF_THE_LAST),
        ("Hama with the rebels from 5 December", held(mine[0], "hama", date(2024, 12, 5), "rebels")),
        ("Aleppo with them from 30 November", held(mine[0], "aleppo", date(2024, 11, 30), "rebels")),
    )
    say("")
    for what, kept in bars:
        say(f"{'ok    ' if kept else 'MISSED'} {what}")
    return all(kept for _, kept in bars)


def wrong(told: Story, sides: Sides, truth: Sequence[Outcome]) -> Iterator[str]:
    """The place-days on which the belief names somebody else, or nobody."""
    for one in Outcomes(truth).judge(answers(told, sides, RULES[0][1], live=True)):
        if one.answer.controller != one.truth:
            day = date.fromordinal(one.answer.at // DAY + EPOCH)
            yield f"{one.answer.place} {day}: {one.answer.controller}, really {one.truth}"


def main(arguments: Sequence[str] | None = None) -> int:
    """0: the bars hold; 1: one does not; 2: no data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judgement.syria", description=__doc__)
    parser.add_argument("--data", type=Path, default=BESIDE_THE_PROJECT, help="folder of the outcome file")
    file: Path = parser.parse_args(arguments).data / FILE
    if not file.is_file():
        print(f"no {FILE} in {file.parent}; name its folder with --data", file=sys.stderr)
        return 2
    with TemporaryDirectory() as folder:
        told, sides = story(Path(folder))
    truth = list(outcomes(file))
    count = sum(map(len, told.values()))
    print(f"{count} claims on {len(told)} places, {len(sides.names)} sides, 28 November to 11 December 2024")
    kept = report(told, sides, truth, print)
    print("\nwrong, as known at the end of the day:")
    for line in wrong(told, sides, truth):
        print(f"  {line}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
