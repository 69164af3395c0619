"""Decides which night the deliveries of these tests are about."""

from __future__ import annotations

import pytest

from tests.night.swept import swept
from tracker.night import targets
from tracker.night.letter import Letter, letter_of
from tracker.reader import open_reader


@pytest.fixture(scope="session")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Letter:
    """The report of the night of 8 December, in which something was found."""
    with open_reader(swept(str(tmp_path_factory.mktemp("night") / "tracker.db"), [])) as reader:
        return letter_of(reader, "2024-12-08")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery is broken off after two timeouts and not after four: a test waits for that."""
    monkeypatch.setattr(targets, "STEPS", 2)
