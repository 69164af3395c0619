"""Decides how a test has something served: by `tracker serve` in a process, or an application in a thread."""

from __future__ import annotations

import re
import selectors
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, NamedTuple
from urllib.parse import urlsplit

import uvicorn

from tests.cli.running import COMMAND, surroundings

PATIENCE: Final = 30.0
"""Seconds for a server to begin, and to end."""
ENDED: Final = (0, -signal.SIGTERM, 128 + signal.SIGTERM)
"""How a server may end that was asked to."""


class Served(NamedTuple):
    """Where something is served: the address as it was printed, and that of the server alone."""

    address: str
    pid: int

    @property
    def home(self) -> str:
        """The server, `http://127.0.0.1:PORT`."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    def __call__(self, path: str) -> str:
        """The address of a path on it."""
        return self.home + path


@contextmanager
def process(where: str | Path, *more: str, command: Sequence[str] = (COMMAND, "serve")) -> Iterator[Served]:
    """`tracker serve` on a tracker, on a port that is free, until the block ends.

    Its first line is its address, with the token where it may write. When it is asked to end (SIGTERM) it has
    to do so without a word of complaint.
    """
    words = [*command, "--db", str(where), "--port", "0", *more]
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            words, env=surroundings({"PYTHONUNBUFFERED": "1"}), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=complaints, text=True,
        ) as server,
    ):  # fmt: skip
        try:
            assert server.stdout is not None
            first = _first_line(server.stdout)
            found = re.search(r"http://127\.0\.0\.1:\d+/\S*", first)
            assert found, f"it printed no address but {first!r}\n{_told(complaints)}"
            yield Served(found.group(), server.pid)
            assert server.poll() is None, f"it ended by itself, with {server.returncode}\n{_told(complaints)}"
        finally:
            server.terminate()
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                server.kill()
                raise
        assert server.returncode in ENDED, f"it ended with {server.returncode}\n{_told(complaints)}"
        assert "Traceback" not in _told(complaints), _told(complaints)


@contextmanager
def thread(app: Any) -> Iterator[Served]:
    """An ASGI application on a port that is free, in a thread of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=2)
        server = uvicorn.Server(config)
        running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        running.start()
        try:
            end = time.monotonic() + PATIENCE
            while not server.started:
                assert running.is_alive(), "it ended by itself"
                assert time.monotonic() < end, "it does not begin"
                time.sleep(0.005)
            yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}/", 0)
        finally:
            server.should_exit = True
            running.join()


def _first_line(stream: IO[str]) -> str:
    with selectors.DefaultSelector() as waiting:
        waiting.register(stream, selectors.EVENT_READ)
        return stream.readline() if waiting.select(PATIENCE) else ""


def _told(complaints: IO[str]) -> str:
    complaints.seek(0)
    return complaints.read()[-4000:]
