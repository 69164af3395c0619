"""Decides which settings hold where: the default, the tracker's own, the place's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tracker.judgement.belief import NEWS_ONLY, Settings
from tracker.reader import NOW, Reader
from tracker.views.parties import TRUE

TEMPO, THRESHOLD, CONTESTED_BELOW, LEARNING, ZONE, NIGHT = (
    "tempo", "threshold", "contested-below", "learning", "zone", "night"
)  # fmt: skip
ON, OFF = "on", "off"
KNOWN: Final = {
    TEMPO: "rate of unreported change a day: 0.001 where only news reaches us, 0.00005 under a live feed",
    THRESHOLD: "below this confidence nobody is said to hold a place (0.6)",
    CONTESTED_BELOW: "below this a rival claim makes a place contested (0.8)",
    LEARNING: "on: what a source says in its own side's favour is weighed by its record; off: by .75 (on)",
    ZONE: "the zone in which typed times are read and shown (UTC)",
    NIGHT: "the time of day, there, at which the night's report is due (02:00)",
}
PER_PLACE: Final = (TEMPO, THRESHOLD, CONTESTED_BELOW)
DEFAULTS: Final = {
    TEMPO: str(NEWS_ONLY),
    THRESHOLD: "0.6",
    CONTESTED_BELOW: "0.8",
    LEARNING: "on",
    ZONE: "UTC",
    NIGHT: "02:00",
}


def all_settings(reader: Reader, known: int = NOW) -> dict[tuple[str, str], str]:
    """Every setting that was changed: (key, place or '') -> value as text."""
    return reader.once(("settings", known), lambda: _all_settings(reader, known))


def _all_settings(reader: Reader, known: int) -> dict[tuple[str, str], str]:
    rows = reader.rows(f"SELECT key, place, value FROM settings WHERE {TRUE}", known=known)
    return {(key, place): value for key, place, value in rows}


def settings_document(reader: Reader) -> dict[str, Any]:
    """The document of `setting list --json`: what was changed, and what every setting means."""
    told = [
        {"key": key, "place": place or None, "value": value}
        for (key, place), value in sorted(all_settings(reader).items())
    ]
    return {"settings": told, "known": dict(KNOWN)}


def settings_of(reader: Reader, known: int = NOW) -> Callable[[str], Settings]:
    """A function from a place to the settings in force there."""
    told = all_settings(reader, known)

    def at(place: str) -> Settings:
        def number(key: str, default: float) -> float:
            return float(told.get((key, place), told.get((key, ""), default)))

        return Settings(number(TEMPO, NEWS_ONLY), number(THRESHOLD, 0.6), number(CONTESTED_BELOW, 0.8))

    return at


def setting_of(reader: Reader, key: str, known: int = NOW) -> str:
    """A setting of the whole tracker, or its default."""
    return all_settings(reader, known).get((key, ""), DEFAULTS[key])


def learns(reader: Reader, known: int = NOW) -> bool:
    """Whether self-serving origins are weighed by their records."""
    return all_settings(reader, known).get((LEARNING, ""), DEFAULTS[LEARNING]) == ON
