"""Templates that creditors write themselves: versions that are never changed, one of them active per language."""

from alembic import op

revision = "2026_01_10_0900"
down_revision = "2025_11_22_0900"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE message_template (
            creditor_id uuid NOT NULL,
            template_id text NOT NULL,
            language text NOT NULL,
            version integer NOT NULL CHECK (version > 0),
            status text NOT NULL CHECK (status IN ('DRAFT', 'ACTIVE', 'RETIRED')),
            name text NOT NULL,
            type text NOT NULL CHECK (type IN ('email', 'sms')),
            category text NOT NULL,
            subject text NOT NULL,
            body text NOT NULL,
            variables jsonb NOT NULL,
            request_id uuid NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (creditor_id, template_id, language, version)
        )
        """
    )
    op.execute(
        """
        CREATE UNIQUE INDEX message_template_active ON message_template (creditor_id, template_id, language)
        WHERE status = 'ACTIVE'
        """
    )
    op.execute("CREATE UNIQUE INDEX message_template_request ON message_template (creditor_id, request_id)")
