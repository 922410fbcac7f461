"""A payment changes few pages of the indexes: its fingerprint is looked for within its day, its claims in allocations."""

from alembic import op

revision = "0009_together"
down_revision = "0008_collected"
branch_labels = None
depends_on = None

# A fingerprint is made of the booking date and more, so it is told once in all when it is told once of its day.
STATEMENTS = """
ALTER TABLE payment ADD CONSTRAINT payment_told_once UNIQUE (booking_date, fingerprint);
ALTER TABLE payment DROP CONSTRAINT payment_fingerprint_key;
ALTER TABLE payment DROP COLUMN claim_id
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
