"""Decisions of the office on payments and claims; a payment may be for nobody we know."""

from alembic import op

revision = "0004_decisions"
down_revision = "0003_ledger"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE office_decision (
    decision_id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    reason text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    detail jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('DONE', 'PENDING', 'DECLINED')),
    decided_by text,
    decided_at timestamptz
);
CREATE UNIQUE INDEX office_decision_waiting ON office_decision (subject_id) WHERE status = 'PENDING';
CREATE INDEX office_decision_asked ON office_decision (asked_at);
ALTER TABLE payment ADD COLUMN not_ours_minor bigint NOT NULL DEFAULT 0 CHECK (not_ours_minor >= 0);
ALTER TABLE payment DROP CONSTRAINT payment_check;
ALTER TABLE payment ADD CONSTRAINT payment_check
    CHECK (amount_minor = allocated_minor + surplus_minor + refunded_minor + not_ours_minor + unmatched_minor);
ALTER TABLE payment DROP CONSTRAINT payment_status_check;
ALTER TABLE payment ADD CONSTRAINT payment_status_check
    CHECK (status IN ('ALLOCATED', 'UNMATCHED', 'REVERSED', 'NOT_OURS'))
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
