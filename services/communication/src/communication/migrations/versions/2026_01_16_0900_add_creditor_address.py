"""Where creditors have their seat, and the agreement's say on VAT: notices of the law name both."""

from alembic import op

revision = "2026_01_16_0900"
down_revision = "2026_01_15_0900"


def upgrade() -> None:
    for column in ("seat", "vat_number"):
        op.execute(f"ALTER TABLE creditor ADD COLUMN {column} text NOT NULL DEFAULT ''")
    op.execute(
        """
        CREATE TABLE agreement (
            creditor_id uuid PRIMARY KEY,
            agreement_version integer NOT NULL,
            deducts_vat boolean NOT NULL
        )
        """
    )
