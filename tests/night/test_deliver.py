"""What is due in the outbox is delivered once: retried while it certainly was not taken, and never else."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.night.servers import CUTS_OFF, HANGS, Hook, Mailbox, free_port, mail_server, web_server
from tests.night.swept import NOW, Clock, outbox, states, swept, targets
from tracker.errors import Conflict, NotFound
from tracker.night import deliver as module
from tracker.night.deliver import Delivered, deliver, redeliver
from tracker.night.letter import letter_of
from tracker.night.outbox import ENDED, Row, documents, is_due, settle, take
from tracker.night.targets import Target
from tracker.reader import open_reader
from tracker.record.derived import Driver
from tracker.record.store import Store
from tracker.zones import DAY, HOUR, MINUTE, SECOND

NIGHT = "2024-12-08"


def folder(path: Path, name: str = "folder") -> str:
    return f'[deliver.{name}]\nkind = "directory"\npath = "{path}"\n'


def desk(port: int, name: str = "desk") -> str:
    return (
        f'[deliver.{name}]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        'sender = "tracker@example.org"\nto = "anna@example.org"\ntimeout = 1\n'
    )


def chat(url: str, name: str = "chat", more: str = "") -> str:
    return f'[deliver.{name}]\nkind = "webhook"\nurl = "{url}"\ntimeout = 1\n{more}\n'


def told(done: list[Delivered]) -> list[tuple[str, str, int]]:
    return [(one.target, one.state, one.attempt) for one in done]


def state(where: str, target: str) -> str:
    return states(where)[NIGHT, target]


class Ends(BaseException):
    """The process ends: nothing of ours runs any more."""


def ending(name: str) -> Any:
    def step(now: str) -> None:
        if now == name:
            raise Ends

    return step


def test_each_kind_gets_it_once(where: str, tmp_path: Path) -> None:
    with mail_server() as box, web_server() as hook:
        made = targets(folder(tmp_path) + desk(box.port) + chat(hook.url))
        swept(where, ["folder", "desk", "chat"])
        clock = Clock()
        assert told(deliver(where, made, clock)) == [
            ("chat", "sent", 1),
            ("desk", "sent", 1),
            ("folder", "sent", 1),
        ]
        for _ in range(3):
            clock.forward(days=1)
            assert deliver(where, made, clock) == []
    assert (len(box.came), len(hook.came)) == (1, 1)
    with open_reader(where) as reader:
        assert (tmp_path / f"night-{NIGHT}.html").read_text() == letter_of(reader, NIGHT).html
        assert documents(reader, known=["desk"])[1] == {
            "night": NIGHT, "target": "desk", "state": "sent", "attempts": 1, "due": None,
            "sent": "2024-12-08T02:00:30Z", "error": None, "configured": True,
        }  # fmt: skip


def test_several_nights_go_in_their_order(where: str) -> None:
    days = ("2024-12-06", "2024-12-07", NIGHT)
    with web_server() as hook:
        swept(where, ["chat"], days)
        done = deliver(where, targets(chat(hook.url, more="""template = '"{{night}}"'""")), Clock())
    assert [one.day for one in done] == list(days)
    assert [body for _, _, body in hook.came] == [f'"{day}"'.encode() for day in days]


def test_what_is_not_taken_is_tried_again_after_growing_pauses(where: str) -> None:
    """1 minute, 5, 15, 60, then hourly; once it is taken, never again."""
    clock, hook = Clock(), Hook(500, "down for repair")
    with web_server(hook):
        made = targets(chat(hook.url))
        swept(where, ["chat"])
        for attempt, pause in enumerate((1, 5, 15, 60, 60, 60), 1):
            ((one),) = deliver(where, made, clock)
            assert (one.state, one.attempt) == ("pending", attempt)
            assert one.error is not None
            assert "answered 500 Internal Server Error down for repair" in one.error
            (row,) = outbox(where)
            assert (row.state, row.attempts, row.error) == ("pending", attempt, one.error)
            clock.forward(minutes=pause, seconds=-1)
            assert deliver(where, made, clock) == [], "not before its time"
            clock.forward(seconds=1)
        hook.answer = 200
        assert told(deliver(where, made, clock)) == [("chat", "sent", 7)]
        clock.forward(days=3)
        assert deliver(where, made, clock) == []
    assert len(hook.came) == 7
    assert {headers["Idempotency-Key"] for _, headers, _ in hook.came} == {hook.came[0][1]["Idempotency-Key"]}
    assert outbox(where)[0].error is None


def test_after_two_days_it_is_given_up(where: str) -> None:
    clock = Clock()
    made = targets(desk(free_port()))
    swept(where, ["desk"])
    (row,) = outbox(where)
    while row.state == "pending":
        assert clock.now < NOW + 3 * DAY
        if 5 < row.attempts < 50:
            failed(where, row, clock)  # the hours in between: as `deliver` notes it, without the journeys
        else:
            assert len(deliver(where, made, clock)) == 1
        (row,) = outbox(where)
        clock.now = row.due_at
    assert deliver(where, made, clock) == []
    assert (row.state, row.attempts) == ("failed", 52), (
        "at 0, 1, 6, 21, 81 minutes, then hourly to the 49th hour"
    )
    assert row.error is not None
    assert row.error.endswith("Connection refused")
    assert "\n" not in row.error


def failed(where: str, row: Row, clock: Clock) -> None:
    """An attempt that found nobody."""
    with Store.open(where) as store, store.transaction() as connection:
        driver = Driver(connection)
        assert is_due(row, clock(), clock())
        taken = take(driver, row, clock(), clock(), lease=SECOND)
        assert taken is not None
        assert settle(driver, taken, "pending", clock(), row.error) == "pending"


def test_a_machine_that_slept_tries_more_than_once(where: str) -> None:
    """Two days have passed between two attempts: that is no reason to give up."""
    clock = Clock()
    made = targets(desk(free_port()))
    swept(where, ["desk"])
    seen = []
    for _ in range(5):
        seen += [one.state for one in deliver(where, made, clock)]
        clock.forward(days=3)
    assert seen == ["pending"] * 4 + ["failed"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("how", [HANGS, CUTS_OFF])
def test_what_may_have_been_taken_is_not_sent_again(where: str, how: str) -> None:
    with mail_server(Mailbox(how)) as box, web_server(Hook(how)) as hook:
        made = targets(desk(box.port) + chat(hook.url))
        swept(where, ["chat", "desk"])
        clock = Clock()
        assert told(deliver(where, made, clock)) == [("chat", "unsure", 1), ("desk", "unsure", 1)]
        box.answer, hook.answer = "250 OK", 200
        for _ in range(5):
            clock.forward(days=1)
            assert deliver(where, made, clock) == []
        assert (box.seen, len(hook.came)) == (1, 1)
        assert all("not known" in (row.error or "") for row in outbox(where))


def test_a_service_that_can_tell_a_second_time_is_asked_again(where: str) -> None:
    with web_server(Hook(CUTS_OFF)) as hook:
        made = targets(chat(hook.url, more="idempotent = true"))
        swept(where, ["chat"])
        clock = Clock()
        assert told(deliver(where, made, clock)) == [("chat", "pending", 1)]
        hook.answer = 200
        clock.forward(minutes=1)
        assert told(deliver(where, made, clock)) == [("chat", "sent", 2)]
    first, second = (headers["Idempotency-Key"] for _, headers, _ in hook.came)
    assert first == second


@pytest.mark.parametrize("step", ["sending", "handed over"])
def test_a_process_that_ends_while_it_sends(where: str, tmp_path: Path, step: str) -> None:
    """Nobody can know of mail and of a service; a file is simply written again."""
    with mail_server() as box, web_server() as hook:
        made = targets(
            desk(box.port, "a")
            + chat(hook.url, "b")
            + chat(hook.url, "c", "idempotent = true")
            + folder(tmp_path, "d")
        )
        swept(where, ["a", "b", "c", "d"])
        clock = Clock()
        for _ in range(4):
            with pytest.raises(Ends):
                deliver(where, made, clock, lease_clock=clock, lease=600, step=ending(step))
        before = box.seen + len(hook.came)
        assert before == (0 if step == "sending" else 3)
        assert set(states(where).values()) == {"sending"}
        assert deliver(where, made, clock, lease_clock=clock) == [], "they may still be at it"
        clock.forward(minutes=11)
        run_out(where)
        done = deliver(where, made, clock, lease_clock=clock)
        assert told(done) == [("a", "unsure", 1), ("b", "unsure", 1), ("c", "sent", 2), ("d", "sent", 2)]
        assert done[0].error == ENDED
        clock.forward(days=3)
        assert deliver(where, made, clock, lease_clock=clock) == []
        assert box.seen + len(hook.came) == before + 1
    assert [one.name for one in tmp_path.glob("night-*")] == [f"night-{NIGHT}.html"]


def run_out(where: str) -> None:
    """On a server leases run by its clock, which no test can move: they are set back instead."""
    with Store.open(where) as store, store.transaction() as connection:
        if store.dialect == "postgresql":
            connection.exec_driver_sql("UPDATE outbox SET lease_until = 1 WHERE state = 'sending'")


def test_a_slow_sender_whose_lease_ran_out_still_tells_what_became_of_it(where: str) -> None:
    """He knows, and nobody else has sent it meanwhile; only if somebody has, his word comes too late."""
    clock = Clock()
    with web_server() as hook:
        made = targets(chat(hook.url))
        swept(where, ["chat"])

        def step(name: str) -> None:
            if name == "handed over":
                clock.forward(hours=2)
                run_out(where)
                assert told(deliver(where, made, clock, lease_clock=clock)) == [("chat", "unsure", 1)]

        assert told(deliver(where, made, clock, lease_clock=clock, step=step)) == [("chat", "sent", 1)]
        assert state(where, "chat") == "sent"

        redeliver(where, NIGHT, "chat", clock)
        with pytest.raises(Ends):
            deliver(where, made, clock, lease_clock=clock, step=ending("sending"))
        clock.forward(hours=2)
        run_out(where)

        def again(name: str) -> None:
            if name == "sending":
                clock.forward(hours=2)
                run_out(where)
                redeliver(where, NIGHT, "chat", clock)

        redeliver(where, NIGHT, "chat", clock)
        assert deliver(where, made, clock, lease_clock=clock, step=again) == [], (
            "somebody wanted it once more"
        )
        assert state(where, "chat") == "pending"


class TestByHand:
    def test_a_report_goes_out_again(self, where: str) -> None:
        clock = Clock()
        with mail_server(Mailbox(CUTS_OFF)) as box:
            made = targets(desk(box.port))
            swept(where, ["desk"])
            deliver(where, made, clock)
            assert state(where, "desk") == "unsure"
            box.answer = "250 OK"
            clock.forward(days=9)
            redeliver(where, NIGHT, "desk", clock)
            (row,) = outbox(where)
            assert (row.state, row.attempts, row.first_at, row.error) == ("pending", 0, None, None)
            assert told(deliver(where, made, clock)) == [("desk", "sent", 1)]
            assert deliver(where, made, clock) == []

    def test_not_while_it_is_being_sent(self, where: str) -> None:
        clock = Clock()
        made = targets(desk(free_port()))
        swept(where, ["desk"])
        with pytest.raises(Ends):
            deliver(where, made, clock, step=ending("sending"))
        with pytest.raises(Conflict, match="is being sent to desk just now"):
            redeliver(where, NIGHT, "desk", clock)

    def test_a_night_or_a_target_that_there_is_none_of(self, where: str) -> None:
        swept(where, ["desk", "chat"])
        with pytest.raises(NotFound, match="nothing was to be delivered of the night of 2024-12-01"):
            redeliver(where, "2024-12-01", "desk", Clock())
        with pytest.raises(NotFound, match="was not to go to 'dsk'") as refused:
            redeliver(where, NIGHT, "dsk", Clock())
        assert refused.value.next_step == "desk"

    def test_a_target_that_came_later(self, where: str, tmp_path: Path) -> None:
        swept(where, [])
        made = targets(folder(tmp_path))
        with pytest.raises(NotFound):
            redeliver(where, NIGHT, "folder", Clock())
        with pytest.raises(NotFound):
            redeliver(where, "2024-12-01", "folder", Clock(), known=made)
        redeliver(where, NIGHT, "folder", Clock(), known=made)
        assert told(deliver(where, made, Clock())) == [("folder", "sent", 1)]


def test_a_target_that_is_not_configured_here_waits(where: str, tmp_path: Path) -> None:
    """Another machine may have it, or somebody mends the file."""
    swept(where, ["folder", "desk"])
    made = targets(folder(tmp_path))
    clock = Clock()
    assert told(deliver(where, made, clock)) == [("folder", "sent", 1)]
    clock.forward(days=9)
    assert deliver(where, made, clock) == []
    assert deliver(where, (), clock) == []
    assert state(where, "desk") == "pending"
    with open_reader(where) as reader:
        assert [one["configured"] for one in documents(reader, known=["folder"])] == [False, True]


def test_a_missing_secret_is_a_failure_like_any_other(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent; the others get theirs; once it is there, so does this one."""
    monkeypatch.delenv("TRACKER_SECRET", raising=False)
    clock = Clock()
    with web_server() as hook:
        made = targets(chat(hook.url, "a", 'secret_env = "TRACKER_SECRET"') + chat(hook.url, "b"))
        swept(where, ["a", "b"])
        done = deliver(where, made, clock)
        assert told(done) == [("a", "pending", 1), ("b", "sent", 1)]
        assert done[0].error == (
            "config.toml, [deliver.a]: secret_env: $TRACKER_SECRET is not set;"
            " export TRACKER_SECRET=…, for the service too that delivers"
        )
        monkeypatch.setenv("TRACKER_SECRET", "hunter2")
        clock.forward(minutes=1)
        assert told(deliver(where, made, clock)) == [("a", "sent", 2)]
    assert "hunter2" not in str(outbox(where))


@pytest.mark.parametrize("ahead", [DAY, 365 * DAY])
def test_a_clock_that_was_ahead(where: str, ahead: int) -> None:
    """What it set is not waited for once it is right, and nothing is sent twice for it."""
    with web_server(Hook(500)) as hook, mail_server() as box:
        made = targets(chat(hook.url) + desk(box.port))
        swept(where, ["chat", "desk"])
        wrong = Clock(NOW + ahead)
        assert told(deliver(where, made, wrong, lease_clock=wrong)) == [
            ("chat", "pending", 1),
            ("desk", "sent", 1),
        ]
        redeliver(where, NIGHT, "desk", wrong)
        with pytest.raises(Ends):
            deliver(where, targets(desk(box.port)), wrong, lease_clock=wrong, step=ending("handed over"))
        right = Clock(NOW + MINUTE)
        hook.answer = 200
        run_out(where)
        done = deliver(where, made, right, lease_clock=right)
        assert told(done) == [("chat", "sent", 2), ("desk", "unsure", 1)]
    assert (len(box.came), len(hook.came)) == (2, 2)


def test_nothing_is_due_without_a_lock(where: str, tmp_path: Path) -> None:
    """A look every half minute stands in nobody's way: here somebody writes all the while."""
    swept(where, ["folder", "desk"])
    made = targets(folder(tmp_path) + desk(free_port()))
    assert told(deliver(where, made, Clock())) == [("desk", "pending", 1), ("folder", "sent", 1)]
    with Store.open(where) as store, store.transaction():
        assert deliver(where, made, Clock()) == []


def test_an_outcome_is_noted_though_the_database_is_in_use(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was sent: whoever writes at that moment is waited for, else nobody would know."""
    from tracker.errors import DatabaseBusy

    with web_server() as hook:
        made = targets(chat(hook.url))
        swept(where, ["chat"])
        monkeypatch.setattr(module, "NOTED_AFTER", (0.01, 0.01, 0.01))
        real, busy = Store.transaction, [False, True, True, False]

        def transaction(store: Store) -> Any:
            if busy.pop(0):
                raise DatabaseBusy(where=where, why="another process has been writing")
            return real(store)

        monkeypatch.setattr(Store, "transaction", transaction)
        assert told(deliver(where, made, Clock())) == [("chat", "sent", 1)]
    assert busy == []
    assert len(hook.came) == 1


def test_a_round_that_waits_for_a_server_keeps_no_lock(where: str) -> None:
    """Others write while a hanging server is waited for."""
    clock = Clock()
    with web_server() as hook:
        made = targets(chat(hook.url))
        swept(where, ["chat"])
        wrote = []

        def step(name: str) -> None:
            with Store.open(where) as store, store.transaction():
                wrote.append(name)

        deliver(where, made, clock, step=step)
    assert wrote == ["sending", "handed over", "noted"]


def test_the_report_of_a_night_that_the_record_does_not_have(tmp_path: Path) -> None:
    """As when a log was restored without its end: nothing is made up."""
    where = swept(str(tmp_path / "tracker.db"), ["folder"])
    with sqlite3.connect(where) as connection:
        connection.execute("UPDATE outbox SET day = '2024-12-09'")
    connection.close()
    (done,) = deliver(where, targets(folder(tmp_path)), Clock())
    assert (done.state, done.error) == ("pending", "the record has no night of 2024-12-09")


def test_leases_outlast_what_they_are_for() -> None:
    (slow,) = targets(desk(25).replace("timeout = 1", "timeout = 300"))
    assert isinstance(slow, Target)
    assert (slow.longest + module.SPARE) * SECOND <= HOUR
