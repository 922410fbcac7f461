"""SQL of creditors, of the agreements in force, and of the days on which they are settled."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text

from contracts import Agreement, AgreementActivated, CreditorOnboarded
from runtime.database import Session, columns
from settlement.domain.rundays import Schedule, is_due

_SAVE_CREDITORS = text(
    """
    INSERT INTO creditor (creditor_id, name, country_code, language_code)
    SELECT * FROM unnest(CAST(:creditor_id AS uuid[]), CAST(:name AS text[]), CAST(:country_code AS text[]),
        CAST(:language_code AS text[]))
    ON CONFLICT (creditor_id) DO NOTHING
    """
)
_SAVE_AGREEMENTS = text(
    """
    INSERT INTO agreement (creditor_id, agreement_version, valid_from, jurisdiction, schedule, document)
    SELECT * FROM unnest(CAST(:creditor_id AS uuid[]), CAST(:agreement_version AS integer[]),
        CAST(:valid_from AS date[]), CAST(:jurisdiction AS text[]), CAST(:schedule AS text[]),
        CAST(:document AS jsonb[]))
    ON CONFLICT DO NOTHING
    """
)
IN_FORCE = """
    SELECT DISTINCT ON (creditor_id) creditor_id, agreement_version, jurisdiction, schedule
    FROM agreement WHERE valid_from <= :day ORDER BY creditor_id, agreement_version DESC
"""
_VERSION_IN_FORCE = text(
    "SELECT max(agreement_version) FROM agreement WHERE creditor_id = :creditor_id AND valid_from <= :day"
)
_AGREEMENTS = text(
    """
    SELECT creditor_id, agreement_version, document FROM agreement
    WHERE creditor_id = ANY(CAST(:creditor_ids AS uuid[]))
    """
)


async def save_creditors(session: Session, creditors: Sequence[CreditorOnboarded]) -> None:
    rows = [creditor.model_dump() for creditor in creditors]
    await session.execute(_SAVE_CREDITORS, columns(rows, "creditor_id", "name", "country_code", "language_code"))


async def save_agreements(session: Session, agreements: Sequence[AgreementActivated]) -> None:
    await session.execute(
        _SAVE_AGREEMENTS,
        {
            "creditor_id": [event.creditor_id for event in agreements],
            "agreement_version": [event.agreement_version for event in agreements],
            "valid_from": [event.valid_from for event in agreements],
            "jurisdiction": [event.agreement.jurisdiction for event in agreements],
            "schedule": [Schedule.of(event.agreement).code for event in agreements],
            "document": [event.agreement.model_dump_json() for event in agreements],
        },
    )


async def list_run_days(session: Session, day: date) -> dict[str, list[str]]:
    """The agreed (jurisdiction, schedule) pairs that have a run on `day`, as one array each."""
    agreed = await session.execute(text("SELECT DISTINCT jurisdiction, schedule FROM agreement ORDER BY 1, 2"))
    due = [row for row in agreed if is_due(Schedule.parse(row.schedule), row.jurisdiction, day)]
    return {"jurisdictions": [row.jurisdiction for row in due], "schedules": [row.schedule for row in due]}


async def find_version_in_force(session: Session, creditor_id: UUID, day: date) -> int | None:
    return (await session.execute(_VERSION_IN_FORCE, {"creditor_id": creditor_id, "day": day})).scalar_one()


async def list_agreements(session: Session, creditor_ids: Collection[UUID]) -> dict[tuple[UUID, int], Agreement]:
    """Every version of the creditors' agreements."""
    rows = await session.execute(_AGREEMENTS, {"creditor_ids": list(creditor_ids)})
    return {(row.creditor_id, row.agreement_version): Agreement.model_validate(row.document) for row in rows}
