"""Documents: taken by content, stored sealed, given back whole, and thrown away in time."""

import asyncio
import io
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from services.communication.tests.api import STRANGER_ID, Api
from services.communication.tests.bucket import running_bucket
from services.communication.tests.rows import change, fetch, know, outbox
from sqlalchemy.exc import IntegrityError

from communication.settings import Settings
from communication.use_cases.documents import purge_documents
from communication.vault.store import ObjectMissing, Vault, open_vault
from runtime.database import Database

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << >>\n%%EOF " + b"Kari Eksempel's receipt"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"


def stored(settings: Settings) -> list[Path]:
    files = [path for path in settings.document_folder.rglob("*") if path.is_file()]
    return [path for path in files if not {".keys", ".couriers"} & set(path.parts)]


async def test_a_document_is_filed_told_listed_and_given_back_as_it_came(database: Database, api: Api) -> None:
    await know(database, 100001)
    filed = await api.upload(PDF, "Kvittering fra bank æøå.pdf")
    assert filed.status_code == 201, filed.text
    document_id = filed.json()["document_id"]

    [listed] = (await api.call("GET", "/cases/100001/documents")).json()
    content = await api.call("GET", f"/documents/{document_id}/content", params={"who": "partner:QUICK3"})

    assert (listed["file_name"], listed["size"]) == ("Kvittering fra bank æøå.pdf", len(PDF))
    assert (listed["media_type"], listed["description"]) == ("application/pdf", "from the bank")
    assert (content.content, content.headers["Content-Type"]) == (PDF, "application/pdf")
    [fact] = await outbox(database)
    assert (fact["topic"], fact["document_type"]) == ("document.uploaded", "payment_proof")
    assert "Kvittering" not in str(fact)
    log = (await api.call("GET", f"/documents/{document_id}/access")).json()
    assert [(entry["version"], entry["who"]) for entry in log] == [(1, "partner:QUICK3")]


async def test_nothing_of_a_document_can_be_read_in_the_store_or_the_database(
    database: Database, settings: Settings, api: Api
) -> None:
    await know(database, 100001)
    await api.upload(PDF, "secret-name.pdf")
    [file] = stored(settings)
    assert b"Kari" not in file.read_bytes()
    assert b"%PDF" not in file.read_bytes()
    for table in ("document", "document_version", "system_message"):
        for row in await fetch(database, f"SELECT {table}::text AS row FROM {table}"):
            assert "secret-name" not in row.row
            assert b"secret-name".hex() not in row.row
    assert (settings.document_folder / ".keys" / "master.key").stat().st_mode & 0o777 == 0o600


async def test_a_second_upload_is_another_version_and_the_first_stays(database: Database, api: Api) -> None:
    await know(database, 100001)
    document_id = (await api.upload(PDF)).json()["document_id"]
    second = await api.upload(PNG, "better.png", document_id=document_id)
    assert second.json()["version"] == 2
    path = f"/documents/{document_id}/content"
    assert (await api.call("GET", path, params={"who": "x"})).content == PNG
    assert (await api.call("GET", path, params={"who": "x", "version": 1})).content == PDF
    assert (await api.call("GET", path, params={"who": "x", "version": 3})).status_code == 404
    versions = (await api.call("GET", f"/documents/{document_id}/versions")).json()
    assert [row["file_name"] for row in versions] == ["receipt.pdf", "better.png"]


async def test_the_same_request_files_one_document(database: Database, api: Api) -> None:
    await know(database, 100001)
    request_id = str(uuid4())
    answers = [await api.upload(PDF, request_id=request_id) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await outbox(database)) == 1


async def test_versions_uploaded_at_once_take_numbers_of_their_own_or_are_refused(database: Database, api: Api) -> None:
    await know(database, 100001)
    document_id = (await api.upload(PDF)).json()["document_id"]
    answers = await asyncio.gather(*(api.upload(PDF + bytes([65 + n]), document_id=document_id) for n in range(4)))
    filed = [answer.json() for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    versions = (await api.call("GET", f"/documents/{document_id}/versions")).json()
    assert len(versions) == 1 + len(filed)


@pytest.mark.parametrize(
    ("status", "name", "content"),
    [
        (415, "receipt.pdf", b"MZ\x90\x00 a program"),
        (415, "receipt.pdf", PNG),
        (415, "photo.jpg", PDF),
        (415, "program.exe", b"MZ\x90\x00"),
        (415, "page.html", b"<html><script>alert(1)</script></html>"),
        (415, "notes.txt", b"<script>alert(1)</script>"),
        (415, "notes.txt", b"\x00\x01\x02"),
        (415, "report.docx", PDF),
        (415, "no-extension", PDF),
        (422, "empty.pdf", b""),
        (422, "../../etc/passwd.pdf", PDF),
        (422, "C:\\temp\\a.pdf", PDF),
        (422, "a\r\nX-Header: b.pdf", PDF),
        (422, "a\u202efdp.pdf", PDF),
        (422, ".hidden.pdf", PDF),
        (422, "x" * 201 + ".pdf", PDF),
    ],
)
async def test_bad_files_are_refused_by_what_they_are_and_leave_nothing_behind(
    database: Database, settings: Settings, api: Api, status: int, name: str, content: bytes
) -> None:
    await know(database, 100001)
    refusal = await api.upload(content, name)
    assert refusal.status_code == status, refusal.text
    assert refusal.json()["errors"][0]["field"] == "file"
    assert stored(settings) == []
    assert await fetch(database, "SELECT 1 FROM document") == []


async def test_a_file_over_the_limit_is_413(database: Database, api: Api) -> None:
    await know(database, 100001)
    api.state.settings = api.state.settings.model_copy(update={"document_limit_bytes": 10})
    assert (await api.upload(PDF)).status_code == 413


async def test_office_files_are_known_by_what_is_in_the_archive(database: Database, api: Api) -> None:
    await know(database, 100001)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("word/document.xml", "<document/>")
    assert (await api.upload(archive.getvalue(), "letter.docx")).status_code == 201
    assert (await api.upload(archive.getvalue(), "letter.xlsx")).status_code == 415


async def test_another_creditors_document_answers_like_a_missing_one(database: Database, api: Api) -> None:
    await know(database, 100001)
    document_id = (await api.upload(PDF)).json()["document_id"]
    for path in ("content?who=x", "versions", "access"):
        theirs = await api.call("GET", f"/documents/{document_id}/{path}", STRANGER_ID)
        missing = await api.call("GET", f"/documents/{uuid4()}/{path}", STRANGER_ID)
        assert (theirs.status_code, theirs.json()["detail"]) == (404, missing.json()["detail"])
    assert (await api.call("GET", "/cases/100001/documents", STRANGER_ID)).status_code == 404
    assert await fetch(database, "SELECT 1 FROM document_access") == []


async def test_what_was_kept_long_enough_is_purged_and_gone(
    database: Database, settings: Settings, vault: Vault, api: Api
) -> None:
    await know(database, 100001)
    document_id = (await api.upload(PDF)).json()["document_id"]
    assert await purge_documents(database, vault) == 0
    await change(database, "UPDATE document SET retain_until = '2026-02-01'")
    await change(database, "UPDATE debtor SET legal_hold = true")
    assert await purge_documents(database, vault) == 0, "a legal hold keeps it"
    await change(database, "UPDATE debtor SET legal_hold = false")

    assert await purge_documents(database, vault) == 1

    assert stored(settings) == []
    assert (await api.call("GET", f"/documents/{document_id}/content", params={"who": "x"})).status_code == 410
    assert (await api.call("GET", "/cases/100001/documents")).json() == []


async def test_an_upload_that_fails_leaves_nothing_in_the_store(
    database: Database, settings: Settings, vault: Vault, api: Api
) -> None:
    await know(database, 100001)
    await api.upload(PDF)
    await change(database, "ALTER TABLE document_version ADD CONSTRAINT full_disk CHECK (size_bytes < 0) NOT VALID")
    with pytest.raises(IntegrityError):
        await api.upload(PDF)
    assert len(stored(settings)) == 2
    assert await purge_documents(database, vault) == 0, "it may be under way"
    await change(database, "UPDATE document_upload SET started_at = now() - interval '2 hours'")

    assert await purge_documents(database, vault) == 1

    [version] = await fetch(database, "SELECT object_key FROM document_version")
    assert len(stored(settings)) == 1
    assert await vault.store.get(version.object_key)
    assert await fetch(database, "SELECT 1 FROM document_upload") == []


async def test_a_bucket_keeps_documents_as_the_folder_does(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_bucket() as bucket:
        for name, value in bucket.environment().items():
            monkeypatch.setenv(name, value)
        remote = settings.model_copy(update={"document_store_url": "s3://papers/fordring"})
        vault = open_vault(remote)
        api = Api(database, remote, vault)
        await know(database, 100001)
        document_id = (await api.upload(PDF)).json()["document_id"]
        content = await api.call("GET", f"/documents/{document_id}/content", params={"who": "partner:QUICK3"})
        assert content.content == PDF
        [(key, sealed)] = bucket.objects.items()
        assert key.startswith(f"papers/fordring/{document_id}/1")
        assert PDF not in sealed
        await change(database, "UPDATE document SET retain_until = '2020-01-01'")
        assert await purge_documents(database, vault) == 1
        assert bucket.objects == {}
        with pytest.raises(ObjectMissing):
            await vault.store.get("gone")
        await vault.store.delete(["gone"])
        await api.close()
    assert bucket.strangers == 0, "every call was signed"


async def test_notes_keep_text_and_tags_and_nobody_else_reads_them(database: Database, api: Api) -> None:
    await know(database, 100001)
    note: dict[str, Any] = {
        "request_id": str(uuid4()),
        "note": "Called; promised to pay on Friday",
        "visibility": "internal",
        "category": "call_log",
        "tags": ["promise", "phone"],
        "created_by": "partner:QUICK3",
    }
    added = await api.call("POST", "/cases/100001/notes", json=note)
    again = await api.call("POST", "/cases/100001/notes", json=note)
    assert added.status_code == 201, added.text
    assert added.json() == again.json()
    listed = (await api.call("GET", "/cases/100001/notes", params={"category": "call_log", "tag": "phone"})).json()
    assert [(one["note"], one["tags"]) for one in listed] == [(note["note"], note["tags"])]
    assert (await api.call("GET", "/cases/100001/notes", params={"tag": "other"})).json() == []
    assert (await api.call("GET", "/cases/100001/notes", STRANGER_ID)).status_code == 404
    [row] = await fetch(database, "SELECT note::text AS row FROM note")
    assert "promised" not in row.row
    assert b"promised".hex() not in row.row
