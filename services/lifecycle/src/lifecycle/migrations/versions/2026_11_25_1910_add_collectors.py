"""Collectors: a creditor's configurations, hand-overs of cases, what is told to collectors and what they report."""

from alembic import op

revision = "0004_collectors"
down_revision = "2026_11_25_1905"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE "case"
            ADD COLUMN source text NOT NULL DEFAULT 'DUNNING',
            ADD COLUMN closed_from text,
            ADD COLUMN handover_id uuid,
            ADD COLUMN with_collector boolean NOT NULL DEFAULT false
        """
    )
    op.execute(
        """
        CREATE TABLE collector_configuration (
            configuration_id uuid PRIMARY KEY,
            creditor_id uuid NOT NULL,
            collector text NOT NULL,
            name text NOT NULL,
            priority integer NOT NULL,
            enabled boolean NOT NULL,
            conditions jsonb NOT NULL,
            skip_review boolean NOT NULL,
            adapter text NOT NULL CHECK (adapter IN ('OWN', 'FILE_DROP', 'HTTP')),
            url text CHECK ((url IS NOT NULL) = (adapter = 'HTTP')),
            free_withdrawal_days integer CHECK (free_withdrawal_days >= 0),
            late_withdrawal text NOT NULL CHECK (late_withdrawal IN ('MAY_COST', 'REFUSED')),
            processing_days integer CHECK (processing_days > 0),
            remits_to text NOT NULL CHECK (remits_to IN ('CREDITOR', 'OFFICE')),
            version integer NOT NULL,
            token_hash text UNIQUE,
            deleted boolean NOT NULL DEFAULT false
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX collector_configuration_name ON collector_configuration (creditor_id, name)"
        " WHERE NOT deleted"
    )
    op.execute(
        """
        CREATE TABLE handover (
            handover_id uuid PRIMARY KEY,
            case_id bigint NOT NULL REFERENCES "case",
            creditor_id uuid NOT NULL,
            number integer NOT NULL,
            configuration_id uuid NOT NULL REFERENCES collector_configuration,
            collector text NOT NULL,
            adapter text NOT NULL,
            remits_to text NOT NULL,
            free_withdrawal_days integer,
            late_withdrawal text NOT NULL,
            processing_days integer,
            state text NOT NULL,
            chosen_date date NOT NULL,
            queued_date date,
            handed_date date,
            accepted_date date,
            ended_date date,
            deadline_date date,
            collector_reference text,
            reason text,
            told_hold_version integer NOT NULL,
            told_claim_version integer NOT NULL,
            UNIQUE (case_id, number)
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX handover_open ON handover (case_id) WHERE ended_date IS NULL")
    op.execute(
        "CREATE INDEX handover_deadline_date ON handover (deadline_date, handover_id)"
        " WHERE ended_date IS NULL AND deadline_date IS NOT NULL"
    )
    op.execute(
        """
        CREATE TABLE collector_message (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            message_id uuid NOT NULL UNIQUE,
            handover_id uuid NOT NULL REFERENCES handover,
            case_id bigint NOT NULL,
            kind text NOT NULL CHECK (kind IN ('PLACE', 'BALANCE', 'HOLD', 'RESUME', 'RECALL')),
            content jsonb NOT NULL,
            as_of date NOT NULL,
            status text NOT NULL CHECK (status IN ('PENDING', 'SENT', 'REFUSED', 'FAILED', 'CANCELLED')),
            attempts integer NOT NULL DEFAULT 0,
            due_at timestamptz NOT NULL DEFAULT now(),
            batch_id uuid,
            description text NOT NULL DEFAULT '',
            sent_date date,
            traceparent text
        )
        """
    )
    op.execute(
        "CREATE INDEX collector_message_pending ON collector_message (handover_id, position) WHERE status = 'PENDING'"
    )
    op.execute("CREATE INDEX collector_message_handover_id ON collector_message (handover_id, position)")
    op.execute(
        """
        CREATE TABLE collected_report (
            report_id uuid PRIMARY KEY,
            creditor_id uuid NOT NULL,
            handover_id uuid NOT NULL REFERENCES handover,
            case_id bigint NOT NULL,
            collector text NOT NULL,
            external_id text NOT NULL,
            amount_minor bigint NOT NULL CHECK (amount_minor > 0),
            currency text NOT NULL,
            collected_on date NOT NULL,
            reported_date date NOT NULL,
            UNIQUE (creditor_id, collector, external_id)
        )
        """
    )
    op.execute("CREATE INDEX collected_report_case_id ON collected_report (case_id)")
    op.execute(
        """
        CREATE TABLE collector_file (
            creditor_id uuid NOT NULL,
            collector text NOT NULL,
            name text NOT NULL,
            sha256 text NOT NULL,
            lines integer NOT NULL,
            taken integer NOT NULL,
            refused jsonb NOT NULL,
            picked_date date NOT NULL,
            PRIMARY KEY (creditor_id, collector, name, sha256)
        )
        """
    )
