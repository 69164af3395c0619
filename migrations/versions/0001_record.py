"""Decides the first schema: the append-only log, its head and the checkpoints of the views.

A published migration is never changed; write the next one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0001"
down_revision = None

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# Names are compared as bytes: the same everywhere, and much faster than by a language's rules.
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.BigInteger().with_variant(TIMESTAMP(timezone=True), "postgresql")

# The one permitted change: payload and salt to NULL, once the stream `redaction/<position>` says so.
SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events
    WHEN NOT (
        NEW.payload IS NULL AND NEW.salt IS NULL
        AND NEW.position IS OLD.position AND NEW.event_id IS OLD.event_id AND NEW.stream IS OLD.stream
        AND NEW.version IS OLD.version AND NEW.kind IS OLD.kind AND NEW.schema IS OLD.schema
        AND NEW.recorded_at IS OLD.recorded_at AND NEW.recorded_by IS OLD.recorded_by
        AND NEW.payload_hash IS OLD.payload_hash AND NEW.chain_hash IS OLD.chain_hash
        AND EXISTS (
            SELECT 1 FROM events
            WHERE stream = 'redaction/' || OLD.position AND kind = 'payload-redacted'
                AND position > OLD.position
        )
    )
    BEGIN SELECT RAISE(ABORT, 'append-only: an event cannot be changed'); END
    """,
    """
    CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'append-only: an event cannot be deleted'); END
    """,
    # INSERT OR REPLACE deletes without asking the trigger above, unless the connection wants recursive
    # triggers. So it is stopped before; and the position must be the next one, so there is no hole either.
    """
    CREATE TRIGGER events_refuse_replace BEFORE INSERT ON events
    WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM events)
        OR EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
        OR EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND version = NEW.version)
    BEGIN SELECT RAISE(ABORT, 'append-only: an event cannot be replaced or put anywhere but at the end'); END
    """,
)

# TG_TABLE_SCHEMA: several trackers may share a database, a schema each, whatever the caller's search_path.
POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE permitted boolean := false;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.payload IS NULL AND NEW.salt IS NULL
                AND (NEW.position, NEW.event_id, NEW.stream, NEW.version, NEW.kind, NEW.schema,
                     NEW.recorded_at, NEW.recorded_by, NEW.payload_hash, NEW.chain_hash)
                    IS NOT DISTINCT FROM
                    (OLD.position, OLD.event_id, OLD.stream, OLD.version, OLD.kind, OLD.schema,
                     OLD.recorded_at, OLD.recorded_by, OLD.payload_hash, OLD.chain_hash)
            THEN
                EXECUTE format(
                    'SELECT EXISTS (SELECT FROM %I.events WHERE stream = $1 AND kind = $2 AND position > $3)',
                    TG_TABLE_SCHEMA
                ) INTO permitted USING 'redaction/' || OLD.position, 'payload-redacted', OLD.position;
            END IF;
            IF permitted THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION 'append-only: % on % refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION events_refuse_change()
    """,
    """
    CREATE TRIGGER events_refuse_truncate BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()
    """,
    """
    CREATE TRIGGER head_refuse_delete BEFORE DELETE ON head
    FOR EACH ROW EXECUTE FUNCTION events_refuse_change()
    """,
    """
    CREATE TRIGGER head_refuse_truncate BEFORE TRUNCATE ON head
    FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()
    """,
    # Always: also in a session that calls itself a replica.
    "ALTER TABLE events ENABLE ALWAYS TRIGGER events_refuse_change",
    "ALTER TABLE events ENABLE ALWAYS TRIGGER events_refuse_truncate",
    "ALTER TABLE head ENABLE ALWAYS TRIGGER head_refuse_delete",
    "ALTER TABLE head ENABLE ALWAYS TRIGGER head_refuse_truncate",
)


def upgrade() -> None:
    """Makes the tables and the triggers that guard them."""
    op.create_table(
        "events",
        sa.Column("position", POSITION, primary_key=True, autoincrement=False),
        sa.Column("event_id", NAME, nullable=False),
        sa.Column("stream", NAME, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("schema", sa.Integer, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("payload_hash", sa.LargeBinary, nullable=False),
        sa.Column("chain_hash", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("event_id", name="events_event_id"),
        sa.UniqueConstraint("stream", "version", name="events_stream_version"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("projection", NAME, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("chain_hash", sa.LargeBinary, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for trigger in SQLITE_TRIGGERS:
            op.execute(trigger)
    else:
        _make_head()
        for statement in POSTGRESQL_TRIGGERS:
            op.execute(statement)


def _make_head() -> None:
    head = op.create_table(
        "head",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("chain_hash", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("id = 1", name="head_is_one_row"),
    )
    op.bulk_insert(head, [{"id": 1, "position": 0, "chain_hash": bytes(32)}])


def downgrade() -> None:
    """Refused: going back would throw the log away."""
    raise NotImplementedError("the record is append-only: restore a copy instead")
