"""Decides which pictures the documentation has: answers at a terminal, in their colours, and drawn ones.

    python docs/make_pictures.py

Runs the demo in a temporary folder and writes `docs/pictures/*.svg`. Every run of text is given its
width (`textLength`), so the columns stand wherever the reader's fixed-width font comes from.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from docs.transcripts import Session  # noqa: E402

FOLDER: Final = ROOT / "docs" / "pictures"
PICTURES: Final = {
    "status": ('status "Deir ez-Zor" --at 2024-12-07',),
    "table": ("status --at 2024-12-07",),
    "why": ("why Sanamayn --at 2024-12-07",),
    "known-at": (
        "status Homs --at 2024-12-06 --known-at 2024-12-06T16:00",
        "status Homs --at 2024-12-06",
    ),
}
"""Each picture and the commands in it, run on the demo."""
DRAWN: Final = {
    "map": "map --at 2024-12-07T18:00+03:00",
    "chart": "chart --from 2024-11-26 --to 2024-12-11",
}
"""Pictures that a command draws itself."""

CELL: Final = (8.4, 19.0)
MARGIN: Final = 18.0
BAR: Final = 30.0
INK, PAPER, EDGE = "#d8dee4", "#161b22", "#30363d"
COLOURS: Final = {"31": "#ff7b72", "32": "#56d364", "33": "#e3b341"}
FONT: Final = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
_PARTS: Final = re.compile(r"\S+(?: \S+)*")
_CODE: Final = re.compile(r"\x1b\[([0-9;]*)m")


class Run(NamedTuple):
    """Some letters of one look."""

    text: str
    colour: str = INK
    bold: bool = False
    dim: bool = False


def runs(line: str) -> Iterator[Run]:
    """The runs of a line with ANSI colours."""
    look = Run("")
    parts = _CODE.split(line)
    for i, part in enumerate(parts):
        if i % 2 == 0:
            if part:
                yield look._replace(text=part)
            continue
        for code in part.split(";"):
            look = _looked(look, code)


def _looked(look: Run, code: str) -> Run:
    if code in COLOURS:
        return look._replace(colour=COLOURS[code])
    return {"1": look._replace(bold=True), "2": look._replace(dim=True)}.get(code, Run(""))


def svg(lines: Sequence[str], title: str) -> str:
    """A terminal with these lines in it."""
    columns = max(len(_CODE.sub("", line)) for line in lines)
    width, height = MARGIN * 2 + columns * CELL[0], BAR + MARGIN + len(lines) * CELL[1]
    told = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        f' role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title>",
        f'<rect x=".5" y=".5" width="{width - 1:.0f}" height="{height - 1:.0f}" rx="8"'
        f' fill="{PAPER}" stroke="{EDGE}"/>',
        *(f'<circle cx="{MARGIN + 4 + 16 * i:.0f}" cy="17" r="5" fill="{EDGE}"/>' for i in range(3)),
        f'<g font-family="{FONT}" font-size="14" fill="{INK}">',
    ]
    for row, line in enumerate(lines):
        column = 0
        for run in runs(line):
            told += _texts(run, column, BAR + 14 + row * CELL[1])
            column += len(run.text)
    return "\n".join([*told, "</g>", "</svg>", ""])


def _texts(run: Run, column: int, y: float) -> Iterator[str]:
    """Each part of a run between wide gaps, at its column: not every browser keeps more than one space."""
    look = f' fill="{run.colour}"' if run.colour != INK else ""
    look += ' font-weight="bold"' if run.bold else ""
    look += ' fill-opacity=".62"' if run.dim else ""
    for part in _PARTS.finditer(run.text):
        x, width = MARGIN + (column + part.start()) * CELL[0], len(part[0]) * CELL[0]
        yield f'<text x="{x:.1f}" y="{y:.1f}" textLength="{width:.1f}"{look}>{escape(part[0])}</text>'


def pictures(shell: Session) -> dict[str, str]:
    """Every picture by its name, drawn from the demo that the session's folder holds in `demo/`."""
    drawn = {}
    for name, commands in PICTURES.items():
        lines: list[str] = []
        for command in commands:
            answer = shell.run(f"tracker {command} --db demo/tracker.db --color always").rstrip("\n")
            lines += ["", f"\x1b[32m$\x1b[0m tracker {command}", *answer.split("\n")]
        drawn[name] = svg(lines[1:], f"The terminal after: tracker {'; tracker '.join(commands)}")
    for name, command in DRAWN.items():
        drawn[name] = shell.run(f"tracker {command} --db demo/tracker.db --svg /dev/stdout")
    return drawn


def main() -> None:
    """Draw them all."""
    with tempfile.TemporaryDirectory() as folder:
        shell = Session(Path(folder))
        shell.run("tracker demo --dir demo")
        for name, drawn in pictures(shell).items():
            (FOLDER / f"{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
