"""Decides that views are only ever what the log says: followed, caught up or built again, in any pieces."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.judgement.strategies import SIDES, said
from tests.record.effort import calm, on_a_server, tries
from tests.record.histories import BEGIN, END, IMPORTS, WORLD, dump, fresh, histories, record
from tracker.errors import DamagedDatabase, DatabaseBusy, DatabaseProblem
from tracker.judgement.belief import Fold
from tracker.judgement.evidence import DAY
from tracker.judgement.vocabulary import CONTEST, FOR, LOST
from tracker.reader import VIEWS, open_reader
from tracker.record import control, follow, packs
from tracker.record.envelope import Envelope
from tracker.record.events import (
    ActorJoined,
    ClaimCorrected,
    ClaimLinked,
    ClaimRecorded,
    Event,
    Hop,
    ImportRestored,
    ImportUndone,
    Moment,
    PlaceRegistered,
    PlaceRenamed,
    body,
)
from tracker.record.follow import REVISIONS, behind, catch_up, note, project, rebuild
from tracker.record.projection import OPEN
from tracker.record.store import Store
from tracker.record.upkeep import verify
from tracker.views.differences import verdicts
from tracker.views.situation import Question

sizes = st.lists(st.integers(1, 6), min_size=1, max_size=4)
anything = given(happened=histories(), one=sizes, other=sizes, late=st.integers(0, 22))


@pytest.fixture
def beside(tmp_path: Path) -> str:
    return str(tmp_path / "views")


@pytest.fixture(autouse=True)
def small_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """These histories are short: no stretch of the log of the usual size would be full."""
    monkeypatch.setattr(packs, "SIZE", 5)


def lagging(store: Store) -> list[str]:
    with open_reader(store.where, views=False) as reader:
        return list(behind(reader))


def follow_catch_up_and_rebuild(
    where: str, happened: list[Event], one: Sequence[int], other: Sequence[int], late: int
) -> None:
    """The views followed in batches `one`, against `late` events followed and all but the last missed."""
    with fresh(where) as followed, fresh(where) as caught_up:
        record(followed, happened, batches=one)
        wanted = dump(followed)
        record(caught_up, happened[:late], batches=other)
        record(caught_up, happened[late:-1], batches=other, views=None)
        assert bool(lagging(caught_up)) == bool(happened[late:-1])
        record(caught_up, happened[max(late, len(happened) - 1) :])
        assert dump(caught_up) == wanted, "an append brings along what lags behind"

        record(caught_up, happened[:0])
        catch_up(caught_up)
        assert dump(caught_up) == wanted
        rebuild(followed)
        assert dump(followed) == wanted
        assert lagging(followed) == []


@calm
@anything
def test_following_catching_up_and_building_again_are_the_same(
    beside: str, happened: list[Event], one: Sequence[int], other: Sequence[int], late: int
) -> None:
    follow_catch_up_and_rebuild(beside, happened, one, other, late)


@on_a_server
@anything
def test_and_on_postgresql(
    schema: str, happened: list[Event], one: Sequence[int], other: Sequence[int], late: int
) -> None:
    follow_catch_up_and_rebuild(schema, happened, one, other, late)


@calm
@anything
def test_and_where_every_other_claim_leaves_a_trail(
    beside: str,
    happened: list[Event],
    one: Sequence[int],
    other: Sequence[int],
    late: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """These histories are short: with the usual stride a late claim would mostly fold all of them again."""
    monkeypatch.setattr(control, "STRIDE", 2)
    follow_catch_up_and_rebuild(beside, happened, one, other, late)


def noted_and_settled(where: str, happened: list[Event], batches: Sequence[int], until: int) -> None:
    """Claims that came in before they were weighed, against the same followed one by one."""

    def noting(connection: Connection, events: Sequence[Envelope]) -> None:
        if {event.kind for event in events} == {ClaimRecorded.kind}:
            note(connection, events, [body(event) for event in events])
        else:
            project(connection, events)

    with fresh(where) as followed, fresh(where) as noted:
        record(followed, happened[:until])
        record(noted, happened[:until], batches=batches, views=noting)
        with open_reader(noted.where) as reader, open_reader(followed.where) as other:
            asked = Question(END + DAY)
            assert verdicts(reader, asked) == verdicts(other, asked), "folded by whoever asks"
        assert behind_in_belief(noted) in ([], [control.TABLE])
        catch_up(noted)
        assert dump(noted) == dump(followed)
        record(followed, happened[until:])
        record(noted, happened[until:], batches=batches, views=noting)
        catch_up(noted)
        assert dump(noted) == dump(followed)


def behind_in_belief(store: Store) -> list[str]:
    with open_reader(store.where, views=False) as reader:
        assert behind(reader, settled=False) == {}
        return list(behind(reader))


in_pieces = given(happened=histories(), batches=sizes, until=st.integers(0, 22))


@calm
@in_pieces
@pytest.mark.parametrize("all_anew", [False, True])
def test_what_is_settled_later_is_what_was_followed(
    beside: str, happened: list[Event], batches: Sequence[int], until: int, all_anew: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """By folding again what the new claims bear on, or everything."""
    monkeypatch.setattr(follow, "AS_MUCH", 1000 if all_anew else 0)
    monkeypatch.setattr(control, "STRIDE", 2)
    noted_and_settled(beside, happened, batches, until)


def test_a_claim_on_no_place_brings_a_day_to_its_end_too(
    beside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until which day all is settled depends on every claim."""
    monkeypatch.setattr(follow, "AS_MUCH", 0)
    late = BEGIN + 40 * DAY
    talks = ClaimRecorded(
        claim="c-talks", chain=(Hop(who="wire"),), modality="asserts", predicate="agreed",
        reported=Moment(earliest=late, latest=late),
    )  # fmt: skip
    noted_and_settled(beside, [said_of_the_hill("c-1"), talks], [1], 2)


@on_a_server
@in_pieces
def test_nor_is_it_another_on_postgresql(
    schema: str, happened: list[Event], batches: Sequence[int], until: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "AS_MUCH", 0)
    noted_and_settled(schema, happened, batches, until)


def writers_in_turns(where: str, happened: list[Event], turns: Sequence[int]) -> None:
    """Two writers, each remembering what it last saw, one of which takes an append back now and then."""
    with fresh(where) as alone, fresh(where) as one, Store.open(one.where) as other:
        record(alone, happened)
        for event, turn in zip(happened, cycle(turns), strict=False):
            if turn == 2:
                with pytest.raises(DatabaseBusy):
                    record(one, [ActorJoined(actor="guard", parent="clan", since=BEGIN)], views=taken_back)
            record(other if turn == 1 else one, [event])
        assert dump(one) == dump(alone)


def taken_back(connection: Connection, events: Sequence[Envelope]) -> None:
    project(connection, events)
    raise DatabaseBusy(where="here", why="somebody else was quicker")


in_turns = given(happened=histories(), turns=st.lists(st.integers(0, 2), min_size=1, max_size=6))


@calm
@in_turns
def test_what_a_writer_remembers_is_never_out_of_date(
    beside: str, happened: list[Event], turns: Sequence[int]
) -> None:
    writers_in_turns(beside, happened, turns)


@on_a_server
@in_turns
def test_nor_on_postgresql(schema: str, happened: list[Event], turns: Sequence[int]) -> None:
    writers_in_turns(schema, happened, turns)


@settings(on_a_server, max_examples=tries(4))
@given(happened=histories())
def test_both_engines_keep_the_same_rows(beside: str, schema: str, happened: list[Event]) -> None:
    with fresh(beside) as file, fresh(schema) as server:
        record(file, happened, batches=[3])
        record(server, happened, batches=[5])
        assert dump(server) == dump(file)


def test_a_view_of_another_revision_is_built_again(where: str) -> None:
    with fresh(where) as store:
        wanted = dump(store)
        for view in ("places", "control", "packs"):
            with store.transaction() as connection:
                connection.exec_driver_sql(f"UPDATE checkpoints SET revision = 0 WHERE projection = '{view}'")
                connection.exec_driver_sql(f"DELETE FROM {view}")
            assert lagging(store) == [view]
            with pytest.raises(DatabaseProblem) as refused:
                open_reader(store.where)
            assert "tracker rebuild" in refused.value.next_step
            catch_up(store)
            assert dump(store) == wanted


def test_when_claims_are_made_again_so_are_those_packed(where: str) -> None:
    with fresh(where) as store:
        wanted = dump(store)
        assert wanted["packs"]
        with store.transaction() as connection:
            connection.exec_driver_sql("UPDATE checkpoints SET revision = 0 WHERE projection = 'claims'")
            connection.exec_driver_sql("UPDATE packs SET words = 'of another tracker'")
        catch_up(store)
        assert dump(store) == wanted


def test_what_changes_at_one_position_is_packed_in_one_order(where: str) -> None:
    """All claims of an import that is undone or restored do, and no engine gives rows in any order."""
    said = [
        ClaimRecorded(
            claim=f"c-{name}", chain=(Hop(who="wire"),), modality="asserts", predicate="holds",
            actors=("clan",), place="hill", occurred=Moment(latest=END), reported=Moment(latest=END),
            imported=IMPORTS[0],
        )
        for name in "hbgadfce"
    ]  # fmt: skip
    after = [ImportUndone(import_id=IMPORTS[0]), ImportRestored(import_id=IMPORTS[0])]
    with fresh(where) as store:
        record(store, [*said, *after, *after])
        followed = dump(store)["packs"]
        packed = [row[-1]["claims"] for row in followed if len(row[-1]["claims"]) >= len(said)]
        assert packed
        assert all(one[-len(said) :] == sorted(one[-len(said) :]) for one in packed)
        rebuild(store)
        assert dump(store)["packs"] == followed


def test_readers_know_the_revisions_of_the_views() -> None:
    """They do not import the views, so the sum is written down where they find it."""
    assert sum(REVISIONS.values()) == VIEWS


def test_views_that_are_gone_are_said_to_be_and_built_again(where: str) -> None:
    with fresh(where) as store:
        wanted = dump(store)
        with store.transaction() as connection:
            connection.exec_driver_sql("DROP TABLE claims")
        with open_reader(store.where) as reader, pytest.raises(DatabaseProblem) as refused:
            reader.rows("SELECT * FROM claims")
        assert "tracker rebuild" in refused.value.next_step
        rebuild(store)
        assert dump(store) == wanted


@pytest.mark.parametrize(
    ("done", "what"),
    [
        ("UPDATE checkpoints SET position = 3", "does not stand where the log ends, but at 3"),
        ("UPDATE checkpoints SET revision = 0", "is of revision 0, and this tracker builds "),
        ("DELETE FROM checkpoints", "was never built"),
    ],
)
def test_verify_says_what_is_wrong_with_where_a_view_stands(where: str, done: str, what: str) -> None:
    with fresh(where) as store:
        record(store, [], views=project)
        assert verify(store.where, None)["ok"]
        with store.transaction() as connection:
            connection.exec_driver_sql(f"{done} WHERE projection = 'claims'")
        (finding,) = verify(store.where, None)["findings"]
        assert f"the view claims {what}" in finding["what"]


@pytest.mark.parametrize(
    ("tampering", "view", "what"),
    [
        ("UPDATE names SET folded = 'hull' WHERE id = 'hill'", "names", "has other rows than the log makes"),
        ("DELETE FROM places WHERE id = 'mill'", "places", "rows, the log makes"),
        ("UPDATE control SET side = 'clan'", "control", "has other rows than the log makes"),
        ("UPDATE claims SET event_at = event_at + 1 WHERE id = 'c-0'", "claims", "has other rows"),
    ],
)
def test_verify_compares_the_views_with_what_the_log_makes(
    where: str, tampering: str, view: str, what: str
) -> None:
    with fresh(where) as store:
        record(store, [said_of_the_hill("c-0"), said_of_the_hill("c-1")])
        found = verify(store.where, None, views=True)
        assert (found["ok"], found["views"]) == (True, "compared")
        with store.transaction() as connection:
            connection.exec_driver_sql(tampering)
        assert verify(store.where, None)["ok"], "it says only how far they are"
        (finding,) = verify(store.where, None, views=True)["findings"]
        assert f"the view {view} " in finding["what"]
        assert what in finding["what"]
        rebuild(store)
        assert verify(store.where, None, views=True)["ok"]


def said_of_the_hill(claim: str) -> ClaimRecorded:
    return ClaimRecorded(
        claim=claim, chain=(Hop(who="wire"),), modality="asserts", predicate="captured", actors=("army",),
        place="hill", reported=Moment(latest=BEGIN),
    )  # fmt: skip


def test_views_that_lag_or_an_altered_log_are_not_compared(where: str) -> None:
    with fresh(where) as store:
        record(store, [PlaceRenamed(place="hill", name="Hull")], views=None)
        found = verify(store.where, None, views=True)
        assert (found["ok"], found["views"]) == (False, "where they stand")


@settings(on_a_server, max_examples=tries(3))
@given(happened=histories())
def test_views_that_were_followed_are_what_the_log_makes(
    beside: str, schema: str, happened: list[Event]
) -> None:
    for where in (beside, schema):
        with fresh(where) as store:
            record(store, happened, batches=[2, 1, 3])
            assert verify(store.where, None, views=True)["ok"]


def test_every_view_is_at_the_end_of_the_log_after_every_append(where: str) -> None:
    with fresh(where) as store:
        for n in range(1, 4):
            record(store, [PlaceRenamed(place="hill", name=f"Hill {n}")])
            stand = dump(store)["checkpoints"]
            assert {name for name, _, _ in stand} == set(REVISIONS)
            assert {position for _, _, position in stand} == {len(WORLD) + n}


def test_what_a_fold_was_stays_as_it_was_when_it_goes_on() -> None:
    """What is kept of a belief is a copy: later claims move the belief, not the past."""
    state = Fold(SIDES)
    list(state.run([said("a", FOR, "army")]))
    kept = state.dump()
    before = json.dumps(kept)
    list(
        state.run(
            [said("b", CONTEST, "clan", day=1), said("c", LOST, "army", day=2), said("d", FOR, "clan", day=3)]
        )
    )
    assert json.dumps(kept) == before


def test_who_derived_from_a_corrected_claim_speaks_for_himself_again(where: str) -> None:
    """His claim may be about another place than the corrected one; that place is folded again too."""
    told = (("c-1", "spokesman", "hill"), ("c-2", "wire", "mill"), ("c-3", "wire", "hill"))
    said = [
        ClaimRecorded(
            claim=claim, chain=(Hop(who=who),), predicate="captured", modality="asserts",
            actors=("clan",), place=place, reported=Moment(latest=BEGIN),
        )
        for claim, who, place in told
    ]  # fmt: skip
    with fresh(where) as store:
        record(store, [*said, ClaimLinked(claim="c-2", link="derived-from", other="c-1")])
        record(store, [ClaimCorrected(claim="c-1", replaced_by="c-3")])
        followed = dump(store)
        rebuild(store)
        assert dump(store) == followed


def test_what_is_registered_twice_is_one_row_that_changed(where: str) -> None:
    """No command does that; a log written by somebody else might, and its views must still be buildable."""
    with fresh(where) as store:
        again = PlaceRegistered(place="hill", name="The Hill", place_kind="village")
        record(store, [again])
        followed = dump(store)
        rows = store.medium.rows(
            "SELECT name, kind, from_pos FROM places WHERE id = 'hill' ORDER BY from_pos"
        )
        assert [row[:2] for row in rows] == [("Hill", "town"), ("The Hill", "village")]
        rebuild(store)
        assert dump(store) == followed


def test_no_row_can_be_true_twice(where: str) -> None:
    """However two writers come to it, the key of a view holds one row that is true."""
    with fresh(where) as store, pytest.raises(DamagedDatabase) as refused, store.transaction() as connection:
        connection.exec_driver_sql(
            "INSERT INTO places (id, name, kind, from_pos, to_pos)"
            f" SELECT id, name, kind, from_pos + 1000, to_pos FROM places WHERE to_pos = {OPEN}"
        )
    assert "twice" in refused.value.message
