"""Decides how trials in simulated wars are drawn: calibration, error by claims, delay and false flips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.judgement.trial import Result

if TYPE_CHECKING:
    from benchmarks.judgement.wars import Trial

STEPS: Final = ((0, 0), (1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 40), (41, 10**9))
"""Numbers of claims that share a column, from and to."""
COLOURS: Final = ("#1b6ca8", "#7fb3d5", "#c0392b", "#e59866", "#7d3c98", "#b39ddb", "#2e7d32", "#81c784")
MARKS: Final = "oDsPv^X*"


def draw(
    folder: Path, trials: Sequence[Trial], results: Mapping[str, Result], names: Sequence[str]
) -> Iterator[Path]:
    """The three pictures of some rules, as SVG, in a folder that is made if need be."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams.update({"svg.hashsalt": "tracker", "font.size": 9, "axes.spines.top": False,
                         "axes.spines.right": False, "svg.fonttype": "none"})  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for file, paint in (
        ("calibration.svg", lambda axes: _calibration(axes, names, results)),
        ("brier-by-claims.svg", lambda axes: _by_claims(axes, names, trials)),
        ("detection-and-false-flips.svg", lambda axes: _detection(axes, names, trials)),
    ):
        yield _drawn(folder / file, paint)


def _drawn(file: Path, paint: Any) -> Path:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7.2, 4.4), layout="constrained")
    paint(axes)
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)
    return file


def _calibration(axes: Any, names: Sequence[str], results: Mapping[str, Result]) -> None:
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.8, linestyle="--")
    for n, name in enumerate(names):
        found = results[name].scores.calibration
        x, y = [one.confidence for one in found.bins], [one.right for one in found.bins]
        label = f"{name} (ECE {found.ece:.3f})"
        axes.plot(x, y, marker=MARKS[n], color=COLOURS[n], label=label, linewidth=1.4, markersize=5)
    axes.set(xlabel="probability of the side it names", ylabel="how often that side held the place",
             xlim=(0.3, 1.01), ylim=(0.3, 1.01), title="Calibration, all regimes")  # fmt: skip
    axes.legend(frameon=False)


def _by_claims(axes: Any, names: Sequence[str], trials: Sequence[Trial]) -> None:
    labels = ["0", "1", "2", "3-5", "6-10", "11-20", "21-40", "41+"]
    days: list[int] = []
    for n, name in enumerate(names):
        found = _errors(name, trials)
        days = [count for _, count in found]
        means = [error / count if count else None for error, count in found]
        axes.plot(labels, means, marker=MARKS[n], color=COLOURS[n], label=name, linewidth=1.4, markersize=5)
    ticks = [f"{label}\n{count / 1000:.0f}k" for label, count in zip(labels, days, strict=True)]
    axes.set_xticks(range(len(labels)), ticks)
    axes.set(xlabel="claims known about the place; place-days below", ylabel="Brier score",
             ylim=(0, None), title="Brier score by number of claims, all regimes")  # fmt: skip
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))  # beside the lines


def _errors(name: str, trials: Sequence[Trial]) -> list[tuple[float, int]]:
    """For each step of claims: the sum of squared errors, and of how many place-days."""
    sums, counts = [0.0] * len(STEPS), [0] * len(STEPS)
    for one in trials:
        for war, known, given in zip(one.wars, one.known, one.answers[name], strict=True):
            unknown = tuple(1.0 / len(war.sides) for _ in war.sides)
            for place, stretches in known.items():
                held, told = war.campaign.holders[place], given[place]
                for stretch in stretches:
                    step = _step(len(stretch.claims))
                    for day in range(stretch.first, stretch.last + 1):
                        truth = war.sides.index(held[day])
                        p = told[day] or unknown
                        sums[step] += sum((x - (i == truth)) ** 2 for i, x in enumerate(p))
                        counts[step] += 1
    return list(zip(sums, counts, strict=True))


def _step(claims: int) -> int:
    return next(n for n, (low, high) in enumerate(STEPS) if low <= claims <= high)


def _detection(axes: Any, names: Sequence[str], trials: Sequence[Trial]) -> None:
    """A point for each rule and regime: quick and steady is below, at the left."""
    for n, name in enumerate(names):
        results = [one.results[name].scores for one in trials]
        x = [one.flips.false_a_year for one in results]
        y = [_lag(one.detection.days, one.detection.changes) for one in results]
        axes.scatter(x, y, color=COLOURS[n], marker=MARKS[n], label=name, s=36, alpha=0.85)
    axes.set(xlabel="false flips a place-year", ylabel="days to name a true change (30 if later or never)",
             xlim=(0, None), ylim=(0, None),
             title="Detection against false flips; a point for each regime")  # fmt: skip
    axes.legend(frameon=False)


def _lag(days: Sequence[float], changes: int) -> float:
    """Mean delay with what was never named, or later than that, counted as 30 days."""
    return (sum(min(day, 30.0) for day in days) + 30.0 * (changes - len(days))) / changes if changes else 0.0
