"""Create the drafts of agreement versions."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE agreement_draft (
            draft_id uuid PRIMARY KEY,
            creditor_id uuid NOT NULL REFERENCES creditor,
            base_version integer NOT NULL,
            drafted_date date NOT NULL,
            document jsonb NOT NULL,
            activated_version integer
        )
        """
    )
    op.execute("CREATE INDEX ix_agreement_draft_creditor_id ON agreement_draft (creditor_id)")
