"""Own policies, arrangements, debtor flags and limitation on cases."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE "case"
            ADD COLUMN debtor_country text NOT NULL DEFAULT '',
            ADD COLUMN debtor_vulnerable boolean NOT NULL DEFAULT false,
            ADD COLUMN original_minor bigint NOT NULL DEFAULT 0,
            ADD COLUMN disputed_minor bigint NOT NULL DEFAULT 0 CHECK (disputed_minor >= 0),
            ADD COLUMN debtor_id uuid,
            ADD COLUMN policy_document jsonb,
            ADD COLUMN accept_low_confidence boolean NOT NULL DEFAULT false,
            ADD COLUMN agreed_fees jsonb NOT NULL DEFAULT '{}',
            ADD COLUMN arrangement jsonb,
            ADD COLUMN limitation_date date,
            ADD COLUMN limitation_alert_date date
        """
    )
    op.execute('CREATE INDEX case_debtor_id ON "case" (creditor_id, debtor_id)')
    op.execute(
        'CREATE INDEX case_limitation_alert_date ON "case" (limitation_alert_date, case_id)'
        " WHERE limitation_alert_date IS NOT NULL"
    )
    op.execute(
        """
        CREATE TABLE debtor_flag (
            creditor_id uuid NOT NULL,
            debtor_id uuid NOT NULL,
            flag text NOT NULL,
            comment text NOT NULL,
            set_date date NOT NULL,
            PRIMARY KEY (creditor_id, debtor_id, flag)
        )
        """
    )
