"""Know which objects an upload may have left behind, and how many people a message reaches."""

from alembic import op

revision = "2026_02_02_0900"
down_revision = "2026_02_01_0900"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE document_upload (
            object_key text PRIMARY KEY,
            started_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )
    op.execute("CREATE INDEX document_version_object_key ON document_version (object_key)")
    op.execute("ALTER TABLE message ADD COLUMN contacts integer NOT NULL DEFAULT 1")
