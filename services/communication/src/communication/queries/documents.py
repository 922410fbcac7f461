"""Documents, their versions, who read them, and which have been kept long enough."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.record import Record
from runtime.database import Session, columns

_ADD = text(
    """
    WITH kept AS (
        INSERT INTO document (document_id, case_id, creditor_id, debtor_id, document_type, message_id, retain_until)
        SELECT * FROM unnest(CAST(:document_id AS uuid[]), CAST(:case_id AS bigint[]), CAST(:creditor_id AS uuid[]),
            CAST(:debtor_id AS uuid[]), CAST(:document_type AS text[]), CAST(:message_id AS uuid[]),
            CAST(:retain_until AS date[]))
        ON CONFLICT (document_id) DO UPDATE SET retain_until = greatest(document.retain_until, excluded.retain_until)
        RETURNING document_id
    )
    INSERT INTO document_version (document_id, version, sealed, media_type, size_bytes, object_key, uploaded_by)
    SELECT v.document_id, v.version, v.sealed, v.media_type, v.size_bytes, v.object_key, v.uploaded_by
    FROM unnest(CAST(:document_id AS uuid[]), CAST(:version AS integer[]), CAST(:sealed AS bytea[]),
        CAST(:media_type AS text[]), CAST(:size_bytes AS bigint[]), CAST(:object_key AS text[]),
        CAST(:uploaded_by AS text[]))
        AS v (document_id, version, sealed, media_type, size_bytes, object_key, uploaded_by)
        JOIN kept USING (document_id)
    ON CONFLICT (document_id, version) DO NOTHING
    RETURNING document_id, uploaded_at
    """
)
_VERSIONS = """
    SELECT d.document_id, d.case_id, d.creditor_id, d.debtor_id, d.document_type, d.message_id, d.retain_until,
        d.purged_at, v.version, v.sealed, v.media_type, v.size_bytes, v.object_key, v.uploaded_by, v.uploaded_at
    FROM document d JOIN document_version v USING (document_id)
"""
_LIST = text(
    f"""
    SELECT * FROM (
        SELECT DISTINCT ON (document_id) * FROM ({_VERSIONS}
            WHERE d.creditor_id = :creditor_id AND d.case_id = :case_id AND d.purged_at IS NULL) latest
        ORDER BY document_id, version DESC
    ) found WHERE CAST(:document_type AS text) IS NULL OR document_type = :document_type
    ORDER BY uploaded_at, document_id
    """
)
_LIST_VERSIONS = text(
    f"{_VERSIONS} WHERE d.creditor_id = :creditor_id AND d.document_id = :document_id ORDER BY v.version"
)
_LOCK = text("SELECT 1 FROM document WHERE document_id = :document_id FOR UPDATE")
_NOTE_ACCESS = text("INSERT INTO document_access (document_id, version, who) VALUES (:document_id, :version, :who)")
_LIST_ACCESS = text("SELECT version, who, at FROM document_access WHERE document_id = :document_id ORDER BY position")
_LOCK_EXPIRED = text(
    """
    SELECT d.document_id FROM document d JOIN debtor b ON b.debtor_id = d.debtor_id
    WHERE d.purged_at IS NULL AND (d.retain_until < :day OR b.erased_at IS NOT NULL) AND NOT b.legal_hold
    ORDER BY d.document_id LIMIT :limit FOR UPDATE OF d SKIP LOCKED
    """
)
_OBJECTS = text("SELECT object_key FROM document_version WHERE document_id = ANY(CAST(:document_ids AS uuid[]))")
_PURGE = text(
    "UPDATE document SET purged_at = clock_timestamp() WHERE document_id = ANY(CAST(:document_ids AS uuid[]))"
)

_BEGIN_UPLOADS = text(
    """
    INSERT INTO document_upload (object_key) SELECT unnest(CAST(:object_keys AS text[]))
    ON CONFLICT (object_key) DO UPDATE SET started_at = clock_timestamp()
    """
)
_END_UPLOADS = text("DELETE FROM document_upload WHERE object_key = ANY(CAST(:object_keys AS text[]))")
_LIST_ABANDONED = text(
    """
    SELECT u.object_key, v.document_id IS NOT NULL AS is_filed
    FROM document_upload u LEFT JOIN document_version v USING (object_key)
    WHERE u.started_at < clock_timestamp() - make_interval(secs => :seconds) ORDER BY u.started_at LIMIT :limit
    """
)


async def add_documents(session: Session, rows: Sequence[Record]) -> Sequence[Row[Any]]:
    """File documents, or further versions of them; returns those that are new with the time of filing."""
    names = ("document_id", "case_id", "creditor_id", "debtor_id", "document_type", "message_id", "retain_until")
    names += ("version", "sealed", "media_type", "size_bytes", "object_key", "uploaded_by")
    return (await session.execute(_ADD, columns(rows, *names))).all()


async def list_documents(
    session: Session, creditor_id: UUID, case_id: int, document_type: str | None = None
) -> Sequence[Row[Any]]:
    """The latest version of each document of a case."""
    parameters = {"creditor_id": creditor_id, "case_id": case_id, "document_type": document_type}
    return (await session.execute(_LIST, parameters)).all()


async def list_versions(session: Session, creditor_id: UUID, document_id: UUID) -> Sequence[Row[Any]]:
    """All versions of a document, oldest first; none for another creditor's."""
    parameters = {"creditor_id": creditor_id, "document_id": document_id}
    return (await session.execute(_LIST_VERSIONS, parameters)).all()


async def lock_document(session: Session, document_id: UUID) -> None:
    await session.execute(_LOCK, {"document_id": document_id})


async def note_access(session: Session, document_id: UUID, version: int, who: str) -> None:
    await session.execute(_NOTE_ACCESS, {"document_id": document_id, "version": version, "who": who})


async def list_access(session: Session, document_id: UUID) -> Sequence[Row[Any]]:
    return (await session.execute(_LIST_ACCESS, {"document_id": document_id})).all()


async def lock_expired(session: Session, day: date, limit: int) -> list[UUID]:
    """Documents past their retention date or of erased debtors; a legal hold keeps them."""
    return list((await session.execute(_LOCK_EXPIRED, {"day": day, "limit": limit})).scalars())


async def list_objects(session: Session, document_ids: Sequence[UUID]) -> list[str]:
    return list((await session.execute(_OBJECTS, {"document_ids": list(document_ids)})).scalars())


async def mark_purged(session: Session, document_ids: Sequence[UUID]) -> None:
    await session.execute(_PURGE, {"document_ids": list(document_ids)})


async def begin_uploads(session: Session, object_keys: Sequence[str]) -> None:
    """Put on record what is about to be stored."""
    if object_keys:
        await session.execute(_BEGIN_UPLOADS, {"object_keys": list(object_keys)})


async def end_uploads(session: Session, object_keys: Sequence[str]) -> None:
    """These are filed, or not there any more."""
    if object_keys:
        await session.execute(_END_UPLOADS, {"object_keys": list(object_keys)})


async def list_abandoned_uploads(session: Session, seconds: float, limit: int) -> Sequence[Row[Any]]:
    """What was begun that long ago and not ended; whether a version is on record all the same."""
    return (await session.execute(_LIST_ABANDONED, {"seconds": seconds, "limit": limit})).all()
