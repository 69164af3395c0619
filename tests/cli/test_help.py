"""Decides that every command explains itself, ends with the exit codes, and changes only on purpose.

`TRACKER_WRITE_GOLDEN=1 make test ARGS='-k test_help'` writes the golden files anew; read the difference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.cli.running import tracker
from tracker.cli.commands import COMMANDS
from tracker.cli.shell import EXITS, module_of
from tracker.errors import EXIT_CODES
from tracker.judgement.vocabulary import (
    BASES,
    EXTENTS,
    FILTERS,
    MODALITIES,
    OUTCOMES,
    PREDICATES,
    RELATIONS,
    STANCES,
)

GOLDEN = Path(__file__).parent.parent / "golden" / "help"


def _every_command() -> Iterator[tuple[str, ...]]:
    yield ()
    for name in COMMANDS:
        yield (name,)
        command = module_of(name).command
        if isinstance(command, click.Group):
            for below in command.commands:
                yield (name, below)


EVERY_COMMAND = list(_every_command())


@pytest.mark.parametrize("words", EVERY_COMMAND, ids=lambda words: " ".join(words) or "tracker")
def test_help(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    answer = tracker(*words, "--help")
    assert (answer.code, answer.err) == (0, "")
    told = " ".join(answer.out.split())
    assert told.endswith(EXITS), "the exit codes come last"
    for code, meaning in EXIT_CODES.items():
        assert f"{code} {meaning}" in told
    golden = GOLDEN / f"{'-'.join(words) or 'tracker'}.txt"
    if os.environ.get("TRACKER_WRITE_GOLDEN"):
        golden.write_text(answer.out, "utf-8")
    assert golden.exists(), "TRACKER_WRITE_GOLDEN=1 writes it"
    assert answer.out == golden.read_text("utf-8")


def test_no_golden_file_is_left_of_a_command_that_went() -> None:
    wanted = {f"{'-'.join(words) or 'tracker'}.txt" for words in EVERY_COMMAND}
    assert {path.name for path in GOLDEN.glob("*.txt")} == wanted


@pytest.mark.parametrize("words", [words for words in EVERY_COMMAND if words], ids=" ".join)
def test_every_option_says_what_it_does(words: tuple[str, ...]) -> None:
    command = module_of(words[0]).command
    for below in words[1:]:
        command = command.commands[below]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help.endswith((".", "…", ")")), f"{parameter.name}: {parameter.help}"
    assert command.help


def test_lists_of_words_in_help_are_whole() -> None:
    """They are written out where building them would load the vocabulary at every start."""
    for words, option, allowed in (
        ("status", "only", FILTERS), ("add-claim", "extent", EXTENTS), ("add-claim", "relation", RELATIONS),
        ("add-claim", "modality", MODALITIES), ("add-claim", "predicate", PREDICATES),
        ("add-claim", "outcome", OUTCOMES), ("add-claim", "basis", BASES), ("add-claim", "stance", STANCES),
        ("claims", "modality", MODALITIES),
    ):  # fmt: skip
        command = module_of(words).command
        (told,) = (one.help for one in command.params if one.name == option)
        assert set(allowed) <= set(re.findall(r"[\w-]+", told)), (words, option)


def test_the_version_and_the_short_form_of_help() -> None:
    assert tracker("--version").out.startswith("tracker, version ")
    assert tracker("-h").out == tracker("--help").out
