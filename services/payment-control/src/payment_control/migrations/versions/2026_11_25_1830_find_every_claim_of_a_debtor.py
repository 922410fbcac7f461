"""Find every claim of a debtor, also those paid long ago: their payments tell by which names the debtor pays."""

from alembic import op

revision = "0005_debtor"
down_revision = "0004_decisions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX claim_debtor ON claim (debtor_id)")
