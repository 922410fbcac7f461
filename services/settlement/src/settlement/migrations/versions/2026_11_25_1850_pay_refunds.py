"""Payouts that return money to whoever paid it: they belong to no settlement and no creditor."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE payout ALTER settlement_id DROP NOT NULL, ALTER creditor_id DROP NOT NULL,"
        " ADD refund_id uuid UNIQUE, ADD payment_id uuid, ADD refund_source text, ADD remittance_text text,"
        " ADD traceparent text"
    )
    op.execute(
        """
        ALTER TABLE payout ADD CONSTRAINT payout_owner_check CHECK (
            CASE WHEN kind = 'REFUND'
                THEN num_nonnulls(refund_id, payment_id, refund_source, remittance_text) = 4
                    AND num_nonnulls(settlement_id, creditor_id) = 0
                ELSE num_nonnulls(settlement_id, creditor_id) = 2
                    AND num_nonnulls(refund_id, payment_id, refund_source, remittance_text) = 0
            END)
        """
    )
