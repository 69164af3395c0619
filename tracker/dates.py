"""Decides which stretch of the calendar a typed date, day or "so long ago" names.

Local times are naive ``datetime``s beside their zone; the reading of clocks and ranges is in `tracker.times`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.zones import HOUR, MINUTE, local_of, zone_of

if TYPE_CHECKING:
    import re
    from datetime import date, datetime, tzinfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
FIRST_YEAR, LAST_YEAR = 1900, 2200

_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_UNIT = r"(min|minute|h|hour|d|day|w|week|mo|month|y|year)s?"
_ORDINAL = r"(\d{1,2})(?:st|nd|rd|th)?"


class Unreadable(Exception):
    """Why a typed time cannot be read; says nothing where the grammar itself is the answer."""


def outside_years() -> Unreadable:
    """The refusal of a time that no claim of ours can have."""
    return Unreadable(f"only years from {FIRST_YEAR} to {LAST_YEAR} are read")


class Here(NamedTuple):
    """When and where a time was typed."""

    now: int
    zone: tzinfo

    @property
    def today(self) -> date:
        """The day it is here."""
        return local_of(self.now, self.zone).date()


class Stretch(NamedTuple):
    """Local time from `start` up to, not including, `end` (the same for an instant).

    `point` is the moment meant, where a time of day names one.
    """

    start: datetime
    end: datetime
    precision: str
    zone: tzinfo
    point: datetime | None = None


def fits(pattern: str, words: str) -> re.Match[str] | None:
    """Match the whole of `words`; digits are ASCII digits.

    To compile a pattern takes longer than to read a date with it, so a sign that has to be there is looked
    for first: a plain ``2024-12-06`` meets one pattern out of seventeen.
    """
    import re

    return re.fullmatch(pattern, words, re.ASCII)


# --- days, months, years -----------------------------------------------------------------------------


def read_day(words: str, here: Here) -> Stretch:
    """Read a day, or the month or year that is all that was said. Raises `Unreadable`."""
    from datetime import timedelta

    words = words.removeprefix("on ")
    if words in _NEAR:
        return _whole_day(here.today + timedelta(days=_NEAR[words]), here)
    written = fits(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", words)
    if written:
        return _calendar(written[1], written[2] or "", written[3] or "", here)
    named = fits(r"(last )?([a-z]+)", words)
    weekday = _index(named[2], WEEKDAYS) if named else None
    if named and weekday is not None:
        return _weekday(weekday, bool(named[1]), here)
    if fits(r"next [a-z]+", words):
        raise Unreadable("which one is next? write the date")
    return now_or_relative(words, here) or _named_date(words, here)


def _named_date(words: str, here: Here) -> Stretch:
    """A date with the English name of its month; without a year, the latest such date that is not ahead."""
    weekday, month, day, year = _name_parts(words)
    number, wanted = _index(month, MONTHS), _index(weekday, WEEKDAYS)
    if number is None or (weekday and wanted is None):
        raise Unreadable
    if not year:
        year = str(_latest_year(number + 1, int(day or 1), here))
    found = _calendar(year, str(number + 1), day, here)
    if wanted is not None and found.start.weekday() != wanted:
        real = WEEKDAYS[found.start.weekday()].title()
        raise Unreadable(f"{found.start:%Y-%m-%d} is a {real}, not a {WEEKDAYS[wanted].title()}")
    return found


def _name_parts(words: str) -> tuple[str, str, str, str]:
    """Weekday, month, day and year of a date in words, each empty where it is not said."""
    found = fits(rf"(?:([a-z]+),? )?{_ORDINAL} (?:of )?([a-z]+)(?:,? (\d{{4}}))?", words)
    if found:
        return found[1] or "", found[3], found[2], found[4] or ""
    found = fits(rf"(?:([a-z]+),? )?([a-z]+) {_ORDINAL}(?:,? (\d{{4}}))?", words)
    if found:
        return found[1] or "", found[2], found[3], found[4] or ""
    found = fits(r"([a-z]+)(?:,? (\d{4}))?", words)
    return ("", found[1], "", found[2] or "") if found else ("", "", "", "")


def _latest_year(month: int, day: int, here: Here) -> int:
    today = here.today
    for year in range(today.year, today.year - 9, -1):  # a leap day is at most eight years back
        if day <= days_in(year, month) and (year, month, day) <= (today.year, today.month, today.day):
            return year
    raise Unreadable(f"{MONTHS[month - 1].title()} never has a day {day}")


def _calendar(year: str, month: str, day: str, here: Here) -> Stretch:
    from datetime import date

    y, m, d = int(year), int(month or 1), int(day or 1)
    if not FIRST_YEAR <= y <= LAST_YEAR:
        raise outside_years()
    if not 1 <= m <= 12:
        raise Unreadable(f"there is no month {m}")
    if not 1 <= d <= days_in(y, m):
        raise Unreadable(f"{MONTHS[m - 1].title()} {y} has {days_in(y, m)} days")
    if day:
        return _whole_day(date(y, m, d), here)
    return _whole_month(date(y, m, 1), here) if month else _whole_year(y, here)


def _weekday(wanted: int, before_today: bool, here: Here) -> Stretch:
    from datetime import timedelta

    back = (here.today.weekday() - wanted) % 7
    return _whole_day(here.today - timedelta(days=7 if before_today and not back else back), here)


def _whole_day(day: date, here: Here) -> Stretch:
    from datetime import timedelta

    start = midnight(day)
    return Stretch(start, start + timedelta(days=1), "day", here.zone)


def _whole_month(first: date, here: Here) -> Stretch:
    start = midnight(first)
    return Stretch(start, months_on(start, 1), "month", here.zone)


def _whole_year(year: int, here: Here) -> Stretch:
    from datetime import date

    start = midnight(date(year, 1, 1))
    return Stretch(start, months_on(start, 12), "year", here.zone)


def midnight(day: date) -> datetime:
    """The local time at which a day begins, wherever clocks do not skip it."""
    from datetime import datetime, time

    return datetime.combine(day, time())


def months_on(first_of_month: datetime, months: int) -> datetime:
    """The first of the month so many months later."""
    years, month = divmod(first_of_month.month - 1 + months, 12)
    return first_of_month.replace(year=first_of_month.year + years, month=month + 1)


def days_in(year: int, month: int) -> int:
    """How many days a month has."""
    from datetime import date

    after = date(year + month // 12, month % 12 + 1, 1)
    return (after - date(year, month, 1)).days


def _index(word: str, names: tuple[str, ...]) -> int | None:
    """Which of `names` is meant by its whole or by its first letters, three or more."""
    if len(word) < 3:
        return None
    return next((at for at, name in enumerate(names) if name.startswith(word)), None)


# --- so long ago -------------------------------------------------------------------------------------


def now_or_relative(words: str, here: Here) -> Stretch | None:
    """Read ``now``, ``-3d``, ``2 hours ago``; None if the words are nothing of that kind."""
    if words == "now":
        return _at(here.now, 0, "instant", here)
    if words.startswith(("+", "-")):
        if fits(r"[+-] ?\d+ ?m", words):
            raise Unreadable("m may be minutes or months: write min or mo")
        signed = fits(rf"([+-]) ?(\d{{1,6}}) ?{_UNIT}", words)
        return _relative(int(signed[1] + signed[2]), signed[3], here) if signed else None
    said = words.endswith(" ago") and fits(rf"(\d{{1,6}}|an?|{'|'.join(_COUNTS)}) {_UNIT} ago", words)
    if not said:
        return None
    count = int(said[1]) if said[1].isdigit() else _COUNTS.index(said[1]) if said[1] in _COUNTS else 1
    return _relative(-count, said[2], here)


def _relative(count: int, unit: str, here: Here) -> Stretch:
    """So many units from now. Hours and minutes reach half a unit to both sides, days are whole days."""
    from datetime import timedelta

    if unit in ("h", "hour"):
        return _at(here.now + count * HOUR, HOUR, "hour", here)
    if unit in ("min", "minute"):
        return _at(here.now + count * MINUTE, MINUTE, "minute", here)
    if unit in ("d", "day", "w", "week"):
        return _whole_day(here.today + timedelta(days=count * (7 if unit[0] == "w" else 1)), here)
    if unit in ("y", "year"):
        return _whole_year(here.today.year + count, here)
    return _whole_month(months_on(midnight(here.today.replace(day=1)), count).date(), here)


def _at(instant: int, width: int, precision: str, here: Here) -> Stretch:
    """A stretch around an instant, which ends with now if the instant is not past it; kept in UTC."""
    utc = zone_of("UTC")
    last = instant + width // 2
    if instant <= here.now:
        last = min(last, here.now + (1 if width else 0))
    point = local_of(instant, utc)
    return Stretch(local_of(instant - width // 2, utc), local_of(last, utc), precision, utc, point)
