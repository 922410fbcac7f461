"""Find the case that an inbound mail mentions."""

from alembic import op

revision = "2026_01_20_0900"
down_revision = "2026_01_16_0900"


def upgrade() -> None:
    op.execute("CREATE INDEX invoice_payment_reference ON invoice (payment_reference)")
    op.execute("CREATE INDEX invoice_invoice_number ON invoice (invoice_number)")
