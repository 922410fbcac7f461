"""File documents sealed, give them out to those who may read them, and throw them away in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from communication import queries
from communication.domain.files import CheckedFile, FileRefused, check_file
from communication.settings import Settings
from communication.use_cases.cases import get_case, refused
from communication.use_cases.keys import key_for_reading, key_for_writing
from communication.use_cases.system_messages import system_row
from communication.vault.keys import DataKey
from communication.vault.store import ObjectMissing, Vault, object_key
from contracts import DocumentUploaded
from delivery import publish
from runtime.clock import today
from runtime.database import Database, Session
from runtime.problems import Problem

DOCUMENT: Final = "document"
FILE: Final = "file"
_NAMESPACE: Final = UUID("e2c7b8a4-3a1f-5d6e-9d5c-1f9b60b4f8a1")
_PURGE_BATCH: Final = 100
_ABANDONED_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent in; with `document_id` it is the next version of a document."""

    name: str
    content: bytes
    document_type: str
    description: str
    uploaded_by: str
    document_id: UUID | None = None
    message_id: UUID | None = None


async def upload_document(
    database: Database,
    vault: Vault,
    settings: Settings,
    creditor_id: UUID,
    case_id: int,
    request_id: UUID,
    upload: Upload,
) -> Any:
    """Check, seal, store, then record: a crash in between leaves sealed bytes that the purge removes, never a row without."""
    checked = _checked(upload, settings)
    document_id = upload.document_id or uuid5(_NAMESPACE, str(request_id))
    async with database.transaction() as session:
        case = await get_case(session, creditor_id, case_id)
        key = await key_for_writing(session, vault.provider, case.debtor_id)
        version = await _next_version(session, creditor_id, case_id, upload)
        day = await today(session)
        place = f"{object_key(document_id, version)}-{request_id}"
        await queries.begin_uploads(session, [place])
    await vault.store.put(place, key.seal(upload.content, f"{FILE} {document_id} {version}"))
    row = document_row(case, document_id, version, checked, upload, place, key)
    row["retain_until"] = day + timedelta(days=settings.document_retention_days)
    async with database.transaction() as session:
        await queries.lock_document(session, document_id)
        await key_for_writing(session, vault.provider, case.debtor_id)  # an erasure may have come in between
        filed = await queries.add_documents(session, [row])
        if not filed and upload.document_id is not None:
            raise Problem(409, "Another version was uploaded at the same time; send yours again.")
        if filed:
            await queries.end_uploads(session, [place])
            await tell_documents(session, [row], day)
        [latest] = [
            one for one in await queries.list_versions(session, creditor_id, document_id) if one.version == version
        ]
    return latest, read_document(latest, key)


def document_row(
    case: Any, document_id: UUID, version: int, checked: CheckedFile, upload: Upload, place: str, key: DataKey
) -> dict[str, Any]:
    """One version of a document as it is stored; its name and description are sealed like its content."""
    fields = {"file_name": checked.name, "description": upload.description}
    return {
        "document_id": document_id,
        "case_id": case.case_id,
        "creditor_id": case.creditor_id,
        "debtor_id": case.debtor_id,
        "document_type": upload.document_type,
        "message_id": upload.message_id,
        "version": version,
        "sealed": key.seal_fields(fields, DOCUMENT),
        "media_type": checked.media_type,
        "size_bytes": len(upload.content),
        "object_key": place,
        "uploaded_by": upload.uploaded_by,
    }


async def tell_documents(session: Session, rows: Sequence[dict[str, Any]], day: Any) -> None:
    """Announce what was filed, and note it among the case's messages."""
    events = [
        DocumentUploaded(
            event_id=uuid5(row["document_id"], f"uploaded:{row['version']}"),
            creditor_id=row["creditor_id"],
            case_id=row["case_id"],
            document_id=row["document_id"],
            document_type=row["document_type"],
            as_of=day,
        )
        for row in rows
    ]
    detail = [{"document_id": str(row["document_id"]), "document_type": row["document_type"]} for row in rows]
    notes = [
        system_row(event.event_id, event.case_id, "document_uploaded", one, day)
        for event, one in zip(events, detail, strict=True)
    ]
    await queries.save_system_messages(session, notes)
    await publish(session, events)


async def list_documents(
    session: Session, vault: Vault, creditor_id: UUID, case_id: int, document_type: str | None
) -> list[tuple[Any, dict[str, Any]]]:
    """The latest version of each document of the case."""
    case = await get_case(session, creditor_id, case_id)
    rows = await queries.list_documents(session, creditor_id, case_id, document_type)
    key = await key_for_reading(session, vault.provider, case.debtor_id)
    return [(row, read_document(row, key)) for row in rows]


async def list_versions(
    session: Session, vault: Vault, creditor_id: UUID, document_id: UUID
) -> list[tuple[Any, dict[str, Any]]]:
    rows = await _versions(session, creditor_id, document_id)
    key = await key_for_reading(session, vault.provider, rows[0].debtor_id)
    return [(row, read_document(row, key)) for row in rows]


async def list_access(session: Session, creditor_id: UUID, document_id: UUID) -> Sequence[Any]:
    """Who was given which version, and when."""
    await _versions(session, creditor_id, document_id)
    return await queries.list_access(session, document_id)


async def download_document(
    database: Database, vault: Vault, creditor_id: UUID, document_id: UUID, version: int | None, who: str
) -> tuple[Any, dict[str, Any], bytes]:
    """The content, opened. The access is on record before the first byte leaves."""
    async with database.transaction() as session:
        rows = await _versions(session, creditor_id, document_id)
        row = rows[-1] if version is None else next((one for one in rows if one.version == version), None)
        if row is None:
            raise Problem(404, "The document has no such version.")
        key = await key_for_reading(session, vault.provider, row.debtor_id)
        if row.purged_at is not None or key is None:
            raise Problem(410, "The document was kept as long as it may be, and is gone.")
        await queries.note_access(session, document_id, row.version, who)
    try:
        sealed = await vault.store.get(row.object_key)
    except ObjectMissing as error:
        raise Problem(410, "The document is gone from the store.") from error
    return row, read_document(row, key), key.open(sealed, f"{FILE} {document_id} {row.version}")


async def purge_documents(database: Database, vault: Vault) -> int:
    """Remove a batch of what is past its date, of erased debtors, or left by uploads that failed; returns how many. Objects
    go before the mark."""
    async with database.transaction() as session:
        document_ids = await queries.lock_expired(session, await today(session), _PURGE_BATCH)
        objects = await queries.list_objects(session, document_ids) if document_ids else []
        abandoned = await queries.list_abandoned_uploads(session, _ABANDONED_SECONDS, _PURGE_BATCH)
    await vault.store.delete([*objects, *(row.object_key for row in abandoned if not row.is_filed)])
    if document_ids or abandoned:
        async with database.transaction() as session:
            await queries.mark_purged(session, document_ids)
            await queries.end_uploads(session, [row.object_key for row in abandoned])
    return len(document_ids) + len(abandoned)


def read_document(row: Any, key: DataKey | None) -> dict[str, Any]:
    return key.open_fields(row.sealed, DOCUMENT) if key else {"file_name": None, "description": None}


async def _versions(session: Session, creditor_id: UUID, document_id: UUID) -> Sequence[Any]:
    rows = await queries.list_versions(session, creditor_id, document_id)
    if not rows:
        raise Problem(404, "You have no such document.")
    return rows


async def _next_version(session: Session, creditor_id: UUID, case_id: int, upload: Upload) -> int:
    if upload.document_id is None:
        return 1
    rows = await _versions(session, creditor_id, upload.document_id)
    if rows[-1].case_id != case_id or rows[-1].purged_at is not None:
        raise Problem(404, "You have no such document.")
    return rows[-1].version + 1


def _checked(upload: Upload, settings: Settings) -> CheckedFile:
    try:
        return check_file(upload.name, upload.content, settings.document_limit_bytes)
    except FileRefused as error:
        raise refused(error.field, str(error), error.status) from error
