"""Decides what is answered at each address: a document, a page, a file, or why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Route as Routed
from starlette.routing import Router

from tracker.tracker import Tracker
from tracker.web import asked as asking
from tracker.web.kept import Answer, Kept, packed
from tracker.web.reading import MANY, TAKES, VIEWS, Beside, View, nothing
from tracker.web.refusals import Refusal, refusal_of, refused
from tracker.web.safety import READING, App, Guard, Receive, Rules, Scope, Send, wants_json
from tracker.web.static import asset
from tracker.web.work import Gone, Work
from tracker.web.writing import WRITINGS, Writing, written
from tracker.zones import MINUTE

Document = dict[str, Any]
HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"
FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
REVALIDATED: Final = {"Cache-Control": "private, no-cache"}
"""What a browser may keep, but asks about each time."""
SMALL: Final = 1400
"""Bytes that fit into one packet: nothing is gained by packing them."""
TEXT: Final = ("text/", "application/json", "image/svg")
MAP: Final = ("from", "to", "known_at", "published_by", "policy")
OUTLINES: Final = 12
"""Parts of the world whose outlines are kept."""
WHILE: Final = 10 * MINUTE
"""How long the end of a map may lie behind now."""
TURNS: Final = 5
"""So often a page is asked for anew where something was recorded meanwhile."""


class Site(NamedTuple):
    """What a server shows: how a tracker is opened, and what is known of it beforehand."""

    open: Callable[[], Tracker]
    where: str
    """The database as it may be shown."""
    write: bool = False
    boundaries: str | None = None


class Request(NamedTuple):
    """One request that was let through."""

    scope: Scope
    path: dict[str, str]
    body: bytes
    headers: Headers

    @property
    def query(self) -> bytes:
        """The part of its address behind the question mark."""
        query: bytes = self.scope["query_string"]
        return query

    def path_and(self, ending: str) -> str:
        """Its address with something behind the path; the query stays."""
        path, query = (part.decode("latin-1") for part in (self.scope["raw_path"], self.query))
        return f"{path}{ending}?{query}" if query else path + ending


Answering = Callable[[Request], Response]


class Door:
    """One address: which verbs it takes, and who answers each, in a thread."""

    def __init__(
        self, work: Work, told: Callable[[Request, Refusal], Response], *, read: Answering | None = None,
        write: Answering | None = None, long: bool = False,
    ) -> None:  # fmt: skip
        self._work, self._told, self._read, self._write, self._long = work, told, read, write, long
        self._allowed = ", ".join((*(READING if read else ()), *(("POST",) if write else ())))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        request = Request(scope, dict(scope["path_params"]), scope.get("body", b""), Headers(scope=scope))
        verb = scope["method"]
        answering = self._read if verb in READING else self._write if verb == "POST" else None

        def answered() -> Response:
            try:
                if answering is None:
                    raise refused(
                        405, f"{verb} is nothing that can be done here", f"one of {self._allowed}",
                        Allow=self._allowed,
                    )  # fmt: skip
                return _packed(answering(request), request.headers)
            except Exception as error:
                return self._told(request, refusal_of(error))

        try:
            response = await self._work.do(answered, receive, long=self._long)
        except Gone:
            return
        await response(scope, receive, send)


def _packed(response: Response, headers: Headers) -> Response:
    """An answer packed, where whoever asked can unpack it and it is worth it."""
    kind = response.headers.get("content-type", "")
    if not kind.startswith(TEXT) or "content-encoding" in response.headers:
        return response
    response.headers["Vary"] = "Accept-Encoding"
    if len(response.body) >= SMALL and takes_gzip(headers):
        response.body = packed(bytes(response.body))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response


def takes_gzip(headers: Headers) -> bool:
    """Whether somebody can unpack what gzip has packed."""
    for one in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = one.partition(";")
        if name.strip() in ("gzip", "*") and weight.replace(" ", "") not in ("q=0", "q=0.0"):
            return True
    return False


def document(found: object, status: int = 200, **headers: str) -> Response:
    """A JSON document."""
    return Response(encoded(found), status, {name.replace("_", "-"): v for name, v in headers.items()}, JSON)


def encoded(found: object) -> bytes:
    """A document as bytes; one that holds half a character as it is."""
    import orjson

    try:
        return orjson.dumps(found)
    except TypeError:
        import json

        return json.dumps(found).encode()


def _known(request: Request, answer: Answer) -> Response:
    """A document that is kept, unless who asks has it already."""
    headers = {**REVALIDATED, "ETag": answer.mark, "Vary": "Accept-Encoding"}
    known = {one.strip() for one in request.headers.get("if-none-match", "").split(",")}
    if answer.mark in known or "*" in known:
        return Response(b"", 304, headers)
    if not takes_gzip(request.headers):
        return Response(answer.plain, 200, headers, JSON)
    return Response(answer.packed, 200, {**headers, "Content-Encoding": "gzip"}, JSON)


def decoded(plain: bytes) -> Document:
    """A document from its bytes."""
    import json

    found: Document = json.loads(plain)
    return found


class Application:
    """All addresses of a server."""

    def __init__(self, site: Site) -> None:
        self._site, self._work, self._kept, self._drawn = site, Work(), Kept(), Kept(OUTLINES)
        self._pages: Any = None
        self.routes = [*self._routes()]
        self._router = Router(self.routes, redirect_slashes=False, default=self._nowhere)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that was let through."""
        await self._router(scope, receive, send)

    def _routes(self) -> list[Routed]:
        found = [
            self._route("/", read=self._map_page),
            self._route("/map.json", read=self._map, long=True),
            self._route("/outlines.json", read=self._outlines),
            self._route("/about", read=self._about),
            self._route("/healthz", read=self._health),
            self._route("/static/{hash}/{name}", read=self._file),
        ]
        # The documents first: "/places/homs.json" is no place of that name.
        found += [
            self._route(view.path + ".json", read=self._of(view), long=view.long or view.wide)
            for view in VIEWS
        ]
        writings = {one.path: self._written(one) for one in WRITINGS}
        found += [
            self._route(
                view.path,
                read=self._page_of(view),
                write=writings.pop(view.path, None),
                long=view.long or view.wide,
            )
            for view in VIEWS
            if view.page is not None
        ]
        return found + [self._route(path, write=write) for path, write in writings.items()]

    def _route(self, path: str, **how: Any) -> Routed:
        return Routed(path, Door(self._work, self._refusal, **how))

    # -- documents -------------------------------------------------------------------------------

    def _of(self, view: View) -> Answering:
        def answer(request: Request) -> Response:
            asked, tracker = asking.read(request.query, view.takes, MANY), self._site.open()
            if view.long:
                known = self._once(view.path, tracker, asked, lambda: view.ask(tracker, asked, request.path))
                return _known(request, known)
            return document(view.ask(tracker, asked, request.path))

        return answer

    def _written(self, writing: Writing) -> Answering:
        def answer(request: Request) -> Response:
            if not self._site.write:
                raise refused(403, "this server is only read", "tracker serve --write")
            asking.read(request.query, ())
            return document(written(writing, self._site.open(), request.body, request.path))

        return answer

    def _map(self, request: Request) -> Response:
        asked = asking.read(request.query, MAP)
        told = {name: asked[name] for name in ("known_at", "published_by", "policy") if name in asked}
        tracker = self._site.open()

        def ask() -> Document:
            return tracker.map(start=asked.get("from"), end=asked.get("to"), **told)

        return _known(request, self._once("/map", tracker, asked, ask))

    def _once(
        self, path: str, tracker: Tracker, asked: Mapping[str, str], ask: Callable[[], Document]
    ) -> Answer:
        """A document that takes long: kept as long as nothing is recorded, and now is about the same."""
        key = (path, tracker.cut_off()["chain_hash"], tracker.clock() // WHILE, *sorted(asked.items()))
        return self._kept.answer(key, lambda: encoded(ask()))

    def _outlines(self, request: Request) -> Response:
        from tracker.outlines import outlines

        bounds = asking.bounds(asking.read(request.query, ("bounds",)))
        return _known(
            request, self._drawn.answer(bounds, lambda: encoded(outlines(bounds, self._site.boundaries)))
        )

    def _health(self, request: Request) -> Response:
        return document({"ok": True, **self._site.open().cut_off()})

    # -- pages -----------------------------------------------------------------------------------

    def _page_of(self, view: View) -> Answering:
        def answer(request: Request) -> Response:
            takes = tuple(name for name in view.takes if name != "brief")  # a page always is
            asked = asking.read(request.query, (*takes, *view.more), MANY)
            question = {name: value for name, value in asked.items() if name in view.takes}

            def ask(tracker: Tracker) -> Document:
                if not view.long:
                    return view.ask(tracker, question, request.path)
                brief = {**question, "brief": "1"}
                known = self._once(view.path, tracker, brief, lambda: view.ask(tracker, brief, request.path))
                return decoded(known.plain)

            return self._page(view.page, asked, ask, view.beside, json=request.path_and(".json"))

        return answer

    def _map_page(self, request: Request) -> Response:
        from urllib.parse import parse_qsl

        from tracker.web.front import front

        # What its own scripts read of the address is theirs to judge.
        asked = dict(parse_qsl(request.query.decode("utf-8", "replace")))
        tracker = self._site.open()
        text = front(TAKES, asked, tracker.zone_shown(), tracker.cut_off(), write=self._site.write)
        return Response(text.encode(), 200, {}, HTML)

    def _about(self, request: Request) -> Response:
        asking.read(request.query, ())
        return self._page("about.html", {}, lambda _: {})

    def _page(
        self, template: str | None, asked: Mapping[str, str], ask: Callable[[Tracker], Document],
        beside: Beside = nothing, **told: Any,
    ) -> Response:  # fmt: skip
        tracker = self._site.open()
        for _ in range(TURNS):  # the cut-off that a page names is that of its answer
            before = tracker.cut_off()
            found = ask(tracker)
            more = beside(tracker, found, asked)
            if tracker.cut_off() == before:
                break
        return self._html(template, asked, tracker.zone_shown(), 200, found=found, cut=before, **more, **told)

    def _html(
        self, template: str | None, asked: Mapping[str, str], zone: str, status: int, **told: Any
    ) -> Response:
        if self._pages is None:
            from tracker.web.pages import Pages

            self._pages = Pages(TAKES)
        text = self._pages.page(template, asked, zone, where=self._site.where, write=self._site.write, **told)
        return Response(text.encode(), status, {}, HTML)

    # -- files, and what is none -----------------------------------------------------------------

    def _file(self, request: Request) -> Response:
        found = asset(request.path["hash"], request.path["name"])
        if found is None:
            raise refused(404, "there is no such file", "/")
        file, current = found
        return Response(file.content, 200, FOR_EVER if current else {}, file.media_type)

    def _refusal(self, request: Request, refusal: Refusal) -> Response:
        headers = dict(refusal.headers)
        if wants_json(request.scope):
            return Response(encoded(refusal.document()), refusal.status, headers, JSON)
        answer = self._html("error.html", {}, "UTC", refusal.status, refusal=refusal, cut=None, found={})
        answer.headers.update(headers)
        return answer

    async def _nowhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        known = [one.path for one in self.routes if "{" not in one.path]
        from difflib import get_close_matches

        near = get_close_matches(path[:80], known, 1)
        request = Request(scope, {}, b"", Headers(scope=scope))
        error = refused(404, f"there is nothing at {path[:200]}", near[0] if near else "/")
        await self._refusal(request, error.refusal)(scope, receive, send)


def application(site: Site, rules: Rules, heard: Callable[[Scope, int], None] | None = None) -> App:
    """A server's application, guarded."""
    return Guard(Application(site), rules, heard)
