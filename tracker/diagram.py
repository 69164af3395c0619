"""Decides how calibration is drawn: an SVG of how often each rule was right, by how sure it was."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tracker.errors import BadInput, typed

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#444444")
"""Told apart by those who see few colours (Okabe and Ito); lines differ by their dashes too."""
DASHES: Final = ("", "6 3", "2 3", "8 3 2 3", "4 4", "1 2", "10 4")
LEFT, TOP, SIZE, RIGHT, BELOW = 60, 40, 360, 260, 56
_HEAD: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    ' font-family="sans-serif" font-size="12" role="img" aria-label="Calibration of each rule">'
)


def check_name(file: str) -> None:
    """Refuse a name by which a picture of another kind is expected, and a place where none can be put.

    Before anything is reckoned: whoever has waited for the scores should not lose them to a slip of the hand.
    """
    if not file.lower().endswith(".svg"):
        step = f"--plot {typed(file.rpartition('.')[0] or file)}.svg"
        raise BadInput(what=f"the plot is written as SVG, and {file} is named otherwise", try_=step)
    folder = os.path.dirname(file) or "."
    if not os.path.isdir(folder):
        raise BadInput(
            what=f"cannot draw {file}: there is no folder {folder}", try_=f"mkdir -p {typed(folder)}"
        )
    if os.path.isdir(file) or not os.access(file if os.path.exists(file) else folder, os.W_OK):
        step = f"another place; ls -ld {typed(folder)} shows who may write there"
        raise BadInput(what=f"cannot draw {file}: it cannot be written", try_=step)


def draw(file: str, rules: Sequence[Mapping[str, Any]]) -> None:
    """Write the picture into a file."""
    with open(file, "w", encoding="utf-8") as drawn:
        drawn.write(calibration(rules))


def calibration(rules: Sequence[Mapping[str, Any]]) -> str:
    """The picture: a line for each rule, a dot for each of its bins, bigger with more answers."""
    width, height = LEFT + SIZE + RIGHT, TOP + SIZE + BELOW
    parts = [
        _HEAD.format(width=width, height=height),
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_frame(),
    ]
    for i, rule in enumerate(rules):
        parts += _line(rule, COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)])
        parts += _legend(rule, i, COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)])
    return "\n".join([*parts, "</svg>\n"])


def _frame() -> Iterator[str]:
    yield f'<text x="{LEFT}" y="22" font-size="15">Calibration</text>'
    for tenth in range(0, 11, 2):
        x, y = _at(tenth / 10, tenth / 10)
        yield f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{TOP + SIZE}" stroke="#e5e5e5"/>'
        yield f'<line x1="{LEFT}" y1="{y}" x2="{LEFT + SIZE}" y2="{y}" stroke="#e5e5e5"/>'
        yield f'<text x="{x}" y="{TOP + SIZE + 18}" text-anchor="middle">{tenth * 10} %</text>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{tenth * 10} %</text>'
    yield (
        f'<line x1="{LEFT}" y1="{TOP + SIZE}" x2="{LEFT + SIZE}" y2="{TOP}" stroke="#888888"'
        ' stroke-dasharray="4 4"/>'
    )
    middle = LEFT + SIZE // 2
    yield f'<text x="{middle}" y="{TOP + SIZE + 42}" text-anchor="middle">how sure it was</text>'
    x, y = 16, TOP + SIZE // 2
    turned = f'text-anchor="middle" transform="rotate(-90 {x} {y})"'
    yield f'<text x="{x}" y="{y}" {turned}>how often it was right</text>'


def _line(rule: Mapping[str, Any], colour: str, dash: str) -> Iterator[str]:
    bins = rule["calibration"]
    points = [_at(one["confidence"], one["right"]) for one in bins]
    path = " ".join(f"{x},{y}" for x, y in points)
    drawn = f'fill="none" stroke="{colour}" stroke-width="1.6" stroke-dasharray="{dash}"'
    yield f'<polyline points="{path}" {drawn}/>'
    most = max((one["answers"] for one in bins), default=1)
    for (x, y), one in zip(points, bins, strict=True):
        radius = round(2.5 + 4.5 * (one["answers"] / most) ** 0.5, 1)
        yield f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}" fill-opacity="0.75"/>'


def _legend(rule: Mapping[str, Any], i: int, colour: str, dash: str) -> Iterator[str]:
    x, y = LEFT + SIZE + 16, TOP + 12 + 20 * i
    yield (
        f'<line x1="{x}" y1="{y}" x2="{x + 26}" y2="{y}" stroke="{colour}" stroke-width="2"'
        f' stroke-dasharray="{dash}"/>'
    )
    ece = "none" if rule["ece"] is None else f"{rule['ece']:.3f}"
    yield f'<text x="{x + 32}" y="{y + 4}">{rule["policy"]} (ECE {ece})</text>'


def _at(confidence: float, right: float) -> tuple[float, float]:
    return round(LEFT + SIZE * confidence, 1), round(TOP + SIZE * (1 - right), 1)
