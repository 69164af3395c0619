"""Decides that hostile texts deserve the name, and that a tracker full of them is what would be recorded."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from html import escape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.web import hostile
from tests.web.browsing import Traffic, assert_unharmed, skeleton
from tests.web.conftest import ServingApp
from tests.web.hostile import NOW, texts, twin
from tracker import Tracker
from tracker.errors import BadInput


def listing(page_of: list[str], escaped: bool) -> Response:
    """A page that shows texts, carefully or not."""
    shown = [escape(text) if escaped else text for text in page_of]
    rows = "".join(f'<li title="{text}"><bdi>{text}</bdi></li>' for text in shown)
    head = '<meta charset="utf-8"><title>x</title><link rel="icon" href="data:,">'
    body = f"<!doctype html><html><head>{head}</head><body><ul>{rows}</ul></body></html>"
    return HTMLResponse(body.encode("utf-8", "replace"))


def app() -> Starlette:
    async def root(request: Request) -> Response:
        given = texts() if request.path_params["which"] == "hostile" else [twin(text) for text in texts()]
        one = request.query_params.get("one")
        return listing(given if one is None else [given[int(one)]], "careless" not in request.query_params)

    return Starlette(routes=[Route("/{which}", root)])


def test_there_are_many_and_each_is_another() -> None:
    assert len(texts()) > 200
    assert len(set(texts())) == len(texts())


def test_a_twin_is_as_long_and_tries_nothing() -> None:
    for text in texts():
        plain = twin(text)
        assert [len(line) for line in plain.split("\n")] == [len(line) for line in text.split("\n")]
        assert not set(plain) - set("x \nhttps:/")
    assert twin("a <b>\nc") == "x xxx\nx"
    assert twin("https://evil.example/ x") == "https://xxxxxxxxxxxxx x"


def test_a_careful_page_is_unharmed(page: Page, serving_app: ServingApp) -> None:
    """All texts in one, as text and as an attribute."""
    at = serving_app(app())
    page.goto(at("/harmless"))
    harmless = skeleton(page)
    page.goto(at("/hostile"))
    assert_unharmed(page, harmless)


def test_a_careless_page_is_found_out(page: Page, serving_app: ServingApp, traffic: Traffic) -> None:
    """Which shows one of them as it is."""
    at = serving_app(app())
    page.goto(at("/harmless?one=0"))
    harmless = skeleton(page)
    for part in ("<script>", "<script src=", '"><img', "</title><img", "onmouseover", "<base"):
        number = next(number for number, text in enumerate(texts()) if part in text)
        page.goto(at(f"/hostile?careless&one={number}"))
        with pytest.raises(AssertionError):
            assert_unharmed(page, harmless)
    assert traffic.take(), "some of them ask others for something"


LINKS = {
    '<a href="/place/homs">': False,
    '<a href="#map">': False,
    '<a href="https://news.example/1" rel="noopener noreferrer">': False,
    '<a href="https://news.example/1">': True,
    '<a href="javascript:1" rel="noopener">': True,
    '<a href="data:text/html,x" rel="noopener">': True,
    '<a href="//news.example/1">': True,
}


def test_links_are_looked_at(page: Page, serving_app: ServingApp) -> None:
    page.goto(serving_app(app()).address + "harmless?one=0")
    for link, harm in LINKS.items():
        page.locator("ul").evaluate("(list, link) => list.innerHTML = link", f"{link}x</a>")
        with pytest.raises(AssertionError) if harm else nullcontext():
            assert_unharmed(page, skeleton(page))


def test_the_record_says_what_it_refuses() -> None:
    """Addresses that are none of the web, NUL, half characters, blanks, and what is too long."""
    refused = hostile.drafted(texts())[0].refused
    why = Counter(
        next((word for word in ("web address", "NUL", "characters", "blank") if word in told), told)
        for (_, field), told in refused.items()
        if field != "said_by"
    )
    others = {told: n for told, n in why.items() if told not in ("web address", "NUL", "characters", "blank")}
    assert why["web address"] == 34
    assert all("\\ud800" in told or "surrogates" in told for told in others), others


def test_it_is_what_the_verbs_record(tmp_path: Path) -> None:
    """Of some: the same names, and claims that are known already."""
    where = str(tmp_path / "hostile.db")
    Tracker.create(where, clock=lambda: NOW - 1)
    done = hostile.record(where, texts()[:3])
    tracker = Tracker(where, clock=lambda: NOW)
    for number, text in enumerate(texts()[:3]):
        assert tracker.show_thing("place", done.places[number])["name"] == f"{text} {number:03}"
        told: dict[str, Any] = {
            "actor": [f"side-{number}"], "predicate": "captured", "place": f"hostile-{number}",
            "source": f"source-{number}", "at": f"2024-12-08T00:0{number}",
            "reported": f"2024-12-09T00:0{number}",
            "details": {"framing": text, text: "x"}, "quote": text, "note": text, "document": text,
            "url": f"https://evil.example/{text}", "said_by": [f"unnamed: {text}"],
        }  # fmt: skip
        again = tracker.add_claim(**told)
        assert (again["claim"], again["known"]) == (done.claims[number], True)
    with pytest.raises(BadInput, match="no web address"):
        tracker.add_claim(**{**told, "url": "javascript:window.__hit=1"})


def test_the_twin_has_the_same_shape(hostile_file: Path, harmless_file: Path) -> None:
    ours, theirs = (
        [
            [claim["place"], *((key, None if value is None else type(value)) for key, value in claim.items())]
            for claim in Tracker(file, clock=lambda: NOW).claims()["claims"]
        ]
        for file in (hostile_file, harmless_file)
    )
    assert len(ours) == len(texts())
    assert ours == theirs
