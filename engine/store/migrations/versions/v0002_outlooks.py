"""What may be done on an account until something changes next: a cache, kept with when that is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    op.add_column("accounts", sa.Column("outlook", sa.LargeBinary()))
