"""Let people's words go from the timeline when their debtor is erased; nothing else of it can change."""

from alembic import op

revision = "2026_11_25_1905"
down_revision = "0003_dispute_alerts"


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND NEW.text = 'The words of this entry were erased with the debtor'
                AND (to_jsonb(NEW) - 'text') = (to_jsonb(OLD) - 'text') THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'The timeline is append-only.';
        END $$
        """
    )
    op.execute("DROP TRIGGER timeline_is_append_only ON timeline_entry")
    op.execute(
        "CREATE TRIGGER timeline_is_append_only BEFORE UPDATE OR DELETE ON timeline_entry"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure()"
    )
    op.execute("DROP FUNCTION refuse_change()")
