"""Zones, gaps and overlaps, and how an instant is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import BadInput, UnreadableTime
from tracker.zones import DAY, HOUR, MINUTE, SECOND, ago, instant_of, iso, local_of, parse_iso, show, zone_of

NOW = parse_iso("2024-12-07T20:00:00Z")
INSTANTS = st.integers(parse_iso("1900-01-01T00:00:00Z"), parse_iso("2200-12-31T23:59:59.999999Z"))
ZONES = [
    *(
        "Asia/Damascus",
        "Europe/Kyiv",
        "Europe/Berlin",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Asia/Beirut",
    ),
    *("Africa/Cairo", "America/Havana", "Asia/Tehran", "Pacific/Apia", "Africa/Casablanca", "UTC", "+05:45"),
]


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        *(("UTC", 0), ("utc", 0), ("Z", 0), ("GMT", 0), ("+03:00", 3), ("+03", 3), ("+3", 3), ("+0330", 3.5)),
        *(("-05:30", -5.5), ("UTC+3", 3), ("GMT-04:00", -4), ("Asia/Damascus", 3), (" Asia/Damascus ", 3)),
        *(("asia/damascus", 3), ("ASIA/KATHMANDU", 5.75), ("Europe/Kyiv", 2)),
    ],
)
def test_a_zone_by_its_offset_or_its_name(name: str, hours: float) -> None:
    """Case makes no difference, for it cannot mean another one."""
    at = datetime(2024, 12, 7, tzinfo=UTC).astimezone(zone_of(name))
    assert at.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("name", "proposal"),
    [("Damascus", "Asia/Damascus"), ("Asia/Damascsu", "Asia/Damascus"), ("new york", "America/New_York")],
)
def test_a_near_name_of_a_zone_is_proposed(name: str, proposal: str) -> None:
    """Never taken: somebody's Damascus is in Virginia."""
    with pytest.raises(BadInput) as refused:
        zone_of(name)
    assert refused.value.message == f"no time zone is called {name!r}"
    assert proposal in refused.value.next_step.split(" or ")
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            " ",
            "Mars/Olympus",
            "+25:00",
            "+03:75",
            "+",
            "../../etc/passwd",
            "/etc/localtime",
            "Asia",
            "Asia/",
        ),
        *(
            "right/UTC",
            "posix/UTC",
            "localtime",
            "posixrules",
            "zone.tab",
            "tzdata.zi",
            "\x00",
            "UTC\x00",
            "🚀",
        ),
        *("x" * 100_000, "A/" * 50_000, "\ud800", "٣+", "+٣"),
    ],
)
def test_no_other_name_is_a_zone(name: str) -> None:
    """Nor a file of the database, nor a way out of it."""
    with pytest.raises(BadInput) as refused:
        zone_of(name)
    assert refused.value.message.isprintable()
    assert len(refused.value.message) < 300


def test_without_a_database_of_zones_the_next_step_is_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small containers have none; UTC and offsets work even so."""
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    with pytest.raises(BadInput, match="no time zone database") as refused:
        zone_of("Nowhere/Atall")
    assert "tzdata" in refused.value.next_step
    assert zone_of("+03:00") == timezone(timedelta(hours=3))


# --- gaps and overlaps -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "local", "first", "last"),
    [
        # An ordinary time has one instant.
        ("Asia/Damascus", "2024-12-06T18:30", "2024-12-06T15:30:00Z", "2024-12-06T15:30:00Z"),
        # Skipped: 02:00 became 03:00.
        ("Europe/Berlin", "2024-03-31T02:30", "2024-03-31T01:00:00Z", "2024-03-31T00:59:59.999999Z"),
        # Shown twice.
        ("Europe/Berlin", "2024-10-27T02:30", "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z"),
        # Half an hour only.
        ("Australia/Lord_Howe", "2024-10-06T02:10", "2024-10-05T15:30:00Z", "2024-10-05T15:29:59.999999Z"),
        # Midnight itself is skipped.
        ("Asia/Beirut", "2024-03-31T00:00", "2024-03-30T22:00:00Z", "2024-03-30T21:59:59.999999Z"),
        # A whole day is skipped.
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z", "2011-12-30T09:59:59.999999Z"),
    ],
)
def test_a_time_that_clocks_skip_or_repeat(zone: str, local: str, first: str, last: str) -> None:
    """Skipped: the first instant after, or the last before. Repeated: the first time, or the second."""
    when = datetime.fromisoformat(local)
    assert iso(instant_of(when, zone_of(zone))) == first
    assert iso(instant_of(when, zone_of(zone), last=True)) == last


def _changes(zone: str) -> list[int]:
    """The hours of 2024 in which the offset of a zone changes."""
    start = parse_iso("2024-01-01T00:00:00Z")
    where = zone_of(zone)
    ahead = [local_of(start + n * 6 * HOUR, where) - timedelta(hours=6 * n) for n in range(4 * 366)]
    return [start + n * 6 * HOUR for n in range(1, len(ahead)) if ahead[n] != ahead[n - 1]]


def test_every_change_of_clocks_in_every_zone_of_a_year() -> None:
    """Around each, every quarter of an hour has a first instant and a last, in order and as they show."""
    for zone in sorted(available_timezones())[::5]:
        where = ZoneInfo(zone)
        for change in _changes(zone):
            begin = local_of(change - 8 * HOUR, where)
            times = [begin + timedelta(minutes=15 * n) for n in range(60)]
            firsts = [instant_of(time, where) for time in times]
            assert firsts == sorted(firsts), zone
            for time, first in zip(times, firsts, strict=True):
                last = instant_of(time, where, last=True)
                exists = local_of(first, where) == time
                assert first <= last if exists else last == first - 1, (zone, time)
                assert exists or local_of(last, where) < time < local_of(first, where), (zone, time)


@given(INSTANTS, st.sampled_from(ZONES))
def test_an_instant_is_where_its_clock_says(instant: int, name: str) -> None:
    """Or at the other of the two instants at which the clock says the same."""
    zone = zone_of(name)
    local = local_of(instant, zone)
    assert instant in (instant_of(local, zone), instant_of(local, zone, last=True))


# --- writing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (1_733_605_199_999_999, "2024-12-07T20:59:59.999999Z"),
        (1_733_605_200_000_000, "2024-12-07T21:00:00Z"),
        (1_733_605_200_500_000, "2024-12-07T21:00:00.500000Z"),
    ],
)
def test_an_instant_is_written_in_utc(instant: int, text: str) -> None:
    """No fraction where it is zero, and back again."""
    assert iso(instant) == text
    assert parse_iso(text) == instant


@given(INSTANTS)
def test_what_is_written_reads_back(instant: int) -> None:
    """To the microsecond; and text sorts as instants do within a precision."""
    assert parse_iso(iso(instant)) == instant


def test_a_written_time_may_have_another_offset() -> None:
    """Other programs write those."""
    assert parse_iso("2024-12-07T23:59:00+03:00") == parse_iso("2024-12-07T20:59:00Z")


@pytest.mark.parametrize(
    "text", ["", "2024-12-07", "2024-12-07T20:59:00", "now", "2024-02-30T00:00:00Z", "\x00" * 999]
)
def test_a_written_time_has_to_be_whole(text: str) -> None:
    """A date alone, or a time without offset, was not written by a program that knew the instant."""
    with pytest.raises(UnreadableTime):
        parse_iso(text)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2024-12-07 20:59 UTC"),
        ("Asia/Damascus", "2024-12-07 23:59 +03"),
        ("+03:00", "2024-12-07 23:59 +03"),
        ("Asia/Kathmandu", "2024-12-08 02:44 +05:45"),
        ("America/St_Johns", "2024-12-07 17:29 -03:30"),
        ("America/New_York", "2024-12-07 15:59 -05"),
        ("Europe/London", "2024-12-07 20:59 +00"),
    ],
)
def test_an_instant_for_people_names_its_offset(zone: str, shown: str) -> None:
    """In figures: letters such as IST and EST are more than one zone."""
    assert show(parse_iso("2024-12-07T20:59:59.999999Z"), zone) == shown


@pytest.mark.parametrize(
    ("before", "said"),
    [
        *(
            (0, "just now"),
            (59 * SECOND, "just now"),
            (MINUTE, "1 minute ago"),
            (59 * MINUTE, "59 minutes ago"),
        ),
        *(
            (HOUR, "1 hour ago"),
            (47 * HOUR, "47 hours ago"),
            (2 * DAY, "2 days ago"),
            (59 * DAY, "59 days ago"),
        ),
        *((60 * DAY, "2 months ago"), (400 * DAY, "13 months ago"), (730 * DAY, "2 years ago")),
        *((-SECOND, "now"), (-5 * MINUTE, "in 5 minutes"), (-3 * DAY, "in 3 days")),
    ],
)
def test_how_long_ago(before: int, said: str) -> None:
    """Rounded down, in the unit that leaves a small number."""
    assert ago(NOW - before, NOW) == said
