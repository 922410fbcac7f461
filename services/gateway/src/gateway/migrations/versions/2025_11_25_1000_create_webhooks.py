"""Webhook subscriptions and what is delivered to them."""

from alembic import op

revision = "gateway_0002"
down_revision = "gateway_0001"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE webhook_subscription (
            subscription_id uuid PRIMARY KEY,
            creditor_id uuid NOT NULL,
            environment text NOT NULL CHECK (environment IN ('test', 'production')),
            url text NOT NULL,
            events text[] NOT NULL CHECK (cardinality(events) > 0),
            secret_version integer NOT NULL DEFAULT 1,
            is_active boolean NOT NULL DEFAULT true,
            disabled_reason text,
            failures_in_a_row integer NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute("CREATE INDEX webhook_subscription_creditor_id ON webhook_subscription (creditor_id)")
    op.execute(
        """
        CREATE TABLE webhook_delivery (
            delivery_id uuid PRIMARY KEY,
            subscription_id uuid NOT NULL REFERENCES webhook_subscription ON DELETE CASCADE,
            event text NOT NULL,
            case_id bigint,
            payload jsonb NOT NULL,
            is_replay boolean NOT NULL DEFAULT false,
            status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'DELIVERED', 'FAILED')),
            attempts integer NOT NULL DEFAULT 0,
            next_attempt_at timestamptz NOT NULL DEFAULT now(),
            created_at timestamptz NOT NULL DEFAULT now(),
            delivered_at timestamptz,
            last_response_code integer,
            last_error text
        )
        """
    )
    op.execute(
        "CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at, delivery_id) WHERE status = 'PENDING'"
    )
    op.execute("CREATE INDEX webhook_delivery_log ON webhook_delivery (subscription_id, created_at DESC)")
