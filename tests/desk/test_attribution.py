"""Decides how a chain is typed: each step with what is known of it, and read back as it was."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.furnished import furnished
from tracker import Tracker
from tracker.cli.shell import run
from tracker.desk import attribution
from tracker.errors import BadInput, UnknownName
from tracker.times import parse_iso

NOW = parse_iso("2024-12-08T12:00:00Z")


@pytest.fixture
def syria(tmp_path: Path) -> Tracker:
    furnished(where := str(tmp_path / "t.db"), _syria)
    return Tracker(where, clock=lambda: NOW)


def _syria(where: str) -> None:
    Tracker.create(where, starter="syria", clock=lambda: NOW)


CHAIN = (
    "unnamed: several residents; n=4; basis=witnessed; said-at=2024-12-07T08:30",
    "SOHR; stance=confirms; channel=Telegram",
)


def test_every_step_of_a_chain_keeps_what_is_said_of_it(syria: Tracker) -> None:
    claim = syria.add_claim(
        "rebels captured Homs", source="Reuters; stance=could-not-verify", said_by=CHAIN, at="2024-12-07"
    )["claim"]
    assert syria.show(claim)["chain"] == [
        {"named": "several residents", "n": 4, "basis": "witnessed", "said_at": "2024-12-07T08:30:00Z"},
        {"who": "sohr", "stance": "confirms", "channel": "Telegram"},
        {"who": "reuters", "stance": "could-not-verify"},
    ]


def test_a_correction_keeps_the_chain_whole(syria: Tracker) -> None:
    claim = syria.add_claim(
        "rebels captured Homs", source="Reuters", stance="doubts", said_by=CHAIN, at="2024-12-07"
    )["claim"]
    before = syria.show(claim)["chain"]
    again = syria.correct(claim, at="2024-12-06")["claim"]
    assert syria.show(again)["chain"] == before
    own = syria.add_claim("rebels captured Hama", source="Reuters; said-at=2024-12-06", basis="told")["claim"]
    moved = syria.correct(own, place="Tartus")["claim"]
    assert syria.show(moved)["chain"] == syria.show(own)["chain"]


def test_who_is_typed_anew_brings_nothing_of_the_one_before(syria: Tracker) -> None:
    claim = syria.add_claim(
        "rebels captured Homs", source="Reuters", said_by=["rebels"], basis="witnessed", stance="doubts"
    )["claim"]
    again = syria.correct(claim, said_by=["SOHR; basis=told"], source="AFP")["claim"]
    assert syria.show(again)["chain"] == [{"who": "sohr", "basis": "told"}, {"who": "afp"}]


def test_options_and_steps_name_the_same_claim(syria: Tracker) -> None:
    one = syria.add_claim("rebels captured Homs", source="AP", said_by=["SOHR; basis=told"])["claim"]
    other = syria.add_claim("rebels captured Homs", source="AP", said_by=["SOHR"], basis="told")
    assert (other["claim"], other["recorded"]) == (one, False)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"said_by": ["SOHR; told"]}, "not KEY=VALUE"),
        ({"said_by": ["SOHR; bases=told"]}, "no fact about who said it"),
        ({"said_by": ["SOHR; basis=rumour"]}, "no basis"),
        ({"said_by": ["SOHR; stance=shouts"]}, "no stance"),
        ({"said_by": ["SOHR; n=0"]}, "no count"),
        ({"said_by": ["SOHR; n=" + "9" * 5000]}, "no count"),
        ({"said_by": ["SOHR; said-at=2031-01-01"]}, "in the future"),
        ({"said_by": ["SOHR; basis=told"], "basis": "witnessed"}, "typed as told and as witnessed"),
        ({"said_by": ["unnamed:"]}, "needs a description"),
        ({"source": "unnamed: a voice"}, "needs a name"),
    ],
)
def test_what_cannot_be_read_is_refused(syria: Tracker, told: dict[str, object], why: str) -> None:
    with pytest.raises(BadInput, match=why) as refused:
        syria.add_claim("rebels captured Homs", **{"source": "Reuters", **told})  # type: ignore[arg-type]  # texts of any option
    assert refused.value.next_step


@pytest.mark.parametrize("option", ["source", "said_by"])
def test_an_actor_who_is_no_source_yet_is_made_one(syria: Tracker, option: str) -> None:
    """What is proposed can be pasted, and makes a source that speaks for the actor."""
    syria.actor_add("Harbour Guard", id_="guard", level="faction")
    told: dict[str, Any] = {"source": "Reuters"}
    told[option] = "Harbour Guard" if option == "source" else ["Harbour Guard"]
    with pytest.raises(UnknownName) as refused:
        syria.add_claim("rebels captured Homs", **told)
    assert refused.value.message == "no source is called 'Harbour Guard'"
    assert refused.value.next_step == 'tracker source add "Harbour Guard" --kind party --lean guard'
    assert run([*shlex.split(refused.value.next_step)[1:], "--db", syria.where]) == 0
    assert syria.add_claim("rebels captured Homs", **told)["recorded"]


def test_a_name_that_nobody_has_is_proposed_or_created_as_before(syria: Tracker) -> None:
    with pytest.raises(UnknownName) as refused:
        syria.add_claim("rebels captured Homs", source="Reutters")
    assert "did you mean Reuters" in refused.value.next_step
    assert syria.add_claim("rebels captured Homs", source="The Harbour", create=True)["created"]
    syria.actor_add("Harbour Guard", level="faction")
    assert syria.add_claim("rebels captured Homs", source="Harbour Guard", create=True)["created"]


@pytest.mark.parametrize("word", ["²", "9" * 5000, "1000001", "00000005"])
def test_what_is_no_number_of_people_is_a_word_of_their_description(word: str) -> None:
    assert attribution._count(f"{word} residents") is None
    assert attribution._count("1000000 residents") == 1_000_000
