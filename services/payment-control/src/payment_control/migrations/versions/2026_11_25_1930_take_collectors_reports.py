"""Amounts that collectors report, and payments by which they pass them on."""

from alembic import op

revision = "0008_collected"
down_revision = "0007_refunds"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE collected_amount (
    report_id uuid PRIMARY KEY,
    claim_id uuid NOT NULL REFERENCES claim,
    case_id bigint NOT NULL,
    collector text NOT NULL,
    external_id text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    collected_on date NOT NULL,
    stage text NOT NULL,
    principal_minor bigint NOT NULL,
    interest_minor bigint NOT NULL,
    reminder_fee_minor bigint NOT NULL,
    collection_fee_minor bigint NOT NULL,
    compensation_minor bigint NOT NULL,
    surplus_minor bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('WITH_CREDITOR', 'DUE', 'CLEARED')),
    payment_id uuid REFERENCES payment,
    UNIQUE (collector, external_id),
    CHECK ((status = 'CLEARED') = (payment_id IS NOT NULL)),
    CHECK (amount_minor = principal_minor + interest_minor + reminder_fee_minor + collection_fee_minor
        + compensation_minor + surplus_minor)
);
CREATE INDEX collected_amount_claim ON collected_amount (claim_id);
CREATE INDEX collected_amount_payment ON collected_amount (payment_id);
CREATE INDEX collected_amount_due ON collected_amount (collected_on) WHERE status = 'DUE';
ALTER TABLE allocation ADD COLUMN collected_before boolean NOT NULL DEFAULT false
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
