"""Decides what a page may do while a test looks on: nothing fails, and it speaks to its own server alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Any, Final
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Page,
    Request,
    WebError,
    WebSocket,
)

_SKELETON: Final = """() => {
    const plain = one => one.localName === 'bdi' && !one.attributes.length && !one.children.length
    const link = one => one.localName === 'a' && one.relList.contains('noopener')
        && /^https?:/.test(one.getAttribute('href')) && [...one.children].every(plain)
    return [...document.querySelectorAll('*')].filter(one => !plain(one) && !link(one)).map(element => {
        let depth = 0
        for (let up = element; up = up.parentElement;) depth++
        return ' '.repeat(depth) + [element.localName, ...element.getAttributeNames().sort()].join(' ')
    })
}"""
_LINKS: Final = """() => {
    const named = ['href', 'src', 'action', 'formaction', 'data']
    const wary = element => {
        const given = named.map(name => element.getAttribute(name)).find(value => value !== null)
        if (!URL.canParse(given, document.baseURI)) return false // it leads nowhere
        const address = new URL(given, document.baseURI), link = element.localName === 'a'
        const own = address.origin === location.origin && address.protocol === location.protocol
        const web = link && /^https?:$/.test(address.protocol) && element.relList.contains('noopener')
        return !own && !web && !(address.protocol === 'data:' && !link)
    }
    const found = document.querySelectorAll(named.map(name => `[${name}]`))
    return [...found].filter(wary).map(one => one.outerHTML)
}"""

OpenPage = Callable[..., Page]
"""A new page in a context of its own; words are those of Playwright's `new_context`."""


class Misbehaved(AssertionError):
    """A page did what no page of ours does."""


@dataclass
class Traffic:
    """What the pages of a test asked for, and what went wrong in them."""

    homes: set[str] = field(default_factory=set)
    """The servers of the test, as `http://127.0.0.1:PORT`."""
    requests: list[str] = field(default_factory=list)
    """The address of everything that was asked for, in order, documents too."""
    troubles: list[str] = field(default_factory=list)
    """Errors in the console, errors of scripts, dialogs, windows that opened, requests to others."""
    contexts: list[BrowserContext] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)

    def expect(self, *troubles: str) -> None:
        """Such a trouble has to come, and is none: each is a part of its text."""
        self._expected += troubles

    def beyond(self, *documents: str) -> list[str]:
        """What was asked for besides some documents, by their addresses: of a file that is whole, nothing."""
        self.settle()
        left = list(self.requests)
        for document in documents:
            left.remove(document)
        return left

    def take(self) -> list[str]:
        """The troubles until now, with which the test has dealt then."""
        self.settle()
        taken, self.troubles = self.troubles, []
        return taken

    def settle(self) -> None:
        """What has happened in the pages until now has been heard of."""
        for context in self.contexts:
            for page in context.pages:
                with suppress(Error):  # it has just been closed
                    page.evaluate("new Promise(done => setTimeout(done))")

    def check(self) -> None:
        """Raises Misbehaved if anything went wrong, or if what was expected did not."""
        self.settle()
        missing = [one for one in self._expected if not any(one in trouble for trouble in self.troubles)]
        others = [one for one in self.troubles if not any(expected in one for expected in self._expected)]
        told = [*others, *(f"it was expected, and did not happen: {one}" for one in missing)]
        if told:
            raise Misbehaved("\n".join(told))

    def listen(self, context: BrowserContext) -> None:
        """Hear everything that happens in a context from now on."""
        self.contexts.append(context)
        context.on("console", self._console)
        context.on("weberror", self._weberror)
        context.on("request", self._request)
        context.on("dialog", self._dialog)
        context.on("page", self._page)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            where = message.location
            self.troubles.append(
                f"console {message.type}: {message.text} ({where['url']}:{where['lineNumber']})"
            )

    def _weberror(self, failed: WebError) -> None:
        self.troubles.append(f"error: {failed.error}")

    def _request(self, request: Request) -> None:
        self._asked(request.url)

    def _websocket(self, socket: WebSocket) -> None:
        self._asked(socket.url)

    def _asked(self, address: str) -> None:
        self.requests.append(address)
        parts = urlsplit(address)
        if (
            parts.scheme not in ("file", "data", "blob")
            and f"{parts.scheme}://{parts.netloc}" not in self.homes
        ):
            self.troubles.append(f"request to somebody else: {address}")

    def _dialog(self, dialog: Dialog) -> None:
        self.troubles.append(f"dialog: {dialog.type} {dialog.message!r}")
        dialog.dismiss()

    def _page(self, page: Page) -> None:
        page.on("websocket", self._websocket)
        opener = page.opener()
        if opener is not None:
            self.troubles.append(f"a window was opened by {opener.url}")


def skeleton(page: Page) -> list[str]:
    """The elements of a page, each with the names of its attributes and as far in as it lies.

    Left out are links to the web, as what is no address there stands as text, and the `bdi` around a text.
    """
    found: list[str] = page.evaluate(_SKELETON)
    return found


def assert_unharmed(page: Page, harmless: list[str]) -> None:
    """No script of a hostile text ran, none became an element or an attribute, and none a link to be wary of.

    `harmless` is the skeleton of the same page of the twin. A link to elsewhere is to the web, `noopener`.
    """
    assert page.evaluate("window.__hit") is None, "a script ran"
    found = skeleton(page)
    told = list(unified_diff(harmless, found, "harmless", "hostile", lineterm="", n=2))
    assert not told, "\n".join(told[:40])
    assert page.evaluate(_LINKS) == []


def until(page: Page, true: str, seconds: float = 10.0) -> None:
    """Waits for a page until an expression is true in it.

    Playwright's `wait_for_function` evaluates it again in the page, which the policy of our pages forbids.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(true):
        assert time.monotonic() < end, f"it did not come: {true}"
        page.wait_for_timeout(20)


def axe(page: Page, *, within: str | None = None) -> None:
    """Asserts that axe-core finds nothing on a page as it is now, or in what a selector finds of it."""
    found: dict[str, Any] = Axe().run(page, context=within).response
    told = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}"
        + "".join(
            f"\n  {_selector(node)}: {' '.join(node['failureSummary'].split())}" for node in rule["nodes"]
        )
        for rule in found["violations"]
    ]
    assert not told, "axe-core finds:\n" + "\n".join(told)


def _selector(node: dict[str, Any]) -> str:
    return " ".join(str(part) for part in node["target"])
