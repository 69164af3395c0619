"""Decides which screenshots the documentation has: the map at three widths, light and dark, and more.

    python -m tests.web.screenshots

Serves the story of the demo, opens it in the Chromium of the tests, and writes `docs/pictures/web/*.png`.
Fonts are the machine's, so these are made again by hand and looked at, and no test compares them.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from tests import chromium
from tests.web.served import process
from tracker.demo import MAP_FILE, NIGHT_FILE, STORY_FILE, build, make, replay, story_lines, write_pages

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "docs" / "pictures" / "web"
HOMS: Final = "?place=homs&at=2024-12-07"
SIZES: Final = {1440: 900, 1024: 768, 390: 844}
SCHEMES: Final = ("light", "dark")


def main() -> None:
    """Write them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ.update(chromium.environment())
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build(Path(folder) / "demo", _story)
        made = Path(folder) / "demo"
        browser = playwright.chromium.launch(executable_path=chromium.program(), args=chromium.FLAGS)
        with process(made / STORY_FILE) as served:
            for width, height in SIZES.items():
                for scheme in SCHEMES:
                    _shoot(browser, served(f"/{HOMS}"), f"map-{width}-{scheme}", width, height, scheme)
            _shoot(browser, served("/?at=2024-12-08&since=2024-12-06"), "changes", 1440, 900, "light")
            _shoot(browser, served("/flags"), "flags", 1440, 900, "light")
            _shoot(browser, served("/sources/sohr"), "source", 1440, 900, "light")
            _shoot(browser, served("/places/homs?at=2024-12-07"), "place", 390, 844, "dark")
        _shoot(browser, (made / NIGHT_FILE).as_uri(), "night", 1440, 900, "light")
        _shoot(browser, (made / MAP_FILE).as_uri() + "#place=homs&at=2024-12-07", "file", 1024, 768, "dark")
        browser.close()


def _story(unfinished: Path, _: Path) -> None:
    tracker, clock = make(unfinished / STORY_FILE)
    for _line in replay(tracker, clock, story_lines()):
        pass
    tracker.sweep(night="2024-12-08")
    write_pages(tracker, unfinished)


def _shoot(browser: Browser, address: str, name: str, width: int, height: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
    )  # fmt: skip
    page = context.new_page()
    page.goto(address)
    if page.locator("#app").count():
        page.wait_for_selector("html[data-ready]", state="attached")
        page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)  # outlines are drawn with the next frame
    page.screenshot(path=str(FOLDER / f"{name}.png"))
    context.close()


if __name__ == "__main__":
    main()
