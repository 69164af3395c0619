"""Decides what claims are read against: everybody known, the sides, the settings, the places merged."""

from __future__ import annotations

from tracker.reader import NOW, Reader
from tracker.views.evidence import merged
from tracker.views.parties import parties
from tracker.views.records import Records
from tracker.views.settings import learns, settings_of


class Backdrop:
    """All that counts for every place alike, at one state of knowledge; claims come and go before it."""

    def __init__(self, reader: Reader, known: int = NOW) -> None:
        self.who = parties(reader, known)
        self.sides = self.who.sides()
        self.settings = settings_of(reader, known)
        self.records = Records(reader, self, known) if learns(reader, known) else None
        self.into = merged(reader, known)
        self._members: dict[str, list[str]] = {}
        for place, root in self.into.items():
            self._members.setdefault(root, [root]).append(place)

    def root(self, place: str) -> str:
        """The place's id, or that of the one it was merged into."""
        return self.into.get(place, place)

    def members(self, place: str) -> list[str]:
        """The ids whose claims are read as claims about the place: its own, and those merged into it."""
        return self._members.get(place, [place])
