"""Decides how processes deliver, and are killed: `python -m tests.night.deliverer WHERE CONFIG [STEP TIMES]`.

One process imports everything and forks those that are killed, so that several of them cost little.
"""

from __future__ import annotations

import os
import signal
import sys
import tomllib
from pathlib import Path

import psycopg  # noqa: F401  imported before the forks

from tracker.night.deliver import deliver
from tracker.night.targets import read_targets
from tracker.record import postgresql  # noqa: F401  the same
from tracker.tracker import wall_clock


def run(where: str, config: str, killed_at: str | None = None) -> None:
    """Delivers what is due; at the step named the process is killed, without a chance to tidy up."""

    def step(name: str) -> None:
        if name == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    targets = read_targets(tomllib.loads(Path(config).read_text())["deliver"], config)
    for one in deliver(where, targets, wall_clock, step=step):
        print(one.day, one.target, one.state, flush=True)


def killed(where: str, config: str, step: str) -> str:
    """Forks a process that delivers until that step; how it ended."""
    if (pid := os.fork()) == 0:
        try:
            run(where, config, step)
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return "killed" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else "not killed"


if __name__ == "__main__":
    address, file, *killing = sys.argv[1:]
    if killing:
        for _ in range(int(killing[1])):
            print(killed(address, file, killing[0]))
    else:
        run(address, file)
