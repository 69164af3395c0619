"""Decides `tracker log`: the record itself."""

from __future__ import annotations

import json
import time
from typing import Any

import click

from tracker.cli.output import Lines, as_csv, as_json, as_jsonl, rows_options
from tracker.cli.session import Session, session
from tracker.cli.shell import Command

COLUMNS = (
    "position",
    "event_id",
    "stream",
    "version",
    "kind",
    "schema",
    "recorded",
    "by",
    "payload",
    "chain_hash",
)
POLL_SECONDS = 0.5


@click.command(cls=Command)
@click.option("--after", type=int, default=0, metavar="POSITION", help="Only what came after that event.")
@click.option("--until", type=int, metavar="POSITION", help="Up to that event.")
@click.option(
    "--stream", metavar="STREAM", help="Only about one thing: claim/c-…, place/homs, source/reuters."
)
@click.option("--follow", is_flag=True, help="Go on with what is recorded from now on, until Ctrl-C.")
@rows_options
@session
def command(
    run: Session, after: int, until: int | None, stream: str | None, follow: bool, as_rows: str | None
) -> None:
    """Read the record, event by event."""
    try:
        _read(run, after, until, stream, follow=follow, as_rows=as_rows)
    except KeyboardInterrupt:
        if not follow:  # else it is the way to end it
            raise


def _read(
    run: Session, after: int, until: int | None, stream: str | None, *, follow: bool, as_rows: str | None
) -> None:  # fmt: skip
    tracker = run.tracker()
    events = tracker.log(after=after, until=until, stream=stream)
    if run.as_json and not follow:
        as_json({"events": list(events)})
        return
    if as_rows == "csv":
        as_csv(events, COLUMNS)
        return
    zone = run.zone()
    while True:
        for event in events:
            after = event["position"]
            _write(run, event, zone, as_lines=as_rows == "jsonl" or run.as_json)
        if not follow:
            return
        time.sleep(POLL_SECONDS)
        events = tracker.log(after=after, until=until, stream=stream)


def _write(run: Session, event: dict[str, Any], zone: str, *, as_lines: bool) -> None:
    if as_lines:
        as_jsonl([event])
        return
    from tracker.cli.tell import when

    payload = "(redacted)" if event["payload"] is None else json.dumps(event["payload"], ensure_ascii=False)
    told = payload if len(payload) <= 120 else payload[:119] + "…"
    what = f"{event['kind']:<18} {event['stream']}  {told}"
    Lines(colored=run.colored).line(f"{event['position']:>6}  {when(event['recorded'], zone)}  {what}")
