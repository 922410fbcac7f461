"""The ways to the bank: a folder, SFTP or HTTP. Each puts files whole, and putting a file again does no harm."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import quote, urlsplit

import asyncssh
import httpx
from asyncssh.constants import FILEXFER_TYPE_REGULAR

from settlement.folders import put_file_aside
from settlement.settings import Settings

_TIMEOUT_SECONDS = 30.0
_UNFINISHED = (".tmp", ".part", ".filepart")


class AnswerRefused(Exception):
    """The bank names a file in a way that could lead out of the folder."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the bank offers a file named {name!r}; a name without folders is expected")


class Line(Protocol):
    """An open connection to the bank."""

    async def put(self, name: str, content: bytes) -> None:
        """Hand a payment order over; OSError, asyncssh.Error or httpx.HTTPError if the bank did not take it."""
        ...

    async def list_answers(self) -> Sequence[str]:
        """Names of the files the bank offers, unfinished ones left out."""
        ...

    async def read_answer(self, name: str) -> bytes: ...


class Channel(Protocol):
    """One way to the bank."""

    @property
    def fetches(self) -> bool:
        """Whether answers must be fetched; if not, the bank puts them into the pickup folder itself."""
        ...

    def connected(self) -> AbstractAsyncContextManager[Line]: ...


@dataclass(frozen=True, slots=True)
class FolderChannel:
    """A folder that the bank reads; its answers come into the pickup folder by themselves."""

    folder: Path
    fetches: bool = False

    @asynccontextmanager
    async def connected(self) -> AsyncGenerator[Line]:
        yield _FolderLine(self.folder)


@dataclass(frozen=True, slots=True)
class _FolderLine:
    folder: Path

    async def put(self, name: str, content: bytes) -> None:
        await put_file_aside(self.folder / name, content)

    async def list_answers(self) -> Sequence[str]:
        return ()

    async def read_answer(self, name: str) -> bytes:
        raise FileNotFoundError(name)


@dataclass(frozen=True, slots=True)
class SftpChannel:
    """Two folders on the bank's server, whose key is known beforehand: an unknown server is given nothing."""

    settings: Settings
    fetches: bool = True

    @asynccontextmanager
    async def connected(self) -> AsyncGenerator[Line]:
        settings, url = self.settings, urlsplit(self.settings.bank_url)
        secret = settings.bank_secret.get_secret_value() if settings.bank_secret else None
        async with (
            asyncssh.connect(
                url.hostname or "",
                url.port or 22,
                username=url.username,
                password=secret if settings.bank_key_file is None else None,
                client_keys=[str(settings.bank_key_file)] if settings.bank_key_file else None,
                passphrase=secret if settings.bank_key_file else None,
                known_hosts=([asyncssh.import_public_key(settings.bank_host_key)], [], []),
                config=None,
                connect_timeout=_TIMEOUT_SECONDS,
            ) as connection,
            connection.start_sftp_client() as client,
        ):
            yield _SftpLine(client, settings.bank_order_path, settings.bank_answer_path)


@dataclass(frozen=True, slots=True)
class _SftpLine:
    client: asyncssh.SFTPClient
    orders: str
    answers: str

    async def put(self, name: str, content: bytes) -> None:
        target = PurePosixPath(self.orders) / name
        unfinished = target.with_name(f"{name}.tmp")
        async with self.client.open(unfinished, "wb") as file:
            await file.write(content)
        await self.client.posix_rename(unfinished, target)

    async def list_answers(self) -> Sequence[str]:
        entries = [entry async for entry in self.client.scandir(self.answers)]
        files = [entry for entry in entries if entry.attrs.type == FILEXFER_TYPE_REGULAR]
        return _finished([str(entry.filename) for entry in files])

    async def read_answer(self, name: str) -> bytes:
        async with self.client.open(PurePosixPath(self.answers) / name, "rb") as file:
            content = await file.read()
        assert isinstance(content, bytes)  # opened as binary
        return content


@dataclass(frozen=True, slots=True)
class HttpChannel:
    """`PUT <url>/<orders>/<name>`, `GET <url>/<answers>` (a JSON list of names), `GET <url>/<answers>/<name>`."""

    settings: Settings
    fetches: bool = True

    @asynccontextmanager
    async def connected(self) -> AsyncGenerator[Line]:
        settings = self.settings
        secret = settings.bank_secret
        headers = {"Authorization": f"Bearer {secret.get_secret_value()}"} if secret else {}
        async with httpx.AsyncClient(
            base_url=settings.bank_url, headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False
        ) as client:
            yield _HttpLine(client, settings.bank_order_path, settings.bank_answer_path)


@dataclass(frozen=True, slots=True)
class _HttpLine:
    client: httpx.AsyncClient
    orders: str
    answers: str

    async def put(self, name: str, content: bytes) -> None:
        """A bank that has the message already says 409: that copy counts, as with DUPL."""
        headers = {"Content-Type": "application/xml"}
        answer = await self.client.put(f"{self.orders}/{quote(name)}", content=content, headers=headers)
        if answer.status_code != HTTPStatus.CONFLICT:
            answer.raise_for_status()

    async def list_answers(self) -> Sequence[str]:
        answer = (await self.client.get(self.answers)).raise_for_status()
        return _finished([str(name) for name in answer.json()])

    async def read_answer(self, name: str) -> bytes:
        return (await self.client.get(f"{self.answers}/{quote(name)}")).raise_for_status().content


def channel_of(settings: Settings) -> Channel:
    """The way that the settings choose."""
    if settings.bank_channel == "SFTP":
        return SftpChannel(settings)
    return HttpChannel(settings) if settings.bank_channel == "HTTP" else FolderChannel(settings.bank_drop_folder)


def _finished(names: Sequence[str]) -> list[str]:
    for name in names:
        if name != PurePosixPath(name).name or name.startswith("."):
            raise AnswerRefused(name)
    return sorted(name for name in names if not name.endswith(_UNFINISHED))
