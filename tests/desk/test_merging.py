"""Decides that a claim stays with what was named, whatever that is read as while it is merged."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.furnished import furnished
from tracker import Tracker
from tracker.errors import Conflict
from tracker.times import parse_iso

NOW = parse_iso("2024-12-10T12:00:00Z")
HOUR = 3_600_000_000


class World:
    """Two fords, three parties and three sources, and a clock that goes on by an hour with each step."""

    def __init__(self, where: str) -> None:
        self.now = NOW
        furnished(where, _world)
        self.tracker = Tracker(where, clock=lambda: self.now, by="anna")
        self.claims: list[str] = []

    def later(self) -> int:
        """An hour passes; the instant before it did."""
        self.now += HOUR
        return self.now - 1

    def say(self, actor: str, place: str, source: str, day: int, **told: Any) -> dict[str, Any]:
        """Somebody has taken a place."""
        when = f"2024-12-0{day}"
        answer = self.tracker.add_claim(
            actor=[actor], predicate="captured", place=place, source=source, at=when, reported=when, **told
        )
        self.claims.append(answer["claim"])
        return answer

    def found(self, at: int | None = None) -> list[Any]:
        """Every verdict and claim, as known then."""
        told = [self.tracker.status(one, at=NOW, known_at=at) for one in ("ford", "old-ford", "mill")]
        claims = [
            (one["id"], one["text"], one["attribution"], one["place"], one["standing"])
            for one in self.tracker.claims(at=NOW, known_at=at)["claims"]
        ]
        return [[{**one, "known_at": None} for one in told], claims]


def _world(where: str) -> None:
    tracker = Tracker.create(where, clock=lambda: NOW, by="anna")
    for place in ("Ford", "Old Ford", "Mill"):
        tracker.place_add(place, kind="town", aliases=[f"{place} on the river"])
    for actor in ("Army", "Clan", "Band"):
        tracker.actor_add(actor, level="side")
    for source in ("Wire", "Radio", "Telegram"):
        tracker.source_add(source, kind="media")


@pytest.fixture
def world(where: str) -> World:
    return World(where)


MERGES = (("place", "old-ford", "ford"), ("actor", "band", "army"), ("source", "telegram", "radio"))
NAMED = {"place": ("Mill", "Old Ford"), "actor": ("Clan", "Band"), "source": ("Wire", "Telegram")}


@pytest.mark.parametrize(("thing", "one", "into"), MERGES)
def test_what_was_said_of_the_one_merged_away_goes_back_to_it(
    world: World, thing: str, one: str, into: str
) -> None:
    """Merge, claim by the old name, unmerge: as if it had never been merged; and each moment stays known."""
    world.say("Clan", "Ford", "Wire", 1)
    world.say("Army", "Ford", "Radio", 2)
    before, known_before = world.found(), world.later()
    world.tracker.merge(thing, one, into)
    named = {**{key: names[0] for key, names in NAMED.items()}, thing: NAMED[thing][1]}
    claim = world.say(**named, day=3)["claim"]
    merged, known_merged = world.found(), world.later()
    assert merged != before
    world.tracker.unmerge(thing, one)
    after = world.found()
    told = world.tracker.show(claim)
    assert one in (told["place"], *told["actors"], told["source"])
    assert told["place_text"] is None, "it is the main name"
    assert after == world.found(world.later())
    assert (world.found(known_before), world.found(known_merged)) == (before, merged)


def test_it_is_as_if_it_had_never_been_merged(where: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    merged, plain = World(where), World(str(tmp_path_factory.mktemp("plain") / "t.db"))
    for one in (merged, plain):
        one.say("Army", "Old Ford", "Wire", 1)
    for merge in MERGES:
        merged.tracker.merge(*merge)
    for one in (merged, plain):
        one.say("Band", "Old Ford", "Telegram", 2)
        one.say("Clan", "Old Ford on the river", "Wire", 3, said_by=["Telegram", "unnamed: two drivers"])
        one.say("Army", "Ford", "Radio", 4)
    for thing, id_, _ in MERGES:
        merged.tracker.unmerge(thing, id_)
    assert merged.found() == plain.found()
    assert merged.claims == plain.claims
    told = merged.tracker.show(merged.claims[2])
    assert (told["place"], told["place_text"]) == ("old-ford", "Old Ford on the river")


words = st.sampled_from(("Ford", "Old Ford", "Old Ford on the river", "Mill"))
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(("Army", "Band", "Clan")), words, st.sampled_from(("Wire", "Telegram"))),
        st.sampled_from(MERGES),
    ),
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_merges_all_undone_leave_nothing(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    """Whatever is said between merges: once they are undone, nothing tells that they were made."""
    made = tmp_path_factory.mktemp("worlds")
    merged, plain = World(str(made / "merged.db")), World(str(made / "plain.db"))
    undo: dict[tuple[str, str, str], None] = {}
    for day, step in enumerate(steps, 1):
        if step in MERGES:
            if step not in undo:
                merged.tracker.merge(*step)
                undo[step] = None
            continue
        for one in (merged, plain):
            one.say(*step, day)
    for thing, id_, _ in undo:
        merged.tracker.unmerge(thing, id_)
    assert merged.found() == plain.found()


@pytest.mark.parametrize(("first", "second"), [("Ford", "Old Ford"), ("Old Ford", "Ford")])
def test_by_either_name_it_is_recorded_once(world: World, first: str, second: str) -> None:
    claim = world.say("Army", first, "Wire", 1)["claim"]
    world.tracker.merge("place", "old-ford", "ford")
    again = world.say("Army", second, "Wire", 1)
    assert (again["claim"], again["known"], again["recorded"]) == (claim, True, False)
    assert any("another name" in note for note in again["notes"])
    assert world.say("Army", first, "Wire", 1)["known"]
    world.tracker.unmerge("place", "old-ford")
    assert world.say("Army", second, "Wire", 1)["recorded"], "two places, two claims"


def test_so_it_is_by_either_name_of_who_spoke_and_of_whom(world: World) -> None:
    claim = world.say("Band", "Mill", "Telegram", 1, said_by=["Wire"], details={"from": "Army"})["claim"]
    world.tracker.merge("source", "telegram", "radio")
    world.tracker.merge("actor", "band", "clan")
    again = world.say("Clan", "Mill", "Radio", 1, said_by=["Wire"], details={"from": "Army"})
    assert (again["claim"], again["known"]) == (claim, True)
    world.tracker.retract(claim)
    with pytest.raises(Conflict, match="was retracted"):
        world.say("Clan", "Mill", "Radio", 1, said_by=["Wire"], details={"from": "Army"})


def test_a_correction_made_meanwhile_stays_with_what_was_named(world: World) -> None:
    claim = world.say("Band", "Old Ford", "Telegram", 1)["claim"]
    for merge in MERGES:
        world.tracker.merge(*merge)
    again = world.tracker.correct(claim, confidence="high")["claim"]
    told = world.tracker.show(again)
    assert (told["place"], told["actors"], told["source"]) == ("old-ford", ["band"], "telegram")
    assert told["text"] == "Army captured Ford", "as it is read"
    moved = world.tracker.correct(again, place="Ford")["claim"]
    assert world.tracker.show(moved)["place"] == "ford", "it may be moved before the merge is undone"


def test_who_quotes_himself_by_two_names_is_one_hop(world: World) -> None:
    world.tracker.merge("source", "telegram", "radio")
    claim = world.say("Army", "Mill", "Radio", 1, said_by=["Telegram"])["claim"]
    assert len(world.tracker.show(claim)["chain"]) == 1


def test_unnamed_voices_of_reporters_that_are_one_are_one(world: World) -> None:
    """Where nobody is named, and no document either, it is whoever reports it that is heard."""
    for source, day in (("Radio", 1), ("Telegram", 2)):
        told = {"said_by": ["unnamed: two drivers"]}
        claim = world.say("Army", "Mill", source, day, **told)["claim"]
    echo = world.say("Army", "Mill", "Wire", 3)["claim"]
    world.tracker.link(echo, claim, link="derived-from")
    before = world.found()
    assert before[0][2]["origins"] == 2
    world.tracker.merge("source", "telegram", "radio")
    assert world.found()[0][2]["origins"] == 1
    world.tracker.unmerge("source", "telegram")
    assert world.found() == before


def test_a_correction_of_something_else_keeps_how_the_place_was_typed(world: World) -> None:
    claim = world.say("Army", "Old Ford on the river", "Wire", 1)["claim"]
    again = world.tracker.correct(claim, confidence="high")["claim"]
    assert world.tracker.show(again)["place_text"] == "Old Ford on the river"
    moved = world.tracker.correct(again, place="Ford")["claim"]
    assert world.tracker.show(moved)["place_text"] is None


def test_claims_on_what_is_one_place_are_linked_without_a_word(world: World) -> None:
    one, two = (world.say("Army", place, "Wire", 1)["claim"] for place in ("Ford", "Old Ford"))
    assert world.tracker.link(one, two, dry_run=True)["notes"] != []
    world.tracker.merge("place", "old-ford", "ford")
    assert world.tracker.link(one, two)["notes"] == []


def test_a_document_keeps_who_was_named(world: World) -> None:
    world.tracker.merge("source", "telegram", "radio")
    world.tracker.document_add("post-1", source="Telegram")
    claim = world.tracker.add_claim("Army captured Mill", document="post-1", at="2024-12-01")["claim"]
    world.tracker.unmerge("source", "telegram")
    assert world.tracker.show(claim)["source"] == "telegram"


@pytest.mark.parametrize(("said", "meant"), [("Ford", "Old Ford"), ("Old Ford", "Ford")])
def test_no_correction_says_again_what_is_recorded_by_another_name(
    world: World, said: str, meant: str
) -> None:
    there, other = (world.say("Army", place, "Wire", 1)["claim"] for place in (said, "Mill"))
    world.tracker.merge("place", "old-ford", "ford")
    with pytest.raises(Conflict, match=f"would be {there}, which is already"):
        world.tracker.correct(other, place=meant)
    again = world.tracker.correct(there, at="2024-12-02", reported="2024-12-02")["claim"]
    assert world.tracker.show(there)["replaced_by"] == again
    assert world.tracker.correct(other, place=meant)["recorded"], "nothing live says that any more"


def test_what_was_recorded_by_both_names_can_still_be_corrected(world: World) -> None:
    """Both were there before the merge: words beside the one, or its name, may be put right."""
    one, two = (world.say("Army", place, "Wire", 1)["claim"] for place in ("Ford", "Old Ford"))
    world.tracker.merge("place", "old-ford", "ford")
    again = world.tracker.correct(one, note="as heard")["claim"]
    assert world.tracker.correct(again, note="as heard on the air")["recorded"]
    with pytest.raises(Conflict, match=f"would be {two}, which is already"):
        world.tracker.correct(world.say("Army", "Mill", "Wire", 1)["claim"], place="Old Ford on the river")


def test_joint_actors_that_are_one_are_told_once(world: World) -> None:
    claim = world.tracker.add_claim(
        actor=["Army", "Band"], predicate="fighting", place="Mill", source="Wire", at="2024-12-01",
        against=["Clan"],
    )["claim"]  # fmt: skip
    before = world.tracker.show(claim)
    world.tracker.merge("actor", "band", "army")
    told = world.tracker.show(claim)
    assert told["actors"] == ["army", "band"], "as recorded"
    assert (told["actor_names"], told["against_names"]) == (["Army"], ["Clan"])
    assert (before["actor_names"], told["text"]) == (
        ["Army", "Band"],
        before["text"].replace(" and Band", ""),
    )


def test_what_a_claim_contradicts_is_told_in_one_order(world: World) -> None:
    """Claims that only the answer names come in the order of their ids, on either engine."""
    for n in range(8):
        source = ("Wire", "Radio", "Telegram")[n % 3]
        world.say("Army", "Mill", source, 2, url=f"https://example.org/{n}")
    for source, day in (("Wire", 6), ("Telegram", 7)):
        world.say("Band", "Mill", source, day)  # so that nothing of it is in dispute any more
    told = world.say("Clan", "Mill", "Radio", 2)
    beside = [one["claim"] for one in told["after"]["beside"]]
    assert len(beside) > 3
    assert world.tracker.status("Mill")["beside"] == []
    assert beside == sorted(beside)


@pytest.mark.parametrize(("thing", "one", "into"), MERGES)
def test_a_merge_is_undone_by_the_name_of_what_was_merged_away(
    world: World, thing: str, one: str, into: str
) -> None:
    world.tracker.merge(thing, one, into)
    assert world.tracker.unmerge(thing, NAMED[thing][1].upper())["payload"][thing] == one
    with pytest.raises(Conflict, match="not merged into anything"):
        world.tracker.unmerge(thing, one)


def test_where_several_were_called_so_the_id_says_which_merge_is_undone(world: World) -> None:
    world.tracker.place_add("Old Ford", kind="town", id_="older-ford", near="Ford")
    for id_ in ("old-ford", "older-ford"):
        world.tracker.merge("place", id_, "ford")
    with pytest.raises(Conflict, match="may be old-ford and older-ford"):
        world.tracker.unmerge("place", "Old Ford")
    assert world.tracker.unmerge("place", "older-ford")["payload"]["place"] == "older-ford"


def test_a_place_minted_beside_one_merged_away_faces_the_other_in_the_table_too(world: World) -> None:
    world.tracker.place_add("North bank", kind="village", near="Old Ford", bearing="N", km=2)
    world.tracker.merge("place", "old-ford", "ford")
    world.say("Army", "Ford", "Wire", 1)
    world.say("Clan", "North bank", "Wire", 1)
    alone = world.tracker.status("ford")
    (row,) = [one for one in world.tracker.status()["places"] if one["place"]["id"] == "ford"]
    assert alone["front"] is True
    assert (row["front"], row["confidence"]) == (alone["front"], alone["confidence"])
