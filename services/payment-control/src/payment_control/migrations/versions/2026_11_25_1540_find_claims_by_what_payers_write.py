"""Find claims by what payers write and have paid before; let one payment cover several claims; keep the explanation."""

from alembic import op

revision = "0002_matching"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE claim_token (
    account_id text,
    token text,
    claim_id uuid REFERENCES claim,
    kind text NOT NULL,
    PRIMARY KEY (account_id, token, claim_id)
);
INSERT INTO claim_token (account_id, token, claim_id, kind)
    SELECT account_id, token, claim_id, 'INVOICE_NUMBER'
    FROM claim, upper(regexp_replace(invoice_number, '[^0-9A-Za-z]', '', 'g')) AS token
    WHERE length(token) >= 4 AND token ~ '[0-9]';
INSERT INTO claim_token (account_id, token, claim_id, kind)
    SELECT account_id, token, claim_id, 'INVOICE_DIGITS'
    FROM claim, regexp_replace(invoice_number, '[^0-9]', '', 'g') AS token
    WHERE length(token) >= 4
    ON CONFLICT DO NOTHING;
CREATE INDEX claim_token_claim ON claim_token (claim_id);
CREATE INDEX claim_open_of_debtor ON claim (debtor_id, due_date) WHERE status = 'OPEN';
CREATE INDEX claim_open_by_amount ON claim (account_id, original_minor, due_date) WHERE status = 'OPEN';
CREATE INDEX payment_payer ON payment (payer_account, booking_date)
    WHERE status = 'ALLOCATED' AND payer_account <> '';
CREATE TABLE payment_match (
    payment_id uuid PRIMARY KEY REFERENCES payment,
    rung text,
    reason text,
    evidence jsonb NOT NULL,
    candidates uuid[] NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE allocation DROP CONSTRAINT allocation_payment_id_key;
ALTER TABLE allocation ADD CONSTRAINT allocation_payment_claim UNIQUE (payment_id, claim_id);
ALTER TABLE allocation ADD COLUMN surplus_minor bigint NOT NULL DEFAULT 0;
UPDATE allocation a SET surplus_minor = p.surplus_minor FROM payment p WHERE p.payment_id = a.payment_id
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
