"""Contacts, invoice copies, case states, messages and what happened to them."""

from alembic import op

from delivery.schema import create_delivery_v1
from runtime.clock import create_clock_v1

revision = "2025_11_22_0900"
down_revision = None

TABLES = (
    """
    CREATE TABLE creditor (
        creditor_id uuid PRIMARY KEY,
        name text NOT NULL,
        business_code text NOT NULL,
        country_code text NOT NULL,
        language_code text NOT NULL,
        email text NOT NULL
    )
    """,
    """
    CREATE TABLE debtor (
        debtor_id uuid PRIMARY KEY,
        creditor_id uuid NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        street text NOT NULL,
        street2 text,
        postal_code text NOT NULL,
        postal_district text NOT NULL,
        country_code text NOT NULL,
        language_code text NOT NULL,
        email text,
        phone text,
        recorded_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE invoice (
        case_id bigint PRIMARY KEY,
        invoice_id uuid NOT NULL,
        creditor_id uuid NOT NULL,
        debtor_id uuid NOT NULL,
        invoice_number text NOT NULL,
        invoice_type text NOT NULL,
        invoice_date date NOT NULL,
        due_date date NOT NULL,
        currency text NOT NULL,
        gross_minor bigint NOT NULL,
        vat_minor bigint NOT NULL,
        lines jsonb NOT NULL,
        payment_reference text NOT NULL,
        payment_iban text NOT NULL,
        debtor_country text NOT NULL,
        language_code text NOT NULL,
        distribution_channel text,
        traceparent text
    )
    """,
    "CREATE INDEX invoice_creditor_number ON invoice (creditor_id, invoice_number)",
    "CREATE INDEX invoice_creditor_date ON invoice (creditor_id, invoice_date)",
    """
    CREATE TABLE case_state (
        case_id bigint PRIMARY KEY,
        claim_version bigint NOT NULL DEFAULT 0,
        settled boolean NOT NULL DEFAULT false,
        hold_version bigint NOT NULL DEFAULT 0,
        held boolean NOT NULL DEFAULT false,
        closing_version bigint NOT NULL DEFAULT 0,
        closed boolean NOT NULL DEFAULT false,
        charges jsonb NOT NULL DEFAULT '{}'
    )
    """,
    """
    CREATE TABLE message (
        message_id uuid PRIMARY KEY,
        case_id bigint NOT NULL,
        creditor_id uuid NOT NULL,
        debtor_id uuid NOT NULL,
        category text NOT NULL,
        channel text NOT NULL CHECK (channel IN ('EMAIL', 'LETTER')),
        template text NOT NULL,
        step_key text,
        status text NOT NULL DEFAULT 'QUEUED' CHECK (status IN ('QUEUED', 'SENT', 'FAILED', 'RECALLED')),
        reason text NOT NULL DEFAULT '',
        content jsonb NOT NULL,
        smtp_message_id text,
        as_of date NOT NULL,
        queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        sent_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        next_try_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        leased_until timestamptz,
        traceparent text,
        CONSTRAINT message_step_key_channel UNIQUE (step_key, channel)
    )
    """,
    "CREATE INDEX message_case_id ON message (case_id)",
    "CREATE INDEX message_creditor_id ON message (creditor_id)",
    "CREATE INDEX message_queue ON message (channel, next_try_at) WHERE status = 'QUEUED'",
    """
    CREATE TABLE delivery_event (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        message_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('QUEUED', 'SENT', 'DEFERRED', 'FAILED', 'RECALLED')),
        detail text NOT NULL DEFAULT '',
        at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX delivery_event_message_id ON delivery_event (message_id)",
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '% rows are only ever added', TG_TABLE_NAME; END $$
    """,
    """
    CREATE TRIGGER delivery_event_append_only BEFORE UPDATE OR DELETE ON delivery_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)


def upgrade() -> None:
    create_clock_v1(op)
    create_delivery_v1(op)
    for statement in TABLES:
        op.execute(statement)
