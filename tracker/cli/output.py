"""Decides how answers are written: a JSON document, rows (CSV, JSON Lines), or lines for people.

Text that comes from a claim is made safe for a terminal, and cells for a spreadsheet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click

from tracker.names import safe

WIDTH, NARROW = 100, 40
HIGH = 3
"""So many lines at most has a cell of the last column beside the others; more go below."""
_INDENT = " " * 4
_STYLES: dict[str, dict[str, Any]] = {
    "held": {"fg": "green"}, "contested": {"fg": "yellow"}, "unknown": {"fg": "red"},
    "stale": {"fg": "red"}, "ageing": {"fg": "yellow"}, "title": {"bold": True}, "quiet": {"dim": True},
    "bad": {"fg": "red", "bold": True},
}  # fmt: skip

Document = Mapping[str, Any]


def as_json(document: object) -> None:
    """One JSON document on standard output."""
    import json

    sys.stdout.write(escaped(json.dumps(document, ensure_ascii=False, indent=2)) + "\n")


def as_jsonl(rows: Iterable[object]) -> None:
    """One JSON document a line."""
    import json

    for row in rows:
        sys.stdout.write(escaped(json.dumps(row, ensure_ascii=False)) + "\n")


def escaped(text: str) -> str:
    """JSON in which nothing but its own line breaks can move a terminal's cursor; it says the same."""
    lines = text.split("\n")
    return "\n".join(line if line.isprintable() else "".join(map(_escape, line)) for line in lines)


def _escape(char: str) -> str:
    if char.isprintable() or safe(char) == char:
        return char
    pairs = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{pairs[i]:02x}{pairs[i + 1]:02x}" for i in range(0, len(pairs), 2))


def as_csv(rows: Iterable[Document], columns: Sequence[str]) -> None:
    """Rows as CSV; a cell that a spreadsheet would take for a formula gets an apostrophe."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    seen = safe if sys.stdout.isatty() else str
    for row in rows:
        cells = (_cell(row.get(column)) for column in columns)
        writer.writerow([seen(cell) if isinstance(cell, str) else cell for cell in cells])


def _cell(value: object) -> object:
    if isinstance(value, Mapping):
        import json

        value = value.get("id") or value.get("latest") or json.dumps(value, ensure_ascii=False)
    elif isinstance(value, list | tuple):
        value = " ".join(str(_cell(one)) for one in value)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return "" if value is None else value


ROWS = (
    click.option("--csv", is_flag=True, help="Answer with rows of CSV."),
    click.option("--jsonl", is_flag=True, help="Answer with one JSON document a line."),
)


def rows_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of commands that answer with rows; above `session`, whose `--json` is another form."""

    def wrapped(csv: bool, jsonl: bool, **rest: Any) -> Any:
        asked = {"--json": rest["as_json"], "--csv": csv, "--jsonl": jsonl}
        forms = [form for form, wanted in asked.items() if wanted]
        if len(forms) > 1:
            raise click.UsageError(f"{' and '.join(forms)}: an answer has one form\nTry: one of them")
        return function(as_rows="csv" if csv else "jsonl" if jsonl else None, **rest)

    wrapped.__doc__ = function.__doc__
    wrapped.__name__ = function.__name__
    wrapped.__click_params__ = function.__click_params__  # type: ignore[attr-defined]
    for option in reversed(ROWS):
        wrapped = option(wrapped)
    return wrapped


def answered(
    document: object, rows: Iterable[Document], columns: Sequence[str], *, as_json_: bool, as_rows: str | None
) -> bool:
    """Write the document, or its rows, in the form that was asked for; False: it is to be told to people."""
    if as_json_:
        as_json(document)
    elif as_rows == "jsonl":
        as_jsonl(rows)
    elif as_rows == "csv":
        as_csv(rows, columns)
    else:
        return False
    return True


def columns() -> int | None:
    """How wide lines for people may be: what COLUMNS says, else the terminal; None: nobody minds.

    Into a pipe or a file a row of a table stays one line, for whoever counts or searches lines.
    """
    import os

    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError):
        return None


class Lines:
    """Lines for people, coloured if wanted, as wide as the terminal; text at most 100 columns."""

    def __init__(self, *, colored: bool) -> None:
        self._colored = colored
        self._columns = columns()
        self._width = max(min(WIDTH, self._columns or WIDTH), NARROW)

    def line(self, text: str = "", style: str | None = None) -> None:
        """One line."""
        click.echo(self.styled(safe(text), style), color=self._colored)

    def title(self, text: str, style: str | None = None) -> None:
        """A sentence on its own, broken between words where the terminal is narrower."""
        width = max(self._columns or len(text), NARROW)
        for line in _wrapped(safe(text), width):
            click.echo(self.styled(line, style), color=self._colored)

    def styled(self, text: str, style: str | None) -> str:
        """Text in the colour of a word such as `held`; never the only sign."""
        return click.style(text, **_STYLES[style]) if style in _STYLES and self._colored else text

    def item(self, label: str, text: str, style: str | None = None) -> None:
        """A labelled paragraph with a hanging indent."""
        indent = " " * 13
        body = _wrapped(safe(text), self._width - len(indent))
        click.echo(self.styled(f"{label:<13}", "quiet") + self.styled(body[0], style), color=self._colored)
        for rest in body[1:]:
            click.echo(indent + self.styled(rest, style), color=self._colored)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Columns as wide as their longest cell.

        Where the terminal is narrower cells go on below; the last column gets lines of its own if need be,
        and where even that is too wide each cell does.
        """
        body = [[safe(cell) for cell in row] for row in rows]
        all_rows = [list(head), *body]
        widths = [max(len(row[i]) for row in all_rows) for i in range(len(head))]
        below = False
        if self._columns is not None and _together(widths) > self._columns:
            fitted = _fitted(widths, all_rows, self._columns)
            below = _together(fitted) > self._columns or _tall(all_rows, fitted[-1])
            widths = _fitted(widths[:-1], all_rows, self._columns) if below else fitted
            if below and _together(widths) > self._columns:
                self._stacked(head, body)
                return
        self._row(head[: len(widths)], widths, ["title"] * len(widths))
        if below and head[-1]:
            self.line(_INDENT + head[-1], "title")
        for row in body:
            self._row(row[: len(widths)], widths, [_style(cell) for cell in row[: len(widths)]])
            for line in _wrapped(row[-1], self._width - len(_INDENT)) if below and row[-1] else ():
                click.echo(_INDENT + self.styled(line, _style(row[-1])), color=self._colored)

    def _stacked(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Each row as lines: its first cell, and below it the others under the heads of their columns."""
        for row in rows:
            for line in _wrapped(row[0], self._width):
                click.echo(self.styled(line, "title"), color=self._colored)
            for label, cell in zip(head[1:], row[1:], strict=True):
                lines = _wrapped(f"{label}: {cell}" if label else cell, self._width - len(_INDENT))
                for line in lines if cell not in ("", "-") else ():
                    click.echo(_INDENT + self.styled(line, _style(cell)), color=self._colored)

    def _row(self, cells: Sequence[str], widths: Sequence[int], styles: Sequence[str]) -> None:
        if any(len(cell) > width for cell, width in zip(cells, widths, strict=True)):
            lines = [_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
            for i in range(max(map(len, lines))):
                self._line([line[i] if i < len(line) else "" for line in lines], widths, styles)
        else:
            self._line(cells, widths, styles)

    def _line(self, cells: Sequence[str], widths: Sequence[int], styles: Sequence[str]) -> None:
        parts = [
            self.styled(cell.ljust(width) if i + 1 < len(cells) else cell, style)
            for i, (cell, width, style) in enumerate(zip(cells, widths, styles, strict=True))
        ]
        click.echo("  ".join(parts).rstrip(), color=self._colored)


def _style(cell: str) -> str:
    return cell.split(",")[0]


def _together(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _tall(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a last column of that width is a thin pillar of words beside much white."""
    return any(len(row[-1]) > HIGH * width and len(_wrapped(row[-1], width)) > HIGH for row in rows)


def _fitted(widths: Sequence[int], rows: Sequence[Sequence[str]], columns: int) -> list[int]:
    """Widths that fit, taken from the widest first; no column narrower than its longest word."""
    least = [max(len(word) for row in rows for word in _words(row[i])) for i in range(len(widths))]
    fitted = list(widths)
    while _together(fitted) > columns:
        wide = [i for i, width in enumerate(fitted) if width > least[i]]
        if not wide:
            break
        widest = max(wide, key=lambda i: fitted[i])
        fitted[widest] -= 1
    return fitted


def _wrapped(text: str, width: int) -> list[str]:
    """Text in lines, broken at spaces only, so that an id stays whole. (textwrap costs a start 2 ms.)"""
    lines = [""]
    for word in _words(text):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def _words(text: str) -> list[str]:
    """What a line may be broken between: a number keeps its "%", and a time its zone."""
    words: list[str] = []
    for word in text.split(" "):
        if words and words[-1] and _belongs_before(word.rstrip(",;.:)")):
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words


def _belongs_before(word: str) -> bool:
    return word in ("%", "UTC") or (len(word) in (3, 6) and word[0] in "+-" and word[1:3].isdigit())


def note(text: str) -> None:
    """A message: standard error, never data."""
    click.echo(safe(text), err=True)
