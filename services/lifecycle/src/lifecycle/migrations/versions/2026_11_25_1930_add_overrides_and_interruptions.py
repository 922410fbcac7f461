"""What interrupts limitation, policies instead of the agreed one; cases without a limitation date get one."""

from alembic import op

revision = "0005_overrides"
down_revision = "0004_collectors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE "case"
            ADD COLUMN arose_date date,
            ADD COLUMN interruptions jsonb NOT NULL DEFAULT '[]',
            ADD COLUMN agreed_policy jsonb,
            ADD COLUMN override_scope text,
            ADD COLUMN override_version integer
        """
    )
    # the sweep that warns of limitation works their date out on the first day it runs
    op.execute(
        "UPDATE \"case\" SET limitation_alert_date = '0001-01-01' WHERE limitation_date IS NULL AND status <> 'CLOSED'"
    )
    op.execute(
        """
        CREATE TABLE policy_override (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            creditor_id uuid NOT NULL,
            debtor_id uuid,
            case_id bigint,
            version integer NOT NULL,
            document jsonb,
            comment text NOT NULL,
            set_date date NOT NULL,
            CONSTRAINT policy_override_is_of_one CHECK ((debtor_id IS NULL) <> (case_id IS NULL))
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX policy_override_debtor ON policy_override (creditor_id, debtor_id, version)"
        " WHERE debtor_id IS NOT NULL"
    )
    op.execute(
        "CREATE UNIQUE INDEX policy_override_case ON policy_override (case_id, version) WHERE case_id IS NOT NULL"
    )
