"""Decides which names stand on a map and where: the important first, none over another, marks left free."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_AGAIN: Final = 9.0
"""So many heights of a letter away a name may stand again: nearer, two gazetteers have the same place."""
_TRIED: Final = 4000
_PADDING: Final = 1.5


class Wanted(NamedTuple):
    """A name that is wanted beside a mark."""

    text: str
    x: float
    y: float
    radius: float
    width: float


class Label(NamedTuple):
    """A name where it is written: from the left, on its base line."""

    text: str
    x: float
    y: float


class Room:
    """Boxes that are taken, found by where they lie."""

    def __init__(self, cell: float) -> None:
        self._cell = cell
        self._taken: dict[tuple[int, int], list[Box]] = {}

    def take(self, box: Box) -> None:
        """Take a box."""
        for cell in self._cells(box):
            self._taken.setdefault(cell, []).append(box)

    def taken(self, box: Box, most: int) -> int:
        """How many boxes lie under another one, counted up to `most`."""
        found: set[Box] = set()
        for cell in self._cells(box):
            for other in self._taken.get(cell, ()):
                if box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]:
                    found.add(other)
                    if len(found) >= most:
                        return most
        return len(found)

    def _cells(self, box: Box) -> Iterator[tuple[int, int]]:
        for i in range(int(box[0] // self._cell), int(box[2] // self._cell) + 1):
            for j in range(int(box[1] // self._cell), int(box[3] // self._cell) + 1):
                yield i, j


def written(
    wanted: Iterable[Wanted], marks: Room, texts: Room, size: float, frame: Box, most: int, over: int
) -> list[Label]:
    """The names that have room, in order of importance, `most` of them; what is taken in `texts` stays free.

    The first, so many as `over` says, are written also where they lie over marks.
    """
    found: list[Label] = []
    for tried, one in enumerate(wanted):
        if len(found) >= most or tried >= _TRIED:
            break
        if any(label.text == one.text and _near(label, one, size * _AGAIN) for label in found):
            continue
        cost = 10_000 if len(found) < over else 1
        best: tuple[int, Label, Box] | None = None
        for label, box in _places(one, size):
            inside = frame[0] <= box[0] and box[2] <= frame[2] and frame[1] <= box[1] and box[3] <= frame[3]
            if not inside or texts.taken(box, 1):
                continue
            under = marks.taken(box, cost)
            if under < cost:
                best, cost = (under, label, box), under
            if not under:
                break
        if best is not None:
            found.append(best[1])
            texts.take(best[2])
    return found


def _near(label: Label, one: Wanted, distance: float) -> bool:
    return abs(label.x - one.x) < distance + one.width and abs(label.y - one.y) < distance


def _places(one: Wanted, size: float) -> Iterator[tuple[Label, Box]]:
    """Where a name may stand: right, left, above, below, and at the corners."""
    gap, up, down = one.radius + size * 0.3, size * 0.78, size * 0.26
    centre, near = one.x - one.width / 2, one.radius * 0.75
    for x, y in (
        (one.x + gap, one.y + size * 0.34),
        (one.x - gap - one.width, one.y + size * 0.34),
        (centre, one.y - one.radius - down - 1),
        (centre, one.y + one.radius + up + 1),
        (one.x + near, one.y - near - down),
        (one.x + near, one.y + near + up),
        (one.x - near - one.width, one.y - near - down),
        (one.x - near - one.width, one.y + near + up),
    ):
        box = (x - _PADDING, y - up - _PADDING, x + one.width + _PADDING, y + down + _PADDING)
        yield Label(one.text, x, y), box
