"""A feed that turns over much of its own map in a day is not believed at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from tests.judgement.strategies import said
from tracker.judgement.evidence import ANALYSTS, DAY, Evidence
from tracker.judgement.guard import (
    DROPPED,
    HELD_FOR,
    LEAST,
    NEVER,
    RELEASED,
    Batch,
    Position,
    batches,
    counting,
    releases,
)
from tracker.judgement.vocabulary import FOR


def word(claim: str, day: float, side: str, **more: object) -> Evidence:
    """The atlas gives the place to a side."""
    return said(claim, FOR, side, day=day, **{"origin": "atlas", "source_kind": "map", **more})


def position(n: int, day: float, side: str, about: float | None = None) -> Position:
    """A place given to a side on a day; about that day, or another one."""
    at = round((day if about is None else about) * DAY)
    return Position(f"p{n}", (side,), at, round(day * DAY))


def found(positions: Iterable[Position], baseline: Iterable[Position] = ()) -> list[Batch]:
    return list(batches("atlas", positions, baseline, lambda _: True))


def day_of(reversed_: int, standing: int) -> list[Batch]:
    """A feed with so many places of the army, of which it gives so many to the clan on the next day."""
    before = [position(n, 0, "army") for n in range(standing)]
    after = [position(n, 1, "clan") for n in range(reversed_)]
    return found([*before, *after])


def test_a_batch_is_twenty_places_and_half_of_what_that_side_had() -> None:
    assert day_of(LEAST - 1, LEAST - 1) == []
    assert [one.held for one in day_of(LEAST, LEAST)] == [True]
    assert [one.held for one in day_of(LEAST, 2 * LEAST)] == [True]
    assert [one.held for one in day_of(LEAST, 2 * LEAST + 1)] == [False]
    assert day_of(LEAST, 3 * LEAST) == [Batch("atlas", 1, "army", "clan", LEAST, 3 * LEAST)]


def test_both_directions_are_counted_apart() -> None:
    before = [position(n, 0, "army" if n < 15 else "clan") for n in range(30)]
    after = [position(n, 1, "clan" if n < 15 else "army") for n in range(30)]
    assert found([*before, *after]) == []


def test_to_say_the_same_again_or_for_the_first_time_reverses_nothing() -> None:
    assert found([position(n, day, "army") for day in (0, 1) for n in range(40)]) == []


def test_where_a_feed_was_silent_it_stood_by_the_starting_positions() -> None:
    """Of 40 places of the army it had spoken of four: the share is of them all."""
    start = [position(n, 0, "army") for n in range(40)]
    own = [position(n, 1, "army") for n in range(4)]
    assert found([*own, *(position(n, 5, "clan") for n in range(LEAST))], start) == [
        Batch("atlas", 5, "army", "clan", LEAST, 40)
    ]
    some = found([*own, *(position(n, 5, "clan") for n in range(LEAST))], [*start, position(40, 0, "army")])
    assert [one.held for one in some] == [False], "less than half of 41"
    assert found([position(n, 5, "army") for n in range(40)], start) == [], "its first word says the same"


def test_its_own_last_word_goes_before_them() -> None:
    start = [position(n, 0, "army") for n in range(30)]
    own = [position(n, 1, "clan") for n in range(30)]
    assert found([*own, *(position(n, 5, "clan") for n in range(30))], start) == [
        Batch("atlas", 1, "army", "clan", 30, 30)
    ]
    later = [position(n, 3, "army") for n in range(30)]
    assert found([*own, *(position(n, 5, "clan") for n in range(30))], later) == []


def test_half_of_its_own_words_is_enough_however_much_it_left_alone() -> None:
    """Of 30 places that it spoke of it turns over 25; of a hundred others it never said anything."""
    start = [position(n, 0, "army") for n in range(130)]
    own = [position(n, 1, "army") for n in range(30)]
    turned = [position(n, 2, "clan") for n in range(25)]
    assert found([*own, *turned], start) == [Batch("atlas", 2, "army", "clan", 25, 30)]
    few = [position(n, 2, "clan") for n in range(14)] + [position(n, 2, "clan") for n in range(50, 60)]
    assert found([*own, *few], start) == [Batch("atlas", 2, "army", "clan", 24, 130)]


def test_of_starting_positions_the_latest_that_was_known_counts() -> None:
    """By what they are about; what was reported on the day itself is news to the feed."""
    news = [position(n, 5, "clan") for n in range(LEAST)]
    older = [position(n, 4, "clan", about=-9) for n in range(LEAST)]
    start = [position(n, 0, "army") for n in range(LEAST)]
    assert [one.left for one in found(news, [*start, *older])] == ["army"]
    assert found(news, [*start, *(position(n, 4, "clan") for n in range(LEAST))]) == []
    assert [one.left for one in found(news, [*start, *(position(n, 5, "clan") for n in range(LEAST))])] == [
        "army"
    ]


def held(day: int) -> Callable[[str, int], list[Batch]]:
    """As if the atlas had reversed everything on a day."""
    return lambda origin, asked: [Batch("atlas", day, "army", "clan", 30, 30)] if asked == day else []


def test_it_is_held_for_a_week() -> None:
    claims = [word("a", 0, "army"), word("b", 3, "clan")]
    until = 3 * DAY + HELD_FOR
    assert releases(claims, held(3)) == {"b": until}
    told = [claims[0], claims[1]._replace(held_until=until)]
    assert counting(told, until - 1) == told[:1]
    assert counting(told, until) == told


def test_or_until_another_origin_agrees_whoever_that_is() -> None:
    claims = [word("a", 0, "army"), word("b", 3, "clan")]
    spokesman = said("c", FOR, "clan", day=5, origin="spokesman", lean="clan")
    assert releases([*claims, spokesman], held(3)) == {"b": 5 * DAY}
    assert releases([*claims, spokesman._replace(weight=0.0)], held(3)) == {"b": 3 * DAY + HELD_FOR}
    assert releases([*claims, spokesman._replace(sides=("army",))], held(3)) == {"b": 3 * DAY + HELD_FOR}
    analyst = spokesman._replace(lean=None, source_kind=ANALYSTS)
    assert releases([*claims, analyst], held(3)) == {"b": 3 * DAY + HELD_FOR}, "who judges is no other origin"


def test_where_another_had_said_so_before_it_is_not_held() -> None:
    claims = [word("a", 0, "army"), said("c", FOR, "clan", day=2, origin="wire"), word("b", 3, "clan")]
    assert releases(claims, held(3)) == {"b": 3 * DAY}


def test_what_the_feed_takes_back_never_counts() -> None:
    claims = [word("a", 0, "army"), word("b", 3, "clan"), word("c", 6, "army")]
    assert releases(claims, held(3)) == {"b": NEVER}
    late = [*claims[:2], word("c", 11, "army")]
    assert releases(late, held(3)) == {"b": 3 * DAY + HELD_FOR}
    agreed = [*claims, said("d", FOR, "clan", day=4, origin="wire")]
    assert releases(agreed, held(3)) == {"b": 4 * DAY}


def test_only_what_reverses_the_feeds_own_word_is_held() -> None:
    claims = [word("a", 0, "clan"), word("b", 3, "clan")]
    assert releases(claims, held(3)) == {}
    assert releases([word("b", 3, "clan")], held(3)) == {}
    wire = [word("a", 0, "army", source_kind="wire"), word("b", 3, "clan", source_kind="wire")]
    assert releases(wire, held(3)) == {}


def start(claim: str, day: float, side: str, **more: object) -> Evidence:
    """The place is given to a side by the starting positions."""
    return word(claim, day, side, **{"origin": "start", "source_kind": "baseline", **more})


def test_a_first_word_that_reverses_the_starting_position_is_held() -> None:
    until = 3 * DAY + HELD_FOR
    assert releases([start("s", 0, "army"), word("b", 3, "clan")], held(3)) == {"b": until}
    assert releases([start("s", 0, "clan"), word("b", 3, "clan")], held(3)) == {}
    assert releases([start("s", 3, "army"), word("b", 3.5, "clan")], held(3)) == {}, "news of the same day"
    assert releases([start("s", 0, "army", weight=0.0), word("b", 3, "clan")], held(3)) == {}
    own = [start("s", 0, "army"), word("a", 1, "clan"), word("b", 3, "clan")]
    assert releases(own, held(3)) == {}, "its own last word goes before"
    two = [start("s", 0, "army"), start("t", 1, "clan", event_at=-20 * DAY), word("b", 3, "clan")]
    assert releases(two, held(3)) == {"b": until}, "the other one is about an earlier time"


def turned_over(*days: int) -> Callable[[str, int], list[Batch]]:
    """As if the atlas had reversed everything on some days, whatever it had said."""
    both = (("army", "clan"), ("clan", "army"))
    return lambda origin, asked: [
        Batch("atlas", asked, left, joined, 30, 30) for left, joined in both if asked in days
    ]


def test_a_correction_counts_at_once() -> None:
    """Mislabelled on day 3, put right on day 6: back to what it had said, or the starting positions."""
    wrong, right = word("b", 3, "clan"), word("c", 6, "army")
    for first in (word("a", -20, "army"), start("s", -20, "army")):
        assert releases([first, wrong, right], turned_over(3, 6)) == {"b": NEVER, "c": 6 * DAY}
        within = right._replace(reported_at=3 * DAY + HELD_FOR)
        assert releases([first, wrong, within], turned_over(3, 10)) == {"b": 3 * DAY + HELD_FOR, "c": 6 * DAY}
        later = word("c", 11, "army")
        assert releases([first, wrong, later], turned_over(3, 11))["c"] == 11 * DAY + HELD_FOR, "too late"


def test_what_is_no_return_is_no_correction() -> None:
    """A mislabelled batch turns over what stood, however lately that was said."""
    until = 6 * DAY + HELD_FOR
    never_spoke = [word("b", 3, "clan"), word("c", 6, "army")]
    assert releases(never_spoke, turned_over(3, 6)) == {"c": until}, "nothing is known that it returns to"
    other = [start("s", 0, "league"), *never_spoke]
    assert releases(other, turned_over(3, 6))["c"] == until, "it was neither's at first"
    silent = [start("s", -20, "clan"), start("t", 3, "army"), word("c", 6, "clan")]
    assert releases(silent, turned_over(6)) == {"c": until}, "it takes back nothing of its own"
    said_again = [word("a", -9, "army"), word("b", -2, "clan"), word("b2", 5, "clan"), word("c", 6, "army")]
    assert releases(said_again, turned_over(6)) == {"c": until}, "it had stood for eight days"


def test_last_weeks_news_that_others_bear_out_is_not_undone_at_once() -> None:
    """The feed shows an old map by mistake: that returns to what was, against what another saw."""
    told = [word("a", 0, "army"), word("b", 3, "clan"), word("c", 6, "army")]
    seen = said("d", FOR, "clan", day=4, origin="wire")
    until = 6 * DAY + HELD_FOR
    assert releases([*told, seen], turned_over(3, 6)) == {"b": 4 * DAY, "c": until}
    assert releases([*told, seen._replace(reported_at=7 * DAY)], turned_over(3, 6))["c"] == 6 * DAY
    assert releases([*told, seen._replace(weight=0.0)], turned_over(3, 6))["c"] == 6 * DAY


def test_a_feed_that_goes_back_and_forth_corrects_nothing_by_mislabelling_again() -> None:
    told = [word("a", 0, "army"), word("b", 3, "clan"), word("c", 5, "army"), word("d", 7, "clan")]
    assert releases(told, turned_over(3, 5, 7)) == {"b": NEVER, "c": 5 * DAY, "d": 7 * DAY + HELD_FOR}
    told.append(word("e", 9, "army"))
    assert releases(told, turned_over(3, 5, 7, 9)) == {
        "b": NEVER, "c": 5 * DAY, "d": NEVER, "e": 9 * DAY,
    }  # fmt: skip


def test_an_analyst_decides_of_a_whole_batch() -> None:
    """Released, it counts as if it had never been held back; dropped, never, whoever agrees."""
    told = [word("a", 0, "army"), word("b", 3, "clan", event_at=2 * DAY)]
    agreeing = said("d", FOR, "clan", day=4, origin="wire")

    def decided(how: str | None) -> dict[str, int]:
        batch = Batch("atlas", 3, "army", "clan", 30, 30, how)
        return releases([*told, agreeing], lambda _, day: [batch] if day == 3 else [])

    assert decided(None) == {"b": 4 * DAY}
    assert decided(RELEASED) == {"b": 2 * DAY}
    assert decided(DROPPED) == {"b": NEVER}
    assert [Batch("atlas", 3, "army", "clan", 20, 90, how).held for how in (None, DROPPED)] == [False, True]


words = st.builds(
    word, st.just(""), st.integers(0, 20), st.sampled_from(("army", "clan")),
    origin=st.sampled_from(("atlas", "list", "wire")),
) | st.builds(start, st.just(""), st.integers(0, 20), st.sampled_from(("army", "clan")))  # fmt: skip


days = st.sets(st.integers(0, 20), max_size=8)


@given(st.lists(words, max_size=12), days, st.integers(0, 30))
def test_a_release_is_known_when_it_comes(claims: list[Evidence], batch: set[int], day: int) -> None:
    """To forget everything reported since changes no release before: nothing is held back by hindsight."""
    told = [claim._replace(claim=f"c{n:02}") for n, claim in enumerate(claims)]
    turned = turned_over(*batch)
    whole = releases(told, turned)
    then = releases([one for one in told if one.reported_at <= day * DAY], turned)
    for claim, until in then.items():
        assert whole[claim] == until or until > day * DAY
