"""Compounding interest, agreed orders, VAT and warnings of entries, corrections, and the day each entry was booked."""

from alembic import op

revision = "0003_ledger"
down_revision = "0002_matching"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE claim ADD COLUMN allocation_order text NOT NULL DEFAULT '',
    ADD COLUMN accept_low_confidence boolean NOT NULL DEFAULT false, ADD COLUMN compounding_started_on date,
    ADD COLUMN capitalised_minor bigint NOT NULL DEFAULT 0 CHECK (capitalised_minor >= 0),
    ADD COLUMN pending_minor bigint NOT NULL DEFAULT 0 CHECK (pending_minor >= 0);
ALTER TABLE claim_entry ADD COLUMN code text NOT NULL DEFAULT '', ADD COLUMN vat_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN warning text NOT NULL DEFAULT '', ADD COLUMN reverses_id bigint UNIQUE REFERENCES claim_entry,
    ADD COLUMN booked_date date;
UPDATE claim_entry SET booked_date = greatest(as_of, (SELECT min(as_of) FROM claim_entry o
    WHERE o.claim_id = claim_entry.claim_id AND o.kind = 'OPENED'));
ALTER TABLE claim_entry ALTER COLUMN booked_date SET NOT NULL;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''a claim entry is never changed or removed; add one that takes it back'';  END';
CREATE TRIGGER claim_entry_only_added BEFORE UPDATE OR DELETE ON claim_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    # the body of the function holds semicolons, so statements are cut at line ends only
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
