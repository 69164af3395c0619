"""Decides what holds of every page: values can do nothing, and its order can be heard as well as seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import tracker
from tests.web.driven import NOW, Driven
from tests.web.test_routes import PARTS, reading
from tracker import Tracker
from tracker.web.reading import VIEWS

EVIL = "</title></bdi><script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{7*7}}"
TURNED = "\u202ekcatta\u2066"
ALONE = frozenset({"area", "base", "br", "col", "img", "input", "link", "meta", "hr"})
"""Elements that have no end."""


class Page(HTMLParser):
    """A page taken apart: what stands in which elements, and what these are told."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == [], "everything that begins, ends"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        assert len(told) == len(attrs)
        self.elements.append((tag, told))
        if tag not in ALONE:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self._open), data))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [told for name, told in self.elements if name == tag]

    def words(self, tag: str) -> list[str]:
        """What stands in the elements of a name, joined for each text."""
        return [text for inside, text in self.texts if tag in inside]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tracker in which everything that somebody may name is called something evil."""
    where = str(tmp_path_factory.mktemp("hostile") / "tracker.db")
    made = Tracker.create(where, by=EVIL)
    made.place_add(f"{EVIL} valley", kind="governorate", id_="valley")
    made.place_add(f"{EVIL} town", kind="town", id_="town", lat=34.0, lon=36.0, parent="valley",
                   aliases=[f"{TURNED} town"])  # fmt: skip
    for n, name in enumerate((f"{EVIL} one", f"{TURNED} two")):
        made.actor_add(name, id_=f"side-{n}", level="side", aliases=[f"{EVIL} {n}"])
    made.source_add(f"{EVIL} wire", id_="wire", kind="wire", lean="side-0", aliases=[f"{TURNED} wire"])
    made.source_add(f"{TURNED} post", id_="post", kind="wire")
    common: dict[str, Any] = {
        "place": "town",
        "predicate": "captured",
        "note": EVIL,
        "quote": f"{EVIL}\n{TURNED}",
    }
    made.add_claim(source="wire", actor=["side-0"], at="2024-12-07", reported="2024-12-07",
                   url="https://example.org/a?b=1&c=\"'><script>", **common)  # fmt: skip
    claim = made.add_claim(
        source="post", said_by=[f"unnamed: {EVIL}"], actor=["side-1"], at="2024-12-08",
        reported="2024-12-08", document=EVIL, **common,
    )["claim"]  # fmt: skip
    made.review(claim, "changed", note=EVIL)
    made.check(claim, "no-evidence", by="wire", note=EVIL)
    made.assess("town", holder=["side-0"], likelihood="likely", reason=EVIL, pin=True, at="2024-12-09")
    tracker("sweep", "--for", "2024-12-08", "--db", where)
    return where


def pages(where: str, parts: dict[str, str]) -> Iterator[tuple[str, str]]:
    served = Driven(where, now=None)
    for view in VIEWS:
        if view.page:
            path = view.path.format(**parts)
            yield path, served.page(path)
    for path in ("/", "/about", "/places?at=2024-12-08&known_at=2030", "/find?q=e", "/flags?sleeping=1"):
        yield path, served.page(path)


@pytest.fixture(scope="module")
def hostile_pages(hostile: str) -> dict[str, str]:
    made = Tracker(hostile)
    claims = made.claims()["claims"]
    parts = {
        "place": "town", "claim": claims[0]["id"], "source": "wire", "actor": "side-0",
        "date": made.nights()["nights"][0]["night"],
    }  # fmt: skip
    served = Driven(hostile, now=None)
    found = dict(pages(hostile, parts))
    found["/claims/other"] = served.page(f"/claims/{claims[1]['id']}")
    found["/sources/post"] = served.page("/sources/post")
    found["/find?q=script"] = served.page("/find?q=%3Cscript%3Ealert(1)%3C/script%3E")
    found["/claims?text"] = served.page("/claims?text=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    for path in ("/%3Cscript%3Ealert(1)%3C/script%3E", "/places/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
                 "/places?at=%3Cscript%3Ealert(1)%3C/script%3E"):  # fmt: skip
        found[path] = served.get(path).text
    return found


def test_nothing_that_is_told_becomes_an_element(hostile_pages: dict[str, str]) -> None:
    for path, text in hostile_pages.items():
        assert "<script>" not in text.lower(), path
        assert "onerror=alert(1)>" not in text, path
        assert "{{" not in text.replace("{{7*7}}", ""), path
        assert "49" not in re.findall(r"`(\d+)", text), path
        page = Page(text)
        assert page.all("img") == []
        assert len(page.all("script")) == (path == "/"), path
    evil = [path for path, text in hostile_pages.items() if "alert(1)" in text]
    assert len(evil) > 12, "they are on the pages, as text"


def test_every_value_stands_apart(hostile_pages: dict[str, str]) -> None:
    """Whatever way it is written, what follows it goes on as it was: it is in a `<bdi>`, or in a title."""
    for path, text in hostile_pages.items():
        for inside, said in Page(text).texts:
            if "alert(1)" in said or "kcatta" in said:
                assert {"bdi", "title"} & set(inside), (path, said)
        assert "\u202e" not in text, path
        assert "\u2066" not in text, path
    assert "\\u202ekcatta\\u2066" in hostile_pages["/places/town"] + hostile_pages["/sources/post"]


def test_links_lead_to_this_server_or_to_the_web(hostile_pages: dict[str, str]) -> None:
    seen = set()
    for path, text in hostile_pages.items():
        for link in Page(text).all("a"):
            where = link["href"]
            if where.startswith(("/", "#")):
                assert not where.startswith("//"), path
                assert "rel" not in link or link["rel"] in ("prev", "next")
            else:
                assert where.startswith(("https://", "http://")), where
                assert link["rel"] == "noopener noreferrer nofollow"
                seen.add(where)
    assert seen == {"https://example.org/a?b=1&c=\"'><script>"} or seen == {
        "https://example.org/a?b=1&c=%22%27%3E%3Cscript%3E"
    }


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x",
     "//evil.example", "https://a b", "https://a\nb", " https://a", "file:///etc/passwd", "https:", "httpss://x",
     "https://\u202eelpmaxe", ""],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_no_link(url: str) -> None:
    from tracker.web.values import web

    assert "<a" not in web(url)
    assert "href" not in web(url)


def test_links_of_the_web_are_escaped() -> None:
    from tracker.web.values import web

    assert web('HTTPS://x/?a=1&b="><') == (
        '<a href="HTTPS://x/?a=1&amp;b=&#34;&gt;&lt;" rel="noopener noreferrer nofollow">'
        "<bdi>HTTPS://x/?a=1&amp;b=&#34;&gt;&lt;</bdi></a>"
    )


def test_what_is_seen_is_what_is_there() -> None:
    from tracker.web.values import shown

    assert shown("a\x00b\x1b[31m\x7f\x9f") == "a\\x00b\\x1b[31m\\x7f\\x9f"
    assert shown("\ud800") == "\\ud800"
    for kept in ("حمص", "می\u200cخواهم", "👩\u200d🚀", "line\nbreak", "\u200fRLM"):
        assert shown(kept) == kept


# -- how pages are built -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(story_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every page of the story."""
    where = str(tmp_path_factory.mktemp("told") / "story.db")
    Path(where).write_bytes(story_file.read_bytes())
    tracker("sweep", "--for", "2024-12-08", "--db", where, "--now", NOW)
    claim = Tracker(where).claims(place="homs")["claims"][0]["id"]
    return dict(pages(where, {**PARTS, "claim": claim}))


def test_every_page_is_in_order(told: dict[str, str], hostile_pages: dict[str, str]) -> None:
    for path, text in [*told.items(), *hostile_pages.items()]:
        page = Page(text)
        assert text.startswith("<!doctype html>")
        assert page.all("html") == [{"lang": "en", "dir": "ltr"}]
        assert [len(page.all(tag)) for tag in ("h1", "main", "title", "footer")] == [1, 1, 1, 1], path
        assert page.all("nav")[0] == {"aria-label": "Pages"}
        assert page.elements[[tag for tag, _ in page.elements].index("body") + 1] == (
            "a", {"class": "skip", "href": "#main"},
        )  # fmt: skip
        assert "".join(page.words("title")).strip()
        assert all(
            "style" not in one and not any(key.startswith("on") for key in one) for _, one in page.elements
        )
        assert page.all("style") == []
        assert all("<bdi" not in value for _, one in page.elements for value in one.values())
        ids = [one["id"] for _, one in page.elements if "id" in one]
        assert len(ids) == len(set(ids))
        for one in page.all("th"):
            assert one["scope"] in ("col", "row"), path
        assert len(page.all("table")) == len(page.all("caption")), path
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        labelled = {one["for"] for one in page.all("label") if "for" in one}
        for one in page.all("input") + page.all("select"):
            assert one.get("id") in labelled or "name" in one
        for one in page.all("input"):
            assert one["dir"] == "auto"


def test_every_page_names_the_cut_off(told: dict[str, str]) -> None:
    for path, text in told.items():
        said = "".join(Page(text).words("footer"))
        assert re.search(r"As recorded up to position \d+, 2024-1\d-\d\d \d\d:\d\d", said), path
    said = "".join(Page(told["/places?at=2024-12-08&known_at=2030"]).words("footer"))
    assert "Asked about 2024-12-08." in said
    assert "As known on 2030." in said


def test_links_between_pages_lead_somewhere(told: dict[str, str], story_file: Path) -> None:
    """Each is asked, once; the question's times go along."""
    served = Driven(story_file)
    links = {link["href"] for text in told.values() for link in Page(text).all("a")}
    inner = sorted(one for one in links if one.startswith("/") and not one.startswith("/reports/"))
    assert len(inner) > 50
    for path in inner[:: max(1, len(inner) // 120)]:
        assert served.get(path).status == 200, path
    asked = Page(told["/places?at=2024-12-08&known_at=2030"]).all("a")
    assert any("place=homs" in one["href"] and "at=2024-12-08&known_at=2030" in one["href"] for one in asked)


def test_long_lists_have_leaves(story_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.web.reading.LEAF", 10)
    served = Driven(story_file)
    first, last = Page(served.page("/claims?place=homs")), Page(served.page("/claims?place=homs&page=2"))
    count = len(Tracker(story_file).claims(place="homs")["claims"])
    assert 10 < count <= 20
    rows = [len([one for one in page.all("th") if one["scope"] == "row"]) for page in (first, last)]
    assert rows == [10, count - 10]
    assert [one["href"] for one in first.all("a") if one.get("rel") == "next"] == [
        "/claims?place=homs&page=2"
    ]
    assert [one["href"] for one in last.all("a") if one.get("rel") == "prev"] == ["/claims?place=homs&page=1"]
    assert served.get("/claims?place=homs&page=3").status == 400


def test_where_there_is_nothing_it_is_said_what_to_do(tmp_path: Path) -> None:
    where = tmp_path / "empty.db"
    Tracker.create(where)
    served = Driven(where, now=None)
    for path, command in (
        ("/places", "tracker add-claim"), ("/claims", "tracker add-claim"), ("/flags", "tracker sweep"),
        ("/sources", "tracker source add"), ("/actors", "tracker actor add"), ("/reports", "tracker sweep"),
    ):  # fmt: skip
        text = served.page(path)
        assert f"<code>{command}" in text
        assert "Nothing is recorded yet" in text
    assert served.get("/map.json").json["places"]["id"] == []
    assert served.page("/")


def test_without_scripts_the_map_leads_to_the_table(story_file: Path) -> None:
    text = Driven(story_file).page("/?place=homs&at=2024-12-07&unheard=of")
    assert Page(text).all("noscript")
    assert 'href="/places/homs?at=2024-12-07"' in text
    assert 'href="/places?at=2024-12-07"' in text
    assert "data-write" not in text
    assert "data-write" in Driven(story_file, write=True).page("/")


def test_the_map_has_the_head_of_every_page(told: dict[str, str]) -> None:
    """It is filled in by hand: what every page has it has too."""
    front, other = Page(told["/"]), Page(told["/places"])
    (_, before), (_, after) = ([one["href"] for one in page.all("a")][:2] for page in (front, other))
    assert before == after == "/"
    for tag in ("html", "meta", "nav", "header", "main", "footer"):
        assert front.all(tag) == other.all(tag), tag
    nav = [[one["href"] for one in page.all("a")][2:10] for page in (front, other)]
    assert nav[0] == nav[1]
    assert "/about" in nav[0]
    current = [[one["href"] for one in page.all("a") if "aria-current" in one] for page in (front, other)]
    assert current == [["/"], ["/places"]]


def test_the_help_names_every_page(told: dict[str, str]) -> None:
    assert {"/", "/places", "/flags", "/claims", "/sources", "/actors", "/reports", "/about"} <= {
        one["href"] for one in Page(told["/about"]).all("a")
    }
    assert reading({**PARTS, "claim": "c", "flag": "f"})
