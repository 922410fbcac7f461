"""Record what is done about a debtor's data, and which letters on their way to the printing house are to go."""

from alembic import op

revision = "2026_02_01_0900"
down_revision = "2026_01_20_0900"


def upgrade() -> None:
    op.execute("ALTER TABLE debtor ADD COLUMN legal_hold_reason text NOT NULL DEFAULT ''")
    op.execute(
        """
        CREATE TABLE debtor_event (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            debtor_id uuid NOT NULL,
            kind text NOT NULL,
            who text NOT NULL,
            detail text NOT NULL DEFAULT '',
            at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )
    op.execute("CREATE INDEX debtor_event_debtor_id ON debtor_event (debtor_id)")
    op.execute(
        """
        CREATE TABLE letter_to_shred (
            message_id uuid PRIMARY KEY,
            as_of date NOT NULL,
            due_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )
    op.execute("ALTER TABLE message ADD COLUMN sender_verified boolean")
