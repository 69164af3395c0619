"""Decides how a test asks the server's application without a network: a request in, an answer out."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from tracker import Tracker
from tracker.tracker import wall_clock
from tracker.web.app import Application, Site
from tracker.web.safety import Guard, Message, Rules, own_hosts
from tracker.zones import parse_iso

PORT: Final = 8765
HOST: Final = f"127.0.0.1:{PORT}"
TOKEN: Final = "0123456789abcdef"
NOW: Final = "2024-12-20T00:00:00Z"


class Answered(NamedTuple):
    """What came back."""

    status: int
    pairs: list[tuple[str, str]]
    raw: bytes

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers; none may come twice."""
        found = dict(self.pairs)
        assert len(found) == len(self.pairs), self.pairs
        return found

    @property
    def body(self) -> bytes:
        """What it says, unpacked."""
        return gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw

    @property
    def text(self) -> str:
        """The same as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """The same as the document it is."""
        assert self.headers["content-type"] == "application/json", self.text
        return json.loads(self.body)

    @property
    def refusal(self) -> tuple[int, str, str]:
        """The status, the error and the next step of a document that refuses."""
        assert set(self.json) == {"error", "try", "exit"}
        assert self.json["error"], self.text
        assert self.json["try"], self.text
        return self.status, self.json["error"], self.json["try"]


class Driven:
    """A server on a tracker, as far as there is one without a network."""

    def __init__(
        self, where: object, *, write: bool = False, closed: bool = False, anywhere: bool = False,
        boundaries: str | None = None, now: str | None = NOW,
    ) -> None:  # fmt: skip
        self.rules = Rules(
            own_hosts("127.0.0.1", PORT), PORT, TOKEN if write or closed else None, closed, anywhere
        )

        def opened() -> Tracker:
            return Tracker(str(where), clock=wall_clock if now is None else lambda: parse_iso(now))

        self.application = Application(Site(opened, str(where), write, boundaries))
        self.app = Guard(self.application, self.rules)

    def get(self, path: str, **headers: str) -> Answered:
        """Ask for an address."""
        return self.ask("GET", path, headers.items())

    def page(self, path: str) -> str:
        """A page that is there."""
        found = self.get(path)
        assert found.status == 200, found.text
        assert found.headers["content-type"] == "text/html; charset=utf-8"
        return found.text

    def post(self, path: str, told: object, **headers: str) -> Answered:
        """Write as a page of this server does."""
        ours = {
            "origin": f"http://{HOST}", "content_type": "application/json", "x_tracker_token": TOKEN,
            "sec_fetch_site": "same-origin",
        }  # fmt: skip
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        return self.ask("POST", path, (ours | headers).items(), body)

    def ask(
        self, method: str, path: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"",
        server: tuple[str, int] = ("127.0.0.1", PORT), messages: list[Message] | None = None,
    ) -> Answered:  # fmt: skip
        """Any request; a header is named with `_` for `-`, and one that is empty is left out."""
        told = [(name.lower().replace("_", "-"), value) for name, value in headers]
        if not any(name == "host" for name, _ in told):
            told.insert(0, ("host", HOST))
        target, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "root_path": "", "path": unquote_to_bytes(target).decode("utf-8", "replace"),
            "raw_path": target.encode(), "query_string": query.encode(), "server": server,
            "client": ("127.0.0.1", 5), "state": {},
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in told if value],
        }  # fmt: skip
        return asyncio.run(self._answered(scope, [_whole(body)] if messages is None else messages))

    async def _answered(self, scope: dict[str, Any], coming: list[Message]) -> Answered:
        sent: list[Message] = []

        async def receive() -> Message:
            if coming:
                return coming.pop(0)
            await asyncio.sleep(3600)  # a browser waits for its answer
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
        pairs = [(name.decode(), value.decode("latin-1")) for name, value in sent[0]["headers"]]
        assert all(name == name.lower() for name, _ in pairs)
        return Answered(sent[0]["status"], pairs, bytes(sent[1].get("body", b"")))


def _whole(body: bytes) -> Message:
    return {"type": "http.request", "body": body, "more_body": False}
