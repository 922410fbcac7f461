"""Refunds: from the queue, from what is not ours, and of a debtor's surplus."""

from alembic import op

revision = "0007_refunds"
down_revision = "0006_client_money"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE refund (
    refund_id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payment,
    source text NOT NULL CHECK (source IN ('QUEUE', 'NOT_OURS', 'SURPLUS')),
    allocation_id uuid REFERENCES allocation,
    account_id text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    payee_name text NOT NULL,
    payee_iban text NOT NULL,
    payee_bic text,
    message text NOT NULL,
    status text NOT NULL CHECK (status IN ('REQUESTED', 'DECLINED', 'APPROVED', 'SENT', 'PAID', 'FAILED')),
    requested_date date NOT NULL,
    end_to_end_id text,
    booking_date date,
    failed_date date,
    reason_code text,
    traceparent text,
    CHECK ((source = 'SURPLUS') = (allocation_id IS NOT NULL))
);
CREATE INDEX refund_payment ON refund (payment_id);
CREATE INDEX refund_allocation ON refund (allocation_id);
CREATE INDEX refund_requested ON refund (requested_date);
ALTER TABLE payment DROP CONSTRAINT payment_status_check;
ALTER TABLE payment ADD CONSTRAINT payment_status_check
    CHECK (status IN ('ALLOCATED', 'UNMATCHED', 'REVERSED', 'NOT_OURS', 'REFUNDED'))
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
