"""Decides how a picture is laid out around what it shows: colours, title, foot, sizes of letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any, Final, NamedTuple

from tracker.errors import BadInput
from tracker.figures import letters
from tracker.zones import local_of, offset_text, parse_iso, zone_of

WIDTH: Final = 1000
WIDTHS: Final = (240, 8000)
Document = Mapping[str, Any]
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


OWN: Final = "\0"
"""How every id of a picture begins until it is whole; no text has it."""


class Ink(NamedTuple):
    """The colours of a ground and of what is drawn on it beside the sides' marks."""

    paper: str
    ground: str
    text: str
    quiet: str
    frame: str
    coast: str
    border: str
    region: str
    nobody: str


LIGHT: Final = Ink(
    paper="#ffffff", ground="#fbfaf8", text="#1a1a1a", quiet="#595e64", frame="#c9cbce", coast="#8d949b",
    border="#a3a8ad", region="#e2e1dd", nobody="#767676",
)  # fmt: skip
DARK: Final = Ink(
    paper="#15181c", ground="#1b1f24", text="#ececec", quiet="#a7adb4", frame="#3a4048", coast="#6d757e",
    border="#616973", region="#2c323a", nobody="#a6a6a6",
)  # fmt: skip


class Look(NamedTuple):
    """How a picture is wanted: pixels across, on a dark ground or not, its title if not the usual."""

    width: int = WIDTH
    dark: bool = False
    title: str | None = None

    @property
    def ink(self) -> Ink:
        """The colours."""
        return DARK if self.dark else LIGHT

    @property
    def size(self) -> float:
        """Letters: about a seventy-fifth of the width, between what is still read and what shouts."""
        return round(min(max(7.4 + self.width / 185, 9.4), 24.0), 1)

    @property
    def pad(self) -> float:
        """What stays free at the edges."""
        return round(self.size * 1.2)


def check_look(look: Look) -> Look:
    """Refuse a width that nobody can read or hold. Raises BadInput."""
    least, most = WIDTHS
    if not least <= look.width <= most:
        raise BadInput(
            what=f"a picture {look.width} pixels wide is no use", try_=f"--width {least} to {most}"
        )
    return look


def text(told: str, x: float, y: float, size: float, fill: str, *, anchor: str = "", more: str = "") -> str:
    """A line of text, escaped; what it says has been made plain."""
    anchored = f' text-anchor="{anchor}"' if anchor else ""
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{fill}"{anchored}{more}>'
        f"{escape(told, quote=False)}</text>"
    )


def number(value: float) -> str:
    """A number with one digit at most behind the point; the same on every machine."""
    return f"{round(value, 1) + 0:.1f}".removesuffix(".0")


class Page:
    """A picture that grows downwards: title, what it shows, its legend, its foot."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.ink = look.ink
        self.y = look.pad
        self.defs: list[str] = []
        self._parts: list[str] = []

    @property
    def inner(self) -> float:
        """The width between the edges."""
        return self.look.width - 2 * self.look.pad

    def add(self, *parts: str) -> None:
        """Elements, as they are."""
        self._parts += parts

    def head(self, title: str, below: str) -> None:
        """The title and the line below it."""
        look = self.look
        big = look.size * (1.3 if look.width < 600 else 1.5)
        for line in letters.lines(title, big, self.inner)[:3] if title else ():
            self.y += big
            self.add(text(line, look.pad, self.y, big, self.ink.text))
            self.y += big * 0.28
        for line in letters.lines(below, look.size, self.inner):
            self.y += look.size * 1.1
            self.add(text(line, look.pad, self.y, look.size, self.ink.quiet))
        self.y += look.size * 0.8

    def foot(self, told: Iterable[str]) -> None:
        """Small lines at the end."""
        size = max(self.look.size * 0.8, 8.5)
        self.y += size * 0.9
        for one in told:
            for line in letters.lines(letters.plain(one), size, self.inner):
                self.y += size * 1.3
                self.add(text(line, self.look.pad, self.y, size, self.ink.quiet))

    def svg(self, title: str, description: str) -> str:
        """The whole picture."""
        width, height = self.look.width, round(self.y + self.look.pad)
        defs = f"<defs>{''.join(self.defs)}</defs>" if self.defs else ""
        drawn = "\n".join(
            (
                '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
                f' viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
                f' aria-labelledby="{OWN}t {OWN}d" font-family="{letters.FAMILY}">',
                f'<title id="{OWN}t">{escape(title, quote=False)}</title>',
                f'<desc id="{OWN}d">{escape(description, quote=False)}</desc>',
                *([defs] if defs else []),
                f'<rect width="{width}" height="{height}" fill="{self.ink.paper}"/>',
                *self._parts,
                "</svg>\n",
            )
        )
        # two pictures may stand in one page, where an id means one thing
        return drawn.replace(OWN, f"m{sha256(drawn.encode()).hexdigest()[:5]}")


def moment_text(instant: int, zone: str) -> str:
    """An instant as a picture tells it: ``7 December 2024, 18:00 (+03, Asia/Damascus)``."""
    local = local_of(instant, zone_of(zone))
    offset = offset_text(instant, zone)
    told = offset if offset == zone or zone[:1] in "+-" else f"{offset}, {zone}"
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} ({told})"


def day_text(instant: int, zone: str, *, year: bool = True) -> str:
    """A day as a picture tells it: ``7 Dec 2024``."""
    local = local_of(instant, zone_of(zone))
    return f"{local.day} {_MONTHS[local.month - 1][:3]}{f' {local.year}' if year else ''}"


def month_text(month: int) -> str:
    """The short name of a month."""
    return _MONTHS[month - 1][:3]


def cut_off(document: Document) -> str:
    """What the picture goes by: what had been recorded, or published, by when, and which rule judged."""
    zone = document["zone"]
    known, published = (document[key] and parse_iso(document[key]) for key in ("known_at", "published_by"))
    told = f"As recorded by {moment_text(known, zone)}" if known else "With all that has been recorded"
    told += f", event {document['position']:,}"
    if published:
        told += f"; only what had been published by {moment_text(published, zone)}"
    if document["policy"] != "bayes":
        told += f"; judged by the rule {document['policy']}"
    return told + "."


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun: ``1 place``, ``12 places``."""
    return f"{count:,} {one if count == 1 else many}"


def legend(page: Page, rows: Sequence[Sequence[tuple[str, str, str]]]) -> None:
    """Groups of entries (the mark's elements, what it means, how many), each in columns below the other."""
    size, pad = page.look.size, page.look.pad
    high, mark = size * 1.75, size * 1.7
    widest = page.inner - mark - size
    told = [[(m, letters.cut(name, size, widest * 0.72), count) for m, name, count in row] for row in rows]
    wide = max(
        (letters.width(f"{name}  {count}", size) for row in told for _, name, count in row), default=0
    ) + mark + size * 1.6  # fmt: skip
    columns = max(1, int((page.inner + size) // wide))
    for row in told:
        for i, (drawn, name, count) in enumerate(row):
            column = i % columns
            page.y += high if column == 0 else 0
            x, y = pad + column * wide, page.y
            page.add(
                f'<g transform="translate({number(x + mark * 0.4)} {number(y - size * 0.34)})">{drawn}</g>',
                text(name, x + mark, y, size, page.ink.text),
                text(count, x + mark + letters.width(f"{name}  ", size), y, size, page.ink.quiet),
            )
