"""Decides that a name and a link can be taken back by an event, and what then stays and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.furnished import furnished
from tracker import Tracker
from tracker.errors import AmbiguousName, Conflict, UnknownName
from tracker.times import parse_iso
from tracker.views.completion import names

NOW = parse_iso("2024-12-10T12:00:00Z")
HOUR = 3_600_000_000


class Situation:
    """A tracker in which an hour passes with every step that a test takes."""

    def __init__(self, where: str) -> None:
        self.now = NOW
        furnished(where, _situation)
        self.tracker = Tracker(where, clock=lambda: self.now, by="anna")

    def later(self) -> int:
        self.now += HOUR
        return self.now - 1

    def say(self, sentence: str, source: str, day: int) -> str:
        when = f"2024-12-0{day}"
        claim: str = self.tracker.add_claim(sentence, source=source, at=when, reported=when)["claim"]
        return claim

    def verdict(self, known_at: int | None = None) -> dict[str, Any]:
        return {**self.tracker.why("ford", at=NOW, known_at=known_at), "known_at": None}


def _situation(where: str) -> None:
    tracker = Tracker.create(where, clock=lambda: NOW, by="anna")
    for place in ("Ford", "Mill"):
        tracker.place_add(place, kind="town")
    for actor in ("Army", "Clan"):
        tracker.actor_add(actor, level="side")
    for source in ("Wire", "Radio", "Monitor"):
        tracker.source_add(source, kind="media")


@pytest.fixture
def here(where: str) -> Situation:
    return Situation(where)


# -- names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("thing", "id_"), [("place", "ford"), ("actor", "army"), ("source", "wire")])
def test_a_name_taken_back_binds_nobody(here: Situation, thing: str, id_: str) -> None:
    here.tracker.alias(thing, id_, ["Emesa"])
    tried = here.tracker.unalias(thing, id_, ["Emesa"], dry_run=True)
    assert (tried["event"], tried["payload"]["aliases"], tried["position"]) == (
        f"{thing}-unaliased", ["Emesa"], None,
    )  # fmt: skip
    assert "Emesa" in here.tracker.show_thing(thing, id_)["names"], "nothing was written"
    done = here.tracker.unalias(thing, id_, ["EMESA"], reason="another one is called so")
    assert (done[thing], done["changes"]) == (id_, [])
    assert done["payload"]["aliases"] == ["Emesa"], "as it was spelled"
    assert done["notes"] == ["Emesa binds nobody any more"]
    assert "Emesa" not in here.tracker.show_thing(thing, id_)["names"]
    with pytest.raises(UnknownName):
        here.tracker.show_thing(thing, "Emesa")
    with here.tracker.reading() as reader:
        assert names(reader, thing, "Emes") == [], "no TAB proposes it"
    with pytest.raises(Conflict, match="is not called Emesa"):
        here.tracker.unalias(thing, id_, ["Emesa"])
    here.tracker.alias(thing, id_, ["Emesa"])
    assert here.tracker.show_thing(thing, "emesa")["id"] == id_, "and it may be given again"
    assert here.tracker.verify()["ok"]


def test_what_was_known_by_a_name_is_still_asked_by_it(here: Situation) -> None:
    here.tracker.alias("place", "Ford", ["Emesa"])
    here.tracker.alias("actor", "Army", ["Emesans"])
    here.tracker.alias("source", "Wire", ["Emesa Post"])
    claim = here.say("Emesans captured Emesa", "Emesa Post", 5)
    then = here.later()
    here.tracker.unalias("place", "Ford", ["Emesa"])
    here.tracker.unalias("actor", "Army", ["Emesans"])
    here.tracker.unalias("source", "Wire", ["Emesa Post"])
    after = here.later()
    assert here.tracker.status("Emesa", known_at=then)["place"]["id"] == "ford"
    for wanted in ({"place": "Emesa"}, {"actor": "Emesans"}, {"source": "Emesa Post"}):
        assert [one["id"] for one in here.tracker.claims(**wanted, known_at=then)["claims"]] == [claim]
        for at in (after, None):
            with pytest.raises(UnknownName):
                here.tracker.claims(**wanted, known_at=at)
    assert here.tracker.show(claim)["place"] == "ford"
    here.tracker.alias("place", "Mill", ["Emesa", "New Mill"])
    assert here.tracker.status("Emesa", known_at=then)["place"]["id"] == "ford", "whose it was then"
    assert here.tracker.status("Emesa")["place"]["id"] == "mill"
    assert here.tracker.status("New Mill", known_at=then)["place"]["id"] == "mill", "a name given since"


def test_a_name_that_fitted_two_then_is_not_bound_then(here: Situation) -> None:
    here.tracker.alias("place", "Ford", ["Emesa"])
    here.tracker.alias("place", "Mill", ["Emesa"])
    then = here.later()
    assert here.tracker.unalias("place", "Mill", ["Emesa"])["notes"] == ["Emesa now binds ford"]
    assert here.tracker.status("Emesa", known_at=then)["place"]["id"] == "ford", "what it is now"
    here.tracker.unalias("place", "Ford", ["Emesa"])
    with pytest.raises(AmbiguousName):
        here.tracker.status("Emesa", known_at=then)


def test_claims_typed_with_a_name_stay_and_are_told(here: Situation) -> None:
    here.tracker.alias("place", "Ford", ["Emesa"])
    here.tracker.alias("actor", "Army", ["Emesans"])
    here.say("Army captured Emesa", "Wire", 5)
    here.say("Emesans captured emesa", "Radio", 6)
    before = here.verdict()
    assert here.tracker.unalias("place", "Ford", ["Emesa"])["notes"] == [
        "Emesa binds nobody any more; 2 claims typed with it stay with ford"
    ]
    assert here.tracker.unalias("actor", "Army", ["Emesans"])["notes"] == [
        "Emesans binds nobody any more; 1 claim typed with it stays with army"
    ]
    assert here.verdict() == before


def test_the_main_name_is_no_other_name(here: Situation) -> None:
    here.tracker.alias("place", "Ford", ["al-Ford"])
    with pytest.raises(Conflict, match="main name of ford") as refused:
        here.tracker.unalias("place", "Ford", ["Ford"])
    assert "tracker place rename ford" in refused.value.next_step
    assert here.tracker.unalias("place", "Ford", ["al-Ford"])["notes"] == [
        "al-Ford still binds ford, as another spelling of a name that it has"
    ]
    here.tracker.rename("place", "Ford", "Long Ford")
    assert here.tracker.unalias("place", "Long Ford", ["Ford"])["payload"]["aliases"] == ["Ford"]
    assert here.tracker.show_thing("place", "ford")["names"] == ["Long Ford"]


def test_a_name_of_what_was_merged_is_taken_from_that(here: Situation) -> None:
    here.tracker.alias("place", "Mill", ["Moulin"])
    here.tracker.merge("place", "mill", "ford")
    with pytest.raises(Conflict, match="main name of mill") as refused:
        here.tracker.unalias("place", "Ford", ["Mill"])
    assert "unmerge mill" in refused.value.next_step
    assert here.tracker.unalias("place", "Ford", ["Moulin"])["place"] == "mill"
    with pytest.raises(UnknownName):
        here.tracker.status("Moulin")


# -- links -----------------------------------------------------------------------------------------------


LINKS = ("derived-from", "same-event")


@pytest.mark.parametrize("link", LINKS)
def test_a_link_taken_back_was_never_made(here: Situation, link: str) -> None:
    one = here.say("Army captured Ford", "Wire", 5)
    two = here.say("Army captured Ford", "Radio", 6)
    three = here.say("Army captured Ford", "Monitor", 7)
    here.tracker.link(three, two, link="derived-from")
    before, known_before = here.verdict(), here.later()
    here.tracker.link(two, one, link=link)
    linked, known_linked = here.verdict(), here.later()
    assert (linked != before) == (link == "derived-from"), "of one event: informs, moves nothing"
    tried = here.tracker.unlink(two, one, link=link, dry_run=True)
    assert (tried["event"], tried["position"]) == ("claim-unlinked", None)
    assert here.verdict() == linked
    done = here.tracker.unlink(two, one, link=link, reason="another event")
    assert done["after"] == tried["after"]
    assert here.verdict() == before
    assert here.tracker.show(one)["links"] == []
    assert (here.verdict(known_before), here.verdict(known_linked)) == (before, linked)
    with pytest.raises(Conflict, match="is not linked to"):
        here.tracker.unlink(two, one, link=link)
    here.tracker.link(two, one, link=link)
    assert here.verdict() == linked


def test_of_one_event_has_no_direction(here: Situation) -> None:
    one, two = here.say("Army captured Ford", "Wire", 5), here.say("Army captured Ford", "Radio", 6)
    here.tracker.link(one, two)
    with pytest.raises(Conflict, match="already"):
        here.tracker.link(two, one)
    with pytest.raises(Conflict, match="is not linked"):
        here.tracker.unlink(two, one, link="derived-from")
    assert here.tracker.unlink(two, one)["payload"]["claim"] == one, "it was recorded so"
    here.tracker.link(two, one, link="derived-from")
    with pytest.raises(Conflict, match="is not linked"):
        here.tracker.unlink(one, two, link="derived-from")


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("corrected", ["origin", "derived", "both"])
def test_a_link_taken_back_does_not_come_with_a_correction(
    here: Situation, corrected: str, link: str
) -> None:
    origin, other = here.say("Army captured Ford", "Wire", 5), here.say("Army captured Ford", "Radio", 6)
    here.tracker.link(other, origin, link=link)
    if corrected != "derived":
        old, origin = origin, here.tracker.correct(origin, quote="It is ours.")["claim"]
        with pytest.raises(Conflict, match="was corrected") as refused:
            here.tracker.unlink(other, old, link=link)
        assert origin in refused.value.next_step
    if corrected != "origin":
        other = here.tracker.correct(other, quote="They have it.")["claim"]
    assert [one["claim"] for one in here.tracker.show(origin)["links"] if one["claim"] == other] == [other]
    here.tracker.unlink(other, origin, link=link)
    assert here.tracker.show(other)["links"] == []
    for claim in (origin, other):
        again = here.tracker.correct(claim, note="looked up")["claim"]
        assert here.tracker.show(again)["links"] == []
    assert here.verdict()["origins"] == 2


def test_what_was_retracted_can_be_untied(here: Situation) -> None:
    """Who took it from a voice that was silent for a year speaks for himself."""
    origin, other = here.say("Army captured Ford", "Wire", 5), here.say("Army captured Ford", "Radio", 6)
    here.tracker.link(other, origin, link="derived-from")
    here.tracker.retract(origin)
    assert here.tracker.unlink(other, origin, link="derived-from")["recorded"]
    here.tracker.link(other, here.say("Army captured Ford", "Monitor", 7), link="derived-from")
    here.tracker.retract(other)
    assert here.tracker.unlink(other, here.say("Army captured Ford", "Monitor", 7), link="derived-from")


steps = st.lists(
    st.tuples(st.sampled_from(LINKS), st.permutations(range(4))).map(lambda one: (one[0], *one[1][:2])),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, backwards=st.booleans())
def test_links_all_taken_back_leave_nothing(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]], backwards: bool
) -> None:
    here = Situation(str(tmp_path_factory.mktemp("links") / "t.db"))
    sentences = ("Army captured Ford", "Army captured Ford", "Clan captured Ford", "Army holds Ford")
    claims = [
        here.say(sentence, ("Wire", "Radio", "Monitor", "Radio")[n], 4 + n)
        for n, sentence in enumerate(sentences)
    ]
    moments, made = [(here.verdict(), here.later())], []
    for link, one, two in steps:
        try:
            here.tracker.link(claims[one], claims[two], link=link)
        except Conflict:
            continue
        made.append((link, one, two))
        moments.append((here.verdict(), here.later()))
    for link, one, two in reversed(made) if backwards else made:
        here.tracker.unlink(claims[one], claims[two], link=link)
    assert here.verdict() == moments[0][0]
    assert [here.verdict(at) for _, at in moments] == [told for told, _ in moments]
