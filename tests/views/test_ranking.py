"""Decides which rule is called best: never the one that was quick, or sure, by leaving things out."""

from __future__ import annotations

from typing import Any

from tracker.views.ranking import best_of, says

Document = dict[str, Any]


def row(
    policy: str, *, found: int = 4, median: float | None = 0.0, mean: float = 0.0, **more: Any
) -> Document:
    """A rule's scores of four true changes and sixty answers."""
    return {
        "policy": policy, "answers": 60, "right": 0.9, "brier": 0.1, "log_loss": 0.2, "ece": 0.1,
        "undecided": 0, "flips": {"false": 0},
        "detection": {"median": median, "mean": mean, "found": found, "of": 4},
        **more,
    }  # fmt: skip


def test_who_missed_changes_is_not_the_quickest() -> None:
    rows = [row("claimed", found=2), row("bayes", median=1.0, mean=1.0), row("latest", found=3)]
    assert best_of(rows)["delay"] == ["bayes"]


def test_of_as_many_the_median_counts_and_then_the_mean() -> None:
    rows = [row("bayes", mean=0.2), row("latest", mean=0.7), row("vote", median=1.0, mean=0.1)]
    assert best_of(rows)["delay"] == ["bayes"]
    assert best_of([*rows, row("claimed", mean=0.24)])["delay"] == ["bayes", "claimed"], "as it is printed"


def test_who_named_less_than_half_has_no_delay() -> None:
    assert best_of([row("claimed", found=1, median=None)])["delay"] == []


def test_who_answers_little_is_not_the_best_calibrated() -> None:
    rows = [row("bayes"), row("two-origins", ece=0.01, undecided=36), row("vote", ece=0.05, undecided=6)]
    assert best_of(rows)["ece"] == ["vote"]


def test_where_all_know_nothing_none_is_said_to_be_behind() -> None:
    none: Document = {"median": None, "mean": None, "found": 0, "of": 0}
    rows = [row(name, ece=None, undecided=60, detection=none) for name in ("bayes", "vote")]
    assert "No other rule" not in says(rows, best_of(rows))
