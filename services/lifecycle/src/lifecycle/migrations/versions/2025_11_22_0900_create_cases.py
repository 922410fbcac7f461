"""Create cases, their steps and timeline, and the copy of agreements."""

from alembic import op

from delivery.schema import create_delivery_v1
from runtime.clock import create_clock_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_clock_v1(op)
    create_delivery_v1(op)
    op.execute(
        """
        CREATE TABLE agreement (
            creditor_id uuid NOT NULL,
            agreement_version integer NOT NULL,
            document jsonb NOT NULL,
            PRIMARY KEY (creditor_id, agreement_version)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE "case" (
            case_id bigint PRIMARY KEY,
            creditor_id uuid NOT NULL,
            claim_id uuid NOT NULL,
            invoice_number text NOT NULL,
            currency text NOT NULL,
            debtor_kind text NOT NULL,
            policy_code text NOT NULL,
            policy_version integer NOT NULL,
            jurisdiction text NOT NULL,
            creditor_deducts_vat boolean NOT NULL,
            interest_enabled boolean NOT NULL,
            collection_allowed boolean NOT NULL,
            small_balance_minor bigint NOT NULL,
            opened_date date NOT NULL,
            status text NOT NULL,
            stage text NOT NULL,
            level integer NOT NULL CHECK (level >= 0),
            due_date date NOT NULL,
            principal_minor bigint NOT NULL CHECK (principal_minor >= 0),
            interest_minor bigint NOT NULL CHECK (interest_minor >= 0),
            fees_minor bigint NOT NULL CHECK (fees_minor >= 0),
            claim_version integer NOT NULL,
            earliest_step_date date,
            last_step_date date,
            last_deadline_date date,
            hold_reason text,
            hold_until_date date,
            hold_version integer NOT NULL,
            closing_version integer NOT NULL,
            close_code text,
            closed_date date,
            failure text,
            next_review_date date,
            traceparent text,
            CHECK ((status = 'CLOSED') = (close_code IS NOT NULL))
        ) WITH (autovacuum_vacuum_scale_factor = 0.02)
        """
    )
    op.execute(
        'CREATE INDEX case_next_review_date ON "case" (next_review_date, case_id) WHERE next_review_date IS NOT NULL'
    )
    op.execute('CREATE INDEX case_creditor_id ON "case" (creditor_id, case_id)')
    op.execute(
        """
        CREATE TABLE case_step (
            step_key text PRIMARY KEY,
            case_id bigint NOT NULL REFERENCES "case",
            level integer NOT NULL,
            step_code text NOT NULL,
            as_of date NOT NULL,
            deadline_date date NOT NULL,
            charges jsonb NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX case_step_case_id ON case_step (case_id, level)")
    op.execute(
        """
        CREATE TABLE timeline_entry (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            case_id bigint NOT NULL,
            entry_date date NOT NULL,
            at timestamptz NOT NULL,
            kind text NOT NULL,
            text text NOT NULL,
            who text NOT NULL,
            ids jsonb NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX timeline_entry_case_id ON timeline_entry (case_id, position)")
    op.execute("CREATE TABLE unfollowed_invoice (case_id bigint PRIMARY KEY, creditor_id uuid NOT NULL)")
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'The timeline is append-only.';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER timeline_is_append_only BEFORE UPDATE OR DELETE ON timeline_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
