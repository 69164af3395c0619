"""Decides that these tests would see what goes wrong in a page: every trouble is made, and heard of."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.web.browsing import Misbehaved, OpenPage, Traffic, axe, until
from tests.web.conftest import Serving, ServingApp
from tests.web.served import Served, thread

STRICT: Final = "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'"
GOOD: Final = "<h1>Homs</h1><p>Held by <bdi>قوات سوريا الديمقراطية</bdi>.</p>"
ALONE: Final = """
import argparse, socket, uvicorn
given = argparse.ArgumentParser()
for name in ("--db", "--port", "--says"):
    given.add_argument(name)
given = given.parse_args()

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<h1>Homs</h1><link rel=icon href='data:,'>"})

with socket.create_server(("127.0.0.1", int(given.port))) as listening:
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/?token=secret"
    print(address if given.says is None else given.says, flush=True)
    if given.says is None:
        uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off")).run(sockets=[listening])
"""
"""Something that keeps the manners of `tracker serve`."""


def html(body: str, script: str = "") -> str:
    head = f'<meta charset="utf-8"><title>Homs</title>{f"<script>{script}</script>" if script else ""}'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main>{body}</main></body></html>'


def app() -> Starlette:
    """What `shown` asks for: a page of a body, a script and a policy; and two answers to scripts."""

    async def root(request: Request) -> Response:
        given = request.query_params
        address = f"/page.js?{urlencode({'script': given.get('script', '')})}"
        policy = {"Content-Security-Policy": given["policy"]} if "policy" in given else {}
        body = given.get("body", GOOD) + f'<script src="{address}"></script>'
        return HTMLResponse(html(body), headers=policy)

    async def code(request: Request) -> Response:
        return PlainTextResponse(request.query_params["script"], media_type="text/javascript")

    async def ok(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(routes=[*(Route(path, ok) for path in ("/ok", "/favicon.ico")), Route("/", root),
                             Route("/page.js", code)])  # fmt: skip


def shown(**asked: str) -> str:
    """The path of a page."""
    return f"/?{urlencode(asked)}"


@pytest.fixture(scope="module")
def _served() -> Iterator[Served]:
    with thread(app()) as at:
        yield at


@pytest.fixture
def at(_served: Served, traffic: Traffic) -> Served:
    """The one server of these tests."""
    traffic.homes.add(_served.home)
    return _served


def test_a_page_of_ours_passes(open_page: OpenPage, at: Served, traffic: Traffic) -> None:
    """Under the policy of our pages too: the harness needs nothing that it forbids."""
    script = "setTimeout(() => fetch('/ok').then(() => performance.mark('asked')), 60)"
    page = open_page(color_scheme="dark", viewport={"width": 390, "height": 844})
    page.goto(document := at(shown(script=script, policy=STRICT)))
    until(page, "performance.getEntriesByName('asked').length")
    axe(page)
    assert page.inner_text("bdi") == "قوات سوريا الديمقراطية"
    assert [urlsplit(one).path for one in traffic.requests] == ["/", "/page.js", "/ok"]
    assert [urlsplit(one).path for one in traffic.beyond(document)] == ["/page.js", "/ok"]


TROUBLES: Final = {
    "console.error('one thing')": ["console error: one thing"],
    "setTimeout(() => console.warn('one thing'))": ["console warning: one thing"],
    "throw new Error('one thing')": ["error: one thing"],
    "setTimeout(() => Promise.reject(new Error('one thing')))": ["error: one thing"],
    "alert('one thing')": ["dialog: alert 'one thing'"],
    "open('about:blank')": ["a window was opened by"],
    "fetch('/missing')": ["404"],
    "fetch('//127.0.0.1:9/one').catch(() => 0)": ["somebody else: http://127.0.0.1:9/one", "ERR_"],
    "new Image().src = '//tiles.example/1.png'": ["somebody else: http://tiles.example/1.png", "ERR_"],
    "navigator.sendBeacon('http://localhost:9/one')": ["somebody else: http://localhost:9/one", "ERR_"],
    "new WebSocket('ws://tiles.example/one')": ["somebody else: ws://tiles.example/one", "ERR_"],
    "document.body.style.background = 'url(//a.example)'": ["somebody else: http://a.example", "ERR_"],
}
FORBIDDEN: Final = {
    "<script>window.__hit = 1</script>": "script-src 'self'",
    '<button onclick="window.__hit = 1">x</button>': "script-src 'self'",
    '<a href="javascript:window.__hit = 1">x</a>': "script-src 'self'",
    '<p style="color: red">x</p>': "style-src 'none'",
}


def test_what_goes_wrong_in_a_page_is_heard_of(page: Page, at: Served, traffic: Traffic) -> None:
    """That and nothing else; unexpected, each of them would fail a test."""
    for script, heard in TROUBLES.items():
        page.goto(at(shown(script=script)))
        for number, trouble in enumerate(traffic.take()):
            assert heard[number] in trouble, script
        assert number + 1 == len(heard), script


def test_what_the_policy_forbids_is_heard_of(page: Page, at: Served, traffic: Traffic) -> None:
    """Also where the browser has prevented it: nobody wrote that on purpose."""
    click = "document.querySelector('button, a')?.click()"
    for body, policy in FORBIDDEN.items():
        page.goto(at(shown(body=body, policy=policy, script=click)))
        (trouble,) = traffic.take()
        assert "Content Security Policy" in trouble, body
        assert page.evaluate("window.__hit") is None, body


@pytest.mark.xfail(strict=True, raises=Misbehaved, reason="this is to be seen")
def test_who_expects_nothing_fails(open_page: OpenPage, at: Served) -> None:
    open_page().goto(at(shown(script="console.error('one thing')")))


@pytest.mark.xfail(strict=True, raises=Misbehaved, reason="this is to be seen")
def test_what_was_expected_has_to_come(open_page: OpenPage, at: Served, traffic: Traffic) -> None:
    traffic.expect("404")
    open_page().goto(at("/"))


def test_each_page_begins_with_nothing(open_page: OpenPage, at: Served) -> None:
    """Nor does another page of the same test know what one has kept."""
    for _ in range(2):
        page = open_page()
        page.goto(at.address)
        assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
        page.evaluate("localStorage.setItem('a', 'b'); document.cookie = 'a=b'")


def test_axe_finds_what_was_planted(open_page: OpenPage, at: Served) -> None:
    """Each by its rule and where it is; what is left out is not looked at."""
    planted = {
        "image-alt": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" id="image-alt">',
        "color-contrast": '<p style="color: #bbb; background: #fff" id="color-contrast">pale</p>',
        "button-name": '<button id="button-name"></button>',
        "label": '<input id="label">',
    }
    page = open_page()
    page.goto(at(shown(body=GOOD + "".join(planted.values()))))
    axe(page, within="h1")
    with pytest.raises(AssertionError) as told:
        axe(page)
    lines = str(told.value).splitlines()
    assert {line.split(" ")[0] for line in lines if line[0] != " "} == {"axe-core", *planted}
    assert {line.split(":")[0].strip() for line in lines if line[0] == " "} == {f"#{one}" for one in planted}


def test_a_file_that_is_whole_asks_for_nothing(open_page: OpenPage, tmp_path: Path, traffic: Traffic) -> None:
    file = tmp_path / "whole.html"
    file.write_text(html(GOOD, "document.title = 'drawn'"), encoding="utf-8")
    page = open_page()
    page.goto(file.as_uri())
    assert page.title() == "drawn"
    assert traffic.beyond(file.as_uri()) == []


def test_a_file_that_needs_another_is_seen(open_page: OpenPage, tmp_path: Path, traffic: Traffic) -> None:
    (tmp_path / "other.css").write_text("h1 { color: red }", encoding="utf-8")
    file = tmp_path / "parts.html"
    file.write_text(html('<link rel="stylesheet" href="other.css">' + GOOD), encoding="utf-8")
    open_page().goto(file.as_uri())
    assert traffic.beyond(file.as_uri()) == [(tmp_path / "other.css").as_uri()]


def test_other_tests_may_run_loops_of_their_own(chromium: object) -> None:
    """After a test with a browser, in the same worker: `test_no_loop_is_left_running` comes next."""


def test_no_loop_is_left_running() -> None:
    async def answer() -> int:
        return 42

    assert asyncio.run(answer()) == 42


def test_a_process_is_served_and_ended(open_page: OpenPage, serving: Serving) -> None:
    at = serving("some.db", command=(sys.executable, "-c", ALONE))
    assert at.address == at("/?token=secret")
    page = open_page()
    page.goto(at.address)
    assert page.inner_text("h1") == "Homs"


@pytest.mark.parametrize("says", ["it is not there", ""])
def test_a_process_that_does_not_serve_is_told_of(says: str, serving: Serving) -> None:
    with pytest.raises(AssertionError, match="it printed no address"):
        serving("some.db", "--says", says, command=(sys.executable, "-c", ALONE))


def test_an_application_is_served(open_page: OpenPage, serving_app: ServingApp) -> None:
    page = open_page()
    page.goto(serving_app(app()).address)
    assert page.inner_text("h1") == "Homs"


def test_a_served_place_has_addresses() -> None:
    at = Served("http://127.0.0.1:8000/?token=secret", 1)
    assert (at.home, at("/place/homs")) == ("http://127.0.0.1:8000", "http://127.0.0.1:8000/place/homs")
