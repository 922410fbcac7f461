"""Account numbers of creditors, closed periods, reversal vouchers, due dates, and documents for accounting systems."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHART = (
    """
    ALTER TABLE chart_account
        ADD COLUMN account_number text,
        ADD COLUMN vat_code text NOT NULL DEFAULT '',
        ADD COLUMN vat_basis_points integer NOT NULL DEFAULT 0
            CONSTRAINT chart_account_vat CHECK (vat_basis_points BETWEEN 0 AND 10000),
        ADD COLUMN line_text text NOT NULL DEFAULT ''
    """,
    """
    INSERT INTO chart_account (book, creditor_id, code, name, kind)
    SELECT DISTINCT 'CREDITOR', creditor_id, '7790', 'Rounding', 'EXPENSE' FROM chart_account
    WHERE creditor_id IS NOT NULL
    """,
)

# `movement` says what moved, for reports; vouchers of before get theirs from the fact and, for claim.changed, from the
# text, which was the cause in words.
VOUCHERS = (
    """
    ALTER TABLE voucher
        ADD COLUMN movement text,
        ADD COLUMN fact_date date,
        ADD COLUMN reverses uuid CONSTRAINT voucher_reverses_once UNIQUE REFERENCES voucher
    """,
    "ALTER TABLE voucher DISABLE TRIGGER vouchers_stay",
    """
    UPDATE voucher SET movement = CASE fact WHEN 'invoice.created' THEN 'SALE' WHEN 'payment.allocated' THEN 'PAYMENT'
        WHEN 'payment.reversed' THEN 'PAYMENT' WHEN 'claim.changed' THEN upper(replace(text, ' ', '_')) END
    WHERE fact IN ('invoice.created', 'payment.allocated', 'payment.reversed', 'claim.changed')
    """,
    "ALTER TABLE voucher ENABLE TRIGGER vouchers_stay",
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a closed period is never opened again: correct it with vouchers in the open one'
            USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE TABLE closed_period (
        closed_period_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        book text NOT NULL CHECK (book IN ('CLIENT_MONEY', 'CREDITOR', 'OWN')),
        creditor_id uuid,
        closed_through date NOT NULL,
        closed_on date NOT NULL,
        CONSTRAINT closed_period_once UNIQUE NULLS NOT DISTINCT (book, creditor_id, closed_through),
        CONSTRAINT closed_period_owner CHECK ((book = 'CREDITOR') = (creditor_id IS NOT NULL))
    )
    """,
    """
    CREATE TRIGGER closed_periods_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON closed_period
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    # Whoever posts shares the lock until its commit, whoever closes takes it alone: no voucher slips into a period that
    # is being closed. A function, because its second statement sees what was committed while the first one waited.
    """
    CREATE FUNCTION closed_periods(creditors uuid[])
    RETURNS TABLE (book text, creditor_id uuid, closed_through date) LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(7201200);
        RETURN QUERY SELECT closed.book, closed.creditor_id, max(closed.closed_through) FROM closed_period closed
            WHERE closed.creditor_id IS NULL OR closed.creditor_id = ANY (creditors) GROUP BY 1, 2;
    END
    $$
    """,
    """
    CREATE FUNCTION refuse_vouchers_of_closed_periods() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        wrong record;
    BEGIN
        SELECT voucher.voucher_id, voucher.voucher_date, closed.closed_through INTO wrong
        FROM new_voucher voucher JOIN closed_period closed ON closed.book = voucher.book
            AND closed.creditor_id IS NOT DISTINCT FROM voucher.creditor_id
            AND closed.closed_through >= voucher.voucher_date LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'voucher % is dated %, but its book is closed through %',
                wrong.voucher_id, wrong.voucher_date, wrong.closed_through
                USING ERRCODE = 'check_violation', HINT = 'Date it on the first open day.';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER closed_periods_refuse AFTER INSERT ON voucher REFERENCING NEW TABLE AS new_voucher
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_vouchers_of_closed_periods()
    """,
)

# For invoices of before only the date of their voucher is known; it stands for the other two.
INVOICES = (
    """
    ALTER TABLE invoice
        ADD COLUMN invoice_date date, ADD COLUMN due_date date, ADD COLUMN accepted_date date,
        ADD COLUMN payment_reference text NOT NULL DEFAULT '', ADD COLUMN payment_control boolean NOT NULL DEFAULT true
    """,
    """
    UPDATE invoice SET invoice_date = known.day, due_date = known.day, accepted_date = known.day
    FROM (
        SELECT line.case_id, min(voucher.voucher_date) AS day FROM voucher JOIN voucher_line line USING (voucher_id)
        WHERE line.case_id IS NOT NULL AND voucher.book = 'CREDITOR' GROUP BY line.case_id
    ) AS known WHERE known.case_id = invoice.case_id
    """,
    """
    UPDATE invoice SET invoice_date = clock.business_date, due_date = clock.business_date,
        accepted_date = clock.business_date FROM clock WHERE invoice.invoice_date IS NULL
    """,
    """
    ALTER TABLE invoice ALTER COLUMN invoice_date SET NOT NULL, ALTER COLUMN due_date SET NOT NULL,
        ALTER COLUMN accepted_date SET NOT NULL
    """,
    "CREATE INDEX invoice_number_of_creditor ON invoice (creditor_id, invoice_number)",
)

DOCUMENTS = (
    """
    CREATE TABLE creditor (
        creditor_id uuid PRIMARY KEY,
        name text NOT NULL,
        business_code text NOT NULL,
        country_code text NOT NULL
    )
    """,
    """
    CREATE TABLE accounting_target (
        creditor_id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('CSV', 'SIE4', 'HTTP')),
        url text,
        CONSTRAINT accounting_target_url CHECK ((kind = 'HTTP') = (url IS NOT NULL))
    )
    """,
    """
    CREATE TABLE accounting_document (
        document_id uuid PRIMARY KEY,
        creditor_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('INVOICE', 'LEDGER', 'PAYMENT')),
        source_identifier text NOT NULL,
        document_date date NOT NULL,
        content jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('FAILED', 'PENDING', 'SYNCED')),
        attempts integer NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL DEFAULT now(),
        description text NOT NULL,
        sync_date date,
        submitted_on date NOT NULL,
        traceparent text,
        CONSTRAINT accounting_document_once UNIQUE (creditor_id, kind, source_identifier)
    )
    """,
    "CREATE INDEX accounting_document_due ON accounting_document (due_at) WHERE status = 'PENDING'",
)


def upgrade() -> None:
    for statement in (*CHART, *VOUCHERS, *INVOICES, *DOCUMENTS):
        op.execute(statement)
