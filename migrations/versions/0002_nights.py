"""Decides the tables of the night shift: the ledger of nights, what is watched, and what is to be delivered.

A published migration is never changed; write the next one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Names are compared as bytes: the same everywhere, and much faster than by a language's rules.
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the three tables."""
    op.create_table(
        "sweep_runs",
        sa.Column("day", NAME, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("position", sa.BigInteger),
        sa.Column("report_sha256", sa.Text),
    )
    op.create_table(
        "watches",
        sa.Column("place", NAME, primary_key=True),
        sa.Column("holder", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("stale_at", sa.BigInteger),
        sa.Column("turns_at", sa.BigInteger),
    )
    op.create_index("watches_turns_at", "watches", ["turns_at"])
    op.create_index("watches_stale_at", "watches", ["stale_at"])
    op.create_index("watches_status", "watches", ["status"])
    op.create_table(
        "outbox",
        sa.Column("day", NAME, primary_key=True),
        sa.Column("target", NAME, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("first_at", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("error", sa.Text),
    )


def downgrade() -> None:
    """Takes them away again; the log loses nothing."""
    op.drop_table("outbox")
    op.drop_table("watches")
    op.drop_table("sweep_runs")
