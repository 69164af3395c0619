"""Decides where an instant falls on the clocks of a zone, how it is written down and how programs give it.

An instant is an ``int``: microseconds since the Unix epoch, UTC. A local time is a naive ``datetime``.
What only zones other than UTC need is imported inside the functions: most commands start without them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache

from tracker.errors import BadInput, UnreadableTime

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
When = str | datetime | int | None
"""A time as a person types it, an aware datetime, or microseconds since the epoch."""
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The microseconds of the years 1 to 9999."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_OFFSET = r"(?:utc|gmt)?([+-])(\d{1,2})(?::?(\d\d))?"
_SIGNS = str.maketrans("", "", "_+-")


@cache
def zone_of(name: str) -> tzinfo:
    """Return the zone called `name`: ``UTC``, an offset such as ``+03:00``, or a name from the database.

    Raises `BadInput` for any other, with the names that may have been meant.
    """
    import re

    typed = name.strip()
    if typed.casefold() in ("utc", "gmt", "z"):
        return UTC
    signed = "+" in typed or "-" in typed  # else the pattern need not be compiled
    offset = re.fullmatch(_OFFSET, typed, re.ASCII | re.IGNORECASE) if signed else None
    if offset:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours > 15 or minutes > 59:
            raise _no_zone(typed, "")
        ahead = timedelta(hours=hours, minutes=minutes)
        return timezone(-ahead if offset[1] == "-" else ahead)
    return _named_zone(typed)


def _named_zone(typed: str) -> tzinfo:
    from zoneinfo import ZoneInfo, available_timezones

    if _is_name(typed):
        try:
            return ZoneInfo(typed)
        except (KeyError, ValueError, OSError):
            pass
    known = {zone for zone in available_timezones() if _is_name(zone)}
    if not known:
        raise BadInput(
            what=f"the zone {_short(typed)!r} cannot be looked up: this computer has no time zone database",
            try_="an offset such as +03:00, or install it with: pip install tzdata",
        )
    same = [zone for zone in known if zone.casefold() == typed.casefold()]
    if same:
        return ZoneInfo(same[0])
    raise _no_zone(typed, " or ".join(_near_zones(typed, known)))


def _is_name(text: str) -> bool:
    """Whether a text looks like ``Asia/Damascus`` or ``Etc/GMT+3``.

    An absolute path, a private file of the database or a way out of its folder never does. (A pattern would
    have to be compiled by every command that shows a time.)
    """
    parts = text.split("/")
    letters = "".join(parts).translate(_SIGNS)
    short = all(0 < len(part) <= 31 for part in parts)
    return text.isascii() and text[:1].isupper() and letters.isalnum() and short and len(parts) <= 3


def _near_zones(typed: str, known: set[str]) -> list[str]:
    """Up to three zones of that city, or nearly of that spelling."""
    from difflib import get_close_matches

    wanted = "_".join(typed[:60].casefold().split())
    ways = {zone.casefold(): zone for zone in sorted(known)}
    ways |= {zone.rpartition("/")[2].casefold(): zone for zone in sorted(known, reverse=True) if "/" in zone}
    near = [ways[way] for way in get_close_matches(wanted, ways, n=3, cutoff=0.7)]
    return list(dict.fromkeys(near))


def _no_zone(typed: str, near: str) -> BadInput:
    return BadInput(
        what=f"no time zone is called {_short(typed)!r}",
        try_=near or "UTC, an offset such as +03:00, or a name such as Asia/Damascus",
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


# --- between instants and clocks ---------------------------------------------------------------------


def local_of(instant: int, zone: tzinfo) -> datetime:
    """Return what a clock in `zone` shows at `instant`, without its zone."""
    return _aware(instant, zone).replace(tzinfo=None, fold=0)


def instant_of(local: datetime, zone: tzinfo, *, last: bool = False) -> int:
    """Return the instant at which a clock in `zone` shows `local`.

    Where clocks go back and show it twice: the first time, or the second if `last`. Where they go forward
    and never show it: the first instant after the gap, or the last one before it if `last`.
    """
    instant = _since_epoch(local.replace(tzinfo=zone, fold=int(last)))
    if local_of(instant, zone) == local:
        return instant
    earlier, later = (_since_epoch(local.replace(tzinfo=zone, fold=fold)) for fold in (1, 0))
    return _change(earlier, later, zone) - int(last)


def _change(before: int, after: int, zone: tzinfo) -> int:
    """The first instant, to the second, at which `zone` keeps the offset that it keeps at `after`."""
    low, high = before // SECOND, -(-after // SECOND)
    offset = _offset(high * SECOND, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(middle * SECOND, zone) == offset else (middle, high)
    return high * SECOND


def _offset(instant: int, zone: tzinfo) -> timedelta | None:
    return _aware(instant, zone).utcoffset()


def _aware(instant: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(zone)


def _since_epoch(aware: datetime) -> int:
    return (aware - _EPOCH) // timedelta(microseconds=1)


# --- as a program gives it ----------------------------------------------------------------------------


def plain_time(when: When) -> str | int | None:
    """A time as text or microseconds; BadInput for a datetime without a zone, and for what is no time."""
    if when is None or isinstance(when, str):
        return when
    if isinstance(when, datetime):
        if when.tzinfo is None:
            raise BadInput(what=f"{when!r} has no zone", try_="an aware datetime, or text")
        return round(when.timestamp() * 1_000_000)
    if type(when) is not int or not _FIRST <= when <= _LAST:
        raise BadInput(
            what=f"{when!r} is no time in microseconds since 1970",
            try_="text such as '2024-12-06', or an aware datetime",
        )
    return when


# --- writing -----------------------------------------------------------------------------------------


@lru_cache(4096)  # the verdicts on a whole map tell the same few instants
def iso(instant: int) -> str:
    """Return an instant in UTC, ISO 8601: ``2024-12-07T20:59:59.999999Z``, without a fraction of zero."""
    return (_EPOCH + timedelta(microseconds=instant)).isoformat().removesuffix("+00:00") + "Z"


def parse_iso(text: str) -> int:
    """Return the instant that `iso`, or any ISO 8601 date and time with an offset, stands for.

    For what a program wrote; what a person typed goes through `tracker.times`. Raises `UnreadableTime`.
    """
    try:
        aware = datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableTime(text=_short(text), why="") from None
    if aware.tzinfo is None:
        raise UnreadableTime(text=_short(text), why=": it has no offset from UTC")
    return _since_epoch(aware)


def show(instant: int, zone: str = "UTC") -> str:
    """Return an instant for people, to the minute: ``2024-12-07 23:59 +03``."""
    local = local_of(instant, zone_of(zone))
    return f"{local.date().isoformat()} {local:%H:%M} {offset_text(instant, zone)}"


def offset_text(instant: int, zone: str) -> str:
    """Return how far `zone` is from UTC at `instant`: ``UTC``, ``+03``, ``+05:30``."""
    if zone_of(zone) is UTC:
        return "UTC"
    shown = local_of(instant, zone_of(zone)) - local_of(instant, UTC)
    hours, minutes = divmod(abs(round(shown.total_seconds() / 60)), 60)
    sign = "-" if shown.days < 0 else "+"
    return f"{sign}{hours:02}:{minutes:02}" if minutes else f"{sign}{hours:02}"


_STEPS = (
    ("year", 365 * DAY, 2 * 365 * DAY),
    ("month", 30 * DAY, 60 * DAY),
    ("day", DAY, 2 * DAY),
    ("hour", HOUR, HOUR),
    ("minute", MINUTE, MINUTE),
)


def ago(instant: int, now: int) -> str:
    """Return how long before (or after) `now` an instant lies: ``2 days ago``, ``in 3 hours``, ``now``."""
    away = abs(now - instant)
    for unit, length, least in _STEPS:
        if away >= least:
            count = away // length
            told = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"{told} ago" if instant < now else f"in {told}"
    return "just now" if instant <= now else "now"
