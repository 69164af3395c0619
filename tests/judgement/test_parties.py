"""Decides who counts for whom and when: memberships that are dated, merges that are undone, whoever leans."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.judgement.evidence import BEGINNING, Realignment
from tracker.judgement.parties import SOMEBODY_ELSE, Actor, Leaning, Membership, Parties, Source

NAMES = ("army", "clan", "guard", "band")


def parties(
    *memberships: Membership, merged: dict[str, str] | None = None, leans: tuple[Leaning, ...] = ()
) -> Parties:
    actors = [Actor(name, name.title(), "side", (merged or {}).get(name)) for name in NAMES]
    sources = [
        Source("radio", "Radio", "media"),
        Source("wireless", "Wireless", "media", merged_into="radio"),
    ]
    return Parties(actors, memberships, sources, leans)


def test_an_actor_counts_for_the_side_it_is_part_of_at_the_time() -> None:
    who = parties(
        Membership("band", "guard", BEGINNING), Membership("guard", "army", 10), Membership("guard", None, 20)
    )
    assert [who.side("band", at) for at in (9, 10, 19, 20)] == ["guard", "army", "army", "guard"]
    assert who.line("band", 15) == ("band", "guard", "army")
    sides = who.sides()
    assert sides.names == ("army", "clan", "guard")
    assert sides.changes == (
        Realignment(10, "guard", "guard", "army"),
        Realignment(20, "guard", "army", "guard"),
    )


def test_a_merged_actor_is_read_as_the_other_and_is_no_side() -> None:
    who = parties(Membership("band", "guard", BEGINNING), merged={"guard": "clan"})
    assert who.actor("guard") == "clan"
    assert who.line("band", 0) == ("band", "clan")
    assert who.line("guard", 0) == ("clan",)
    assert who.sides().names == ("army", "clan")


def test_a_whole_that_is_merged_into_its_part_leaves_that_as_the_side() -> None:
    who = parties(Membership("band", "clan", BEGINNING), merged={"clan": "band"})
    assert who.side("clan", 0) == who.side("band", 0) == "band"
    assert who.sides().names == ("army", "band", "guard")


def test_beside_the_only_side_there_is_somebody_else() -> None:
    """With one side alone everything would be that side's for certain."""
    alone = Parties([Actor("rsf", "RSF", "side")], (), (), ())
    assert alone.sides().names == ("rsf", SOMEBODY_ELSE)
    assert Parties((), (), (), ()).sides().names == ()


def test_circles_end() -> None:
    who = parties(Membership("army", "clan", BEGINNING), Membership("clan", "army", BEGINNING))
    assert who.line("army", 0) == ("army",)
    assert who.line("clan", 0) == ("clan", "army"), "all of a circle counts for one of them"
    assert Parties([Actor("a", "A", "side", "b"), Actor("b", "B", "side", "a")], (), (), ()).actor("a") in (
        "a",
        "b",
    )


def test_whom_a_source_prefers_follows_time_merges_and_sides() -> None:
    who = parties(
        Membership("guard", "army", 10),
        leans=(
            Leaning("radio", "guard", BEGINNING),
            Leaning("radio", None, 30),
            Leaning("radio", "clan", 40),
        ),
    )
    assert [who.lean("wireless", at) for at in (0, 10, 30, 40)] == ["guard", "army", None, "clan"]
    assert who.lean("nobody", 0) is None


memberships = st.lists(
    st.builds(
        Membership,
        st.sampled_from(NAMES),
        st.none() | st.sampled_from(NAMES),
        st.sampled_from((BEGINNING, 1, 2, 3)),
    ),
    max_size=6,
)
merges = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES), max_size=3)


@given(memberships, merges, st.integers(0, 4))
def test_everybody_has_a_side_that_is_declared(
    rows: list[Membership], merged: dict[str, str], at: int
) -> None:
    who = parties(*rows, merged={one: other for one, other in merged.items() if one != other})
    names = who.sides().names
    assert list(names) == sorted(set(names))
    for actor in NAMES:
        line = who.line(actor, at)
        assert len(set(line)) == len(line), "nobody is part of himself"
        if who.actor(actor) == actor:
            assert line[-1] in names
