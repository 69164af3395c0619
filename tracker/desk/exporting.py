"""Decides what is exported: which claims, with what they had been given, and the log as it lies.

A claim is written with the times that its id follows from. When it was reported may have been cut short by
the clock when it was recorded ("today", at noon): then the whole of what was given is found again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from tracker.desk.intake import says
from tracker.errors import BadInput
from tracker.exporters.claims import Claim
from tracker.exporters.coarse import Point, blurred
from tracker.exporters.content import CLAIMS, LOG, MAP, PLACES, STATUS, SUBJECTS, TEMPLATE, Content
from tracker.reader import Reader, last_position, recorded_us
from tracker.record.envelope import Head, RowValues
from tracker.record.events import ClaimRecorded, Moment
from tracker.times import Span, iso, read_span
from tracker.views.catalogue import catalogue
from tracker.views.claims import Entered, Filter, entered
from tracker.views.evidence import merged
from tracker.views.names import names_of
from tracker.views.places import all_places
from tracker.zones import DAY, MINUTE

Document = dict[str, Any]
PAGE: Final = 2000
_CHOOSING: Final = {
    CLAIMS: ("place", "actor", "source", "origin", "predicate", "modality", "since", "until", "text", "at",
             "known_at", "published_by", "older_than", "blur"),
    LOG: (),
    STATUS: ("region", "controller", "at", "known_at", "published_by", "policy", "older_than", "blur"),
    PLACES: ("known_at", "blur"),
    TEMPLATE: (),
    MAP: ("at", "known_at", "published_by", "policy", "older_than", "blur", "boundaries"),
}  # fmt: skip
"""What can be said of what is exported, by that."""


def check_chosen(what: str, chosen: Mapping[str, object]) -> None:
    """Refuse what is not exported, and a choice that means nothing there."""
    if what not in SUBJECTS:
        raise BadInput(what=f"{what!r} is nothing that can be exported", try_=", ".join(SUBJECTS))
    for name, value in chosen.items():
        if value is not None and name not in _CHOOSING[what]:
            option = f"--{name.replace('_', '-')}"
            raise BadInput(
                what=f"{option} says nothing of an export of {what}",
                try_=f"tracker export claims {option} …" if name in _CHOOSING[CLAIMS] else "leave it out",
            )


# -- claims ------------------------------------------------------------------------------------------


def claims_content(
    reader: Reader, wanted: Filter, known: int, zone: str, blur: float | None = None
) -> Content:
    """The claims that count and pass a filter; `zone` is where naive times are read."""
    rows = (_claim(one, zone) for one in entered(reader, wanted, known))
    return Content(CLAIMS, rows, {"where": _Where(reader, known, blur), "blur": blur})


def _claim(one: Entered, zone: str) -> Claim:
    document = one.claim
    reported = document["reported"]
    if not reported["text"]:
        return Claim(document, None, reported["latest"])
    given = reported
    if _may_be_cut(reported):
        span = _given(ClaimRecorded.model_validate(orjson.loads(one.payload)), one.event_id, zone)
        given = {**reported, "latest": None if span.latest is None else iso(span.latest)}
    cut = given["latest"] != reported["latest"]
    return Claim(document, given, reported["latest"] if cut else document["recorded"])


def _may_be_cut(reported: Document) -> bool:
    """Whether the clock may have ended it: a day, an hour or a year end with their last microsecond."""
    latest = reported["latest"]
    return reported["precision"] != "instant" and latest is not None and not latest.endswith(".999999Z")


def _given(event: ClaimRecorded, event_id: str, zone: str) -> Span:
    """When a claim was given as reported: the first reading that its id follows from, else what is likely."""
    reported, occurred = event.reported, _span(event.occurred)
    there = _span(reported)
    assert there is not None
    now = reported.latest or 0
    found = [there]
    for clock in dict.fromkeys((zone, "UTC", *_offsets(reported.earliest))):
        try:
            span = read_span(reported.text, now=now, zone=clock)
        except BadInput:
            continue
        if span.earliest == reported.earliest and (span.latest is None or span.latest >= now):
            found.append(span)
    return next((span for span in found if says(event_id, event, occurred, span)), found[-1])


def _span(moment: Moment) -> Span | None:
    if moment.earliest is moment.latest is None and not moment.text:
        return None
    return Span(moment.earliest, moment.latest, moment.precision, moment.text)


def _offsets(earliest: int | None) -> Iterator[str]:
    """The zones in which a day begins at an instant."""
    if earliest is None:
        return
    past = earliest % DAY // MINUTE
    for ahead in (-past, 24 * 60 - past):
        if -15 * 60 <= ahead <= 15 * 60:
            hours, minutes = divmod(abs(ahead), 60)
            yield f"{'-' if ahead < 0 else '+'}{hours:02}:{minutes:02}"


# -- places and verdicts -----------------------------------------------------------------------------


def places_content(reader: Reader, known: int, blur: float | None) -> Content:
    """Every place that is not read as another, with its names."""

    def named(place: Document) -> Document:
        return {**place, "names": "; ".join(names_of(reader, "place", place["id"], known))}

    found = catalogue(reader, "place", known=known)
    return Content(PLACES, (named(_moved(one, blur)) for one in found if one["merged_into"] is None))


def status_content(rows: Iterable[Document], blur: float | None) -> Content:
    """Verdicts of a table."""
    return Content(STATUS, ({**row, "place": _moved(row["place"], blur)} for row in rows))


def _moved(row: Document, blur: float | None) -> Document:
    if blur is None or row["lat"] is None or row["lon"] is None:
        return row
    lat, lon = blurred((row["lat"], row["lon"]), blur)
    return {**row, "lat": lat, "lon": lon}


class _Where:
    """Where the places of claims are; they are read when one is first asked for."""

    def __init__(self, reader: Reader, known: int, blur: float | None) -> None:
        self._reader, self._known, self._blur = reader, known, blur
        self._points: dict[str, Point] | None = None

    def __call__(self, place: str | None) -> Point | None:
        if place is None:
            return None
        if self._points is None:
            self._points = {
                one.id: (one.lat, one.lon) if self._blur is None else blurred((one.lat, one.lon), self._blur)
                for one in all_places(self._reader, self._known)
                if one.lat is not None and one.lon is not None
            }
        return self._points.get(merged(self._reader, self._known).get(place, place))


# -- a sheet to fill in --------------------------------------------------------------------------------


def template_content(reader: Reader) -> Content:
    """A sheet of claims to fill in, with the names that are known."""
    names = {
        thing: sorted({one["name"] for one in catalogue(reader, thing) if one["merged_into"] is None})
        for thing in ("place", "actor", "source")
    }
    return Content(TEMPLATE, (), {"names": names})


# -- the log -----------------------------------------------------------------------------------------


def log_content(reader: Reader) -> Content:
    """Every event of the log."""
    last = last_position(reader)
    found = reader.one("SELECT chain_hash FROM events WHERE position = :last", last=last)
    head = Head(last, bytes(found[0]) if found else bytes(32))
    return Content(LOG, _rows(reader, last), {"head": head})


def _rows(reader: Reader, last: int) -> Iterator[RowValues]:
    sql = (
        f"SELECT position, event_id, stream, version, kind, schema, {recorded_us(reader)}, recorded_by,"
        " payload, salt, payload_hash, chain_hash FROM events WHERE position > :after AND position <= :last"
        f" ORDER BY position LIMIT {PAGE}"
    )
    after = 0
    while rows := reader.rows(sql, after=after, last=last):
        yield from rows
        after = rows[-1][0]
