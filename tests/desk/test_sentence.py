"""Decides which sentences are read, as what, and that everything else is refused with a proposal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.desk.sentence import Proposition, read_sentence
from tracker.errors import NotFound, UnknownName, UnreadableSentence
from tracker.judgement.vocabulary import MODALITIES, PREDICATES, RELATIONS, VERBS
from tracker.names import Resolved

ACTORS = {"rebels": "rebels", "the army": "army", "lions and tigers": "zoo", "sdf": "sdf", "israel": "israel"}
PLACES = {
    "homs": "homs",
    "deir ez-zor": "deir-ez-zor",
    "the southwest": "southwest",
    "left bank": "left-bank",
}


def bind(kind: str, known: dict[str, str], text: str) -> Resolved:
    if text.lower() not in known:
        raise UnknownName(kind=kind, name=text, try_="another")
    return Resolved(known[text.lower()], text)


def read(text: str) -> Proposition:
    return read_sentence(
        text, actor=lambda name: bind("actor", ACTORS, name), place=lambda name: bind("place", PLACES, name)
    )


@pytest.mark.parametrize(
    ("sentence", "actors", "predicate", "modality", "place", "more"),
    [
        ("rebels captured Homs", ["rebels"], "captured", "asserts", "homs", {}),
        ("Rebels TOOK CONTROL OF Homs.", ["rebels"], "captured", "asserts", "homs", {}),
        ("the army still holds the city of Homs", ["army"], "holds", "asserts", "homs", {}),
        ("rebels have taken control of Homs", ["rebels"], "captured", "asserts", "homs", {}),
        ("The army has pulled back from Homs", ["army"], "lost", "asserts", "homs", {}),
        ("Homs fell to rebels", ["rebels"], "captured", "asserts", "homs", {}),
        ("Homs is held by the army", ["army"], "holds", "asserts", "homs", {}),
        (
            "the army withdrew from Homs",
            ["army"],
            "lost",
            "asserts",
            "homs",
            {"details": (("manner", "withdrew"),)},
        ),
        ("rebels entered Homs", ["rebels"], "advanced", "asserts", "homs", {"relation": "in"}),
        ("rebels did not enter Homs", ["rebels"], "advanced", "denies", "homs", {"relation": "in"}),
        ("the army has not withdrawn from Homs", ["army"], "lost", "denies", "homs", {}),
        ("rebels will capture Homs", ["rebels"], "captured", "expects", "homs", {}),
        (
            "rebels came within 50 km of Homs",
            ["rebels"],
            "advanced",
            "asserts",
            "homs",
            {"relation": "within", "km": 50},
        ),
        ("rebels came within 5 miles of Homs", ["rebels"], "advanced", "asserts", "homs", {"km": 8.0}),
        (
            "rebels hold most of the southwest",
            ["rebels"],
            "holds",
            "asserts",
            "southwest",
            {"extent": "most"},
        ),
        (
            "rebels captured large parts of Homs",
            ["rebels"],
            "captured",
            "asserts",
            "homs",
            {"extent": "part"},
        ),
        ("rebels and SDF captured Deir ez-Zor", ["rebels", "sdf"], "captured", "asserts", "deir-ez-zor", {}),
        ("lions and tigers besiege Homs", ["zoo"], "besieges", "asserts", "homs", {}),
        ("Israel struck Homs", ["israel"], "struck", "asserts", "homs", {}),
        ("captured Homs", [], "captured", "asserts", "homs", {}),
        ("rebels captured left bank", ["rebels"], "captured", "asserts", "left-bank", {}),
    ],
)
def test_sentences(
    sentence: str, actors: list[str], predicate: str, modality: str, place: str, more: dict[str, object]
) -> None:
    said = read(sentence)
    assert [actor.id for actor in said.actors] == actors
    assert (said.predicate, said.modality, said.place.id) == (predicate, modality, place)
    for key, value in more.items():
        assert getattr(said, key) == value


@pytest.mark.parametrize("sentence", ["", ".", "captured", "rebels", "rebels Homs", "holds", "   "])
def test_what_has_no_verb_or_nothing_after_it(sentence: str) -> None:
    with pytest.raises(UnreadableSentence) as refused:
        read(sentence)
    assert "--predicate" in refused.value.next_step


def test_a_name_that_is_not_known_is_the_error_that_is_told() -> None:
    with pytest.raises(UnknownName, match="'Rebls'"):
        read("Rebls captured Homs")
    with pytest.raises(UnknownName, match="'Hmos'"):
        read("rebels captured Hmos")


def test_a_time_in_the_sentence_is_moved_out_of_it() -> None:
    with pytest.raises(UnreadableSentence, match="the time does not belong") as refused:
        read("rebels captured Homs late Friday")
    assert refused.value.next_step == '"rebels captured Homs" --at "late Friday"'


def test_every_verb_means_something_the_vocabulary_knows() -> None:
    for phrase, verb in VERBS.items():
        assert verb.predicate in PREDICATES
        assert verb.modality in MODALITIES
        assert dict(verb.attributes).get("relation") in (None, *RELATIONS)
        place = "5 km of Homs" if dict(verb.attributes).get("relation") == "within" else "Homs"
        said = read(f"rebels {phrase} {place}")
        assert (said.predicate, said.modality) == (verb.predicate, verb.modality), phrase


@given(st.text(max_size=60))
def test_anything_at_all_is_read_or_refused(text: str) -> None:
    try:
        read(text)
    except (UnreadableSentence, NotFound) as refused:
        told = (refused.message, refused.next_step)
    else:
        told = ("", "")
    assert all(told) or told == ("", "")
