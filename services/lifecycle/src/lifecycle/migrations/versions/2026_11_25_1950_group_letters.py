"""Whether a case's letters may be joined with those of the debtor's other cases."""

from alembic import op

revision = "0006_group_letters"
down_revision = "0005_overrides"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('ALTER TABLE "case" ADD COLUMN group_letters boolean NOT NULL DEFAULT false')
    op.execute(
        'CREATE INDEX case_group_letters ON "case" (creditor_id, debtor_id, case_id)'
        " WHERE group_letters AND next_review_date IS NOT NULL"
    )
