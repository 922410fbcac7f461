"""Envelope encryption: each debtor has a data key, kept only wrapped by a master key. Destroy it, and all is unreadable."""

import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(ValueError):
    """What is to be opened was sealed with another key, for another purpose, or was changed since."""


class KeyProvider(Protocol):
    """Wraps data keys. A key service of a cloud or a hardware module can take the file's place."""

    @property
    def key_id(self) -> str:
        """Names the master key, so that another may follow it."""
        ...

    def wrap(self, key: bytes, debtor_id: UUID) -> bytes: ...

    def unwrap(self, wrapped: bytes, debtor_id: UUID) -> bytes: ...


@dataclass(frozen=True, slots=True)
class DataKey:
    """One debtor's key. `purpose` binds what is sealed to its place: a body cannot pass for a note."""

    key: bytes

    def seal(self, plain: bytes, purpose: str) -> bytes:
        return _seal(self.key, plain, purpose)

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Raises SealBroken."""
        return _open(self.key, sealed, purpose)

    def seal_fields(self, fields: dict[str, Any], purpose: str) -> bytes:
        return self.seal(json.dumps(fields).encode(), purpose)

    def open_fields(self, sealed: bytes, purpose: str) -> dict[str, Any]:
        return json.loads(self.open(sealed, purpose))

    def id_of(self, text: str) -> UUID:
        """The same id for the same text; nobody without the key can tell the text from it."""
        return UUID(bytes=hmac.digest(self.key, text.encode(), "sha256")[:16], version=5)


class LocalKeyFile:
    """A master key in a file that only its owner can read; made at the first start."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._master = _read_or_make(path)
        self._key_id = "file:" + hmac.digest(self._master, b"key id", "sha256").hex()[:16]

    @property
    def key_id(self) -> str:
        return self._key_id

    def wrap(self, key: bytes, debtor_id: UUID) -> bytes:
        return _seal(self._master, key, f"data key {debtor_id}")

    def unwrap(self, wrapped: bytes, debtor_id: UUID) -> bytes:
        """Raises SealBroken, above all when the file is not the one the key was wrapped with."""
        return _open(self._master, wrapped, f"data key {debtor_id}")


def new_key() -> bytes:
    return secrets.token_bytes(_KEY_BYTES)


def _read_or_make(path: Path) -> bytes:
    """The file's key. Whoever comes first makes it: the link fails for all others, who then read."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(new_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    master = path.read_bytes()
    if len(master) != _KEY_BYTES:
        raise ValueError(f"KEY_FILE must hold {_KEY_BYTES} bytes, not {len(master)}.")
    return master


def _seal(key: bytes, plain: bytes, purpose: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, purpose.encode())


def _open(key: bytes, sealed: bytes, purpose: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
    except InvalidTag as error:
        raise SealBroken(f"{purpose} cannot be opened with this key.") from error
