"""The day to warn of a dispute that nobody answered."""

from alembic import op

revision = "0003_dispute_alerts"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('ALTER TABLE "case" ADD COLUMN dispute_alert_date date')
    op.execute(
        'CREATE INDEX case_dispute_alert_date ON "case" (dispute_alert_date, case_id) WHERE dispute_alert_date IS NOT NULL'
    )
