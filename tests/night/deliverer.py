"""Decides how processes deliver and are killed: forks of one that has imported everything, to cost little."""

from __future__ import annotations

import os
import signal
import tomllib
from contextlib import redirect_stdout
from itertools import count
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
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


def deliver_or_die(told: str, where: str, config: str, step: str = "", times: int = 0) -> None:
    """What a process does; what it has to say goes into the file `told`."""
    with open(told, "w") as out, redirect_stdout(out):
        if not step:
            run(where, config)
        for _ in range(times):
            print(killed(where, config, step), flush=True)


_forking = get_context("forkserver")
_forking.set_forkserver_preload([__name__])
_numbers = count()


class Deliverer:
    """A process of its own that delivers; or, of which so many die at a step, one after the other."""

    def __init__(self, where: str, config: Path, step: str = "", times: int = 0) -> None:
        self._told = config.with_name(f"told-{next(_numbers)}")
        arguments = (str(self._told), where, str(config), step, times)
        self._process: ForkServerProcess = _forking.Process(target=deliver_or_die, args=arguments)
        self._process.start()

    def lives(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.is_alive()

    def kill(self) -> None:
        """Without a chance to tidy up."""
        self._process.kill()
        self._process.join()

    def finish(self) -> list[str]:
        """What it said, line by line, once it has ended well."""
        self._process.join(120)
        assert self._process.exitcode == 0
        return self._told.read_text().splitlines()
