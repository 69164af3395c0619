"""Decides the tables that last: the log, its head and the checkpoints of the views.

Projection tables are not here: they carry a revision and are built again when it rises. The triggers
that keep the log append-only are written in the migration that makes them; here are only their names.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

SCHEMA_HEAD = "0002"

# On SQLite only INTEGER PRIMARY KEY is the row's own key, without a second index.
_POSITION = BigInteger().with_variant(Integer, "sqlite")
# Names are compared as bytes: the same everywhere, and much faster than by a language's rules.
_NAME = Text().with_variant(Text(collation="C"), "postgresql")
_INSTANT = BigInteger().with_variant(TIMESTAMP(timezone=True), "postgresql")

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=False),
    Column("event_id", _NAME, nullable=False),
    Column("stream", _NAME, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("payload", Text),
    Column("salt", LargeBinary),
    Column("payload_hash", LargeBinary, nullable=False),
    Column("chain_hash", LargeBinary, nullable=False),
    UniqueConstraint("event_id", name="events_event_id"),
    UniqueConstraint("stream", "version", name="events_stream_version"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("projection", _NAME, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("chain_hash", LargeBinary, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# The append lock and the source of positions on PostgreSQL; SQLite has a file lock and one writer.
head = Table(
    "head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("chain_hash", LargeBinary, nullable=False),
    CheckConstraint("id = 1", name="head_is_one_row"),
    info={"dialect": "postgresql"},
)

# One row a night: who is at it (`token`, until `lease_until`), and when it was done.
sweep_runs = Table(
    "sweep_runs",
    metadata,
    Column("day", _NAME, primary_key=True),
    Column("state", Text, nullable=False),
    Column("token", Integer, nullable=False),
    Column("lease_until", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("position", BigInteger),
    Column("report_sha256", Text),
)

# What each place was when a night last looked at it, and when time alone may change what is said of it.
watches = Table(
    "watches",
    metadata,
    Column("place", _NAME, primary_key=True),
    Column("holder", Text),
    Column("status", Text, nullable=False),
    Column("stale_at", BigInteger),
    Column("turns_at", BigInteger),
    Index("watches_turns_at", "turns_at"),
    Index("watches_stale_at", "stale_at"),
    Index("watches_status", "status"),
)

# One row for each night's report and each target that it goes to; `token` rises with each who takes it on.
outbox = Table(
    "outbox",
    metadata,
    Column("day", _NAME, primary_key=True),
    Column("target", _NAME, primary_key=True),
    Column("state", Text, nullable=False),
    Column("token", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("lease_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("first_at", BigInteger),
    Column("sent_at", BigInteger),
    Column("error", Text),
)

COLUMNS = tuple(column.name for column in events.columns)

TRIGGERS = {
    "sqlite": {"events_refuse_replace", "events_refuse_update", "events_refuse_delete"},
    "postgresql": {
        "events_refuse_change",
        "events_refuse_truncate",
        "head_refuse_delete",
        "head_refuse_truncate",
    },
}
