"""The tables delivery keeps in every service's database; called by the services' migrations."""

from typing import Any


def create_delivery_v1(op: Any) -> None:
    """Migration step: outbox (in the shape Debezium's outbox event router reads), inbox, waiting room, counts."""
    op.execute(
        """
        CREATE TABLE outbox (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id uuid NOT NULL,
            aggregatetype text NOT NULL,
            aggregateid text NOT NULL,
            type text NOT NULL,
            payload bytea NOT NULL,
            time timestamptz NOT NULL,
            source text NOT NULL,
            dataschema text NOT NULL,
            traceparent text,
            extra jsonb
        ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)
        """
    )
    op.execute(
        """
        CREATE TABLE inbox (
            consumer text NOT NULL,
            event_id uuid NOT NULL,
            received_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (consumer, event_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE waiting (
            event_id uuid PRIMARY KEY,
            missing text NOT NULL,
            topic text NOT NULL,
            key text NOT NULL,
            payload bytea NOT NULL,
            traceparent text,
            position bigint GENERATED ALWAYS AS IDENTITY,
            since timestamptz NOT NULL DEFAULT now(),
            next_try_at timestamptz NOT NULL DEFAULT now() + interval '1 second',
            tries integer NOT NULL DEFAULT 0
        )
        """
    )
    op.execute("CREATE INDEX waiting_missing ON waiting (missing)")
    op.execute("CREATE INDEX waiting_next_try_at ON waiting (next_try_at)")
    op.execute("CREATE TABLE published_count (topic text PRIMARY KEY, count bigint NOT NULL)")
    op.execute(
        "CREATE TABLE handled_count (topic text, partition integer, count bigint NOT NULL,"
        " PRIMARY KEY (topic, partition))"
    )
