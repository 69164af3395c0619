"""Every page in a real browser: nothing stands in anybody's way, at any width, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.browsing import OpenPage, Traffic, axe
from tests.web.served import Served, process
from tracker import Tracker

CLAIM = "CLAIM"
PAGES = (
    "/places", "/places/homs?at=2024-12-07", "/flags", "/claims?place=homs", f"/claims/{CLAIM}", "/sources",
    "/sources/sohr", "/actors", "/actors/rebels", "/reports", "/about", "/find?q=Hims", "/find?q=Artouzz",
)  # fmt: skip


@pytest.fixture(scope="module")
def story_served(story_file: Path) -> Iterator[Served]:
    with process(story_file) as one:
        yield one


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_for_everybody(
    open_page: OpenPage, story_served: Served, story_file: Path, traffic: Traffic, scheme: str
) -> None:
    traffic.homes.add(story_served.home)
    claim = Tracker(story_file).claims(place="homs")["claims"][0]["id"]
    wide, narrow = (open_page(color_scheme=scheme, viewport={"width": w, "height": 800}) for w in (1440, 390))
    for path in PAGES:
        address = story_served(path.replace(CLAIM, claim))
        wide.goto(address)
        axe(wide)
        if scheme == "dark":
            continue  # what is too wide is so in any colour
        narrow.goto(address)
        sideways = narrow.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert sideways <= 0, f"{path} is {sideways} px too wide for a phone"
    if scheme == "light":
        axe(narrow)
