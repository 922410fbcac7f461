"""Know which creditors agreed to have opens and clicks of mails counted."""

from alembic import op

revision = "2026_11_25_1940"
down_revision = "2026_11_25_1830"


def upgrade() -> None:
    op.execute("ALTER TABLE agreement ADD COLUMN track_mail boolean NOT NULL DEFAULT false")
