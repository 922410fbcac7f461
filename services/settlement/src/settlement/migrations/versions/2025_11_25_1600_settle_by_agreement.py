"""Settle in any agreed rhythm, hold creditors, pay in parts, and let settlements be closed with a voucher's number."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE agreement ADD schedule text")
    op.execute("UPDATE agreement SET schedule = 'WEEKLY ' || settlement_weekday || ' FOLLOWING'")
    op.execute("ALTER TABLE agreement ALTER schedule SET NOT NULL, DROP settlement_weekday")
    op.execute(
        "CREATE TABLE invoice (case_id bigint PRIMARY KEY, due_date date NOT NULL, gross_minor bigint NOT NULL)"
    )
    op.execute(
        """
        CREATE TABLE creditor_hold (
            hold_id uuid PRIMARY KEY,
            creditor_id uuid NOT NULL,
            reason text NOT NULL,
            held_date date NOT NULL,
            release_id uuid,
            released_date date,
            release_reason text
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX ux_creditor_hold_creditor_id ON creditor_hold (creditor_id) WHERE released_date IS NULL"
    )
    op.execute("ALTER TABLE settlement ADD internal_accounting_id text")
    op.execute("ALTER TABLE accrual_line ADD payout_part integer")
    op.execute("UPDATE accrual_line SET payout_part = 0 WHERE settlement_id IS NOT NULL")
    op.execute("ALTER TABLE payout ADD part integer NOT NULL DEFAULT 0, ADD reference text")
    op.execute(
        "ALTER TABLE payout DROP CONSTRAINT payout_settlement_id_kind_attempt_key,"
        " ADD UNIQUE (settlement_id, kind, part, attempt)"
    )
