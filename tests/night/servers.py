"""Decides how the other side behaves: real servers of mail and HTTP on this machine, well or ill mannered."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = str(Path(__file__).with_name("localhost.pem"))
HANGS, SLOW, CUTS_OFF, CUTS_OFF_IN_DATA = (
    "hangs",
    "answers after a while",
    "cuts off after the end",
    "cuts off in the message",
)
SLOWLY = 1.4
"""Seconds: longer than the timeout of these targets, shorter than the longest that they wait."""


def certified() -> ssl.SSLContext:
    """The server's side of TLS, with a certificate that no authority gave."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@dataclass
class Mailbox:
    """A mail server, and what it took. `answer` is its reply to a whole message, or how it behaves."""

    answer: str = "250 OK"
    refuses: dict[str, str] = field(default_factory=dict)
    came: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    seen: int = 0
    logins: list[tuple[str, str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    port: int = 0
    host: str = "127.0.0.1"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.seen += 1
        if self.answer == HANGS:
            await asyncio.sleep(60)
        if self.answer == SLOW:
            await asyncio.sleep(SLOWLY)
            return "250 OK"
        if self.answer == CUTS_OFF:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return ""
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.raw.append(envelope.content)
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.came.append(message)
            secure = server.transport and server.transport.get_extra_info("ssl_object")
            self.encrypted.append(bool(secure))
        return self.answer

    def authenticate(self, _: SMTP, __: Session, ___: Envelope, ____: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"correct horse", handled=False)


class _CutsOff(SMTP):
    """Ends the connection in the middle of a message."""

    async def smtp_DATA(self, arg: str) -> None:
        await self.push("354 go on")
        await self._reader.readline()
        assert isinstance(self.transport, asyncio.WriteTransport)
        self.transport.abort()


class _Controller(Controller):
    def factory(self) -> SMTP:
        kind = _CutsOff if self.handler.answer == CUTS_OFF_IN_DATA else SMTP
        return kind(self.handler, **self.SMTP_kwargs)


@contextmanager
def mail_server(
    mailbox: Mailbox | None = None, *, tls: str = "none", auth: bool = False
) -> Iterator[Mailbox]:
    """A mail server on a free port: `tls` is none, starttls or tls."""
    box = mailbox or Mailbox()
    options: dict[str, Any] = {}
    if tls == "starttls":
        options = {"tls_context": certified(), "require_starttls": True}
    if auth:
        options |= {"authenticator": box.authenticate, "auth_require_tls": False}
    box.port = free_port()
    controller = _Controller(
        box, hostname=box.host, port=box.port, ssl_context=certified() if tls == "tls" else None, **options
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Hook:
    """A web service, and what it was given. `answer` is its status, or how it behaves instead."""

    answer: int | str = 200
    says: str = "ok"
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


@contextmanager
def web_server(hook: Hook | None = None, *, tls: bool = False) -> Iterator[Hook]:
    """A web server on a free port."""
    it = hook or Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if it.answer == CUTS_OFF_IN_DATA:
                self.rfile.read(10)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with it.lock:
                it.came.append((self.path, dict(self.headers), body))
            if it.answer == HANGS:
                it.over.wait(60)
                self.close_connection = True
                return
            if it.answer == SLOW:
                it.over.wait(SLOWLY)
            elif isinstance(it.answer, str):
                self.close_connection = True
                return
            self.send_response(it.answer if isinstance(it.answer, int) else 200)
            if it.answer in (301, 307):
                self.send_header("Location", it.url + "/elsewhere")
            said = it.says.replace("{headers}", str(dict(self.headers))).replace("{path}", self.path).encode()
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = certified().wrap_socket(server.socket, server_side=True)
    it.port, it.scheme = server.server_address[1], "https" if tls else "http"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield it
    finally:
        it.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def scripted(*, says: bytes, every: float, reads: bool = True) -> Iterator[int]:
    """A server that says something over and over, a byte at a time, and never comes to an end; its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            while not over.wait(every):
                try:
                    connection.sendall(says)
                except OSError:
                    return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        over.set()
        thread.join()
        listening.close()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_until(true: Any, seconds: float = 20) -> None:
    """Wait for something."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)
