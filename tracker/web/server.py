"""Decides where a server listens, whom it tells its address, and how it is ended: at once, by a signal."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any, Final

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import Server

from tracker.errors import BadInput, TrackerError
from tracker.web.refusals import Refusal
from tracker.web.safety import HEADERS, SLOW, App

HEAD: Final = 10.0
"""Seconds that the head of a request may take to come, from the connection on."""
GRACE: Final = 0.4
"""Seconds that answers under way get once it is to end."""
MOST: Final = 200
"""Connections at a time: a page takes six."""


class PortInUse(TrackerError):
    """port {port} of {host} is in use

    Try: --port 0 takes one that is free; or end what listens there
    """


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens at an address; raises BadInput or PortInUse where none can."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise BadInput(what=f"no address is called {host}", try_="--host 127.0.0.1") from error
    family, kind, protocol, _, address = found[0]
    ours = socket.socket(family, kind, protocol)
    try:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ours.bind(address)
        ours.listen(128)
    except OSError as error:
        ours.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(host=host, port=port) from error
        if error.errno == errno.EACCES:
            raise BadInput(what=f"port {port} is not for this user", try_="--port 8765") from error
        raise BadInput(what=f"cannot listen at {host}: {error.strerror}", try_="--host 127.0.0.1") from error
    return ours


def is_loopback(host: str) -> bool:
    """Whether an address is heard on this machine alone; of a name, whether it says so for certain."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def run(app: App, ours: socket.socket, ready: Callable[[], None]) -> None:
    """Answer at a socket until SIGTERM or Ctrl-C."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config = Config(
        app, loop="asyncio", http=Connection, ws="none", lifespan="off", interface="asgi3", log_config=None,
        access_log=False, proxy_headers=False, server_header=False, backlog=128, timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    asyncio.run(_Ended(config, ready).serve([ours]))


class _Ended(Server):
    """A server that ends by itself: a signal is asked for, and not raised again."""

    def __init__(self, config: Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear both signals, as long as it runs."""
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


class Connection(H11Protocol):
    """A connection that waits only so long, for what is asked and until its answer is read.

    What it refuses it refuses as everything else does.
    """

    _late: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)  # whatever is not read yet counts
        if len(self.connections) > MOST:
            transport.abort()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._heard()
        self._read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait until an answer is read; closing would wait for that as long as it takes."""
        super().pause_writing()
        self._read()
        self._unread = self.loop.call_later(SLOW, self.transport.abort)

    def resume_writing(self) -> None:
        """Wait no more: everything was read."""
        self._read()
        super().resume_writing()

    def handle_events(self) -> None:
        """Wait for the next request where none is being answered, be it for what is left of a body."""
        super().handle_events()
        if self.conn.our_state in (h11.SEND_RESPONSE, h11.SEND_BODY):
            self._heard()
        elif self._late is None:
            self._wait()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        refusal = Refusal(400, "this is no request of HTTP", "a browser, or curl", 2)
        body = refusal.text().encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"),
            (b"cache-control", b"no-store"), (b"content-length", str(len(body)).encode()),
            *((name.lower().encode(), value.encode()) for name, value in HEADERS),
        ]  # fmt: skip
        with contextlib.suppress(h11.LocalProtocolError):  # an answer was begun
            answer: list[Any] = [
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"), h11.Data(data=body),
                h11.EndOfMessage(),
            ]  # fmt: skip
            for event in answer:
                self.transport.write(self.conn.send(event))
        self.transport.close()

    def _wait(self) -> None:
        self._late = self.loop.call_later(HEAD, self.transport.close)

    def _heard(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
