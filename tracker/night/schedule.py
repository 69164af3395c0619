"""Decides when the night shift looks whether anything is due: an alarm clock, and nothing more.

APScheduler wakes it at an interval; which nights are due is worked out from the log each time, so a machine
that slept, a clock that was set or a process that was killed lose nothing. Its cron trigger and job store
are not used (docs/design.md says why).
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event
from types import FrameType
from typing import Final

EVERY: Final = 30
"""Seconds between two looks."""
Tick = Callable[[], bool]
"""A look; whether there may be more to do at once."""


def run(tick: Tick, *, every: float = EVERY) -> None:
    """Call `tick` now and at every interval until SIGTERM or SIGINT; the tick at work is finished first.

    What a tick raises is its own to tell: it is asked again at the next interval. The alarm goes by the
    wall's clock: where that was set back, it is set anew, else nobody would look for as long.
    """
    stop = Event()

    def asked(_: int, __: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    from apscheduler.executors.pool import ThreadPoolExecutor  # whoever asks meanwhile is heard
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.interval import IntervalTrigger

    alarm = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )

    def look() -> None:
        while tick() and not stop.is_set():
            pass

    try:
        look()
        job = alarm.add_job(look, IntervalTrigger(seconds=every))
        alarm.start()
        while not stop.wait(every):
            if job.next_run_time - datetime.now(UTC) > timedelta(seconds=2 * every):
                job.reschedule(IntervalTrigger(seconds=every))
    finally:
        if alarm.running:
            alarm.shutdown(wait=True)
        for number, handler in before.items():
            signal.signal(number, handler)
