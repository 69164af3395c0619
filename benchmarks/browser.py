"""Decides what the map costs who looks at it: until it is drawn, and each frame while time or the map moves.

    python -m benchmarks.browser [--places 10000 40000] [--claims 2 2] [--rounds 3] [--seconds 3] [--dir DIR]

The trackers of `benchmarks.atlas`, served by `tracker serve` and opened in headless Chromium, 1280 x 800,
without a graphics card. `first view` runs from the last byte of the map document until all is drawn, `all`
from the click. While the slider is moved, with each frame, or the map panned, by a real mouse, frames are
counted by requestAnimationFrame; `new` are those that showed something new. Beside them in
the same run: an empty page of the same size that paints a rectangle while the mouse is moved, which is what
this machine can give at all. `first byte` is the time from the start of the server until a page begins to
come, beside `python -c pass`. `one file` is the map as one HTML file, opened from disk. The median of some
rounds; the bars are for a quiet machine.
"""

from __future__ import annotations

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.atlas import BEGIN, LONGEST, happened, make
from tests import chromium
from tests.web.served import process
from tracker import Tracker
from tracker.zones import DAY, iso

FIRST_VIEW: Final = {10_000: 600.0, 40_000: 1000.0}
"""Milliseconds at most, by places at most."""
FRAMES: Final = 30.0
"""A second, at least."""
X_PASS: Final = 15.0
"""The server's first byte / `python -c pass`, at most."""
ONE_FILE: Final = 0.6
"""MB at most, of 10,000 places."""
WIDTH: Final = 1280
HEIGHT: Final = 800
NOW: Final = BEGIN + LONGEST + DAY
EMPTY: Final = f"""<!doctype html><meta charset="utf-8"><title>empty</title><link rel="icon" href="data:,">
<style>body {{ margin: 0 }}</style><div id="map"><canvas width="{WIDTH}" height="{HEIGHT}"></canvas></div>
<script>
const brush = document.querySelector('canvas').getContext('2d')
let x = 0
addEventListener('mousemove', event => x = event.clientX)
const paint = () => {{ brush.fillStyle = '#fff'; brush.fillRect(0, 0, {WIDTH}, {HEIGHT})
    brush.fillStyle = '#000'; brush.fillRect(x, 300, 40, 40); requestAnimationFrame(paint) }}
paint()
</script>"""
WATCH: Final = """() => {
    const shown = () => {
        const canvas = document.querySelector('#map canvas')
        return [document.querySelector('#time')?.value, watch.moves].join()
    }
    const watch = window.__watch = { moves: 0, frames: [], on: true }
    addEventListener('mousemove', () => watch.moves++, true)
    const tick = now => { watch.frames.push([now, shown()]); if (watch.on) requestAnimationFrame(tick) }
    requestAnimationFrame(tick)
}"""
SLIDE: Final = """seconds => new Promise(done => {
    const slider = document.querySelector('#time'), begin = performance.now()
    const step = () => {
        const passed = (performance.now() - begin) / 1000
        if (passed > seconds) { done(); return }
        slider.value = Math.round(slider.max * (1 - Math.abs(1 - 2 * passed % 2)))
        slider.dispatchEvent(new Event('input', { bubbles: true }))
        requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
})"""
STOP: Final = "() => { window.__watch.on = false; return window.__watch.frames }"
MARKS: Final = """() => {
    const mark = name => performance.getEntriesByName(name)[0]?.startTime
    const isMap = one => new URL(one.name).pathname === '/map.json'
    const map = performance.getEntriesByType('resource').find(isMap)
    return { answered: mark('tracker:answered'), drawn: mark('tracker:drawn'), came: map?.responseEnd }
}"""


class Smooth(NamedTuple):
    """Frames while something moved: milliseconds from one to the next, and how many showed something new."""

    median: float
    slow: float
    """The 95th of a hundred."""
    rate: float
    moved: float
    """Frames a second, all of them and those that showed something new."""


class View(NamedTuple):
    """Milliseconds until a page was drawn: since the last byte of its map, since that was read, in all."""

    came: float
    answered: float
    all: float


# -- a page ----------------------------------------------------------------------------------------------


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A page in a context of its own."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def drawn(page: Page) -> View:
    """How long the page took, once it is drawn."""
    page.wait_for_selector("html[data-ready]", state="attached")  # set with the mark
    told: dict[str, float | None] = page.evaluate(MARKS)
    at = told["drawn"] or 0.0
    answered = told["answered"] or 0.0
    came = answered if told["came"] is None else told["came"]  # a file holds its map
    return View(at - came, at - answered, at)


def smooth(page: Page, move: Callable[[Page, float], None], seconds: float) -> Smooth:
    """The frames of a page while `move` moves something for so long."""
    move(page, 0.3)  # what only happens once has happened
    page.evaluate(WATCH)
    move(page, seconds)
    frames: list[tuple[float, str]] = page.evaluate(STOP)
    gaps = [after[0] - before[0] for before, after in pairwise(frames)]
    new = sum(before[1] != after[1] for before, after in pairwise(frames))
    lasted = (frames[-1][0] - frames[0][0]) / 1000
    return Smooth(median(gaps), quantiles(gaps, n=20)[-1], len(gaps) / lasted, new / lasted)


def slide(page: Page, seconds: float) -> None:
    """Move the slider of time to and fro once a second, with each frame.

    In the page itself: a mouse that is driven from outside waits for the page after each of its moves.
    """
    page.evaluate(SLIDE, seconds)


def pan(page: Page, seconds: float) -> None:
    """Drag the map to and fro."""
    box = page.locator("#map canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 4
    _drag(page, seconds, lambda part: (x + box["width"] / 2 * part, y + box["height"] / 2 * part))


def _drag(page: Page, seconds: float, where: Callable[[float], tuple[float, float]]) -> None:
    """Press, go to and fro once a second, let go."""
    page.mouse.move(*where(0.0))
    page.mouse.down()
    begin = time.perf_counter()
    while (passed := time.perf_counter() - begin) < seconds:
        page.mouse.move(*where(1 - abs(1 - 2 * passed % 2)))
    page.mouse.up()


# -- what is measured --------------------------------------------------------------------------------------


def told(what: str, figure: str, bar: str, clears: bool) -> bool:
    """Print a line; whether the bar is cleared."""
    verdict = ("ok" if clears else "MISSED") if bar else ""
    print(f"  {what:<32}{figure:<68}{bar:<16}{verdict}".rstrip(), flush=True)
    return clears


def frames(what: str, found: Smooth, could: Smooth, *, barred: bool) -> bool:
    """Print how smooth something was, beside what the machine gives."""
    figure = (
        f"{found.rate:5.1f} a second ({found.rate / could.rate:4.0%} of empty), {found.moved:4.1f} new;"
        f" median {found.median:.1f} ms, 95 % {found.slow:.1f}"
    )
    clears = not barred or min(found.rate, found.moved) >= FRAMES
    return told(what, figure, f"at least {FRAMES:.0f}" if barred else "", clears)


def first_byte(where: Path) -> float:
    """Seconds from the start of the server until its first page begins to come."""
    begin = time.perf_counter()
    with process(where, "--now", iso(NOW)) as served:
        asked = http.client.HTTPConnection(urlsplit(served.home).netloc)
        asked.request("GET", "/")
        asked.getresponse().read(1)
        took = time.perf_counter() - begin
        asked.close()
    return took


def bare() -> float:
    """Seconds of `python -c pass`."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - begin


def started(where: Path, rounds: int) -> bool:
    """How long the server takes to begin, in turns with bare Python."""
    pairs = [(first_byte(where), bare()) for _ in range(rounds)]
    ours, theirs = (median(some) for some in zip(*pairs, strict=True))
    figure = f"{ours * 1000:5.0f} ms, {ours / theirs:5.1f} x pass"
    return told("first byte", figure, f"at most {X_PASS:.0f} x", ours / theirs <= X_PASS)


def reckoned(home: str) -> None:
    """Let the server reckon the map, which it keeps: the bars are from its answer on."""
    begin = time.perf_counter()
    with urlopen(f"{home}/map.json", timeout=900) as answer:
        size = len(answer.read()) / 1e6
    told("map reckoned, once", f"{time.perf_counter() - begin:5.1f} s, {size:.1f} MB as JSON", "", True)


def viewed(what: str, browser: Browser, address: str, places: int, rounds: int) -> bool:
    """How long the first view takes."""
    views = []
    for _ in range(rounds):
        with opened(browser, address) as page:
            views.append(drawn(page))
    came, answered, whole = (median(some) for some in zip(*views, strict=True))
    bar = next((bar for most, bar in FIRST_VIEW.items() if places <= most), None)
    figure = f"{came:5.0f} ms ({answered:.0f} since it was read; {whole:.0f} in all)"
    return told(what, figure, f"at most {bar:.0f} ms" if bar else "", bar is None or came <= bar)


def measured(browser: Browser, where: Path, places: int, rounds: int, seconds: float, could: Smooth) -> bool:
    """All lines of one tracker; whether all bars are cleared."""
    print(f"\n{places:,} places", flush=True)
    cleared = started(where, rounds)
    with process(where, "--now", iso(NOW)) as served:
        reckoned(served.home)
        cleared &= viewed("first view", browser, served.address, places, rounds)
        with opened(browser, served.address) as page:
            drawn(page)
            cleared &= frames("slider", smooth(page, slide, seconds), could, barred=True)
            cleared &= frames("pan", smooth(page, pan, seconds), could, barred=True)
    return cleared & whole(browser, where, places, rounds)


def whole(browser: Browser, where: Path, places: int, rounds: int) -> bool:
    """The map as one file: its size, what it asks for, and its first view."""
    file = where.with_suffix(".html")
    Tracker(where, clock=lambda: NOW).export("map", out=file)
    size = file.stat().st_size / 1e6
    barred = places <= 10_000
    cleared = told("one file", f"{size:5.2f} MB", f"at most {ONE_FILE} MB" if barred else "",
                   not barred or size <= ONE_FILE)  # fmt: skip
    asked: list[str] = []
    with opened(browser, "about:blank") as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        drawn(page)
    cleared &= told("  requests besides itself", f"{len(asked) - 1:5}", "none", asked == [file.as_uri()])
    return cleared & viewed("  first view from disk", browser, file.as_uri(), places, rounds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; exit 1 if a bar is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.browser", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--places", type=int, nargs="+", default=[10_000, 40_000])
    parser.add_argument("--claims", type=int, nargs="+", default=[2, 2], help="about each of them")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="so long something is moved")
    parser.add_argument("--dir", type=Path, help="where the trackers are made, and kept")
    asked = parser.parse_args(arguments)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every start compiles tracker anew
    os.environ.update(chromium.environment())
    cleared = True
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.program(), args=chromium.FLAGS)
        with opened(browser, "about:blank") as page:
            page.set_content(EMPTY)
            could = smooth(page, pan, asked.seconds)
        print(f"Chromium {browser.version}, {WIDTH} x {HEIGHT}")
        frames("empty page, a rectangle moved", could, could, barred=False)
        for places, claims in zip(asked.places, asked.claims, strict=True):
            where = Path(asked.dir or folder) / f"atlas-{places}-{claims}.db"
            if not where.exists():
                make(str(where), [*happened(places, claims, DAY)])
            cleared &= measured(browser, where, places, asked.rounds, asked.seconds, could)
        browser.close()
    return 0 if cleared else 1


if __name__ == "__main__":
    raise SystemExit(main())
