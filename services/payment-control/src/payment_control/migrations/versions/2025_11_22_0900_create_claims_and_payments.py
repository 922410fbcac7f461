"""Create agreements, claims, bank files, payments, allocations and reversals."""

from alembic import op

from delivery.schema import create_delivery_v1
from runtime.clock import create_clock_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE agreement (
    creditor_id uuid, agreement_version integer, document jsonb NOT NULL,
    PRIMARY KEY (creditor_id, agreement_version)
);
CREATE TABLE account_scheme (
    account_id text, reference_scheme text,
    PRIMARY KEY (account_id, reference_scheme)
);
CREATE TABLE untracked_case (case_id bigint PRIMARY KEY);
CREATE TABLE claim (
    claim_id uuid PRIMARY KEY,
    case_id bigint NOT NULL UNIQUE,
    creditor_id uuid NOT NULL,
    debtor_id uuid NOT NULL,
    invoice_number text NOT NULL,
    payment_reference text NOT NULL,
    reference_scheme text NOT NULL,
    account_id text NOT NULL,
    currency text NOT NULL,
    jurisdiction text NOT NULL,
    debtor_kind text NOT NULL,
    due_date date NOT NULL,
    original_minor bigint NOT NULL CHECK (original_minor > 0),
    principal_minor bigint NOT NULL,
    interest_minor bigint NOT NULL,
    reminder_fee_minor bigint NOT NULL,
    collection_fee_minor bigint NOT NULL,
    compensation_minor bigint NOT NULL,
    claim_version integer NOT NULL,
    stage text NOT NULL,
    status text NOT NULL CHECK (status IN ('OPEN', 'SETTLED', 'CLOSED')),
    interest_enabled boolean NOT NULL,
    interest_runs boolean NOT NULL,
    interest_through date NOT NULL,
    small_balance_minor bigint NOT NULL,
    closing_version integer NOT NULL,
    close_code text,
    traceparent text,
    CHECK (least(principal_minor, interest_minor, reminder_fee_minor) >= 0),
    CHECK (least(collection_fee_minor, compensation_minor, small_balance_minor) >= 0)
) WITH (fillfactor = 80);
CREATE INDEX claim_reference ON claim (account_id, payment_reference);
CREATE INDEX claim_creditor ON claim (creditor_id);
CREATE TABLE claim_entry (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    claim_id uuid NOT NULL REFERENCES claim,
    kind text NOT NULL,
    component text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    as_of date NOT NULL,
    statute_row text NOT NULL,
    cause_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX claim_entry_claim ON claim_entry (claim_id);
CREATE INDEX claim_entry_cause ON claim_entry (cause_id);
CREATE TABLE charged_step (step_key text PRIMARY KEY, claim_id uuid NOT NULL REFERENCES claim);
CREATE TABLE picked_file (name text, sha256 text, stamp text NOT NULL, PRIMARY KEY (name, sha256));
CREATE TABLE bank_file (
    file_id uuid PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL UNIQUE,
    format text NOT NULL,
    source text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    status text NOT NULL CHECK (status IN ('IMPORTED', 'REFUSED')),
    transactions integer NOT NULL,
    registered integer NOT NULL,
    duplicates integer NOT NULL,
    skipped integer NOT NULL,
    rejected jsonb NOT NULL,
    error text,
    raw bytea NOT NULL
);
CREATE TABLE payment (
    payment_id uuid PRIMARY KEY,
    fingerprint text NOT NULL UNIQUE,
    file_id uuid NOT NULL REFERENCES bank_file,
    account_id text NOT NULL,
    source text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    booking_date date NOT NULL,
    value_date date NOT NULL,
    reference text NOT NULL,
    remittance_text text NOT NULL,
    payer_name text NOT NULL,
    payer_account text NOT NULL,
    reversal_key text NOT NULL,
    status text NOT NULL CHECK (status IN ('ALLOCATED', 'UNMATCHED', 'REVERSED')),
    reason text,
    claim_id uuid REFERENCES claim,
    allocated_minor bigint NOT NULL,
    surplus_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    unmatched_minor bigint NOT NULL,
    CHECK (amount_minor = allocated_minor + surplus_minor + refunded_minor + unmatched_minor),
    CHECK (least(allocated_minor, surplus_minor, refunded_minor, unmatched_minor) >= 0)
);
CREATE INDEX payment_claim ON payment (claim_id);
CREATE INDEX payment_reversal ON payment (account_id, reversal_key, amount_minor);
CREATE INDEX payment_queue ON payment (booking_date) WHERE status = 'UNMATCHED';
CREATE TABLE allocation (
    allocation_id uuid PRIMARY KEY,
    payment_id uuid NOT NULL UNIQUE REFERENCES payment,
    claim_id uuid NOT NULL REFERENCES claim,
    principal_minor bigint NOT NULL,
    interest_minor bigint NOT NULL,
    reminder_fee_minor bigint NOT NULL,
    collection_fee_minor bigint NOT NULL,
    compensation_minor bigint NOT NULL,
    stage text NOT NULL,
    reversed boolean NOT NULL
);
CREATE INDEX allocation_claim ON allocation (claim_id);
CREATE TABLE reversal (
    reversal_id uuid PRIMARY KEY,
    fingerprint text NOT NULL UNIQUE,
    file_id uuid NOT NULL REFERENCES bank_file,
    account_id text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    booking_date date NOT NULL,
    value_date date NOT NULL,
    reference text NOT NULL,
    reversal_key text NOT NULL,
    reason text NOT NULL,
    payment_id uuid REFERENCES payment
);
CREATE TABLE bank_statement (
    file_id uuid REFERENCES bank_file,
    account_id text,
    statement_id text,
    balance_date date NOT NULL,
    currency text NOT NULL,
    opening_minor bigint,
    closing_minor bigint NOT NULL,
    unexplained_minor bigint,
    PRIMARY KEY (file_id, account_id, statement_id)
);
"""


def upgrade() -> None:
    create_clock_v1(op)
    create_delivery_v1(op)
    for statement in filter(str.strip, TABLES.split(";")):
        op.execute(statement)
