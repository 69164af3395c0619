"""Decides that `Tracker` does in Python what the commands do, with the same verbs and the same answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import tracker as package
from tests.cli.running import tracker as typed
from tests.furnished import furnished
from tracker import Tracker
from tracker.cli.commands import COMMANDS
from tracker.errors import BadInput, Conflict, NoDatabase, TrackerError, UnknownClaim, UnknownName
from tracker.times import parse_iso

NOW = parse_iso("2024-12-08T12:00:00Z")


@pytest.fixture
def made(tmp_path: Path) -> Tracker:
    furnished(where := str(tmp_path / "t.db"), _syria)
    return Tracker(where, clock=lambda: NOW, by="test")


def _syria(where: str) -> None:
    Tracker.create(where, starter="syria", clock=lambda: NOW, by="test")


def say(made: Tracker, sentence: str = "rebels captured Sanamayn") -> str:
    return str(made.add_claim(sentence, source="Reuters", said_by=["rebels"], at="2024-12-07")["claim"])


def test_the_example_of_its_docstring(tmp_path: Path) -> None:
    one = Tracker.create(tmp_path / "tracker.db", starter="syria")
    one.add_claim("rebels captured Sanamayn", source="Reuters", said_by=["rebels"])
    assert one.status("Sanamayn")["status"] == "held"


def test_it_answers_as_the_commands_do(made: Tracker) -> None:
    claim = say(made)
    where = ("--db", made.where, "--now", "2024-12-08T12:00:00Z", "--json")
    questions: list[tuple[list[str], Callable[[], object]]] = [
        (["status", "Sanamayn"], lambda: made.status("Sanamayn")),
        (["status"], lambda: made.status()),
        (["why", "Sanamayn"], lambda: made.why("Sanamayn")),
        (["claims", "--place", "Sanamayn"], lambda: made.claims(place="Sanamayn")),
        (["show", claim], lambda: made.show(claim)),
        (["verify"], lambda: made.verify()),
        (["setting", "list"], lambda: made.settings()),
        (["place", "show", "Homs"], lambda: made.show_thing("place", "Homs")),
    ]
    for words, ask in questions:
        assert typed(*words, *where).json == json.loads(json.dumps(ask())), words


def test_every_command_has_its_verb() -> None:
    verbs = {
        "db": "db_current",
        "place": "place_add",
        "actor": "actor_add",
        "source": "source_add",
        "document": "document_add",
        "batch": "batches",
        "scheduler": "shift",
        "import": "import_file",
    }
    for name in COMMANDS:
        if name not in ("demo", "serve"):
            verb = getattr(Tracker, verbs.get(name, name.replace("-", "_")))
            assert verb.__doc__, name
    assert package.__version__


def test_times_may_be_text_instants_or_aware(made: Tracker) -> None:
    say(made)
    at = datetime(2024, 12, 8, 12, tzinfo=UTC)
    assert made.status("Sanamayn", at=at) == made.status("Sanamayn", at="2024-12-08T12:00Z")
    assert made.status("Sanamayn", at=at) == made.status("Sanamayn", at=NOW)
    with pytest.raises(BadInput, match="has no zone"):
        made.status("Sanamayn", at=datetime(2024, 12, 8))  # noqa: DTZ001  that is the mistake


def test_what_is_no_time_is_refused(made: Tracker) -> None:
    for when in (10**30, -(10**30), 1.5, date(2024, 12, 7), True):
        with pytest.raises(BadInput, match="no time in microseconds"):
            made.status("Sanamayn", at=when)  # type: ignore[arg-type]  # what no caller may give
    for at in (NOW, datetime(2024, 12, 8, 12, tzinfo=UTC)):
        claim = made.add_claim("rebels captured Sanamayn", source="Reuters", at=at)["claim"]
        assert made.show(claim)["occurred"]["earliest"] == "2024-12-08T12:00:00Z"


def test_what_is_no_thing_is_refused(made: Tracker) -> None:
    asks: tuple[Callable[[], object], ...] = (
        lambda: made.alias("planet", "Homs", ["x"]), lambda: made.rename("planet", "Homs", "x"),
        lambda: made.merge("document", "a", "b"), lambda: made.unmerge("planet", "a"),
        lambda: made.listed("planet"), lambda: made.show_thing("planet", "Homs"),
        lambda: made.status(only=["helds"]), lambda: made.claims(modality="denied"),
        lambda: made.claims(predicate="capture"), lambda: made.claims(standing="alive"),
    )  # fmt: skip
    for ask in asks:
        with pytest.raises(BadInput) as refused:
            ask()
        assert "one of " in refused.value.next_step


def test_a_misspelt_keyword_is_answered_with_the_nearest(made: Tracker) -> None:
    asks: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: made.add_claim("rebels captured Homs", sorce="Reuters"), "'source'"),
        (lambda: made.correct("c-1", plaice="Homs"), "'place'"),
        (lambda: made.place_add("Newtown", kind="town", parents="homs"), "'parent'"),
        (lambda: made.source_add("Herald", knd="media"), "'kind'"),
    )
    for ask, near in asks:
        with pytest.raises(TypeError, match=rf"unexpected keyword argument .* Did you mean {near}\?"):
            ask()


def test_recording_twice_is_recording_once(made: Tracker) -> None:
    claim = say(made)
    head = made.verify()["chain_hash"]
    assert say(made) == claim
    assert made.verify()["chain_hash"] == head


def test_making_it_again_keeps_what_is_there(made: Tracker) -> None:
    claim = say(made)
    again = Tracker.create(made.where, starter="syria", clock=lambda: NOW)
    assert again.init("syria")["recorded"] == 0
    assert again.show(claim)["id"] == claim


def test_refusals_are_exceptions_with_the_next_step(made: Tracker, tmp_path: Path) -> None:
    acts: tuple[tuple[type[TrackerError], Callable[[], object]], ...] = (
        (UnknownName, lambda: made.status("Hommms")),
        (UnknownClaim, lambda: made.show("c-1")),
        (Conflict, lambda: made.place_add("Homs", kind="city")),
        (NoDatabase, lambda: Tracker(tmp_path / "none.db").status()),
    )
    for error, act in acts:
        with pytest.raises(error) as refused:
            act()
        assert refused.value.next_step


def test_correcting_retracting_and_linking(made: Tracker) -> None:
    claim = say(made)
    right = made.correct(claim, place="Nawa", reason="misread")["claim"]
    assert made.show(claim)["standing"] == "corrected"
    assert made.show(claim)["replaced_by"] == right
    assert made.status("Sanamayn")["claims"] == 0
    other = say(made, "rebels captured Jasim")
    made.link(other, right, link="derived-from")
    with pytest.raises(Conflict):
        made.link(right, other, link="derived-from")
    made.retract(right, reason="withdrawn")
    assert made.status("Nawa")["status"] == "unknown"
    assert [event["kind"] for event in made.show(right)["history"]] == ["claim-recorded", "claim-retracted"]


def test_a_setting_of_one_place_holds_there_alone(made: Tracker) -> None:
    say(made)
    say(made, "rebels captured Nawa")
    made.setting("tempo", "0.5", place="Nawa")
    later = "2024-12-20"
    assert made.status("Nawa", at=later)["confidence"] < made.status("Sanamayn", at=later)["confidence"]
    made.setting("tempo", None, place="Nawa")
    assert made.status("Nawa", at=later)["confidence"] == made.status("Sanamayn", at=later)["confidence"]


def test_an_actor_that_changes_sides_takes_its_places_along(made: Tracker) -> None:
    made.add_claim("HTS captured Nawa", source="SOHR", at="2024-12-01", reported="2024-12-01")
    made.actor_leave("HTS", since="2024-12-05")
    assert made.status("Nawa", at="2024-12-04")["controller"]["side"] == "rebels"
    assert made.status("Nawa", at="2024-12-06")["controller"]["side"] == "hts"
