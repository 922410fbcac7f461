"""Erase debtors: who comes back is somebody new."""

from alembic import op

revision = "2025_11_25_1830"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE debtor ADD COLUMN successor_id uuid")
