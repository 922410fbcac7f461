"""What is looked for among open claims alone stands apart, so that a claim which is paid changes no index of its own."""

from alembic import op

revision = "0010_open_claims"
down_revision = "0009_together"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE open_claim (
    debtor_id uuid,
    due_date date,
    claim_id uuid REFERENCES claim,
    account_id text NOT NULL,
    original_minor bigint NOT NULL,
    PRIMARY KEY (debtor_id, due_date, claim_id)
);
INSERT INTO open_claim SELECT debtor_id, due_date, claim_id, account_id, original_minor FROM claim WHERE status = 'OPEN';
CREATE INDEX open_claim_amount ON open_claim (account_id, original_minor, due_date);
DROP INDEX claim_open_of_debtor;
DROP INDEX claim_open_by_amount
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
