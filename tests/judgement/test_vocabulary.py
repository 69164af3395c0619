"""What each word does to control of a place, as in the table of the domain."""

from __future__ import annotations

import pytest

from tracker.judgement import vocabulary
from tracker.judgement.vocabulary import (
    AROUND,
    CONTEST,
    DENY_GAIN,
    DENY_LOST,
    EXTENTS,
    FOR,
    INSIDE,
    LOST,
    MANNERS,
    MODALITIES,
    MOVING,
    NONE,
    OUTCOMES,
    PREDICATES,
    PRESENT,
    RELATIONS,
    STRUCK,
    VERBS,
    effect,
)

STEPS = {FOR, LOST, CONTEST, INSIDE, AROUND, DENY_GAIN, DENY_LOST, PRESENT, STRUCK, NONE}


@pytest.mark.parametrize("predicate", ["captured", "holds"])
@pytest.mark.parametrize(
    ("extent", "step"),
    [(None, FOR), ("all", FOR), ("most", FOR), ("unspecified", FOR), ("part", CONTEST), ("some", CONTEST)],
)
def test_a_holder_is_named_by_the_whole_place_never_by_part_of_it(
    predicate: str, extent: str | None, step: str
) -> None:
    """Rebels who take two districts contest the city; they do not hold it."""
    assert effect(predicate, extent=extent) == step


@pytest.mark.parametrize(
    ("extent", "step"),
    [(None, LOST), ("all", LOST), ("most", LOST), ("unspecified", LOST), ("part", NONE), ("some", NONE)],
)
def test_losing_part_of_a_place_is_not_losing_it(extent: str | None, step: str) -> None:
    assert effect("lost", extent=extent) == step


@pytest.mark.parametrize("relation", [None, *RELATIONS])
def test_an_advance_matters_to_control_only_inside(relation: str | None) -> None:
    """Toward, near or at the edge of the city is pressure; in it is a contest."""
    assert effect("advanced", relation=relation) == (INSIDE if relation == "in" else AROUND)


@pytest.mark.parametrize("relation", [None, *RELATIONS])
@pytest.mark.parametrize("outcome", [None, *OUTCOMES])
def test_fighting_inside_contests_and_an_attack_repelled_speaks_for_the_defender(
    relation: str | None, outcome: str | None
) -> None:
    """Fighting that has ended says nothing about who is left standing."""
    step = effect("fighting", relation=relation, outcome=outcome)
    if outcome == "repelled":
        assert step == FOR
    elif outcome == "ended":
        assert step == NONE
    else:
        assert step == (CONTEST if relation == "in" else AROUND)


@pytest.mark.parametrize(
    ("predicate", "step"),
    [("besieges", AROUND), ("present", PRESENT), ("struck", STRUCK), ("agreed", NONE), ("other", NONE)],
)
def test_siege_presence_strikes_and_agreements_move_nothing(predicate: str, step: str) -> None:
    """A base in the city, a raid on it, a ceasefire about it: shown, and worth no probability."""
    assert effect(predicate) == step
    assert step not in MOVING


@pytest.mark.parametrize("modality", ["expects", "silent"])
@pytest.mark.parametrize("predicate", PREDICATES)
@pytest.mark.parametrize("relation", [None, *RELATIONS])
def test_what_is_expected_or_met_with_silence_informs_only(
    modality: str, predicate: str, relation: str | None
) -> None:
    """ "They will storm it on Friday" is no claim that they hold it."""
    assert effect(predicate, modality, relation=relation) == NONE


@pytest.mark.parametrize("relation", [None, *RELATIONS])
@pytest.mark.parametrize("predicate", PREDICATES)
def test_a_denial_speaks_about_control_where_what_it_denies_did(predicate: str, relation: str | None) -> None:
    """ "They did not capture it", "they are not in it" and "we did not leave" speak about control."""
    step = effect(predicate, "denies", relation=relation)
    if predicate in ("captured", "holds") or (predicate == "advanced" and relation in (None, "in")):
        assert step == DENY_GAIN
    elif predicate == "lost":
        assert step == DENY_LOST
    else:
        assert step == NONE


@pytest.mark.parametrize("predicate", PREDICATES)
@pytest.mark.parametrize("modality", MODALITIES)
def test_every_word_in_every_shape_has_a_known_effect(predicate: str, modality: str) -> None:
    for relation in (None, *RELATIONS):
        for extent in (None, *EXTENTS):
            for outcome in (None, *OUTCOMES):
                shape = {"relation": relation, "extent": extent, "outcome": outcome}
                assert effect(predicate, modality, **shape) in STEPS


@pytest.mark.parametrize("phrase", VERBS)
def test_every_typed_verb_is_read_into_words_that_are_known(phrase: str) -> None:
    """No phrase may settle a predicate, modality or attribute that the vocabulary does not have."""
    verb = VERBS[phrase]
    known = {"relation": RELATIONS, "manner": MANNERS, "extent": EXTENTS, "outcome": OUTCOMES}
    assert verb.predicate in PREDICATES
    assert verb.modality in MODALITIES
    for name, value in verb.attributes:
        assert value in known[name]
    assert phrase == " ".join(phrase.casefold().split())


def test_typed_verbs_do_what_they_say() -> None:
    """One verb of each kind, read all the way to its step."""
    read = {
        "captured": FOR, "liberated": FOR, "still holds": FOR, "withdrew from": LOST, "surrendered": LOST,
        "entered": INSIDE, "approached": AROUND, "advanced toward": AROUND, "encircled": AROUND,
        "fighting in": CONTEST, "fighting near": AROUND, "deployed to": PRESENT, "bombed": STRUCK,
        "threatens": NONE, "did not capture": DENY_GAIN, "did not enter": DENY_GAIN,
        "has not withdrawn from": DENY_LOST,
    }  # fmt: skip
    for phrase, step in read.items():
        verb = VERBS[phrase]
        attributes = dict(verb.attributes)
        found = effect(
            verb.predicate,
            verb.modality,
            relation=attributes.get("relation"),
            extent=attributes.get("extent"),
            outcome=attributes.get("outcome"),
        )
        assert (phrase, found) == (phrase, step)


def test_the_published_cases_use_the_names_of_the_steps() -> None:
    """`cases.json` and the code call a step the same, so neither needs a table of translations."""
    assert {"for", "lost", "contest", "inside", "around", "deny-gain", "deny-lost"} == MOVING | {AROUND}
    assert {
        value for name, value in vars(vocabulary).items() if name.isupper() and isinstance(value, str)
    } == STEPS
