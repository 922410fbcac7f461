"""Data keys, free messages, threads, documents, notes, preferences, inbound mail, system messages."""

from alembic import op

revision = "2026_01_15_0900"
down_revision = "2026_01_10_0900"

STATEMENTS = (
    "ALTER TABLE debtor ADD COLUMN erased_at timestamptz, ADD COLUMN legal_hold boolean NOT NULL DEFAULT false",
    "ALTER TABLE case_state ADD COLUMN hold_reason text NOT NULL DEFAULT ''",
    """
    CREATE TABLE data_key (
        debtor_id uuid PRIMARY KEY,
        key_id text NOT NULL,
        wrapped bytea,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        destroyed_at timestamptz,
        CONSTRAINT data_key_destroyed CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
    )
    """,
    "ALTER TABLE message DROP CONSTRAINT message_channel_check",
    "ALTER TABLE message ADD CONSTRAINT message_channel_check CHECK (channel IN ('EMAIL', 'LETTER', 'SMS', 'EINVOICE'))",
    "ALTER TABLE message DROP CONSTRAINT message_status_check",
    """
    ALTER TABLE message ADD CONSTRAINT message_status_check
        CHECK (status IN ('QUEUED', 'SENT', 'FAILED', 'RECALLED', 'RECEIVED'))
    """,
    """
    ALTER TABLE message
        ADD COLUMN direction text NOT NULL DEFAULT 'OUTBOUND' CHECK (direction IN ('OUTBOUND', 'INBOUND')),
        ADD COLUMN sealed bytea,
        ADD COLUMN thread_id uuid,
        ADD COLUMN priority text NOT NULL DEFAULT 'normal',
        ADD COLUMN sent_by text NOT NULL DEFAULT '',
        ADD COLUMN has_attachments boolean NOT NULL DEFAULT false,
        ADD COLUMN classification text,
        ADD COLUMN progress text CHECK (progress IN ('DELIVERED', 'OPENED', 'CLICKED', 'BOUNCED', 'FAILED'))
    """,
    "CREATE INDEX message_thread_id ON message (thread_id)",
    "CREATE INDEX message_deadline ON message ((content ->> 'deadline_date')) WHERE step_key IS NOT NULL",
    "CREATE INDEX message_debtor_id ON message (debtor_id)",
    "CREATE INDEX message_smtp_message_id ON message (smtp_message_id)",
    "ALTER TABLE delivery_event DROP CONSTRAINT delivery_event_kind_check",
    """
    ALTER TABLE delivery_event ADD CONSTRAINT delivery_event_kind_check CHECK (kind IN ('QUEUED', 'SENT', 'DEFERRED',
        'FAILED', 'RECALLED', 'REROUTED', 'DELIVERED', 'OPENED', 'CLICKED', 'BOUNCED', 'RECEIVED'))
    """,
    """
    CREATE TABLE system_message (
        message_id uuid PRIMARY KEY,
        case_id bigint NOT NULL,
        kind text NOT NULL,
        detail jsonb NOT NULL,
        as_of date NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX system_message_case_id ON system_message (case_id)",
    """
    CREATE TABLE thread (
        thread_id uuid PRIMARY KEY,
        case_id bigint NOT NULL,
        creditor_id uuid NOT NULL,
        debtor_id uuid NOT NULL,
        sealed_subject bytea NOT NULL,
        status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'closed')),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX thread_case_id ON thread (case_id)",
    """
    CREATE TABLE document (
        document_id uuid PRIMARY KEY,
        case_id bigint NOT NULL,
        creditor_id uuid NOT NULL,
        debtor_id uuid NOT NULL,
        document_type text NOT NULL,
        message_id uuid,
        retain_until date NOT NULL,
        purged_at timestamptz
    )
    """,
    "CREATE INDEX document_case_id ON document (case_id)",
    "CREATE INDEX document_retain_until ON document (retain_until) WHERE purged_at IS NULL",
    """
    CREATE TABLE document_version (
        document_id uuid NOT NULL REFERENCES document,
        version integer NOT NULL CHECK (version > 0),
        sealed bytea NOT NULL,
        media_type text NOT NULL,
        size_bytes bigint NOT NULL,
        object_key text NOT NULL,
        uploaded_by text NOT NULL,
        uploaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (document_id, version)
    )
    """,
    """
    CREATE TABLE document_access (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        document_id uuid NOT NULL,
        version integer NOT NULL,
        who text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX document_access_document_id ON document_access (document_id)",
    """
    CREATE TRIGGER document_access_append_only BEFORE UPDATE OR DELETE ON document_access
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TABLE note (
        note_id uuid PRIMARY KEY,
        case_id bigint NOT NULL,
        creditor_id uuid NOT NULL,
        debtor_id uuid NOT NULL,
        sealed bytea NOT NULL,
        visibility text NOT NULL,
        category text NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX note_case_id ON note (case_id)",
    """
    CREATE TABLE preference (
        debtor_id uuid PRIMARY KEY,
        creditor_id uuid NOT NULL,
        preferred_channel text,
        email_address text,
        phone_number text,
        allow_sms boolean NOT NULL DEFAULT true,
        allow_email boolean NOT NULL DEFAULT true,
        preferred_language text,
        do_not_contact boolean NOT NULL DEFAULT false,
        reason text,
        effective_date date,
        exceptions text[] NOT NULL DEFAULT '{}',
        hours_start time,
        hours_end time,
        hours_timezone text,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE TABLE preference_history (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, LIKE preference)",
    "CREATE INDEX preference_history_debtor_id ON preference_history (debtor_id)",
    """
    CREATE TABLE unmatched_mail (
        message_id uuid PRIMARY KEY,
        sealed bytea NOT NULL,
        reason text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
