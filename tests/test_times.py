"""Times typed by people: which stretch of instants each is read as, and why some are not read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.errors import BadInput, UnreadableTime
from tracker.times import PRECISIONS, Span, iso, parse_iso, read_instant, read_span, show_span

HERE = "Asia/Damascus"
NOW = parse_iso("2024-12-07T19:00:00Z")  # a Saturday, 22:00 in Damascus
INSTANTS = st.integers(parse_iso("1950-01-01T00:00:00Z"), parse_iso("2199-12-31T00:00:00Z"))
ZONES = st.sampled_from(
    [
        *("UTC", HERE, "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "+05:45"),
        *("America/Havana", "Asia/Beirut", "Africa/Casablanca", "Asia/Tehran", "America/New_York"),
    ]
)


def read(text: str, zone: str = HERE, now: int = NOW) -> tuple[str, str | None, str | None]:
    """The precision and the bounds, in UTC."""
    span = read_span(text, now=now, zone=zone)
    assert span.text == text
    earliest, latest = (None if side is None else iso(side) for side in (span.earliest, span.latest))
    return span.precision, earliest, latest


def local(text: str, zone: str = HERE, now: int = NOW) -> tuple[str, str]:
    """The precision, and the stretch as people are shown it."""
    span = read_span(text, now=now, zone=zone)
    return span.precision, show_span(span, zone)


# --- dates and times as written ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "precision", "earliest", "latest"),
    [
        ("2024", "year", "2023-12-31T21:00:00Z", "2024-12-31T20:59:59.999999Z"),
        ("2024-12", "month", "2024-11-30T21:00:00Z", "2024-12-31T20:59:59.999999Z"),
        ("2024-12-06", "day", "2024-12-05T21:00:00Z", "2024-12-06T20:59:59.999999Z"),
        ("2024-12-06T18", "hour", "2024-12-06T15:00:00Z", "2024-12-06T15:59:59.999999Z"),
        ("2024-12-06T18:30", "minute", "2024-12-06T15:30:00Z", "2024-12-06T15:30:59.999999Z"),
        ("2024-12-06 18:30", "minute", "2024-12-06T15:30:00Z", "2024-12-06T15:30:59.999999Z"),
        (" 2024-12-06t18:30 ", "minute", "2024-12-06T15:30:00Z", "2024-12-06T15:30:59.999999Z"),
        ("2024-12-06T18:30Z", "minute", "2024-12-06T18:30:00Z", "2024-12-06T18:30:59.999999Z"),
        ("2024-12-06T18:30 UTC", "minute", "2024-12-06T18:30:00Z", "2024-12-06T18:30:59.999999Z"),
        ("2024-12-06T18:30+01:00", "minute", "2024-12-06T17:30:00Z", "2024-12-06T17:30:59.999999Z"),
        ("2024-12-06 18:30 +0530", "minute", "2024-12-06T13:00:00Z", "2024-12-06T13:00:59.999999Z"),
        ("2024-12-06T18-05", "hour", "2024-12-06T23:00:00Z", "2024-12-06T23:59:59.999999Z"),
        ("2024-12-06T18:30:15", "instant", "2024-12-06T15:30:15Z", "2024-12-06T15:30:15Z"),
        ("2024-12-06T18:30:15.25Z", "instant", "2024-12-06T18:30:15.250000Z", "2024-12-06T18:30:15.250000Z"),
        (
            "2024-12-06T18:30:15,123456789Z",
            "instant",
            "2024-12-06T18:30:15.123456Z",
            "2024-12-06T18:30:15.123456Z",
        ),
        ("2024-12-06T24:00", "minute", "2024-12-06T21:00:00Z", "2024-12-06T21:00:59.999999Z"),
        ("Fri, 06 Dec 2024 18:30:00 +0300", "instant", "2024-12-06T15:30:00Z", "2024-12-06T15:30:00Z"),
        ("now", "instant", "2024-12-07T19:00:00Z", "2024-12-07T19:00:00Z"),
        ("-12h", "hour", "2024-12-07T06:30:00Z", "2024-12-07T07:29:59.999999Z"),
        ("2 hours ago", "hour", "2024-12-07T16:30:00Z", "2024-12-07T17:29:59.999999Z"),
        ("-30min", "minute", "2024-12-07T18:29:30Z", "2024-12-07T18:30:29.999999Z"),
        ("0 hours ago", "hour", "2024-12-07T18:30:00Z", "2024-12-07T19:00:00Z"),
        ("+2h", "hour", "2024-12-07T20:30:00Z", "2024-12-07T21:29:59.999999Z"),
    ],
)
def test_a_time_stands_for_all_that_it_leaves_open(
    text: str, precision: str, earliest: str, latest: str
) -> None:
    """A day for its every instant, a minute for its sixty seconds; what is typed in seconds for itself."""
    assert read(text) == (precision, earliest, latest)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        *(("today", "2024-12-07"), ("Yesterday", "2024-12-06"), ("tomorrow", "2024-12-08")),
        *(
            ("friday", "2024-12-06"),
            ("fri", "2024-12-06"),
            ("on Friday", "2024-12-06"),
            ("FRIDAY", "2024-12-06"),
        ),
        *(("saturday", "2024-12-07"), ("last saturday", "2024-11-30"), ("last friday", "2024-12-06")),
        *(("sunday", "2024-12-01"), ("thurs", "2024-12-05"), ("mon", "2024-12-02")),
        *(
            ("-3d", "2024-12-04"),
            ("- 3 days", "2024-12-04"),
            ("3 days ago", "2024-12-04"),
            ("+3d", "2024-12-10"),
        ),
        *(
            ("-2w", "2024-11-23"),
            ("a week ago", "2024-11-30"),
            ("two weeks ago", "2024-11-23"),
            ("-0d", "2024-12-07"),
        ),
        *(("6 December 2024", "2024-12-06"), ("6 Dec 2024", "2024-12-06"), ("06 dec, 2024", "2024-12-06")),
        *(
            ("Dec 6 2024", "2024-12-06"),
            ("December 6th, 2024", "2024-12-06"),
            ("6th of December 2024", "2024-12-06"),
        ),
        *(
            ("Friday 6 December 2024", "2024-12-06"),
            ("Fri, Dec 6", "2024-12-06"),
            ("sept 3 2024", "2024-09-03"),
        ),
        *(
            ("7 Dec", "2024-12-07"),
            ("8 Dec", "2023-12-08"),
            ("29 Feb", "2024-02-29"),
            ("on 1 May", "2024-05-01"),
        ),
        *(("2024-1-5", "2024-01-05"), ("1900-01-01", "1900-01-01"), ("2200-12-31", "2200-12-31")),
    ],
)
def test_a_day_by_any_of_its_names(text: str, day: str) -> None:
    """A weekday, or a date without its year, is the latest that is not ahead; today is."""
    assert local(text) == ("day", day)
    assert read(text)[1:] == read(day)[1:]


@pytest.mark.parametrize(
    ("text", "precision", "shown"),
    [
        *(
            ("2024-12", "month", "2024-12"),
            ("December 2024", "month", "2024-12"),
            ("May", "month", "2024-05"),
        ),
        *(
            ("december", "month", "2024-12"),
            ("2 months ago", "month", "2024-10"),
            ("-12mo", "month", "2023-12"),
        ),
        *(("-1y", "year", "2023"), ("a year ago", "year", "2023"), ("2200", "year", "2200")),
    ],
)
def test_a_month_or_a_year(text: str, precision: str, shown: str) -> None:
    """As coarse as it was said."""
    assert local(text) == (precision, shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("friday morning", "2024-12-06 05:00 +03 to 2024-12-06 11:59 +03"),
        ("6 december afternoon", "2024-12-06 12:00 +03 to 2024-12-06 16:59 +03"),
        ("yesterday evening", "2024-12-06 17:00 +03 to 2024-12-06 20:59 +03"),
        ("friday night", "2024-12-06 20:00 +03 to 2024-12-06 23:59 +03"),
        ("late on Friday", "2024-12-06 20:00 +03 to 2024-12-06 23:59 +03"),
        ("late friday night", "2024-12-06 20:00 +03 to 2024-12-06 23:59 +03"),
        ("tonight", "2024-12-07 20:00 +03 to 2024-12-07 23:59 +03"),
        ("this morning", "2024-12-07 05:00 +03 to 2024-12-07 11:59 +03"),
    ],
)
def test_a_part_of_a_day(text: str, shown: str) -> None:
    """The hours that are meant by it, inclusive."""
    assert local(text) == ("range", shown)


@pytest.mark.parametrize(
    "day", ["yesterday", "friday", "last friday", "-1d", "6 dec 2024", "2024-12-06", "a day ago"]
)
def test_a_time_of_day_goes_with_any_day(day: str) -> None:
    """With a space, a comma or an at."""
    for joint in (" ", " at ", ", "):
        assert local(f"{day}{joint}18:30") == ("minute", "2024-12-06 18:30 +03")


def test_the_day_is_that_of_the_zone() -> None:
    """At 23:00 UTC on Saturday it is Sunday in Damascus."""
    late = parse_iso("2024-12-07T23:00:00Z")
    assert local("today", HERE, late) == ("day", "2024-12-08")
    assert local("today", "UTC", late) == ("day", "2024-12-07")
    assert local("sunday", HERE, late) == ("day", "2024-12-08")


# --- about, ranges -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("~2024-12-06", "about 2024-12-05 to 2024-12-07"),
        ("~ 2024-12-06", "about 2024-12-05 to 2024-12-07"),
        ("about friday", "about 2024-12-05 to 2024-12-07"),
        ("~2024-12", "about 2024-11-01 to 2025-01-31"),
        ("~2024", "about 2023-01-01 to 2025-12-31"),
        ("~2024-12-06T18", "about 2024-12-06 17:00 +03 to 2024-12-06 19:59 +03"),
        ("~2024-12-06T18:30", "about 2024-12-06 18:29 +03 to 2024-12-06 18:31 +03"),
        ("~friday evening", "about 2024-12-06 16:00 +03 to 2024-12-06 21:59 +03"),
        ("~now", "about 2024-12-07 21:59 +03"),
    ],
)
def test_about_is_one_unit_wider_on_both_sides(text: str, shown: str) -> None:
    """In the unit in which it was said."""
    assert local(text) == ("about", shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2024-11-28/2024-12-06", "2024-11-28 to 2024-12-06"),
        ("2024-11-28 / 2024-12-06", "2024-11-28 to 2024-12-06"),
        ("2024-11-28 to 2024-12-06", "2024-11-28 to 2024-12-06"),
        ("from 28 November to friday", "2024-11-28 to 2024-12-06"),
        ("2024-11/2024-12-06", "2024-11-01 to 2024-12-06"),
        ("2024-11-28/2024", "2024-11-28 to 2024-12-31"),
        ("2024-11/2024-12", "2024-11-01 to 2024-12-31"),
        ("2024-12-06/08", "2024-12-06 to 2024-12-08"),
        ("2024-11-28/12-06", "2024-11-28 to 2024-12-06"),
        ("2024-11/12", "2024-11-01 to 2024-12-31"),
        ("2024-12-06/2024-12-06", "2024-12-06"),
        ("2024-12-06T18:00/20:00", "2024-12-06 18:00 +03 to 2024-12-06 20:00 +03"),
        ("2024-12-06T18:00Z/20:00", "2024-12-06 21:00 +03 to 2024-12-06 23:00 +03"),
        ("2024-12-06T18:00Z/12-07T20:00", "2024-12-06 21:00 +03 to 2024-12-07 23:00 +03"),
        ("-12h/-1h", "2024-12-07 10:00 +03 to 2024-12-07 21:00 +03"),
        ("friday/now", "2024-12-06 00:00 +03 to 2024-12-07 22:00 +03"),
        ("../2024-12-07", "up to 2024-12-07"),
        ("/2024-12-07", "up to 2024-12-07"),
        ("up to 2024-12-07", "up to 2024-12-07"),
        ("by yesterday", "up to 2024-12-06"),
        ("until 2024-12-07T18:30", "up to 2024-12-07 18:30 +03"),
        ("2024-12-07/..", "from 2024-12-07"),
        ("2024-12-07/", "from 2024-12-07"),
        ("since friday", "from 2024-12-06"),
        ("from 2024-12-07 18:30", "from 2024-12-07 18:30 +03"),
    ],
)
def test_a_range_reaches_from_the_first_of_a_to_the_last_of_b(text: str, shown: str) -> None:
    """Either side partial, open, or without what it shares with the other."""
    assert local(text) == ("range", shown)


def test_a_range_open_on_both_sides_is_unknown() -> None:
    """It says nothing."""
    assert read_span("../..", now=NOW) == (None, None, "unknown", "../..")
    assert show_span(Span(None, None, "unknown", "")) == "unknown"


def test_a_range_that_ends_before_it_begins_is_refused_the_right_way_round() -> None:
    """The next step is the range that may have been meant."""
    with pytest.raises(BadInput) as refused:
        read_span("2024-12-05/2024-12-01", now=NOW)
    assert refused.value.message == "'2024-12-05/2024-12-01' ends before it begins"
    assert refused.value.next_step == "2024-12-01/2024-12-05"
    assert refused.value.exit_code == 2


# --- clocks that skip and repeat ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "text", "earliest", "latest"),
    [
        # 02:00 became 03:00: what never was is the first that was, and as long.
        ("Europe/Berlin", "2024-03-31T02:30", "2024-03-31T01:00:00Z", "2024-03-31T01:00:59.999999Z"),
        ("Europe/Berlin", "2024-03-31T02:30:10", "2024-03-31T01:00:00Z", "2024-03-31T01:00:00Z"),
        ("Europe/Berlin", "2024-03-31T02", "2024-03-31T01:00:00Z", "2024-03-31T01:59:59.999999Z"),
        ("Europe/Berlin", "2024-03-31", "2024-03-30T23:00:00Z", "2024-03-31T21:59:59.999999Z"),
        # 03:00 became 02:00: a minute is the first of the two, an hour and a day have both.
        ("Europe/Berlin", "2024-10-27T02:30", "2024-10-27T00:30:00Z", "2024-10-27T00:30:59.999999Z"),
        ("Europe/Berlin", "2024-10-27T02:30+01:00", "2024-10-27T01:30:00Z", "2024-10-27T01:30:59.999999Z"),
        ("Europe/Berlin", "2024-10-27T02", "2024-10-27T00:00:00Z", "2024-10-27T01:59:59.999999Z"),
        ("Europe/Berlin", "2024-10-27T01", "2024-10-26T23:00:00Z", "2024-10-26T23:59:59.999999Z"),
        ("Europe/Berlin", "2024-10-27", "2024-10-26T22:00:00Z", "2024-10-27T22:59:59.999999Z"),
        # Midnight itself was skipped, and (by a minute past it) repeated.
        ("Asia/Damascus", "2022-03-25", "2022-03-24T22:00:00Z", "2022-03-25T20:59:59.999999Z"),
        ("Asia/Damascus", "2022-03-24", "2022-03-23T22:00:00Z", "2022-03-24T21:59:59.999999Z"),
        ("America/St_Johns", "2006-10-28", "2006-10-28T02:30:00Z", "2006-10-29T03:29:59.999999Z"),
        # A day that an island left out.
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-31T09:59:59.999999Z"),
    ],
)
def test_where_clocks_skip_or_repeat_an_hour(zone: str, text: str, earliest: str, latest: str) -> None:
    """Damascus, Berlin, St. John's, Apia."""
    assert read(text, zone)[1:] == (earliest, latest)


def test_now_is_now_in_the_hour_that_clocks_show_twice() -> None:
    """In its second half too."""
    for now in map(parse_iso, ("2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z")):
        assert read_instant("now", now=now, zone="Europe/Berlin") == now
        assert read_instant("-2h", now=now, zone="Europe/Berlin") == now - 2 * 3600 * 1_000_000


# --- one instant -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-12-07", "2024-12-07T20:59:59.999999Z"),
        ("2024-12", "2024-12-31T20:59:59.999999Z"),
        ("2024", "2024-12-31T20:59:59.999999Z"),
        ("yesterday", "2024-12-06T20:59:59.999999Z"),
        ("today", "2024-12-07T20:59:59.999999Z"),
        ("yesterday evening", "2024-12-06T17:59:59.999999Z"),
        ("now", "2024-12-07T19:00:00Z"),
        ("2024-12-07T22", "2024-12-07T19:00:00Z"),
        ("2024-12-07T22:00", "2024-12-07T19:00:00Z"),
        ("2024-12-07T22:00:00.5Z", "2024-12-07T22:00:00.500000Z"),
        ("yesterday 18:30", "2024-12-06T15:30:00Z"),
        ("-12h", "2024-12-07T07:00:00Z"),
        ("90 minutes ago", "2024-12-07T17:30:00Z"),
        ("-3d", "2024-12-04T20:59:59.999999Z"),
    ],
)
def test_an_instant_is_the_end_of_a_date_or_the_time_of_day_itself(text: str, instant: str) -> None:
    """For --at, --known-at and --now."""
    assert iso(read_instant(text, now=NOW, zone=HERE)) == instant


@pytest.mark.parametrize(
    "text", ["2024-12-06/2024-12-07", "2024-12-06/..", "../..", "~2024-12-06", "since friday"]
)
def test_a_range_is_no_instant(text: str) -> None:
    """Nor is about."""
    with pytest.raises(UnreadableTime, match="one moment is wanted here"):
        read_instant(text, now=NOW)


# --- what is not read --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2024-02-30", "February 2024 has 29 days"),
        ("2023-02-29", "February 2023 has 28 days"),
        ("31 November 2024", "November 2024 has 30 days"),
        ("2024-12-00", "December 2024 has 31 days"),
        ("31 Feb", "February never has a day 31"),
        ("2024-13", "there is no month 13"),
        ("2024-00", "there is no month 0"),
        ("2024-12-06T25:00", "a day ends at 24:00"),
        ("2024-12-06T24:01", "a day ends at 24:00"),
        ("2024-12-06T18:60", "minutes and seconds go to 59"),
        ("2024-12-06T18:30:60", "minutes and seconds go to 59"),
        ("2024-12-06T18:30+25:00", "no time zone is called '+25:00'"),
        ("2024-12T18:30", "a time of day goes with a whole date"),
        ("may evening", "a part of a day goes with one day"),
        ("18:30", "of which day? today 18:30"),
        ("next friday", "which one is next?"),
        ("-3m", "m may be minutes or months"),
        ("Saturday 6 December 2024", "2024-12-06 is a Friday, not a Saturday"),
        ("06/12/2024", "write a date as 2024-12-06"),
        ("~2024-12-01/2024-12-05", "~ goes with one time"),
        ("1899", "only years from 1900 to 2200"),
        ("2201-01-01", "only years from 1900 to 2200"),
        ("0000-01-01", "only years from 1900 to 2200"),
        ("9999-12-31", "only years from 1900 to 2200"),
        ("~1900", "only years from 1900 to 2200"),
        ("~2200", "only years from 1900 to 2200"),
        ("-999999d", "only years from 1900 to 2200"),
        ("+999999w", "only years from 1900 to 2200"),
        ("-999999y", "only years from 1900 to 2200"),
        ("-999999mo", "only years from 1900 to 2200"),
        ("2024-12-06" * 100, "too long"),
    ],
)
def test_nonsense_is_refused_with_why(text: str, why: str) -> None:
    """In the calendar's words; never rounded to something that exists."""
    for reading in (read_span, read_instant):
        if "~" not in text or reading is read_span:
            with pytest.raises(UnreadableTime, match=why.replace("?", r"\?").replace("+", r"\+")) as refused:
                reading(text, now=NOW)
            assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "\x00",
            "2024-12-06\x00",
            "🕰",
            "٢٠٢٤",
            "2024-W49",
            "2024-340",
            "20241206",
            "99999",
            "--3d",
            "-d",
        ),
        *(
            "friday friday",
            "fr",
            "day",
            "sometime",
            "nan",
            "1e9",
            "2024-12-06T",
            "T18:30",
            "2024-12-06T18:3",
            "/x",
        ),
        *(
            "a/b",
            "//",
            "~",
            "~~2024",
            "2024-12-06T18:30:15.",
            "2024-12-06T18:30+",
            "6 7 2024",
            "ago",
            "-1",
            "soon",
        ),
        *(
            "\ud800",
            "\u202e2024",
            "last",
            "last today",
            "6 December 24",
            "- - 3d",
            "2024-12-06Z",
            "{text}",
            "%d",
        ),
    ],
)
def test_anything_else_is_refused_cleanly(text: str) -> None:
    """With the same next step for all."""
    for reading in (read_span, read_instant):
        with pytest.raises(UnreadableTime) as refused:
            reading(text, now=NOW, zone=HERE)
        assert refused.value.message.isprintable()
        assert "2024-12-06" in refused.value.next_step


@pytest.mark.parametrize(
    "text", ["x" * 10**6, "\x00" * 10**6, "9" * 10**6, "🕰" * 10**6, "-" * 500, "~" * 500]
)
def test_a_very_long_text_is_refused_in_a_short_line(text: str) -> None:
    """At once."""
    with pytest.raises(UnreadableTime, match="too long") as refused:
        read_span(text, now=NOW)
    assert len(refused.value.message) < 500


PIECES = [
    "2024",
    "-",
    "12",
    "06",
    "T",
    "18",
    ":",
    "30",
    "Z",
    "+",
    "03",
    "/",
    "..",
    "~",
    " ",
    "friday",
    "last ",
    "d",
]
PIECES += [
    "h",
    "mo",
    " ago",
    "dec",
    "may",
    "now",
    "today",
    "late ",
    " evening",
    "a ",
    "to ",
    "from ",
    ",",
    "24",
    "00",
]


@given(st.text(max_size=90) | st.lists(st.sampled_from(PIECES), max_size=9).map("".join), ZONES, INSTANTS)
@example("~-999999d", "UTC", 0)
@example("2200-12-31T24:00", "UTC", 0)
def test_whatever_is_typed_is_read_or_refused(text: str, zone: str, now: int) -> None:
    """Ends in order, a known precision, the text as typed; or one of our own errors."""
    try:
        span = read_span(text, now=now, zone=zone)
    except BadInput:
        return
    assert span.text == text
    assert span.precision in PRECISIONS
    if span.earliest is not None and span.latest is not None:
        assert span.earliest <= span.latest
        assert (span.earliest == span.latest) or span.precision != "instant"
    assert show_span(span, zone).isprintable()


# --- showing -----------------------------------------------------------------------------------------


@given(
    INSTANTS,
    ZONES,
    st.sampled_from(
        ["%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%dT%H", "%Y-%m-%d %H:%M", "%d %B %Y", "%b %d, %Y", "%A"]
    ),
)
def test_what_is_shown_reads_back(instant: int, zone: str, form: str) -> None:
    """A stretch as shown to people is that stretch when they type it."""
    from datetime import datetime, timedelta

    when = datetime(1970, 1, 1) + timedelta(microseconds=instant)  # noqa: DTZ001 - a local time, in any zone
    span = read_span(when.strftime(form), now=instant, zone=zone)
    again = read_span(show_span(span, zone), now=instant, zone=zone)
    assert again[:2] == span[:2]


@given(INSTANTS, INSTANTS, ZONES)
def test_so_do_ranges_of_minutes_in_any_zone(one: int, other: int, zone: str) -> None:
    """Offsets and all, in the hour that clocks show twice too."""
    minute = 60 * 1_000_000
    first, last = sorted((one // minute * minute, other // minute * minute))
    span = Span(first, last + minute - 1, "range", "")
    assert read_span(show_span(span, zone), now=0, zone=zone)[:2] == span[:2]


@given(INSTANTS)
def test_an_instant_typed_in_full_is_itself(instant: int) -> None:
    """As a span and as an instant."""
    assert read_span(iso(instant), now=0, zone=HERE)[:3] == (instant, instant, "instant")
    assert read_instant(iso(instant), now=0, zone=HERE) == instant


@given(INSTANTS, ZONES)
def test_days_of_a_zone_follow_each_other_without_a_gap(now: int, zone: str) -> None:
    """Yesterday ends where today begins, and so on; now is today."""
    days = [read_span(text, now=now, zone=zone) for text in ("yesterday", "today", "tomorrow")]
    for before, after in pairwise(days):
        assert before.latest is not None
        assert after.earliest is not None
        assert after.earliest - before.latest <= 1
    assert days[1].earliest is not None
    assert days[1].latest is not None
    assert days[1].earliest <= now <= days[1].latest


def test_a_span_is_shown_on_the_clocks_of_whoever_looks() -> None:
    """A day of Damascus is no day in New York."""
    span = read_span("2024-12-06", now=NOW, zone=HERE)
    assert show_span(span, HERE) == "2024-12-06"
    assert show_span(span, "+03:00") == "2024-12-06"
    assert show_span(span, "America/New_York") == "2024-12-05 16:00 -05 to 2024-12-06 15:59 -05"
