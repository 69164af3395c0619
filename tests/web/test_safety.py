"""Decides whom the server hears: by the name it is asked under, by where a request comes from, by a token."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.web.driven import HOST, PORT, TOKEN, Driven
from tracker.web import safety
from tracker.web.safety import Guard, Message, own_hosts

OURS = f"http://{HOST}"
CLAIM = {"sentence": "rebels captured Homs", "source": "Reuters", "said_by": "rebels", "dry_run": True}


@pytest.fixture
def served(story_file: Path) -> Driven:
    return Driven(story_file)


@pytest.fixture
def writable(fresh: str) -> Driven:
    return Driven(fresh, write=True)


# -- the name it is asked under ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", [HOST, f"localhost:{PORT}", f"[::1]:{PORT}", f"LOCALHOST:{PORT}", f"LocalHost:{PORT}"]
)
def test_its_own_names_are_heard(served: Driven, host: str) -> None:
    assert served.get("/healthz", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "localhost", f"127.0.0.1:{PORT + 1}", "[::1]",
     f"127.0.0.1.evil.example:{PORT}", f"localhost.:{PORT}", f"localhost:{PORT}.evil.example",
     f"0.0.0.0:{PORT}", f"127.0.0.2:{PORT}", f"2130706433:{PORT}", f"[::ffff:127.0.0.1]:{PORT}",
     f"evil.example@127.0.0.1:{PORT}", f"127.0.0.1:{PORT}, evil.example", f" 127.0.0.1:{PORT}",
     f"127.0.0.1:0{PORT}", f"127.0.0.1:{PORT}/", f"127.0.0.1:{PORT}.",
     f"ⓛocalhost:{PORT}".encode().decode("latin-1")],
)  # fmt: skip
def test_no_other_name_is_heard_at_any_address(served: Driven, host: str) -> None:
    """A name that was rebound to this machine is another site to the browser: it may not read a word."""
    for path in ("/", "/claims.json", "/nowhere", "/static/x/app.js"):
        found = served.get(path, host=host)
        assert found.status == 421
        assert b"rebels" not in found.body
    assert served.ask("POST", "/claims", [("host", host)]).status == 421


def test_a_request_names_one_host(served: Driven) -> None:
    for hosts in (
        [("host", "")],
        [("host", HOST), ("host", HOST)],
        [("host", HOST), ("host", "evil.example")],
    ):
        assert served.ask("GET", "/healthz", hosts).status == 421


def test_the_port_of_the_web_may_be_left_out() -> None:
    assert own_hosts("127.0.0.1", 80) >= {"127.0.0.1", "localhost:80", "[::1]"}
    assert "localhost" not in own_hosts("127.0.0.1", 8080)
    assert own_hosts("Atlas.Example", 8080) >= {"atlas.example:8080"}
    assert own_hosts("fd00::5", 8080) >= {"[fd00::5]:8080"}


def test_bound_everywhere_the_address_that_was_come_to_is_its_own(story_file: Path) -> None:
    served = Driven(story_file, closed=True)
    anywhere = Guard(served.application, served.rules._replace(anywhere=True))
    served.app = anywhere
    token = ("x_tracker_token", TOKEN)
    asked = [("host", f"192.0.2.7:{PORT}"), token]
    assert served.ask("GET", "/healthz", asked, server=("192.0.2.7", PORT)).status == 200
    assert served.ask("GET", "/healthz", asked, server=("192.0.2.8", PORT)).status == 421
    asked = [("host", f"[2001:db8::7]:{PORT}"), token]
    assert served.ask("GET", "/healthz", asked, server=("2001:db8::7", PORT)).status == 200
    asked = [("host", f"evil.example:{PORT}"), token]
    assert served.ask("GET", "/healthz", asked, server=("192.0.2.7", PORT)).status == 421


# -- where a request came from -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "mode", "dest", "heard"),
    [
        ("", "", "", True),
        ("none", "navigate", "document", True),
        ("same-origin", "cors", "empty", True),
        ("same-origin", "no-cors", "script", True),
        ("cross-site", "navigate", "document", True),
        ("same-site", "navigate", "document", True),
        ("cross-site", "navigate", "iframe", False),
        ("cross-site", "navigate", "object", False),
        ("cross-site", "no-cors", "image", False),
        ("cross-site", "no-cors", "script", False),
        ("cross-site", "cors", "empty", False),
        ("same-site", "no-cors", "empty", False),
        ("same-site", "cors", "empty", False),
        ("cross-site", "", "", False),
        ("cross-site", "no-cors", "document", False),
        ("cross-site", "cors", "document", False),
        ("cross-origin", "cors", "empty", False),
    ],
)
def test_other_sites_may_link_here_and_no_more(
    served: Driven, site: str, mode: str, dest: str, heard: bool
) -> None:
    found = served.get("/claims.json", sec_fetch_site=site, sec_fetch_mode=mode, sec_fetch_dest=dest)
    assert found.status == (200 if heard else 403)
    told = [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)]
    own = site in ("", "none", "same-origin")
    why = "this server is only read" if own else "the page of another site asked for this"
    assert served.ask("POST", "/claims", told).refusal[:2] == (403, why)


def test_where_a_request_came_from_is_told_once(served: Driven) -> None:
    for sites in (("cross-site", "same-origin"), ("same-origin", "cross-site"), ("none", "none")):
        found = served.ask("GET", "/claims.json", [("sec-fetch-site", site) for site in sites])
        assert found.status == 403


# -- who may write -------------------------------------------------------------------------------------


def test_a_page_of_its_own_may_write(writable: Driven) -> None:
    assert writable.post("/claims", CLAIM).status == 200
    cookie = f"other=1; {writable.rules.cookie}={TOKEN}"
    assert writable.post("/claims", CLAIM, x_tracker_token="", cookie=cookie).status == 200
    assert writable.post("/claims", CLAIM, sec_fetch_site="").status == 200
    for name in ("localhost", "[::1]"):
        own = {"host": f"{name}:{PORT}", "origin": f"http://{name}:{PORT}"}
        assert writable.post("/claims", CLAIM, **own).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": ""}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": f"http://localhost:{PORT}"}, 403),
        ({"origin": f"http://127.0.0.1:{PORT + 1}"}, 403),
        ({"origin": f"http://127.0.0.1:{PORT}.evil.example"}, 403),
        ({"origin": f"http://127.0.0.1:{PORT}, http://evil.example"}, 403),
        ({"origin": f"HTTP://127.0.0.1:{PORT}/"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"sec_fetch_site": "none"}, 200),
        ({"x_tracker_token": ""}, 403),
        ({"x_tracker_token": TOKEN[:-1]}, 403),
        ({"x_tracker_token": TOKEN + "0"}, 403),
        ({"x_tracker_token": TOKEN.upper()}, 403),
        ({"x_tracker_token": "\xff\xfe"}, 403),
        ({"x_tracker_token": "", "cookie": f"tracker-1={TOKEN}"}, 403),
        ({"x_tracker_token": "", "cookie": f"tracker-{PORT}="}, 403),
        ({"x_tracker_token": "", "cookie": f"tracker-{PORT}=wrong; tracker-{PORT}={TOKEN}"}, 200),
        ({"content_type": ""}, 415),
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
        ({"content_type": "multipart/form-data; boundary=x"}, 415),
        ({"content_type": "text/plain; application/json"}, 415),
        ({"content_type": "application/json; charset=utf-16"}, 415),
        ({"content_type": "application/json;charset=UTF-8"}, 200),
        ({"content_type": "APPLICATION/JSON"}, 200),
    ],
    ids=str,
)  # fmt: skip
def test_writing_takes_the_token_the_origin_and_json(
    writable: Driven, headers: dict[str, str], status: int
) -> None:
    found = writable.post("/claims", CLAIM, **headers)
    assert found.status == status
    if status != 200:
        assert found.refusal[2]


def test_what_cannot_write_has_no_token_to_guess(served: Driven) -> None:
    assert served.post("/claims", CLAIM).refusal == (403, "this server is only read", "tracker serve --write")
    assert served.rules.token is None


# -- the token -----------------------------------------------------------------------------------------


def test_the_token_in_the_address_becomes_a_cookie(writable: Driven) -> None:
    found = writable.get(f"/places?only=stale&token={TOKEN}&at=2024-12-07")
    assert (found.status, found.headers["location"]) == (303, "/places?only=stale&at=2024-12-07")
    assert found.headers["set-cookie"] == f"tracker-{PORT}={TOKEN}; Path=/; HttpOnly; SameSite=Strict"
    assert found.headers["cache-control"] == "no-store"
    assert writable.get(f"/?token={TOKEN}").headers["location"] == "/"
    again = writable.get(f"/places/%D8%AD%D9%85%D8%B5?token={TOKEN}")
    assert again.headers["location"] == "/places/%D8%AD%D9%85%D8%B5"


@pytest.mark.parametrize(
    "path", ["//evil.example/", "///evil.example", "/\\evil.example", "//evil.example%2f.."]
)
def test_the_way_on_is_never_to_another_host(writable: Driven, path: str) -> None:
    where = writable.get(f"{path}?token={TOKEN}").headers["location"]
    assert where.startswith("/")
    assert not where.startswith(("//", "/\\"))


def test_a_token_that_is_wrong_is_refused_and_one_that_is_not_needed_dropped(
    writable: Driven, served: Driven
) -> None:
    for token in ("", "x", TOKEN + "0", "%ff", "٠١٢"):
        found = writable.get(f"/?token={token}")
        assert found.status == 403
        assert "set-cookie" not in found.headers
    found = served.get("/claims?token=of-another-run")
    assert (found.status, found.headers["location"]) == (303, "/claims")
    assert "set-cookie" not in found.headers


def test_a_closed_server_tells_nothing_to_those_who_do_not_know(story_file: Path) -> None:
    closed = Driven(story_file, closed=True)
    for path in ("/", "/claims.json", "/healthz", "/static/x/app.js", "/nowhere"):
        for how in ({}, {"x_tracker_token": "x"}, {"cookie": f"tracker-{PORT}=x"}):
            found = closed.get(path, **how)
            assert found.status == 403
            assert len(found.body) < 300
        assert closed.get(path, cookie=f"tracker-{PORT}={TOKEN}").status in (200, 404)
    assert closed.get(f"/?token={TOKEN}").status == 303
    assert closed.post("/claims", CLAIM).refusal[1] == "this server is only read"


def test_the_token_stands_on_no_page(fresh: str) -> None:
    """Whoever may only read would find it there."""
    writable = Driven(fresh, write=True)
    for path in ("/", "/about", "/places", "/claims", "/nowhere", "/healthz"):
        assert TOKEN not in writable.get(path, x_tracker_token=TOKEN).text


# -- what is too much, too deep, too slow --------------------------------------------------------------


def sized(wanted: int) -> bytes:
    return json.dumps(CLAIM).encode().ljust(wanted)


def test_a_body_has_an_end(writable: Driven) -> None:
    assert writable.post("/claims", sized(safety.MOST)).status == 200
    assert writable.post("/claims", sized(safety.MOST + 1)).refusal[0] == 413
    told = writable.post("/claims", CLAIM, content_length=str(10**12))
    assert (told.status, told.headers["connection"]) == (413, "close")
    assert writable.post("/claims", CLAIM, content_length="-1").status == 413
    assert writable.ask("PUT", "/claims", [("content-length", "99999999")]).status in (403, 413)
    headers = [
        ("origin", OURS), ("x-tracker-token", TOKEN), ("content-type", "application/json"),
    ]  # fmt: skip
    pieces: list[Message] = [{"type": "http.request", "body": b" " * 10_000, "more_body": True}] * 30
    assert writable.ask("POST", "/claims", headers, messages=pieces).status == 413
    whole = json.dumps(CLAIM).encode()
    pieces = [
        {"type": "http.request", "body": whole[n : n + 1], "more_body": True} for n in range(len(whole))
    ]
    pieces.append({"type": "http.request", "body": b"", "more_body": False})
    assert writable.ask("POST", "/claims", headers, messages=pieces).status == 200
    assert writable.ask("POST", "/claims", headers, messages=[{"type": "http.disconnect"}]).status == 400


def test_a_body_that_does_not_come_is_not_waited_for(
    writable: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safety, "PATIENCE", 0.05)
    begun: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}]
    headers = [("origin", OURS), ("x-tracker-token", TOKEN), ("content-type", "application/json")]
    found = writable.ask("POST", "/claims", headers, messages=begun)
    assert found.refusal[:2] == (408, "the body did not come within 0.05 seconds")


def test_who_does_not_read_his_answer_is_left(served: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "SLOW", 0.05)

    async def never(_: Message) -> None:
        await asyncio.sleep(3600)

    async def nothing() -> Message:
        await asyncio.sleep(3600)
        raise AssertionError

    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": "/healthz", "raw_path": b"/healthz", "query_string": b"",
        "headers": [(b"host", HOST.encode())], "server": ("127.0.0.1", PORT),
    }  # fmt: skip
    with pytest.raises(TimeoutError):
        asyncio.run(served.app(scope, nothing, never))


def test_nothing_but_http_is_heard(served: Driven) -> None:
    async def asked() -> None:
        async def unheard(*_: Any) -> Any:
            raise AssertionError

        await served.app({"type": "websocket", "path": "/"}, unheard, unheard)
        await served.app({"type": "lifespan"}, unheard, unheard)

    asyncio.run(asked())
