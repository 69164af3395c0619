"""Decides how a time typed by a person is read: from which instant to which, and how finely it was said.

Nothing here reads a clock: `now` (microseconds since the epoch) and the zone of naive times are arguments.
The grammar, read without regard to case:

    date       2024  2024-12  2024-12-06  6 December 2024  Dec 6, 2024  7 Dec  December 2024
    day        today  yesterday  tomorrow  friday  last friday  -3d  -2w  3 days ago  a month ago
    day part   friday morning (5-12)  this afternoon (12-17)  friday evening (17-21)  late on friday (20-24)
    clock      DAY 18:30  DAY at 18:30:15.5  2024-12-06T18  ...T18:30Z  ...T18:30+03:00  DAY 18:30 +03
    moment     now  -12h  -30min  2 hours ago
    about      ~2024-12-06  about friday                  (one unit wider on both sides)
    range      a/b  a to b  ../b  a/..  up to b  from a   (b may leave out what it shares: 2024-12-06/08)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.dates import (
    FIRST_YEAR,
    LAST_YEAR,
    Here,
    Stretch,
    Unreadable,
    days_in,
    fits,
    midnight,
    months_on,
    now_or_relative,
    outside_years,
    read_day,
)
from tracker.errors import BadInput, NoMoment, UnreadableTime
from tracker.zones import HOUR, MINUTE, SECOND, ago, instant_of, iso, local_of, parse_iso, show, zone_of

if TYPE_CHECKING:
    from datetime import date, tzinfo

__all__ = [
    "PRECISIONS",
    "Span",
    "ago",
    "iso",
    "parse_iso",
    "read_instant",
    "read_span",
    "show",
    "show_span",
    "zone_of",
]

PRECISIONS = ("instant", "minute", "hour", "day", "month", "year", "range", "about", "unknown")
DAY_PARTS = {"morning": (5, 12), "afternoon": (12, 17), "evening": (17, 21), "night": (20, 24)}
_LONGEST = 80
_FINE = {"instant": SECOND, "minute": MINUTE, "hour": HOUR, "range": HOUR, "day": 24 * HOUR}
_OPEN = ("", "..")
_SLASH = "the slash stands between the two ends of a range; write a date as 2024-12-06"
_REWORDED = (
    (r"(?:up to|until|by) (.+)", r"../\1"),
    (r"(?:from )?(.+?) (?:to|until) (.+)", r"\1/\2"),
    (r"(?:from|since) (.+)", r"\1/.."),
    (r"about (.+)", r"~\1"),
    (r"tonight", "today night"),
    (r"this (morning|afternoon|evening)", r"today \1"),
    (r"late (?:on )?(.+?)(?: night)?", r"\1 night"),
)


class Span(NamedTuple):
    """When something was, as far as it was said: instants, both included; None where that side is open.

    `precision` is one of `PRECISIONS`; `text` is what was typed. (A tuple, because it costs a start-up
    a sixth of what a dataclass does.)
    """

    earliest: int | None
    latest: int | None
    precision: str
    text: str


def read_span(text: str, *, now: int, zone: str = "UTC") -> Span:
    """Read a typed time as the stretch of instants it stands for; naive times are in `zone`.

    A time that the clocks skip is read as the first that exists after it, one that they show twice as the
    first. Raises `UnreadableTime`, or `BadInput` for an unknown zone and a range that ends before it begins.
    """
    here = Here(now, zone_of(zone))
    try:
        words = _words(text)
        if "/" in words:
            return _range(words, text, here)
        about = words.startswith("~")
        stretch = _moment(words[1:].lstrip() if about else words, here)
        earliest, latest = _bounds(_widened(stretch) if about else stretch)
    except Unreadable as why:
        raise _refusal(text, why) from None
    return Span(earliest, latest, "about" if about else stretch.precision, text)


def read_instant(text: str, *, now: int, zone: str = "UTC") -> int:
    """Read a typed time as one instant: a time of day is that moment, a date, month or year its end."""
    here = Here(now, zone_of(zone))
    try:
        words = _words(text)
        if words.count("/") > 1:
            raise Unreadable(_SLASH)
        if "/" in words or words.startswith("~"):
            raise _no_moment(text, words, here)
        stretch = _moment(words, here)
        first, last = _ends(stretch)
    except Unreadable as why:
        raise _refusal(text, why) from None
    return last if stretch.point is None else first


def _no_moment(text: str, words: str, here: Here) -> NoMoment:
    """The refusal of a stretch of time where one moment is wanted, proposing its end and its beginning."""
    try:
        _range(words, text, here) if "/" in words else _moment(words.removeprefix("~").lstrip(), here)
    except Unreadable as why:
        raise _refusal(text, why) from None
    left, _, right = (part.strip() for part in words.removeprefix("~").partition("/"))
    ends = [end for end in (_completed(left, right, here, here)[0], left) if end not in _OPEN]
    typed = [end.upper() if end[0].isdigit() else end for end in ends]
    return NoMoment(text=text, step=" or ".join(typed) or "now")


def read_past(text: str, *, now: int, zone: str = "UTC") -> int:
    """Read a typed time as one instant that has come: a date is its end, or now if that is sooner."""
    if (begins := read_span(text, now=now, zone=zone).earliest) is not None and begins > now:
        raise BadInput(
            what=f"{text} lies in the future (it is {iso(now)[:16]}Z now)", try_="when it really was"
        )
    return min(read_instant(text, now=now, zone=zone), now)


def show_span(span: Span, zone: str = "UTC") -> str:
    """Return a span for people, on the clocks of `zone`: ``2024-12``, ``2024-12-06 18:30 +03``, ``a to b``.

    What it says reads back as the same stretch, but for ``about`` and for less than a minute.
    """
    where = zone_of(zone)
    first = None if span.earliest is None else _begins_day(span.earliest, where)
    last = None if span.latest is None else _ends_day(span.latest, where)
    if span.earliest is None:
        return "unknown" if span.latest is None else f"up to {last or show(span.latest, zone)}"
    if span.latest is None:
        return f"from {first or show(span.earliest, zone)}"
    if first and last:
        told = _days_shown(first, last)
    elif span.latest - span.earliest < MINUTE:
        told = show(span.earliest, zone)
    else:
        told = f"{show(span.earliest, zone)} to {show(span.latest, zone)}"
    return f"about {told}" if span.precision == "about" else told


# --- what is read ------------------------------------------------------------------------------------


def _refusal(text: str, why: Unreadable) -> UnreadableTime:
    typed = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return UnreadableTime(text=typed, why=f": {why}" if str(why) else "")


def _words(text: str) -> str:
    if len(text) > _LONGEST:
        raise Unreadable("it is too long to be a time")
    words = " ".join(text.casefold().split())
    for pattern, better in _REWORDED if " " in words or words == "tonight" else ():
        found = fits(pattern, words)
        words = found.expand(better) if found else words
    return words


def _bounds(stretch: Stretch) -> tuple[int, int]:
    """The first and the last instant of a stretch."""
    from datetime import timedelta

    start, end, precision, zone, _ = stretch
    last_moment = max(start, end - timedelta(microseconds=1))
    if start.year < FIRST_YEAR or last_moment.year > LAST_YEAR:
        raise outside_years()
    earliest = instant_of(start, zone)
    if start == end:
        return earliest, earliest
    latest = instant_of(last_moment, zone, last=True)
    if precision == "minute" or latest < earliest:  # shown twice: the first; skipped: as long, but later
        latest = earliest + (end - start) // timedelta(microseconds=1) - 1
    return earliest, latest


def _ends(stretch: Stretch) -> tuple[int, int]:
    """Its bounds as the ends of a range, and as a moment: ``-12h`` is then exactly that long ago."""
    bounds = _bounds(stretch)
    if stretch.point is None or stretch.point == stretch.start:
        return bounds
    exact = instant_of(stretch.point, stretch.zone)
    return exact, exact


def _widened(stretch: Stretch) -> Stretch:
    from datetime import timedelta

    start, end, precision, _, _ = stretch
    if precision in _FINE:
        unit = timedelta(microseconds=_FINE[precision])
        return stretch._replace(start=start - unit, end=end + unit)
    months = 12 if precision == "year" else 1
    return stretch._replace(start=months_on(start, -months), end=months_on(end, months))


def _range(words: str, text: str, here: Here) -> Span:
    left, _, right = words.partition("/")
    left, right = left.strip(), right.strip()
    if "/" in right:
        raise Unreadable(_SLASH)
    if "~" in words:
        raise Unreadable("~ goes with one time, a range has a width of its own")
    earliest = latest = None
    if left not in _OPEN:
        begin = _moment(left, here)
        earliest, _ = _ends(begin)
        right, here = _completed(left, right, here._replace(zone=begin.zone), here)
    if right not in _OPEN:
        _, latest = _ends(_moment(right, here))
    if earliest is not None and latest is not None and latest < earliest:
        raise BadInput(what=f"{text!r} ends before it begins", try_=f"{right}/{left}")
    return Span(earliest, latest, "unknown" if earliest is latest is None else "range", text)


def _completed(left: str, right: str, there: Here, here: Here) -> tuple[str, Here]:
    """The end of a range with what it leaves out, the zone too, taken from the beginning (ISO 8601)."""
    begun = fits(r"(\d{4})-(\d\d)(?:-(\d\d)([t ].+)?)?", left)
    if not begun:
        return right, here
    year, month, day, clock = begun.groups()
    if day and fits(r"\d\d:.+", right):
        right = f"{year}-{month}-{day}t{right}"
    elif fits(r"\d\d", right):
        right = f"{year}-{month}-{right}" if day else f"{year}-{right}"
    elif day and fits(r"\d\d-\d\d(?:[t ].+)?", right):
        right = f"{year}-{right}"
    return right, there if clock else here


# --- one moment --------------------------------------------------------------------------------------

_MINUTES = r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
_ZONE = r" ?(z|utc|gmt|[+-]\d\d(?::?\d\d)?)?"


def _moment(words: str, here: Here) -> Stretch:
    try:
        return (
            now_or_relative(words, here)
            or _clock(words, here)
            or _day_part(words, here)
            or read_day(words, here)
        )
    except (OverflowError, ValueError):  # the calendar itself ends
        raise outside_years() from None


def _clock(words: str, here: Here) -> Stretch | None:
    """A day with a time of day."""
    if "t" not in words and ":" not in words:
        return None
    hour_only = fits(rf"(.+\d)t(\d\d){_ZONE}", words)
    found = hour_only or fits(rf"(.+?)(?:(?<=\d)t| at |,? ){_MINUTES}{_ZONE}", words)
    if not found:
        if fits(rf"{_MINUTES}{_ZONE}", words):
            raise Unreadable(f"of which day? today {words}, or a date before it")
        return None
    day = read_day(found[1], here)
    if day.precision != "day":
        raise Unreadable("a time of day goes with a whole date")
    minute, second, fraction = (None, None, None) if hour_only else found.group(3, 4, 5)
    return _at_clock(day, int(found[2]), minute, second, fraction, found[found.re.groups])


def _at_clock(
    day: Stretch, hour: int, minute: str | None, second: str | None, fraction: str | None, zone: str | None
) -> Stretch:
    from datetime import timedelta

    if hour > 24 or (hour == 24 and int((minute or "") + (second or "") + (fraction or "") or 0)):
        raise Unreadable("a day ends at 24:00")
    if int(minute or 0) > 59 or int(second or 0) > 59:
        raise Unreadable("minutes and seconds go to 59")
    micros = int((fraction or "").ljust(6, "0")[:6])
    clock = timedelta(hours=hour, minutes=int(minute or 0), seconds=int(second or 0), microseconds=micros)
    precision = "instant" if second else "minute" if minute else "hour"
    start = day.start + clock
    width = timedelta(0) if second else timedelta(microseconds=_FINE[precision])
    return Stretch(start, start + width, precision, _typed_zone(zone) if zone else day.zone, start)


def _typed_zone(offset: str) -> tzinfo:
    try:
        return zone_of(offset)
    except BadInput as bad:
        raise Unreadable(str(bad)) from None


def _day_part(words: str, here: Here) -> Stretch | None:
    from datetime import timedelta

    found = words.endswith(tuple(DAY_PARTS)) and fits(rf"(.+) ({'|'.join(DAY_PARTS)})", words)
    if not found:
        return None
    day = read_day(found[1], here)
    if day.precision != "day":
        raise Unreadable("a part of a day goes with one day")
    first, last = (day.start + timedelta(hours=hour) for hour in DAY_PARTS[found[2]])
    return day._replace(start=first, end=last, precision="range")


# --- showing -----------------------------------------------------------------------------------------


def _begins_day(instant: int, where: tzinfo) -> date | None:
    """The day that begins with `instant`, if one does."""
    day = local_of(instant, where).date()
    return day if instant_of(midnight(day), where) == instant else None


def _ends_day(instant: int, where: tzinfo) -> date | None:
    from datetime import timedelta

    day = local_of(instant, where).date()
    last = midnight(day) + timedelta(days=1, microseconds=-1)
    return day if instant_of(last, where, last=True) == instant else None


def _days_shown(first: date, last: date) -> str:
    """Whole days: as the one day, month or year that they fill, or from one to the other."""
    if first == last:
        return first.isoformat()
    if first.day == 1 and first.year == last.year and last.day == days_in(last.year, last.month):
        if first.month == last.month:
            return f"{first:%Y-%m}"
        if (first.month, last.month) == (1, 12):
            return f"{first:%Y}"
    return f"{first} to {last}"
