"""Statements on message templates. A version is written once; only its status changes."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.domain.templates import Variable, Wording
from runtime.database import Session

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7))")
_FIND_REQUEST = text("SELECT * FROM message_template WHERE creditor_id = :creditor_id AND request_id = :request_id")
_LATEST = text(
    """
    SELECT coalesce(max(version), 0) FROM message_template
    WHERE creditor_id = :creditor_id AND template_id = :template_id AND language = :language
    """
)
_ADD = text(
    """
    INSERT INTO message_template (creditor_id, template_id, language, version, status, name, type, category, subject,
        body, variables, request_id)
    VALUES (:creditor_id, :template_id, :language, :version, 'DRAFT', :name, :type, :category, :subject, :body,
        CAST(:variables AS jsonb), :request_id)
    """
)
_RETIRE = text(
    """
    UPDATE message_template SET status = 'RETIRED'
    WHERE creditor_id = :creditor_id AND template_id = :template_id AND language = :language AND status = 'ACTIVE'
        AND version <> :version
    """
)
_ACTIVATE = text(
    """
    UPDATE message_template SET status = 'ACTIVE'
    WHERE creditor_id = :creditor_id AND template_id = :template_id AND language = :language AND version = :version
    RETURNING template_id
    """
)
_FIND_ACTIVE = text(
    """
    SELECT t.* FROM unnest(CAST(:creditor_ids AS uuid[]), CAST(:template_ids AS text[])) AS wanted (creditor, template)
        JOIN message_template t ON t.creditor_id = wanted.creditor AND t.template_id = wanted.template
    WHERE t.status = 'ACTIVE' ORDER BY t.creditor_id, t.template_id, t.created_at, t.language
    """
)
_LIST = text(
    """
    SELECT * FROM message_template
    WHERE creditor_id = :creditor_id AND (CAST(:template_id AS text) IS NULL OR template_id = :template_id)
    ORDER BY template_id, created_at, language, version
    """
)


async def lock_template(session: Session, creditor_id: UUID, template_id: str) -> None:
    """Whoever else writes versions of this template waits."""
    await session.execute(_LOCK, {"name": f"{creditor_id}:{template_id}"})


async def find_request(session: Session, creditor_id: UUID, request_id: UUID) -> Row[Any] | None:
    """The version that this request wrote when it came before."""
    return (await session.execute(_FIND_REQUEST, {"creditor_id": creditor_id, "request_id": request_id})).one_or_none()


async def find_latest_version(session: Session, creditor_id: UUID, template_id: str, language: str) -> int:
    """The highest version there is in that language; 0 for none."""
    parameters = {"creditor_id": creditor_id, "template_id": template_id, "language": language}
    return (await session.execute(_LATEST, parameters)).scalar_one()


async def add_version(session: Session, creditor_id: UUID, request_id: UUID, wording: Wording) -> None:
    variables = json.dumps([asdict(variable) for variable in wording.variables])
    row = asdict(wording) | {"creditor_id": creditor_id, "request_id": request_id, "variables": variables}
    await session.execute(_ADD, row)


async def activate(session: Session, creditor_id: UUID, template_id: str, language: str, version: int) -> bool:
    """Make this version the one in use, and retire the one before; False where there is no such version."""
    key = {"creditor_id": creditor_id, "template_id": template_id, "language": language, "version": version}
    await session.execute(_RETIRE, key)
    return (await session.execute(_ACTIVATE, key)).one_or_none() is not None


async def find_active(session: Session, wanted: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], list[Wording]]:
    """The active wordings of each creditor's template, the language that was written first in front."""
    pairs = list(wanted)
    parameters = {
        "creditor_ids": [creditor_id for creditor_id, _ in pairs],
        "template_ids": [template_id for _, template_id in pairs],
    }
    found: dict[tuple[UUID, str], list[Wording]] = {}
    for row in await session.execute(_FIND_ACTIVE, parameters):
        found.setdefault((row.creditor_id, row.template_id), []).append(to_wording(row))
    return found


async def list_versions(session: Session, creditor_id: UUID, template_id: str | None = None) -> Sequence[Row[Any]]:
    """Every version of the creditor's templates, or of one of them."""
    return (await session.execute(_LIST, {"creditor_id": creditor_id, "template_id": template_id})).all()


def to_wording(row: Any) -> Wording:
    return Wording(
        template_id=row.template_id,
        version=row.version,
        language=row.language,
        name=row.name,
        type=row.type,
        category=row.category,
        subject=row.subject,
        body=row.body,
        variables=tuple(Variable(one["name"], one["kind"]) for one in row.variables),
    )
