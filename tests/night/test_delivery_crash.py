"""Killed deliverers and crowds of them: what was sent is sent once, what was not is not lost."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.night.deliverer import Deliverer
from tests.night.servers import Hook, Mailbox, mail_server, wait_until, web_server
from tests.night.swept import outbox, states, swept
from tracker.night.deliver import deliver, redeliver
from tracker.night.targets import read_targets
from tracker.record.store import Store
from tracker.tracker import wall_clock

pytestmark = pytest.mark.slow

NIGHT = "2024-12-08"


def here(where: str, config: Path) -> list[str]:
    """Whoever comes next, and lives: no process of its own is needed for that."""
    made = read_targets(tomllib.loads(config.read_text())["deliver"], str(config))
    return [f"{one.day} {one.target} {one.state}" for one in deliver(where, made, wall_clock)]


def configured(path: Path, box: Mailbox, hook: Hook) -> Path:
    """One target of each kind."""
    (path / "reports").mkdir()
    config = path / "config.toml"
    config.write_text(f"""
[deliver.desk]
kind = "smtp"
host = "127.0.0.1"
port = {box.port}
security = "none"
sender = "tracker@example.org"
to = "anna@example.org"

[deliver.chat]
kind = "webhook"
url = "{hook.url}"

[deliver.twice]
kind = "webhook"
url = "{hook.url}/twice"
idempotent = true

[deliver.folder]
kind = "directory"
path = "reports"
""")
    return config


def run_out(where: str) -> None:
    """The leases of the killed have run out: no test waits so long."""
    with Store.open(where) as store, store.transaction() as connection:
        connection.exec_driver_sql("UPDATE outbox SET lease_until = 1 WHERE state = 'sending'")


def test_killed_at_every_step(where: str, tmp_path: Path) -> None:
    """Between "sending" and "sent": mail and service get it once at most, and are unsure."""
    with mail_server() as box, web_server() as hook:
        config = configured(tmp_path, box, hook)
        swept(where, ["desk", "chat", "twice", "folder"])
        for step in ("sending", "handed over"):
            before = (len(box.came), len(hook.came))
            each = Deliverer(where, config, step, 4).finish()
            assert each == ["killed"] * 4, "each took one row and died of it"
            assert set(states(where).values()) == {"sending"}
            assert here(where, config) == [], "while the leases run, nobody touches them"
            run_out(where)
            assert set(here(where, config)) == {
                f"{NIGHT} chat unsure", f"{NIGHT} desk unsure", f"{NIGHT} folder sent", f"{NIGHT} twice sent",
            }  # fmt: skip
            assert here(where, config) == []
            mails, posts = len(box.came) - before[0], Counter(path for path, _, _ in hook.came[before[1] :])
            if step == "sending":
                assert (mails, posts["/"], posts["/twice"]) == (0, 0, 1)
            else:
                assert (mails, posts["/"], posts["/twice"]) == (1, 1, 2)
            assert [one.name for one in (tmp_path / "reports").iterdir()] == [f"night-{NIGHT}.html"]
            pending_again(where)
        assert Deliverer(where, config, "noted", 1).finish() == ["killed"]
        here(where, config)
        assert set(states(where).values()) == {"sent"}, "what was noted stays noted, and the rest follows"


def pending_again(where: str) -> None:
    for row in outbox(where):
        redeliver(where, row.day, row.target, wall_clock)


@pytest.mark.parametrize("kind", ["mail", "service"])
def test_several_at_once(where: str, tmp_path: Path, kind: str) -> None:
    """Four processes over 32 reports: each is received once, and all are."""
    with mail_server() as box, web_server() as hook:
        names = [f"t{n:02}" for n in range(32)]
        config = tmp_path / "config.toml"
        tables = [to_mail(name, box) if kind == "mail" else to_service(name, hook) for name in names]
        config.write_text("".join(tables))
        swept(where, names)
        crowd = [Deliverer(where, config) for _ in range(4)]
        lines = [line for process in crowd for line in process.finish()]
    got = [str(message["To"]) for message in box.came] + [path for path, _, _ in hook.came]
    assert sorted(lines) == [f"{NIGHT} {name} sent" for name in names]
    assert Counter(got) == Counter(f"{name}@example.org" if kind == "mail" else f"/{name}" for name in names)
    assert {row.attempts for row in outbox(where)} == {1}


def to_mail(name: str, box: Mailbox) -> str:
    return (
        f'[deliver.{name}]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {box.port}\nsecurity = "none"\n'
        f'sender = "tracker@example.org"\nto = "{name}@example.org"\n'
    )


def to_service(name: str, hook: Hook) -> str:
    return f'[deliver.{name}]\nkind = "webhook"\nurl = "{hook.url}/{name}"\n'


def test_killed_over_and_over_while_others_deliver(where: str, tmp_path: Path) -> None:
    """Killed while they send: nothing comes twice, and what may not have come is said to be unsure."""
    with web_server() as hook:
        names = [f"t{n:02}" for n in range(20)]
        config = tmp_path / "config.toml"
        config.write_text("".join(to_service(name, hook) for name in names))
        swept(where, names)
        for _ in range(7):
            seen = len(hook.came)
            process = Deliverer(where, config)
            wait_until(lambda: len(hook.came) > seen or not process.lives())  # noqa: B023  (called at once)
            process.kill()
        run_out(where)
        here(where, config)
        got = Counter(path.strip("/") for path, _, _ in hook.came)
    became = {row.target: row.state for row in outbox(where)}
    assert set(got.values()) <= {1}, "never twice"
    assert set(became.values()) <= {"sent", "unsure"}
    assert {name for name, state in became.items() if state == "sent"} <= set(got), "sent is sent"
    assert set(names) - set(got) <= {name for name, state in became.items() if state == "unsure"}, "none lost"
