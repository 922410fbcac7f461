"""Client money: the lines of statements, the payouts that were ordered, each day as compared, and what differs."""

from alembic import op

revision = "0006_client_money"
down_revision = "0005_debtor"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE bank_statement ADD COLUMN covers_from date;
CREATE INDEX bank_statement_day ON bank_statement (account_id, balance_date);
CREATE INDEX payment_booked ON payment (account_id, booking_date);
CREATE INDEX reversal_booked ON reversal (account_id, booking_date);
CREATE TABLE ordered_payout (
    payout_id uuid PRIMARY KEY,
    end_to_end_id text NOT NULL UNIQUE,
    kind text NOT NULL,
    account_id text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    requested_date date,
    failed_date date
);
CREATE TABLE statement_line (
    fingerprint text PRIMARY KEY,
    file_id uuid NOT NULL REFERENCES bank_file,
    account_id text NOT NULL,
    statement_id text NOT NULL,
    balance_date date NOT NULL,
    booking_date date NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    currency text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('CREDIT', 'RETURN', 'DEBIT', 'REVERSAL')),
    end_to_end_id text NOT NULL,
    reference text NOT NULL,
    remittance_text text NOT NULL,
    payout_id uuid REFERENCES ordered_payout
);
CREATE INDEX statement_line_day ON statement_line (account_id, balance_date);
CREATE INDEX statement_line_named ON statement_line (end_to_end_id)
    WHERE payout_id IS NULL AND kind IN ('DEBIT', 'RETURN');
CREATE UNIQUE INDEX statement_line_payout ON statement_line (payout_id, kind);
CREATE TABLE reconciled_day (
    account_id text,
    day date,
    currency text NOT NULL,
    previous_day date,
    covers_from date,
    before_minor bigint,
    opening_minor bigint,
    credited_minor bigint NOT NULL,
    debited_minor bigint NOT NULL,
    closing_minor bigint NOT NULL,
    unexplained_minor bigint NOT NULL,
    expected_minor bigint,
    difference_minor bigint,
    status text NOT NULL CHECK (status IN ('BALANCED', 'DIFFERENT', 'NOT_COMPARABLE')),
    judged_on date,
    PRIMARY KEY (account_id, day)
);
CREATE INDEX reconciled_day_unjudged ON reconciled_day (day) WHERE judged_on IS NULL;
CREATE TABLE client_money_alert (
    alert_id uuid PRIMARY KEY,
    kind text NOT NULL
        CHECK (kind IN ('DIFFERENCE', 'STATEMENT_INCOMPLETE', 'OPENING_GAP', 'SILENT_BANK', 'SHORTFALL')),
    account_id text NOT NULL,
    day date NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    findings jsonb NOT NULL,
    raised_on date NOT NULL,
    status text NOT NULL CHECK (status IN ('OPEN', 'ACKNOWLEDGED', 'CLEARED')),
    cleared_on date,
    person text,
    reason text
);
CREATE INDEX client_money_alert_day ON client_money_alert (account_id, day);
CREATE INDEX client_money_alert_open ON client_money_alert (raised_on) WHERE status = 'OPEN'
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
