"""Decides that nothing somebody put into a claim gets at who reads it: in no page, nor in the one file."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.web.browsing import Traffic, assert_unharmed, skeleton, until
from tests.web.conftest import Serving
from tests.web.hostile import NOW, texts
from tracker import Tracker
from tracker.zones import iso

PLAIN = "true"
DRAWN = "document.documentElement.dataset.ready === 'true'"
OPENED = f"{DRAWN} && document.querySelector('#side').querySelectorAll('a').length > 0"
CLOSELY = [
    texts().index(text)
    for text in ("<script>window.__hit=1</script>", "__proto__", 'x" autofocus onfocus=window.__hit=1 x="')
]
"""The numbers of the texts whose places are looked at one by one."""


def opened(page: Page, address: str, waits: str) -> list[str]:
    """The skeleton of a page whose scripts are done."""
    page.goto(address)
    until(page, waits, seconds=30)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return skeleton(page)


def test_no_page_is_harmed(page: Page, serving: Serving, hostile_file: Path, harmless_file: Path) -> None:
    """All texts at once, in every field: the map and its table, all claims, the sources."""
    ours, theirs = (serving(file, "--now", iso(NOW)) for file in (hostile_file, harmless_file))
    for path in ("/", "/?table=1", "/claims", "/sources", "/flags"):
        waits = DRAWN if path in ("/", "/?table=1") else PLAIN
        harmless = opened(page, theirs(path), waits)
        opened(page, ours(path), waits)
        assert_unharmed(page, harmless)


def test_no_place_is_harmed(page: Page, serving: Serving, hostile_file: Path, harmless_file: Path) -> None:
    """Its page, and the panel beside the map."""
    ours, theirs = (serving(file, "--now", iso(NOW)) for file in (hostile_file, harmless_file))
    for number in CLOSELY:
        for path, waits in ((f"/places/hostile-{number}", PLAIN), (f"/?place=hostile-{number}", OPENED)):
            harmless = opened(page, theirs(path), waits)
            opened(page, ours(path), waits)
            assert_unharmed(page, harmless)


def test_the_one_file_is_not_harmed(
    page: Page, hostile_file: Path, harmless_file: Path, tmp_path: Path, traffic: Traffic
) -> None:
    """It holds everything in itself, asks nobody for anything, and shows a place as it was said."""
    skeletons, documents = [], []
    for file in (harmless_file, hostile_file):
        whole = tmp_path / file.with_suffix(".html").name
        Tracker(file, clock=lambda: NOW).export("map", out=whole)
        for part in ("", *(f"#place=hostile-{number}" for number in CLOSELY)):
            page.goto("about:blank")
            documents.append(whole.as_uri() + part)
            skeletons.append(opened(page, documents[-1], OPENED if part else DRAWN))
            assert_unharmed(page, skeletons[-1])
    half = len(skeletons) // 2
    assert skeletons[:half] == skeletons[half:]
    assert {one.partition("#")[0] for one in traffic.requests} == {one.partition("#")[0] for one in documents}
