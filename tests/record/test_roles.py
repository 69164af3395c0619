"""On a shared server a writer adds events and changes none, a reader reads, the owner alone redacts."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import psycopg
import pytest

from tests.night.swept import Clock, targets
from tests.record.tampering import stranger
from tracker.errors import BadInput, DamagedDatabase, DatabaseBusy, DatabaseProblem, UnwritableDatabase
from tracker.night.deliver import deliver, redeliver
from tracker.night.shift import Worker, work
from tracker.night.sweep import Slot
from tracker.reader import open_reader
from tracker.record.follow import project, rebuild, tables
from tracker.record.postgresql import SETTINGS
from tracker.record.roles import Roles, create_roles
from tracker.record.store import Store
from tracker.record.verify import verify
from tracker.tracker import Tracker

PATIENCE = 20.0  # seconds for what must come
GLANCE = 0.5  # seconds for what must not

Playing = Callable[[str], str]
"""The address at which one plays a role."""


@pytest.fixture
def roles(schema: str) -> Iterator[Roles]:
    """The roles of a tracker with a claim in it, made twice over."""
    tracker = Tracker.create(schema)
    tracker.place_add("Mill", kind="village", id_="mill")
    tracker.actor_add("Clan", level="side", id_="clan")
    tracker.source_add("The Wire", kind="wire", id_="wire")
    tracker.add_claim("clan captured Mill", source="The Wire", at="2024-12-06", reported="2024-12-06")
    prefix = f"t{uuid.uuid4().hex[:8]}"
    made = create_roles(schema, prefix)
    assert create_roles(schema, prefix) == made
    yield made
    with stranger(schema) as hand:
        for role in made:
            hand(f"DROP OWNED BY {role} CASCADE")
            hand(f"DROP ROLE {role}")


@pytest.fixture
def playing(schema: str) -> Playing:
    return lambda role: f"{schema}%20-crole%3D{role}"


def holder(where: str) -> str:
    """Who holds Mill, asked for today."""
    controller = Tracker(where).status("Mill")["controller"]
    return controller["id"] if controller else ""


def test_a_writer_adds_and_changes_nothing(roles: Roles, playing: Playing) -> None:
    where = playing(roles.writer)
    Tracker(where).add_claim("clan lost Mill", source="The Wire", at="2024-12-07", reported="2024-12-07")
    with Store.open(where) as store:
        with pytest.raises(UnwritableDatabase, match="permission denied"):
            store.redact(2, now=1, by="a", reason="r", project=project)
        assert verify(store).position == 5
    with stranger(where) as hand:
        for statement in (
            "UPDATE events SET kind = 'x'",
            "DELETE FROM events",
            "TRUNCATE events",
            "ALTER TABLE events DISABLE TRIGGER ALL",
            "DROP TABLE events",
            "DELETE FROM head",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                hand(statement)


def test_a_writer_does_the_night_and_delivers_its_report(
    roles: Roles, playing: Playing, tmp_path: Path
) -> None:
    where = playing(roles.writer)
    clock = Clock()
    made = targets(f'[deliver.reports]\nkind = "directory"\npath = "{tmp_path}"\n')
    night = Slot("2024-12-08", clock(), "UTC")
    work(Worker(where, clock, clock, "night", ("reports",)), night)
    assert [one.state for one in deliver(where, made, clock)] == ["sent"]
    redeliver(where, "2024-12-08", "reports", clock)
    assert [one.state for one in deliver(where, made, clock)] == ["sent"]


def test_a_reader_reads(roles: Roles, playing: Playing) -> None:
    where = playing(roles.reader)
    assert holder(where) == "clan"
    assert Tracker(where).verify()["ok"]
    with pytest.raises(UnwritableDatabase, match="permission denied"):
        Tracker(where).place_add("Bridge", kind="bridge")
    with stranger(where) as hand:
        assert hand("SELECT count(*) FROM claims") == [(1,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            hand("INSERT INTO checkpoints VALUES ('x', 1, 1, '', 1)")


def test_the_owner_redacts_and_everybody_reads_on(roles: Roles, playing: Playing) -> None:
    with Store.open(playing(roles.owner)) as store:
        store.redact(4, now=1, by="a", reason="r", project=project)
        assert verify(store).ok
    for role in roles:
        assert holder(playing(role)) == ""
    Tracker(playing(roles.writer)).add_claim("clan captured Mill", source="The Wire")
    for role in roles:
        assert holder(playing(role)) == "clan"


@pytest.mark.parametrize("who", ["writer", "owner", "superuser"])
@pytest.mark.parametrize("lost", ["DROP INDEX names_folded_thing", "DROP TABLE claims, trail", ""])
def test_whoever_makes_the_views_again_they_stay_everybodys(
    roles: Roles, playing: Playing, schema: str, who: str, lost: str
) -> None:
    """In their place, or as tables of another shape, or of a view that was not there."""
    with stranger(schema) as hand:
        if lost:
            hand(lost)
        with Store.open(schema if who == "superuser" else playing(getattr(roles, who))) as store:
            rebuild(store)
        for role in roles:
            assert holder(playing(role)) == "clan"
        owners = hand(
            "SELECT DISTINCT tableowner FROM pg_tables"
            " WHERE schemaname = current_schema() AND tablename = ANY(?)",
            list(tables()),
        )
        assert owners == [(roles.writer,)]
    with Store.open(playing(roles.writer)) as store:
        rebuild(store)


def test_what_was_permitted_on_a_table_is_permitted_on_the_one_made_anew(roles: Roles, schema: str) -> None:
    """To the letter: a single column to some, to others also to pass it on."""
    given = (
        "SELECT attname::text, acl.grantee::regrole::text, acl.privilege_type, acl.is_grantable FROM"
        " (SELECT NULL AS attname, relacl AS all_of_it FROM pg_class WHERE oid = 'names'::regclass UNION ALL"
        " SELECT attname, attacl FROM pg_attribute WHERE attrelid = 'names'::regclass) AS t,"
        " aclexplode(all_of_it) AS acl ORDER BY 1, 2, 3, 4"
    )
    with stranger(schema) as hand:
        hand(f"GRANT SELECT ON names TO {roles.reader} WITH GRANT OPTION")
        hand(f"GRANT INSERT, REFERENCES ON names TO {roles.owner}")
        hand("GRANT SELECT (folded) ON names TO PUBLIC")
        hand(f"GRANT UPDATE (folded) ON names TO {roles.reader} WITH GRANT OPTION")
        before = hand(given)
        assert {(None, roles.reader, "SELECT", True), ("folded", "-", "SELECT", False)} < set(before)
        hand("DROP INDEX names_folded_thing")
        with Store.open(schema) as store:
            rebuild(store)
        assert hand(given) == before


def test_roles_are_given_when_nobody_reads(roles: Roles, schema: str) -> None:
    """And whoever reads meanwhile reads on: neither waits for the other without end."""
    prefix = roles.owner.removesuffix("_owner")
    with ThreadPoolExecutor() as pool, open_reader(schema) as reader:
        given = pool.submit(create_roles, schema, prefix)
        assert not wait([given], GLANCE).done
        assert reader.rows("SELECT count(*) FROM events") == [(4,)]
        assert reader.rows("SELECT count(*) FROM places") == [(1,)]
        reader.close()
        assert given.result(PATIENCE) == roles


def test_roles_are_given_while_others_wait_to_write(roles: Roles, schema: str) -> None:
    prefix = roles.owner.removesuffix("_owner")
    impatient = f"{schema}%20-cdeadlock_timeout%3D50ms"  # the first to be given up, if any has to be
    with ThreadPoolExecutor() as pool, stranger(schema) as hand:
        hand("BEGIN")
        hand("SELECT * FROM head FOR UPDATE")
        given = pool.submit(create_roles, impatient, prefix)
        assert not wait([given], GLANCE).done
        writes = pool.submit(Tracker(schema).place_add, "Bridge", kind="bridge")
        assert not wait([writes], GLANCE).done
        hand("COMMIT")
        assert given.result(PATIENCE) == roles
        assert writes.result(PATIENCE)["recorded"]


def test_who_gives_roles_while_somebody_reads_on_is_told_so(
    roles: Roles, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SETTINGS, "lock_timeout", "200")
    with open_reader(schema), pytest.raises(DatabaseBusy, match="somebody still does"):
        create_roles(schema, roles.owner.removesuffix("_owner"))


def test_an_administrator_who_is_no_superuser_can_make_them(schema: str) -> None:
    """Who may create roles and owns the database; from then on a member of the owner role."""
    name = f"t{uuid.uuid4().hex[:8]}"
    with stranger(schema) as hand:
        hand(f"CREATE ROLE {name} CREATEROLE")
        hand(f"GRANT CREATE ON DATABASE {hand('SELECT current_database()')[0][0]} TO {name}")
        where = f"{schema}%20-crole%3D{name}"
        made: tuple[str, ...] = ()
        try:
            Tracker.create(where).place_add("Mill", kind="village")
            made = create_roles(where, f"{name}r")
            Tracker(where).place_add("Bridge", kind="bridge")
            with Store.open(where) as store:
                store.redact(1, now=1, by="a", reason="r", project=project)
            assert len(Tracker(f"{schema}%20-crole%3D{made[2]}").listed("place")["places"]) == 1
        finally:
            for role in (*made, name):
                hand(f"DROP OWNED BY {role} CASCADE")
                hand(f"DROP ROLE {role}")


def test_who_may_not_read_is_told_so(schema: str) -> None:
    """And not that the database is damaged."""
    name = f"t{uuid.uuid4().hex[:8]}"
    Tracker.create(schema)
    with stranger(schema) as hand:
        hand(f"CREATE ROLE {name}")
        hand(f"GRANT USAGE ON SCHEMA {hand('SELECT current_schema()')[0][0]} TO {name}")
        try:
            with pytest.raises(DatabaseProblem, match="may not read") as refused:
                Tracker(f"{schema}%20-crole%3D{name}").status()
            assert not isinstance(refused.value, DamagedDatabase)
        finally:
            hand(f"DROP OWNED BY {name} CASCADE")
            hand(f"DROP ROLE {name}")


def test_a_file_has_none(tmp_path: Path) -> None:
    where = str(tmp_path / "tracker.db")
    Store.create(where).close()
    with pytest.raises(BadInput, match="no roles"):
        create_roles(where)
