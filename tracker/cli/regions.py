"""Decides `tracker regions`: areas summed up, by their towns and by their people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from tracker.cli.output import Lines, answered, note, rows_options
from tracker.cli.policy import AT, BY_RULE, KNOWN_AT, PUBLISHED_BY
from tracker.cli.session import PLACE, Session, session
from tracker.cli.shell import Command
from tracker.names import AREA_KINDS

OUTSIDE = ("elsewhere", "directly in it")
WITHOUT_POSITION = "without position"
_PEOPLE = ("held", "contested", "unknown", "no_claim")
COLUMNS = (
    "area", "name", "kind", "known", "claimed", "held", "contested", "unknown", "no_claim", "low_confidence",
    "stale", "held_by", "population", "population_held", "population_contested", "population_unknown",
    "population_no_claim", "population_held_by", "without_population", "facilities_known",
    "facilities_claimed", "facilities_held_by", "latest_change", "latest_change_place", "at",
)  # fmt: skip


@click.command(cls=Command)
@click.argument("area", required=False, type=PLACE)
@click.option("--kind", type=click.Choice(sorted(AREA_KINDS)), help="The level of areas; else governorates.")
@click.option("--within", metavar="FILE", help="The polygons of a GeoJSON file instead of areas.")
@AT
@KNOWN_AT
@PUBLISHED_BY
@BY_RULE
@rows_options
@session
def command(run: Session, as_rows: str | None, **asked: Any) -> None:
    """Areas summed up: how many of their towns, and of their people, are whose, contested or unknown.

    Without AREA every governorate, or every area that lies in no other where there is none. With AREA
    what lies in it. A town is counted once, however deep it lies. What is said of an area itself stands
    beside the count and is no part of it.
    """
    found = run.tracker().regions(**asked)
    run.note_of(found)
    run.note_ahead(found["at"])
    areas = [*([found["area"]] if found["area"] else []), *found["areas"]]
    rows = [_flat(one, found["at"]) for one in (*areas, *_beside(found))] if as_rows == "csv" else areas
    if answered(found, rows, COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        return
    if not areas:
        step = "tracker regions without --known-at has those of now" if found["known_at"] else (
            "tracker place add NAME --kind governorate makes one"
        )  # fmt: skip
        note(f"there {'was' if found['known_at'] else 'is'} no such area; {step}")
        return
    from tracker.cli import tell_regions

    tell_regions.regions(Lines(colored=run.colored), found, run.zone())


def _beside(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What lies in none of the areas, as rows without an id: the rows of a level then add up to all."""
    for key, called in (("outside", OUTSIDE[bool(found["area"])]), ("without_position", WITHOUT_POSITION)):
        count = found[key]
        if count and any(count[those]["places"]["known"] for those in ("settlements", "facilities")):
            yield {**count, "area": {"id": "", "name": called, "kind": ""}}


def _flat(row: Mapping[str, Any], at: str) -> dict[str, Any]:
    """An area as one row of a sheet."""
    area, towns, others = row["area"], row["settlements"], row["facilities"]
    change = row["latest_change"]
    return {
        "area": area["id"], "name": area["name"], "kind": area["kind"], **towns["places"],
        "held_by": _held_by(towns, "held"), "population": towns["population"]["known"],
        **{f"population_{key}": towns["population"][key] for key in _PEOPLE},
        "population_held_by": _held_by(towns, "population_held"),
        "without_population": towns["without_population"]["known"],
        "facilities_known": others["places"]["known"], "facilities_claimed": others["places"]["claimed"],
        "facilities_held_by": _held_by(others, "held"),
        "latest_change": change and change["at"], "latest_change_place": change and change["id"], "at": at,
    }  # fmt: skip


def _held_by(told: Mapping[str, Any], key: str) -> str:
    return "; ".join(f"{side['side']} {side[key]}" for side in told["sides"] if side[key])
