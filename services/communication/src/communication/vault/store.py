"""Where sealed documents lie: a local folder, or a bucket of an S3 service. Names are random ids, contents sealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from communication.settings import Settings
from communication.vault.keys import KeyProvider, LocalKeyFile


class ObjectMissing(LookupError):
    """The store has no such object: it was purged, or somebody removed it."""


class DocumentStore:
    """Bytes by key; knows nothing of what they mean."""

    def __init__(self, settings: Settings) -> None:
        if settings.document_store_url:
            self._store: ObjectStore = from_url(settings.document_store_url)
        else:
            settings.document_folder.mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(settings.document_folder)

    async def put(self, key: str, content: bytes) -> None:
        await obstore.put_async(self._store, key, content)

    async def get(self, key: str) -> bytes:
        """Raises ObjectMissing."""
        try:
            found = await obstore.get_async(self._store, key)
        except FileNotFoundError as error:
            raise ObjectMissing(key) from error
        return bytes(await found.bytes_async())

    async def delete(self, keys: Iterable[str]) -> None:
        """What is gone already is no error, and does not keep the rest."""
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                continue


@dataclass(frozen=True, slots=True)
class Vault:
    """The master key and the store, opened once per process."""

    provider: KeyProvider
    store: DocumentStore


def open_vault(settings: Settings) -> Vault:
    key_file = settings.key_file or settings.document_folder / ".keys" / "master.key"
    return Vault(LocalKeyFile(key_file), DocumentStore(settings))


def object_key(document_id: UUID, version: int) -> str:
    return f"{document_id}/{version}"
