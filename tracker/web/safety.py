"""Decides which requests are heard at all, who may write, and what a browser may do with an answer.

Pure ASGI, in front of every route: a page of somebody else in the same browser, a name that was rebound to
this machine, or another user of it is refused before anything is looked up.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from tracker.web.refusals import Refusal, Refused, refusal_of, refused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("X-Robots-Tag", "noindex, nofollow"),
)
"""On every answer, errors included."""
KEEP_NOTHING: Final = ("Cache-Control", "no-store")
READING: Final = ("GET", "HEAD")
MOST: Final = 256 * 1024
"""Bytes that a body may have: the longest quotation and note, in any script, take less."""
LONGEST: Final = 8 * 1024
"""Bytes that an address may have."""
PATIENCE: Final = 10.0
"""Seconds that a body may take to come, all in all."""
SLOW: Final = 60.0
"""Seconds that somebody may take to read what the network holds for him."""


class Rules(NamedTuple):
    """Whom a server hears. `hosts` are the values of Host that are its own.

    `token` is what writing takes and, with `closed`, reading too; None: nothing can be written.
    """

    hosts: frozenset[str]
    port: int
    token: str | None = None
    closed: bool = False
    anywhere: bool = False
    """Bound to every address of the machine: its Host is then the address that the request came to."""

    @property
    def cookie(self) -> str:
        """The cookie's name: cookies are shared by all ports of a host, so it has the port in it."""
        return f"tracker-{self.port}"


def own_hosts(host: str, port: int) -> frozenset[str]:
    """The values of Host under which a server at an address and port is asked, and no others."""
    names = ("127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host.lower())
    ends = (f":{port}", "") if port == 80 else (f":{port}",)
    return frozenset(name + end for name in names for end in ends)


class Guard:
    """An ASGI application around another: what it does not let through never gets to a route."""

    def __init__(self, app: App, rules: Rules, heard: Callable[[Scope, int], None] | None = None) -> None:
        self._app, self._rules, self._heard = app, rules, heard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; anything that is none is left alone."""
        if scope["type"] != "http":
            return
        answer = Answer(scope, send, self._heard)
        try:
            elsewhere = self._check(scope)
            if elsewhere is not None:
                await _redirect(answer, elsewhere, self._cookie())
                return
            body = await _whole(scope, receive) if scope["method"] not in READING else b""
            scope["body"] = body
        except Refused as error:
            await refuse(answer, error.refusal, as_json=wants_json(scope))
            return
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # a page that fails, and the page that would tell so
            if answer.begun:
                raise
            await refuse(answer, refusal_of(error), as_json=wants_json(scope))

    def _check(self, scope: Scope) -> str | None:
        """Raise Refused for what is not heard; else where to go on without a token in the address."""
        rules, told = self._rules, Told(scope)
        if not rules_fit(rules, told.all("host"), scope.get("server")):
            raise refused(
                421, "this server is asked under another name than its own", "the address that it printed"
            )
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > LONGEST:
            raise refused(414, "the address is too long", "fewer or shorter filters")
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            raise refused(400, "there is a NUL in the address", "it without")
        _check_from_here(scope, told)
        given, rest = _token_in(scope)
        if given is not None:
            if rules.token is None:  # from a run that could write, perhaps
                return rest
            if not _same(given, rules.token):
                raise refused(
                    403, "the token in the address is not that of this server",
                    "the address that tracker serve printed when it started last",
                )  # fmt: skip
            return rest
        knows = rules.token is not None and any(_same(one, rules.token) for one in told.tokens(rules.cookie))
        if rules.closed and not knows:
            raise refused(
                403, "this server answers only those who have its token",
                "the address that it printed, with ?token= in it",
            )  # fmt: skip
        if scope["method"] not in READING and rules.token is not None:
            self._check_writing(told, knows=knows)
        return None

    def _check_writing(self, told: Told, *, knows: bool) -> None:
        """Writing takes the token, this very origin, and JSON, which no form of another page can send."""
        origins = told.all("origin")
        hosts = told.all("host")
        if origins != [f"http://{hosts[0]}"] and origins != [f"https://{hosts[0]}"]:
            raise refused(
                403, "a request that writes has to come from this server's own pages",
                f"its header Origin, which is to be http://{hosts[0]}",
            )  # fmt: skip
        if not knows:
            raise refused(
                403, "writing takes the token of this server",
                "open the address that tracker serve --write printed, or send it as X-Tracker-Token",
            )  # fmt: skip
        kind, _, charset = ",".join(told.all("content-type")).partition(";")
        if kind.strip().lower() != "application/json" or charset.strip().lower() not in (
            "", "charset=utf-8", 'charset="utf-8"',
        ):  # fmt: skip
            raise refused(415, "what is written comes as JSON", "Content-Type: application/json")

    def _cookie(self) -> str | None:
        rules = self._rules
        if rules.token is None:
            return None
        return f"{rules.cookie}={rules.token}; Path=/; HttpOnly; SameSite=Strict"


class Told:
    """The headers of a request."""

    def __init__(self, scope: Scope) -> None:
        self._headers = [(name.lower(), value) for name, value in scope["headers"]]

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        wanted = name.encode()
        return [value.decode("latin-1") for given, value in self._headers if given == wanted]

    def tokens(self, cookie: str) -> list[str]:
        """The tokens that came with it."""
        pairs = (pair.strip().partition("=") for text in self.all("cookie") for pair in text.split(";"))
        found = [value for name, _, value in pairs if name == cookie]
        return [*found, *self.all("x-tracker-token")]


def rules_fit(rules: Rules, hosts: list[str], server: Any) -> bool:
    """Whether a request was meant for this server: it names one host, and that is its own."""
    if len(hosts) != 1:
        return False
    if hosts[0].lower() in rules.hosts:
        return True
    if not rules.anywhere or not server:
        return False
    # An address in figures cannot be rebound: who names it means the machine that has it.
    came_to = f"[{server[0]}]" if ":" in str(server[0]) else str(server[0])
    return hosts[0] == f"{came_to}:{rules.port}" or (rules.port == 80 and hosts[0] == came_to)


def _check_from_here(scope: Scope, told: Told) -> None:
    """Refuse what the page of another site asks for; a link on it may be followed."""
    sites = told.all("sec-fetch-site")
    if not sites or sites in (["same-origin"], ["none"]):
        return
    follows = told.all("sec-fetch-mode") == ["navigate"] and told.all("sec-fetch-dest") == ["document"]
    if not (follows and scope["method"] in READING):
        raise refused(403, "the page of another site asked for this", "the address in a window of its own")


def _token_in(scope: Scope) -> tuple[str | None, str]:
    """The token in an address, and the address without it."""
    query = parse_qsl(scope["query_string"].decode("utf-8", "replace"), keep_blank_values=True)
    given = [value for name, value in query if name == "token"]
    rest = urlencode([(name, value) for name, value in query if name != "token"])
    # Two slashes at the beginning would be another host.
    path = "/" + (scope.get("raw_path") or b"/").decode("latin-1").partition("?")[0].lstrip("/\\")
    return (given[0] if given else None), f"{path}?{rest}" if rest else path


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())


async def _whole(scope: Scope, receive: Receive) -> bytes:
    """The body of a request: not larger than it may be, and not slower."""
    too_large = refused(413, f"a body has at most {MOST} bytes", "less of it", Connection="close")
    for text in Told(scope).all("content-length"):
        if not text.isdecimal() or int(text) > MOST:
            raise too_large
    body, more = bytearray(), True
    try:
        async with asyncio.timeout(PATIENCE):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise refused(400, "the request was not finished", "it again", Connection="close")
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > MOST:
                    raise too_large
    except TimeoutError:
        raise refused(
            408, f"the body did not come within {PATIENCE:g} seconds", "it again", Connection="close"
        ) from None
    return bytes(body)


class Answer:
    """What goes out: every answer gets the headers of `HEADERS`, and nobody reads it for ever."""

    def __init__(self, scope: Scope, send: Send, heard: Callable[[Scope, int], None] | None) -> None:
        self._scope, self._send, self._heard = scope, send, heard
        self.begun = False

    async def __call__(self, message: Message) -> None:
        """Send one message of ASGI."""
        if message["type"] == "http.response.start":
            self.begun = True
            headers = list(message.get("headers", ()))
            names = {name.lower() for name, _ in headers}
            more = [_encoded(*one) for one in HEADERS if one[0].lower().encode() not in names]
            if b"cache-control" not in names:
                more.append(_encoded(*KEEP_NOTHING))
            message = {**message, "headers": [*headers, *more]}
            if self._heard is not None:
                self._heard(self._scope, message["status"])
        elif self._scope["method"] == "HEAD":
            message = {**message, "body": b""}
        async with asyncio.timeout(SLOW):
            await self._send(message)


def wants_json(scope: Scope) -> bool:
    """Whether who asks reads JSON: by the address, by what is done, or by what he says he takes."""
    if scope["path"].endswith(".json") or scope["method"] not in READING:
        return True
    takes = ",".join(Told(scope).all("accept"))
    return "application/json" in takes and "text/html" not in takes


async def refuse(send: Send, refusal: Refusal, *, as_json: bool) -> None:
    """One document, or two lines of text for people."""
    if as_json:
        body = json.dumps(refusal.document()).encode()
        await _answer(send, refusal.status, body, refusal.headers, "application/json")
    else:
        await _answer(send, refusal.status, refusal.text().encode(), refusal.headers)


async def _redirect(send: Send, where: str, cookie: str | None) -> None:
    headers = (("Location", where), *((("Set-Cookie", cookie),) if cookie else ()))
    await _answer(send, 303, b"", headers)


async def _answer(
    send: Send, status: int, body: bytes, headers: tuple[tuple[str, str], ...],
    media_type: str = "text/plain; charset=utf-8",
) -> None:  # fmt: skip
    told = [
        _encoded("Content-Type", media_type), _encoded("Content-Length", str(len(body))),
        *(_encoded(*one) for one in headers),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})


def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    return name.lower().encode(), value.encode("latin-1")
