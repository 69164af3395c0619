"""Decides where the tests find a real browser, and how one is started that keeps to itself.

In this order: the program named in TRACKER_TEST_CHROMIUM, a Chromium or Chrome of this machine, the one that
`.ci/browser` has unpacked into this environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FLAGS: Final = (
    "--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
    "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider", "--disable-gpu",
    "--disable-quic", "--disable-sync", "--no-first-run", "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)  # fmt: skip
"""It looks for no updates and no devices, and finds nobody else; it draws alike everywhere, without a card.

Playwright adds that there is no sandbox: root has none, nor have most containers, and all pages are our own.
"""

_NAMES: Final = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)  # fmt: skip


class NoChromium(Exception):
    """There is none on this machine that starts."""


def program() -> str:
    """The path of the browser."""
    for one in _candidates():
        found = shutil.which(one)
        if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
            return found
    raise NoChromium(
        "the tests need a real Chromium: apt-get install chromium (brew install chromium), or sh .ci/browser "
        ".venv, or set TRACKER_TEST_CHROMIUM"
    )


def environment() -> dict[str, str]:
    """What Playwright has to be told: how its driver starts here, where it does not by itself."""
    ours = Path(sys.prefix) / "browser" / "node"
    return {"PLAYWRIGHT_NODEJS_PATH": str(ours)} if ours.exists() else {}


def _candidates() -> Iterator[str]:
    if given := os.environ.get("TRACKER_TEST_CHROMIUM"):
        yield given
        return
    yield from _NAMES
    yield str(Path(sys.prefix) / "browser" / "chromium")
