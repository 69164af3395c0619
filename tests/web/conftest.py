"""Decides how tests open pages in a real browser: one for each worker, a fresh context for each test."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import chromium as found
from tests.acceptance.prepared import *  # noqa: F403 (the fixtures, which its `__all__` names)
from tests.acceptance.prepared import shared
from tests.web import hostile, served
from tests.web.browsing import OpenPage, Traffic

QUIET: Final = 20_000
"""Milliseconds after which what a test waits for in a page does not come any more."""

expect.set_options(timeout=QUIET)

_Started = tuple[Browser, asyncio.AbstractEventLoop]


class Serving(Protocol):
    """Starts `tracker serve` on a tracker, with more words if need be; it is ended with the test."""

    def __call__(self, where: str | Path, *more: str, **how: Any) -> served.Served: ...


class ServingApp(Protocol):
    """Serves an ASGI application in this process, until the test ends."""

    def __call__(self, app: Any) -> served.Served: ...


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test in whose pages anything went wrong has failed; one that failed in any case tells of it too."""
    traffic = getattr(item, "funcargs", {}).get("traffic")
    try:
        done = yield
    except BaseException:
        if traffic is not None and traffic.troubles:
            item.add_report_section("call", "browser", "\n".join(traffic.troubles))
        raise
    if traffic is not None:
        traffic.check()
    return done


@pytest.fixture(scope="session")
def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Started]:
    """The browser of this worker, which leaves nothing in anybody's home, and the loop of Playwright."""
    home = str(tmp_path_factory.mktemp("browser"))
    homes = {"HOME": home, "XDG_CONFIG_HOME": f"{home}/config", "XDG_CACHE_HOME": f"{home}/cache"}
    try:
        program = found.program()
    except found.NoChromium as missing:
        raise pytest.fail.Exception(str(missing), pytrace=False) from None
    os.environ.update(found.environment())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=found.FLAGS, env={**os.environ, **homes}
        )
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture
def chromium(_browser: _Started) -> Iterator[Browser]:
    """The browser. Playwright leaves its loop running in this thread; here only while a test needs it."""
    browser, loop = _browser
    asyncio._set_running_loop(loop)
    yield browser
    asyncio._set_running_loop(None)


@pytest.fixture
def traffic() -> Traffic:
    """What the pages of this test ask for, and what goes wrong in them."""
    return Traffic()


@pytest.fixture
def open_page(chromium: Browser, traffic: Traffic) -> Iterator[OpenPage]:
    """Opens pages, each in a context of its own: `open_page(color_scheme="dark", viewport=…)`."""

    def opened(**how: Any) -> Page:
        context = chromium.new_context(**{"locale": "en-GB", "timezone_id": "UTC", **how})
        context.set_default_timeout(QUIET)
        traffic.listen(context)
        return context.new_page()

    yield opened
    for context in traffic.contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page in a fresh context."""
    return open_page()


@pytest.fixture
def serving(traffic: Traffic) -> Iterator[Serving]:
    """`tracker serve` for pages of this test."""
    with ExitStack() as running:

        def start(where: str | Path, *more: str, **how: Any) -> served.Served:
            one = running.enter_context(served.process(where, *more, **how))
            traffic.homes.add(one.home)
            return one

        yield start


@pytest.fixture
def serving_app(traffic: Traffic) -> Iterator[ServingApp]:
    """An application, or a part of one, for pages of this test."""
    with ExitStack() as running:

        def start(app: Any) -> served.Served:
            one = running.enter_context(served.thread(app))
            traffic.homes.add(one.home)
            return one

        yield start


@pytest.fixture(scope="session")
def hostile_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite tracker full of what `tests.web.hostile` has; `harmless_file` is the same without harm."""
    return shared(tmp_path_factory, "hostile.db", lambda where: hostile.made(where, harmless=False))


@pytest.fixture(scope="session")
def harmless_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The twin of `hostile_file`: as many places, actors, sources and claims, with texts as long."""
    return shared(tmp_path_factory, "harmless.db", lambda where: hostile.made(where, harmless=True))
