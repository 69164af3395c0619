"""Decides whom a delivery over the network trusts, and how long it may take altogether."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer

from tracker.night.letter import NotTaken, told


def trusting(ca_file: str | None) -> ssl.SSLContext:
    """TLS with certificates checked: by the machine's authorities, or a file's alone. Raises NotTaken."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise NotTaken(f"ca_file: {ca_file} cannot be read as certificates ({told(error)})") from error


@contextmanager
def breaking_off(connection: Callable[[], socket.socket | None], seconds: float) -> Iterator[None]:
    """Shut a connection after so many seconds: a timeout of each step does not end what drips."""

    def shut() -> None:
        with suppress(OSError):
            if (open_ := connection()) is not None:
                socket.socket.shutdown(open_, socket.SHUT_RDWR)  # under TLS too, without its farewell

    timer = Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
