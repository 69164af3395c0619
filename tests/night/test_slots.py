"""Decides that every local day has one night, in every zone, whatever its clocks do."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from tracker.night.slots import between, due, following, slot
from tracker.zones import DAY, iso, local_of

HOURS = (time(0, 0), time(0, 30), time(1, 30), time(2, 30), time(23, 59))
FIRST, LAST = date(2024, 12, 31), date(2025, 12, 31)


def _alike() -> list[ZoneInfo]:
    """One zone for each way in which clocks went in that year, a quarter of an hour apart."""
    begin = slot(FIRST, time(0), ZoneInfo("UTC"))
    assert begin is not None
    found: dict[tuple[object, ...], ZoneInfo] = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        offsets = tuple(local_of(begin + n * DAY // 2, zone) for n in range(0, 2 * 368, 3))
        found.setdefault(offsets, zone)
    return list(found.values())


@pytest.mark.parametrize("hour", HOURS, ids=str)
def test_every_zone_has_one_slot_a_local_day(hour: time) -> None:
    zones = _alike()
    assert len(zones) > 50
    for zone in zones:
        days = list(between(FIRST, LAST, hour, zone))
        assert [day for day, _ in days] == [FIRST + timedelta(n + 1) for n in range(365)], zone
        last = None
        for day, at in days:
            local = local_of(at, zone)
            skipped = local == datetime.combine(day + timedelta(1), time())  # Greenland goes on at 23:00
            assert skipped or (local.date() == day and local.time() >= hour)
            assert last is None or at > last
            last = at


@pytest.mark.parametrize("hour", HOURS, ids=str)
@pytest.mark.parametrize("name", ["Africa/Cairo", "America/Havana", "Australia/Lord_Howe", "Europe/Berlin"])
def test_what_is_due_changes_at_a_slot_and_nowhere_else(name: str, hour: time) -> None:
    zone = ZoneInfo(name)
    for day, at in between(FIRST, LAST, hour, zone):
        assert due(at, hour, zone) == day
        assert due(at - 1, hour, zone) == day - timedelta(1)
        assert following(day - timedelta(1), hour, zone) == (day, at)


@pytest.mark.parametrize(
    ("zone", "day", "hour", "shown"),
    [
        ("Europe/Berlin", date(2025, 3, 30), time(2, 30), "2025-03-30T01:00:00Z"),  # skipped: 03:00 there
        ("Europe/Berlin", date(2025, 10, 26), time(2, 30), "2025-10-26T00:30:00Z"),  # twice: the first
        ("America/Havana", date(2025, 3, 9), time(0, 0), "2025-03-09T05:00:00Z"),  # midnight is skipped
        ("Australia/Lord_Howe", date(2025, 10, 5), time(2, 15), "2025-10-04T15:30:00Z"),  # half an hour
    ],
)
def test_a_time_that_a_day_skips_or_has_twice(zone: str, day: date, hour: time, shown: str) -> None:
    at = slot(day, hour, ZoneInfo(zone))
    assert at is not None
    assert iso(at) == shown


def test_a_day_that_was_left_out_has_no_slot() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert slot(date(2011, 12, 30), time(2), apia) is None
    days = [day for day, _ in between(date(2011, 12, 28), date(2012, 1, 1), time(2), apia)]
    assert days == [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]
    noon = slot(date(2011, 12, 31), time(0), apia)
    assert noon is not None
    assert due(noon, time(2), apia) == date(2011, 12, 29)
    assert datetime.combine(date(2011, 12, 31), time()) == local_of(noon, apia)
