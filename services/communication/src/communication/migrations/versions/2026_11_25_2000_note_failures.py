"""Invoices that could not be distributed, until their creditor has been told."""

from alembic import op

revision = "2026_11_25_2000"
down_revision = "2026_11_25_1940"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE distribution_failure (
            message_id uuid PRIMARY KEY,
            creditor_id uuid NOT NULL,
            case_id bigint NOT NULL,
            channel text NOT NULL,
            reason text NOT NULL,
            day date NOT NULL,
            told_on date
        )
        """
    )
    op.execute("CREATE INDEX distribution_failure_untold ON distribution_failure (day) WHERE told_on IS NULL")
