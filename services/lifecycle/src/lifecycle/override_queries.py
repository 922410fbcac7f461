"""The SQL statements of policies that debtors and cases have in place of the agreed one."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text

from contracts import Agreement
from runtime.database import Session

_ADD: Final = text(
    """
    INSERT INTO policy_override (creditor_id, debtor_id, case_id, version, document, comment, set_date)
    VALUES (:creditor_id, :debtor_id, :case_id, :version, CAST(:document AS jsonb), :comment, :set_date)
    """
)
_LIST: Final = text(
    """
    SELECT version, document::text, comment, set_date FROM policy_override
    WHERE creditor_id = :creditor_id AND debtor_id IS NOT DISTINCT FROM :debtor_id AND case_id IS NOT DISTINCT FROM :case_id
    ORDER BY version
    """
)
_OF_DEBTORS: Final = text(
    """
    SELECT DISTINCT ON (creditor_id, debtor_id) creditor_id, debtor_id, version, document::text, comment, set_date
    FROM policy_override
    JOIN unnest(CAST(:creditor_id AS uuid[]), CAST(:debtor_id AS uuid[])) AS wanted (creditor_id, debtor_id)
        USING (creditor_id, debtor_id)
    ORDER BY creditor_id, debtor_id, version DESC
    """
)
_NEWEST_AGREEMENT: Final = text(
    """
    SELECT document::text FROM agreement WHERE creditor_id = :creditor_id ORDER BY agreement_version DESC LIMIT 1
    """
)


@dataclass(frozen=True, slots=True)
class Target:
    """Whose policy it is: one debtor of a creditor, or one case."""

    creditor_id: UUID
    debtor_id: UUID | None = None
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A version; without a document the agreed policy is in force again."""

    version: int
    document: dict[str, Any] | None
    comment: str
    set_date: date


async def add_override(session: Session, target: Target, override: Override) -> None:
    """Append a version; the callers hold the cases locked, so that two never take the same number."""
    document = json.dumps(override.document) if override.document is not None else None
    await session.execute(
        _ADD,
        {
            "creditor_id": target.creditor_id,
            "debtor_id": target.debtor_id,
            "case_id": target.case_id,
            "version": override.version,
            "document": document,
            "comment": override.comment,
            "set_date": override.set_date,
        },
    )


async def list_overrides(session: Session, target: Target) -> list[Override]:
    """All versions, oldest first."""
    wanted = {"creditor_id": target.creditor_id, "debtor_id": target.debtor_id, "case_id": target.case_id}
    return [_override(row) for row in (await session.execute(_LIST, wanted)).mappings()]


async def overrides_of_debtors(
    session: Session, debtors: Collection[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Override]:
    """The policies in force for debtors (creditor id, debtor id); those under the agreed one are left out."""
    wanted = sorted(debtors)
    rows = await session.execute(
        _OF_DEBTORS, {"creditor_id": [one for one, _ in wanted], "debtor_id": [one for _, one in wanted]}
    )
    found = {(row["creditor_id"], row["debtor_id"]): _override(row) for row in rows.mappings()}
    return {debtor: override for debtor, override in found.items() if override.document is not None}


def _override(row: RowMapping) -> Override:
    document = json.loads(row["document"]) if row["document"] else None
    return Override(row["version"], document, row["comment"], row["set_date"])


async def newest_agreement(session: Session, creditor_id: UUID) -> Agreement | None:
    """The copy of the creditor's newest agreement."""
    document = (await session.execute(_NEWEST_AGREEMENT, {"creditor_id": creditor_id})).scalar_one_or_none()
    return Agreement.model_validate_json(document) if document else None
