"""Record what is done about a debtor's data, which letters are to go, and who wrote to us by mail and SMS."""

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
    op.execute("ALTER TABLE unmatched_mail ADD COLUMN channel text NOT NULL DEFAULT 'EMAIL'")
    op.execute("CREATE INDEX debtor_phone ON debtor (right(regexp_replace(phone, '[^0-9]', '', 'g'), 8))")
    op.execute("CREATE INDEX preference_phone ON preference (right(regexp_replace(phone_number, '[^0-9]', '', 'g'), 8))")
