"""Decides which rule is best in which score, and what is said of that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tracker.phrases import joined

Document = dict[str, Any]
SCORES: Final = (
    ("right", True), ("brier", False), ("log_loss", False), ("ece", False), ("delay", False),
    ("false_flips", False),
)  # fmt: skip
"""What a rule may be best in, and whether more is better."""
NAMES: Final = {
    "right": "being right", "brier": "Brier", "log_loss": "log loss", "ece": "calibration",
    "delay": "detection delay", "false_flips": "false flips",
}  # fmt: skip


def _value(row: Document, name: str) -> tuple[float, ...] | None:
    """A score as it is printed; None: there is none, or the rule named less than half of the changes.

    In delay the rule that left fewer changes unnamed comes first, whatever the days of those that it named;
    then the lower median counts, then the lower mean. Nor is a rule the best calibrated by a few answers: of
    less than half there is no such score.
    """
    if name == "delay":
        found = row["detection"]
        if found["median"] is None:
            return None
        return (found["of"] - found["found"], round(found["median"], 1), round(found["mean"], 1))
    if name == "ece" and row["answers"] < 2 * row["undecided"]:
        return None
    value = row["flips"]["false"] if name == "false_flips" else row[name]
    return None if value is None else (round(value, 3),)


def best_of(rows: Sequence[Document]) -> dict[str, list[str]]:
    """For each score the rules that are best in it, as it is printed; none where nothing was to be judged."""
    found: dict[str, list[str]] = {}
    for name, more in SCORES:
        values = [value for row in rows if row["answers"] and (value := _value(row, name)) is not None]
        top = (max if more else min)(values, default=None)
        found[name] = [row["policy"] for row in rows if top is not None and _value(row, name) == top]
    return found


def says(rows: Sequence[Document], best: Mapping[str, Sequence[str]]) -> str:
    """Which rule is best in what, and where a simple one is as good as the belief, in words."""
    if not rows or not rows[0]["answers"]:
        return "Nothing could be judged: no answer falls into a time at which the file says who held a place."
    if len(rows) == 1:
        return ""
    alike = [name for name in best if len(best[name]) == len(rows)]
    by: dict[tuple[str, ...], list[str]] = {}
    for name, policies in best.items():
        if policies and name not in alike:
            by.setdefault(tuple(policies), []).append(NAMES[name])
    told = [f"Best in {joined(names)}: {joined(policies)}." for policies, names in by.items()]
    told += [f"All are alike in {joined([NAMES[name] for name in alike])}."] if alike else []
    return " ".join([*told, *_against_belief(rows, alike)])


def _against_belief(rows: Sequence[Document], alike: Sequence[str]) -> Iterator[str]:
    mine = next((row for row in rows if row["policy"] == "bayes"), None)
    others = [row for row in rows if row["policy"] != "bayes"]
    if mine is None or not others:
        return
    better: dict[str, list[str]] = {}
    for row in others:
        names = [
            NAMES[name] for name, more in SCORES if name not in alike and _as_good(row, mine, name, more=more)
        ]
        if names:
            better.setdefault(joined(names), []).append(row["policy"])
    told = [f"{joined(policies)} in {names}" for names, policies in better.items()]
    known = [name for name, _ in SCORES if name not in alike and _value(mine, name) is not None]
    if told:
        yield f"As good as bayes, or better: {'; '.join(told)}."
    elif known:
        yield "No other rule is as good as bayes in anything."


def _as_good(row: Document, mine: Document, name: str, *, more: bool) -> bool:
    theirs, own = _value(row, name), _value(mine, name)
    if theirs is None or own is None:
        return theirs is not None
    return theirs >= own if more else theirs <= own
