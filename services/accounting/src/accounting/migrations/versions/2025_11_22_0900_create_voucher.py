"""Create charts of accounts, vouchers and the invoice copy. The database itself refuses what does not balance."""

from alembic import op

from delivery.schema import create_delivery_v1
from runtime.clock import create_clock_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE chart_account (
        chart_account_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        book text NOT NULL CHECK (book IN ('CLIENT_MONEY', 'CREDITOR', 'OWN')),
        creditor_id uuid,
        code text NOT NULL,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('ASSET', 'LIABILITY', 'INCOME', 'EXPENSE')),
        CONSTRAINT chart_account_code UNIQUE NULLS NOT DISTINCT (book, creditor_id, code),
        CHECK ((book = 'CREDITOR') = (creditor_id IS NOT NULL))
    )
    """,
    """
    CREATE TABLE voucher (
        voucher_id uuid PRIMARY KEY,
        voucher_number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        book text NOT NULL CHECK (book IN ('CLIENT_MONEY', 'CREDITOR', 'OWN')),
        creditor_id uuid,
        fact text NOT NULL,
        fact_id uuid NOT NULL,
        settlement_id uuid,
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        voucher_date date NOT NULL,
        text text NOT NULL,
        total_minor bigint NOT NULL CONSTRAINT voucher_total CHECK (total_minor > 0),
        CONSTRAINT voucher_owner CHECK ((book = 'CREDITOR') = (creditor_id IS NOT NULL))
    )
    """,
    "CREATE INDEX voucher_creditor_id ON voucher (creditor_id) WHERE creditor_id IS NOT NULL",
    "CREATE INDEX voucher_settlement_id ON voucher (settlement_id) WHERE settlement_id IS NOT NULL",
    """
    CREATE TABLE voucher_line (
        voucher_id uuid NOT NULL REFERENCES voucher,
        line_no integer NOT NULL,
        account_code text NOT NULL,
        amount_minor bigint NOT NULL CONSTRAINT voucher_line_amount CHECK (amount_minor <> 0),
        case_id bigint,
        invoice_number text,
        component text,
        text text NOT NULL,
        PRIMARY KEY (voucher_id, line_no)
    )
    """,
    "CREATE INDEX voucher_line_case_id ON voucher_line (case_id) WHERE case_id IS NOT NULL",
    """
    CREATE TABLE invoice (
        case_id bigint PRIMARY KEY,
        creditor_id uuid NOT NULL,
        invoice_number text NOT NULL,
        currency text NOT NULL,
        gross_minor bigint NOT NULL,
        vat_minor bigint NOT NULL
    )
    """,
)

# A voucher's lines must come in one statement, numbered from 1: then looking at the new rows alone is enough, because
# a second lot would need another line 1. So the check costs the same however large the table has grown.
BALANCE = (
    """
    CREATE FUNCTION refuse_unbalanced_vouchers() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        wrong record;
    BEGIN
        SELECT voucher_id, sum(amount_minor) AS difference, min(line_no) AS first, max(line_no) AS last, count(*) AS lines
        INTO wrong FROM new_line GROUP BY voucher_id
        HAVING sum(amount_minor) <> 0 OR min(line_no) <> 1 OR max(line_no) <> count(*) LIMIT 1;
        IF FOUND AND wrong.difference <> 0 THEN
            RAISE EXCEPTION 'voucher % does not balance: debit less credit is %', wrong.voucher_id, wrong.difference
                USING ERRCODE = 'check_violation', HINT = 'Insert all lines of a voucher in one statement.';
        ELSIF FOUND THEN
            RAISE EXCEPTION 'voucher % is incomplete: % lines numbered % to %',
                wrong.voucher_id, wrong.lines, wrong.first, wrong.last
                USING ERRCODE = 'check_violation', HINT = 'Insert all lines of a voucher in one statement, from 1 on.';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER vouchers_balance AFTER INSERT ON voucher_line REFERENCING NEW TABLE AS new_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced_vouchers()
    """,
    """
    CREATE FUNCTION refuse_change_of_vouchers() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a posted voucher is never changed or deleted: post one that corrects it'
            USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER vouchers_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON voucher
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_vouchers()
    """,
    """
    CREATE TRIGGER voucher_lines_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON voucher_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_vouchers()
    """,
)

OFFICE_ACCOUNTS = """
    INSERT INTO chart_account (book, code, name, kind) VALUES
        ('CLIENT_MONEY', '2410', 'Unallocated receipts', 'LIABILITY'),
        ('CLIENT_MONEY', '2420', 'Surplus owed to debtors', 'LIABILITY'),
        ('CLIENT_MONEY', '2440', 'Creditor payouts underway', 'LIABILITY'),
        ('CLIENT_MONEY', '2450', 'Own share underway', 'LIABILITY'),
        ('OWN', '1510', 'Due from client funds', 'ASSET'),
        ('OWN', '2700', 'Output VAT', 'LIABILITY'),
        ('OWN', '3100', 'Commission income', 'INCOME'),
        ('OWN', '3110', 'Fee income', 'INCOME')
"""


def upgrade() -> None:
    create_clock_v1(op)
    create_delivery_v1(op)
    for statement in (*TABLES, *BALANCE, OFFICE_ACCOUNTS):
        op.execute(statement)
