"""Decides what becomes of what analysts judge: weighed or pinned, until a time, taken back, always told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.furnished import furnished
from tracker import Tracker
from tracker.errors import BadInput, Conflict, NotFound, UnknownClaim, UnknownName
from tracker.times import parse_iso

NOW = parse_iso("2024-12-10T12:00:00Z")
HOUR = 3_600_000_000
Document = dict[str, Any]


class Situation:
    """A tracker in which an hour passes with every step; the army holds Ford, the clan says it took it."""

    def __init__(self, where: str) -> None:
        self.now = NOW
        self.where = where
        self.old, self.new = furnished(where, _situation)
        self.ana = Tracker(where, clock=lambda: self.now, by="ana")
        self.ben = Tracker(where, clock=lambda: self.now, by="ben")

    def later(self) -> int:
        self.now += HOUR
        return self.now - 1

    def say(self, sentence: str, source: str, day: int) -> str:
        return said(self.ana, sentence, source, day)

    def pin(self, **more: Any) -> Document:
        return self.ana.assess("Ford", **{"holder": ["Army"], "reason": "seen", "pin": True, **more})

    def weighed(self, **more: Any) -> Document:
        return self.ana.assess("Ford", **{"holder": ["Army"], "reason": "seen", **more})

    def holder(self, at: str | int | None = None, known_at: int | None = None, **more: Any) -> str | None:
        found = self.ana.status("Ford", at=at, known_at=known_at, **more)["controller"]
        return None if found is None else str(found["id"])

    def why(self, at: str | int | None = None) -> Document:
        return self.ana.why("Ford", at=at)


def said(by: Tracker, sentence: str, source: str, day: int) -> str:
    when = f"2024-12-{day:02}"
    claim: str = by.add_claim(sentence, source=source, at=when, reported=when)["claim"]
    return claim


def _situation(where: str) -> tuple[str, str]:
    ana = Tracker.create(where, clock=lambda: NOW, by="ana")
    for place in ("Ford", "Mill"):
        ana.place_add(place, kind="town")
    for actor in ("Army", "Clan"):
        ana.actor_add(actor, level="side")
    for source in ("Wire", "Radio"):
        ana.source_add(source, kind="wire")
    return said(ana, "Army holds Ford", "Wire", 1), said(ana, "Clan captured Ford", "Radio", 6)


@pytest.fixture
def here(where: str) -> Situation:
    return Situation(where)


def plain(document: Document) -> Document:
    return {key: value for key, value in document.items() if key != "known_at"}


# -- pins ------------------------------------------------------------------------------------------------


def test_a_pin_is_the_answer_and_the_claims_speak_beside_it(here: Situation) -> None:
    before = here.why()
    answer = here.pin(until="2024-12-12")
    assert (answer["event"], answer["recorded"], answer["known"]) == ("assessment-made", True, False)
    assert answer["before"]["controller"]["id"] == "clan"
    one = answer["after"]
    assert (one["status"], one["controller"]["id"], one["confidence"], one["basis"]) == (
        "held", "army", 0.98, "analyst",
    )  # fmt: skip
    assert one["shadow"] == {key: before[key] for key in ("status", "controller", "confidence", "basis")}
    assert one["pin"]["text"] == "pinned by ana until 2024-12-13 00:00 UTC: Army; the claims say Clan (79 %)"
    assert one["pin"]["disagrees"]
    assert one["pin"]["reason"] == "seen"
    assert sum(row["p"] for row in one["probabilities"]) == pytest.approx(1)
    why = here.why()
    assert why["steps"] == before["steps"], "nothing of it is weighed"
    assert (why["log_odds"], why["against"]) == (before["log_odds"], before["against"])
    back = f"tracker assess ford --clear --id {answer['assessment']}"
    assert why["would_change"] == f"No claim would until the pin ends; {back} takes the pin back."
    (row,) = here.ana.status()["places"]
    assert row["pin"] == one["pin"]
    assert row == {key: here.ana.status("Ford")[key] for key in row}


def test_a_pin_stands_against_later_claims_until_it_ends(here: Situation) -> None:
    here.pin(at="2024-12-08", until="2024-12-09")
    assert here.holder("2024-12-07") == "clan", "not yet"
    assert here.holder("2024-12-08") == "army", "the day that was typed is one of them"
    here.say("Clan captured Ford", "Wire", 9)
    assert here.holder("2024-12-09") == "army", "and so is the day on which it ends"
    assert here.ana.status("Ford", at="2024-12-09")["shadow"]["confidence"] > 0.95
    assert here.holder("2024-12-10T00:00") == "clan"
    assert here.ana.status("Ford")["shadow"] is None


def test_a_pin_to_a_time_of_day_ends_at_that_time(here: Situation) -> None:
    here.pin(at="2024-12-08T10:00", until="2024-12-09T10:00")
    moments = ("08T09:59", "08T10:00", "09T09:59", "09T10:00")
    assert [here.holder(f"2024-12-{at}") for at in moments] == ["clan", "army", "army", "clan"]


def test_what_is_not_known_yet_is_not_the_answer(here: Situation) -> None:
    before = here.later()
    here.pin(at="2024-12-07")
    made = here.later()
    here.ben.assess("Ford", clear=True, reason="of May")
    assert here.holder("2024-12-08", before) == "clan"
    assert here.holder("2024-12-08", made) == "army"
    assert here.holder("2024-12-08") == "clan"
    assert here.holder("2024-12-11", made, published_by=before) == "clan", "it was said only afterwards"
    assert here.holder("2024-12-11", made, published_by=made) == "army"


def test_a_new_pin_ends_the_one_before_it_for_good(here: Situation) -> None:
    first = here.pin(at="2024-12-07")["assessment"]
    second = here.ben.assess(
        "Ford", holder=["Clan"], reason="own contact", at="2024-12-08", until="2024-12-09", pin=True
    )
    assert second["notes"][-1] == f"it ends the pin {first} by ana"
    assert [here.holder(f"2024-12-0{day}") for day in (6, 7, 8, 9)] == ["clan", "army", "clan", "clan"]
    assert here.ana.status("Ford")["pin"] is None, "the first does not come back when the second expires"
    stands = {one["id"]: one["state"] for one in here.ana.assess("Ford")["assessments"]}
    assert stands == {first: "replaced", second["assessment"]: "expired"}
    here.ana.assess("Ford", clear=True, id_=second["assessment"])
    assert here.ana.status("Ford")["pin"]["assessment"] == first, "what was taken back ended nothing"


def test_a_pin_on_a_part_of_a_side_and_on_two_together(here: Situation) -> None:
    here.ana.actor_add("Guard", level="unit", part_of="Army")
    one = here.pin(holder=["Guard"])["after"]
    assert (one["controller"]["id"], one["controller"]["side"]) == ("guard", "army")
    here.later()
    two = here.pin(holder=["Clan", "Guard"], likelihood="likely")["after"]
    assert (two["controller"]["side"], [other["id"] for other in two["controller"]["with"]]) == (
        "clan",
        ["army"],
    )
    assert (two["status"], two["confidence"]) == ("held", 0.675)
    assert "Clan and Army" in two["pin"]["text"]


def test_a_pin_of_about_even_odds_names_nobody_for_certain(here: Situation) -> None:
    one = here.pin(likelihood="low")["after"]
    assert (one["status"], one["controller"]["id"], one["confidence"]) == ("unknown", "army", 0.55)


def test_a_place_nobody_spoke_of_can_be_pinned_and_is_in_the_table(here: Situation) -> None:
    one = here.ana.assess("Mill", holder=["Clan"], reason="seen", pin=True)["after"]
    assert (one["controller"]["id"], one["shadow"]["status"], one["claims"]) == ("clan", "unknown", 0)
    assert not one["pin"]["disagrees"]
    assert one["pin"]["text"] == "pinned by ana: Clan; the claims say nothing else"
    assert [row["place"]["id"] for row in here.ana.status()["places"]] == ["ford", "mill"]
    assert [row["place"]["id"] for row in here.ana.status(at="2024-12-09")["places"]] == ["ford"]


def test_pins_and_assessments_go_with_a_place_that_is_merged_and_come_back(here: Situation) -> None:
    here.ana.assess("Mill", holder=["Army"], reason="seen")
    alone = here.ana.why("Mill")
    here.ana.assess("Mill", holder=["Army"], reason="on video", pin=True)
    here.ana.merge("place", "Mill", "Ford")
    assert here.ana.status("Ford")["pin"]["reason"] == "on video"
    assert len(here.ana.assess("Ford")["assessments"]) == 2
    here.ana.unmerge("place", "mill")
    assert here.ana.status("Ford")["pin"] is None
    here.ana.assess("Mill", clear=True, id_=here.ana.status("Mill")["pin"]["assessment"])
    assert here.ana.why("Mill") == alone
    assert here.ana.verify(views=True)["ok"]


# -- assessments that are weighed ------------------------------------------------------------------------


def test_an_assessment_is_a_step_like_any_other(here: Situation) -> None:
    answer = here.weighed(at="2024-12-07", likelihood="very likely")
    assert here.holder("2024-12-06") == "clan"
    why = here.why("2024-12-09")
    assert why["pin"] is None
    mine = [step for step in why["steps"] if step["claim"] == answer["assessment"]]
    assert [(step["step"], step["reliability"], step["stance"]) for step in mine] == [
        ("doubt", 0.875, "neutral"), ("for", 0.875, "neutral"),
    ]  # fmt: skip
    assert mine[0]["text"] == "Army holds Ford (analyst ana, very likely: seen)"
    assert sum(step["weight"] for step in why["steps"]) == pytest.approx(why["log_odds"], abs=1e-9)
    assert (why["claims"], why["origins"]) == (3, 3)
    assert answer["assessment"] in {
        row["claim"] for row in here.ana.status("Ford", at="2024-12-09")["because"]
    }


def test_left_open_it_is_nearly_certain(here: Situation) -> None:
    here.weighed(at="2024-12-09")
    one = here.ana.status("Ford")
    assert (one["controller"]["id"], one["basis"]) == ("army", "analyst")
    assert max(step["reliability"] or 0 for step in here.why()["steps"]) == 0.98


def test_it_contradicts_claims_and_that_is_told(here: Situation) -> None:
    answer = here.weighed(at="2024-12-07")
    assert answer["after"]["conflicts"] == answer["conflicts"]
    assert [sorted(one["claims"]) for one in answer["conflicts"]] == [
        sorted([answer["assessment"], here.new])
    ]
    told = {row["claim"]: row["text"] for row in answer["after"]["beside"]}
    assert told[answer["assessment"]] == "Army holds Ford (analyst ana: seen)"
    other = here.ana.add_claim("Clan captured Ford", source="Wire", at="2024-12-07", reported="2024-12-07")
    assert answer["assessment"] in {claim for one in other["conflicts"] for claim in one["claims"]}


def test_a_later_claim_moves_on_and_the_assessment_stays_in_the_story(here: Situation) -> None:
    answer = here.weighed(at="2024-12-07")
    here.say("Clan captured Ford", "Radio", 9)
    here.say("Clan captured Ford", "Wire", 9)
    assert here.holder() == "clan"
    assert answer["assessment"] in {step["claim"] for step in here.why()["steps"]}


def test_two_analysts_are_one_voice(here: Situation) -> None:
    here.weighed(at="2024-12-07")
    once = here.ana.status("Ford", at="2024-12-09")["confidence"]
    again = here.ben.assess("Ford", holder=["Army"], reason="I think so too", at="2024-12-08")["assessment"]
    step = next(step for step in here.why("2024-12-09")["steps"] if step["claim"] == again)
    assert step["echo"] == 0.1
    assert here.ana.status("Ford", at="2024-12-09")["confidence"] - once < 0.02


def test_what_expires_counts_until_then_and_leaves_nothing(here: Situation) -> None:
    never = [here.why(at) for at in ("2024-12-07T23:00", "2024-12-10", NOW + 40 * 24 * HOUR)]
    here.weighed(at="2024-12-08", until="2024-12-09")
    assert [here.holder(f"2024-12-{day}") for day in ("07", "08", "09", "10")] == [
        "clan",
        "army",
        "army",
        "clan",
    ]
    assert [here.why(at) for at in ("2024-12-07T23:00", "2024-12-10", NOW + 40 * 24 * HOUR)] == never
    for at in ("2024-12-07", "2024-12-09", "2024-12-11"):
        (row,) = here.ana.status(at=at)["places"]
        alone = here.ana.status("Ford", at=at)
        assert row == {key: alone[key] for key in row}, "the table says the same, from what is kept"
    here.say("Clan holds Ford", "Wire", 10)
    assert here.holder("2024-12-09") == "army"
    assert here.ana.verify(views=True)["ok"]


def test_what_is_taken_back_never_was_but_for_who_asks_what_was_known(here: Situation) -> None:
    never, now = here.why(), here.now
    here.later()
    answer = here.weighed(at="2024-12-05")
    made = here.later()
    with_it = plain(here.why(now))
    cleared = here.ben.assess("Ford", clear=True, reason="of May")
    assert (cleared["assessment"], cleared["event"]) == (answer["assessment"], "assessment-cleared")
    assert plain(here.why(now)) == plain(never)
    assert plain(here.ana.why("Ford", at=now, known_at=made)) == with_it
    (one,) = here.ana.assess("Ford")["assessments"]
    assert (one["state"], one["cleared"]["by"], one["cleared"]["reason"]) == ("cleared", "ben", "of May")
    assert here.holder() == "clan"
    assert here.weighed(at="2024-12-05")["assessment"] != answer["assessment"], "and it may be made again"
    assert here.ana.verify(views=True)["ok"]


def test_the_same_again_is_not_recorded_twice(here: Situation) -> None:
    for judge in (here.pin, here.weighed):
        first = judge(at="2024-12-08", until="2024-12-09", likelihood="likely")
        again = judge(at="2024-12-08", until="2024-12-09", likelihood="likely")
        assert (again["assessment"], again["recorded"], again["known"], again["position"]) == (
            first["assessment"], False, True, None,
        )  # fmt: skip
        assert again["notes"] == ["judged so already; nothing was recorded"]
        assert again["before"] == again["after"]
    assert len(here.ana.assess()["assessments"]) == 2


def test_tried_out_nothing_is_written(here: Situation) -> None:
    before = here.why()
    answer = here.pin(dry_run=True)
    assert (answer["recorded"], answer["position"], answer["after"]["controller"]["id"]) == (
        False,
        None,
        "army",
    )
    assert here.why() == before
    assert here.ana.assess() == {"assessments": []}
    here.pin()
    assert here.ana.assess("Ford", clear=True, dry_run=True)["after"]["controller"]["id"] == "clan"
    assert here.holder() == "army"


def test_a_place_of_many_claims_is_judged_where_it_stands(here: Situation) -> None:
    """Late, between states that are kept, and once more from the first claim: the answers are the same."""
    for n in range(60):
        here.say(f"{('Army', 'Clan')[n % 3 == 0]} captured Ford", ("Wire", "Radio")[n % 2], 1 + n % 9)
    here.weighed(at="2024-12-04", holder=["Clan"])
    here.weighed(at="2024-12-09T13:00", holder=["Army"])
    there, kept = here.ana.why("Ford", at=NOW), here.ana.status("Ford", at=NOW)
    assert here.ana.verify(views=True)["ok"]
    here.ana.rebuild()
    assert (here.ana.why("Ford", at=NOW), here.ana.status("Ford", at=NOW)) == (there, kept)
    here.ana.assess("Ford", clear=True, id_=here.ana.assess("Ford")["assessments"][0]["id"])
    assert here.ana.verify(views=True)["ok"]


# -- weighing claims -------------------------------------------------------------------------------------


def test_a_claim_left_out_moves_nothing_and_is_told_of(here: Situation) -> None:
    without = here.ana.status("Ford", at="2024-12-05")["confidence"]
    answer = here.ana.weigh(here.new, out=True, reason="a parody")
    assert (answer["event"], answer["payload"]["factor"]) == ("claim-weighted", 0.0)
    assert (answer["before"]["controller"]["id"], answer["after"]["controller"]["id"]) == ("clan", "army")
    assert answer["after"]["confidence"] == pytest.approx(without, abs=0.01)
    how = {"factor": 0.0, "by": "ana", "reason": "a parody"}
    for told in (
        here.ana.show(here.new)["weighed"],
        here.why()["weighed"][0],
        here.ana.status("Ford")["weighed"][0],
    ):
        assert how.items() <= told.items()
    assert {one["id"]: one["weighed"] is not None for one in here.ana.claims()["claims"]} == {
        here.old: False, here.new: True,
    }  # fmt: skip
    assert here.new not in {step["claim"] for step in here.why()["steps"]}


def test_a_factor_scales_what_a_claim_is_worth(here: Situation) -> None:
    def worth() -> float:
        """Towards whoever holds it then."""
        return abs(sum(float(step["weight"]) for step in here.why()["steps"] if step["claim"] == here.new))

    whole = worth()
    here.ben.weigh(here.new, factor=0.5)
    assert worth() == pytest.approx(whole / 2, rel=0.05)
    step = next(step for step in here.why()["steps"] if step["claim"] == here.new)
    assert (step["weighed"]["factor"], step["weighed"]["by"], step["echo"]) == (0.5, "ben", 1.0)
    here.ana.weigh(here.new, factor=0.5, reason="he was not there")
    assert here.ana.show(here.new)["weighed"]["reason"] == "he was not there", "the same, now with a reason"


def test_weighing_is_undone_and_what_was_known_stays(here: Situation) -> None:
    never, now = here.why(), here.now
    here.later()
    here.ana.weigh(here.new, out=True)
    out = here.later()
    here.ben.weigh(here.new, clear=True)
    assert plain(here.why(now)) == plain(never)
    assert here.ana.show(here.new)["weighed"] is None
    then = here.ana.why("Ford", at=now, known_at=out)
    assert then["controller"]["id"] == "army"
    assert [one["by"] for one in then["weighed"]] == ["ana"]
    assert [event["kind"] for event in here.ana.show(here.new)["history"]] == [
        "claim-recorded", "claim-weighted", "claim-weighted",
    ]  # fmt: skip


def test_a_correction_stays_left_out(here: Situation) -> None:
    here.ana.weigh(here.new, out=True, reason="a parody")
    again = here.ben.correct(here.new, at="2024-12-05")["claim"]
    assert {"factor": 0.0, "reason": "a parody"}.items() <= here.ana.show(again)["weighed"].items()
    assert here.holder() == "army"


# -- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "error", "what", "step"),
    [
        ({"holder": []}, BadInput, "who is judged to hold it", "--holder"),
        ({"reason": None}, BadInput, "why it is judged so", "--reason"),
        ({"likelihood": "perhaps"}, BadInput, "cannot read 'perhaps'", "likely"),
        ({"likelihood": "unlikely"}, BadInput, "read as 0.325", "tracker weigh"),
        ({"likelihood": "F"}, BadInput, "cannot be judged", "more likely holder"),
        ({"holder": ["Army", "Nobody"]}, UnknownName, "'Nobody'", "tracker actor"),
        ({"at": "2024-12-11"}, BadInput, "lies in the future", "when it really was"),
        ({"at": NOW + HOUR}, BadInput, "lies in the future", "was judged"),
        ({"at": "2024-12-01/2024-12-03"}, BadInput, "one moment", "2024-12"),
        ({"at": "2024-12-09", "until": "2024-12-08"}, BadInput, "before it begins", "later --until"),
        ({"until": "soon"}, BadInput, "cannot read 'soon'", "ISO date"),
        ({"id_": "a-1"}, BadInput, "--id chooses", "--clear --id"),
        ({"clear": True}, BadInput, "--clear takes", "new --pin"),
    ],
    ids=lambda told: " ".join(told) if isinstance(told, dict) else "",
)
def test_what_cannot_be_judged_is_refused(
    here: Situation, told: Document, error: type[Exception], what: str, step: str
) -> None:
    with pytest.raises(error, match=what) as refused:
        here.weighed(**told)
    assert step in refused.value.next_step  # type: ignore[attr-defined]  # all of them are ours
    assert here.ana.assess() == {"assessments": []}


def test_what_cannot_be_taken_back_is_refused_with_what_can(here: Situation) -> None:
    with pytest.raises(Conflict, match="no assessment of Ford counts") as refused:
        here.ana.assess("Ford", clear=True)
    assert refused.value.next_step == "tracker assess ford lists all of them"
    over = here.pin(at="2024-12-07", until="2024-12-08")["assessment"]
    with pytest.raises(Conflict, match="no assessment of Ford counts") as refused:
        here.ana.assess("Ford", clear=True)
    assert refused.value.next_step == f"tracker assess ford --clear --id {over} takes back what has expired"
    one, two = (here.weighed(at=f"2024-12-0{day}")["assessment"] for day in (8, 9))
    with pytest.raises(Conflict, match="2 assessments of Ford count") as refused:
        here.ana.assess("Ford", clear=True)
    assert f"tracker assess ford --clear --id {two} or" in refused.value.next_step
    here.ana.assess("Ford", clear=True, id_=one)
    with pytest.raises(Conflict, match="was cleared already, by ana"):
        here.ana.assess("Ford", clear=True, id_=one)
    with pytest.raises(NotFound, match="no assessment of Mill has the id"):
        here.ana.assess("Mill", clear=True, id_=two)
    assert here.ana.assess("Ford", clear=True)["assessment"] == two, "the only one left that counts"


def test_no_place_no_judgement(here: Situation) -> None:
    for told in ({"holder": ["Army"]}, {"clear": True}, {"pin": True}, {"id_": "a-1"}):
        with pytest.raises(BadInput, match="which place is meant"):
            here.ana.assess(**told)


def test_weights_that_mean_nothing_are_refused(here: Situation) -> None:
    asks: tuple[tuple[Callable[[], object], type[Exception], str], ...] = (
        (lambda: here.ana.weigh(here.new), BadInput, "is not said"),
        (lambda: here.ana.weigh(here.new, out=True, clear=True), BadInput, "only one"),
        (lambda: here.ana.weigh(here.new, out=True, factor=0.5), BadInput, "only one"),
        (lambda: here.ana.weigh(here.new, factor=0), BadInput, "0 is no factor"),
        (lambda: here.ana.weigh(here.new, factor=1), BadInput, "1 is no factor"),
        (lambda: here.ana.weigh(here.new, factor=-2), BadInput, "-2 is no factor"),
        (lambda: here.ana.weigh(here.new, factor=10.5), BadInput, "10.5 is no factor"),
        (lambda: here.ana.weigh(here.new, factor=float("nan")), BadInput, "nan is no factor"),
        (lambda: here.ana.weigh(here.new, clear=True), Conflict, "nobody left"),
        (lambda: here.ana.weigh("c-241206-00000000", out=True), UnknownClaim, "no claim has the id"),
    )
    for ask, error, what in asks:
        with pytest.raises(error, match=what):
            ask()
    here.ana.weigh(here.new, out=True)
    with pytest.raises(Conflict, match="left out by ana already"):
        here.ben.weigh(here.new, out=True)
    here.ana.retract(here.new)
    with pytest.raises(Conflict, match="already retracted"):
        here.ana.weigh(here.new, factor=2)


def test_an_assessment_is_no_claim(here: Situation) -> None:
    id_ = here.weighed()["assessment"]
    for ask in (here.ana.show, here.ana.retract, lambda one: here.ana.weigh(one, out=True)):
        with pytest.raises(UnknownClaim) as refused:
            ask(id_)
        assert refused.value.next_step == "tracker assess ford, as it is an assessment"
    assert id_ not in {one["id"] for one in here.ana.claims()["claims"]}
