"""Tokens, idempotency records and the test clock."""

from alembic import op

from delivery.schema import create_delivery_v1
from runtime.clock import create_clock_v1

revision = "gateway_0001"
down_revision = None


def upgrade() -> None:
    create_clock_v1(op)
    create_delivery_v1(op)
    op.execute("CREATE TABLE partner (code text PRIMARY KEY, name text NOT NULL)")
    op.execute(
        """
        CREATE TABLE api_token (
            token_hash text PRIMARY KEY,
            partner_code text NOT NULL REFERENCES partner,
            creditor_id uuid NOT NULL,
            environment text NOT NULL CHECK (environment IN ('test', 'production')),
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            revoked_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX api_token_creditor_id ON api_token (creditor_id)")
    op.execute(
        """
        CREATE TABLE idempotency_record (
            owner uuid NOT NULL,
            key text NOT NULL,
            body_hash text NOT NULL,
            status text NOT NULL CHECK (status IN ('RUNNING', 'DONE')),
            response_status integer,
            response_body text,
            started_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (owner, key),
            CHECK (status = 'RUNNING' OR (response_status IS NOT NULL AND response_body IS NOT NULL))
        )
        """
    )
    op.execute("CREATE INDEX idempotency_record_started_at ON idempotency_record (started_at)")
    op.execute(
        """
        CREATE TABLE test_clock (
            id smallint PRIMARY KEY CHECK (id = 1),
            target_date date NOT NULL,
            reached_date date NOT NULL,
            state text NOT NULL CHECK (state IN ('advancing', 'ready')),
            CHECK (reached_date <= target_date)
        )
        """
    )
