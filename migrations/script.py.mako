"""Decides ${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${upgrades if upgrades else "..."}"""


def downgrade() -> None:
    """Refused: going back would throw the log away."""
    raise NotImplementedError("the record is append-only: restore a copy instead")
