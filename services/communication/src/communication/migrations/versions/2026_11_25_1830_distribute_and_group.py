"""E-invoice addresses, letters that several claims share, and what creditors are told once a day."""

from alembic import op

revision = "2026_11_25_1830"
down_revision = "2026_02_02_0900"

STATEMENTS = (
    """
    ALTER TABLE debtor ADD COLUMN business_code text NOT NULL DEFAULT '', ADD COLUMN vat_number text NOT NULL DEFAULT '',
        ADD COLUMN einvoice_address text
    """,
    """
    ALTER TABLE invoice ADD COLUMN buyer_reference text NOT NULL DEFAULT '',
        ADD COLUMN order_reference text NOT NULL DEFAULT '', ADD COLUMN payment_control boolean NOT NULL DEFAULT true
    """,
    "ALTER TABLE agreement ADD COLUMN failure_summary boolean NOT NULL DEFAULT true",
    "ALTER TABLE message ADD COLUMN letter_group uuid",
    "CREATE INDEX message_letter_group ON message (letter_group) WHERE letter_group IS NOT NULL",
    """
    CREATE TABLE letter_group (
        group_id uuid PRIMARY KEY,
        size integer NOT NULL CHECK (size > 1),
        arrived integer NOT NULL CHECK (arrived > 0)
    )
    """,
    """
    CREATE TABLE failure_summary (
        summary_id uuid PRIMARY KEY,
        creditor_id uuid NOT NULL,
        day date NOT NULL,
        failures jsonb NOT NULL,
        status text NOT NULL DEFAULT 'QUEUED' CHECK (status IN ('QUEUED', 'SENT', 'FAILED')),
        reason text NOT NULL DEFAULT '',
        attempts integer NOT NULL DEFAULT 0,
        next_try_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        leased_until timestamptz,
        sent_at timestamptz,
        CONSTRAINT failure_summary_once UNIQUE (creditor_id, day)
    )
    """,
    "CREATE INDEX failure_summary_queue ON failure_summary (next_try_at) WHERE status = 'QUEUED'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
