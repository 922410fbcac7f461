"""The ways to the bank, spoken with servers on this machine: orders arrive whole and once, answers are fetched once."""

import json
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import asyncssh
import httpx
import pytest
from pydantic import ValidationError

from runtime.database import Database
from settlement.channels import AnswerRefused, Channel, HttpChannel, SftpChannel, channel_of
from settlement.couriers import deliver_orders, fetch_answers
from settlement.settings import Settings

WEDNESDAY = date(2025, 9, 3)
TOKEN = "the bank's own token"


@dataclass
class HttpBank:
    """A receiver of orders; `refuses` answers every order with that status."""

    orders: dict[str, bytes] = field(default_factory=dict[str, bytes])
    answers: dict[str, bytes] = field(default_factory=dict[str, bytes])
    names: list[str] | None = None
    refuses: dict[str, int] = field(default_factory=dict[str, int])
    url: str = ""


@pytest.fixture
def http_bank() -> Generator[HttpBank]:
    bank = HttpBank()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            name = self.path.rpartition("/")[2]
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                return self._reply(401)
            if name in bank.refuses:
                return self._reply(bank.refuses[name])
            if name in bank.orders:
                return self._reply(409)
            bank.orders[name] = content
            return self._reply(201)

        def do_GET(self) -> None:
            if self.path == "/answers":
                names = list(bank.answers) if bank.names is None else bank.names
                return self._reply(200, json.dumps(names).encode())
            return self._reply(200, bank.answers[self.path.rpartition("/")[2]])

        def _reply(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    bank.url = f"http://127.0.0.1:{server.server_port}"
    yield bank
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class SftpBank:
    """An SFTP server with two folders of its own."""

    root: Path
    url: str
    host_key: str

    @property
    def orders(self) -> Path:
        return self.root / "to-bank"

    @property
    def answers(self) -> Path:
        return self.root / "from-bank"


class _Door(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("fordring", TOKEN)


@pytest.fixture
async def sftp_bank(tmp_path: Path) -> AsyncGenerator[SftpBank]:
    root, key = tmp_path / "bank", asyncssh.generate_private_key("ssh-ed25519")
    (root / "to-bank").mkdir(parents=True)
    (root / "from-bank").mkdir()

    def serve(channel: "asyncssh.SSHServerChannel[bytes]") -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(root).encode())

    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=_Door, server_host_keys=[key], sftp_factory=serve, config=None
    )
    public = key.export_public_key().decode()
    yield SftpBank(root, f"sftp://fordring@127.0.0.1:{server.get_port()}", public)
    server.close()
    await server.wait_closed()


def with_channel(settings: Settings, **changes: Any) -> Settings:
    given = settings.model_dump() | {"service_secret": settings.service_secret.get_secret_value()}
    return Settings.model_validate(given | {"bank_secret": TOKEN} | changes)


@pytest.fixture
def sftp(settings: Settings, sftp_bank: SftpBank) -> SftpChannel:
    chosen = with_channel(settings, bank_channel="SFTP", bank_url=sftp_bank.url, bank_host_key=sftp_bank.host_key)
    channel = channel_of(chosen)
    assert isinstance(channel, SftpChannel)
    return channel


@pytest.fixture
def http(settings: Settings, http_bank: HttpBank) -> HttpChannel:
    chosen = with_channel(
        settings, bank_channel="HTTP", bank_url=http_bank.url, bank_order_path="orders", bank_answer_path="answers"
    )
    channel = channel_of(chosen)
    assert isinstance(channel, HttpChannel)
    return channel


@pytest.fixture
async def ordered(office: Any, facts: Any) -> str:
    """A payment order that waits to be delivered; its name."""
    await office.hear(facts.activated(), facts.allocated(1))
    await office.run(WEDNESDAY)
    return f"{(await office.one('SELECT message_id FROM payment_order')).message_id}.xml"


async def order_row(office: Any) -> Any:
    return await office.one("SELECT content, status FROM payment_order ORDER BY sequence LIMIT 1")


async def test_an_order_is_put_on_the_banks_sftp_server_whole(
    office: Any, database: Database, sftp_bank: SftpBank, sftp: SftpChannel, ordered: str
) -> None:
    assert await deliver_orders(database, sftp) == 1
    assert [path.name for path in sftp_bank.orders.iterdir()] == [ordered]
    order = await order_row(office)
    assert (sftp_bank.orders / ordered).read_bytes() == order.content
    assert order.status == "DELIVERED"
    assert await deliver_orders(database, sftp) == 0


async def test_an_order_put_twice_is_one_file_on_the_banks_server(
    office: Any, database: Database, sftp_bank: SftpBank, sftp: SftpChannel, ordered: str
) -> None:
    (sftp_bank.orders / ordered).write_bytes((await order_row(office)).content)
    assert await deliver_orders(database, sftp) == 1
    assert [path.name for path in sftp_bank.orders.iterdir()] == [ordered]


async def test_a_server_with_another_key_is_given_nothing(
    office: Any, database: Database, settings: Settings, sftp_bank: SftpBank, ordered: str
) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    chosen = with_channel(settings, bank_channel="SFTP", bank_url=sftp_bank.url, bank_host_key=stranger)
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        await deliver_orders(database, channel_of(chosen))
    assert list(sftp_bank.orders.iterdir()) == []
    assert (await order_row(office)).status == "WRITTEN"


async def test_an_order_is_sent_by_http_and_one_the_bank_has_already_counts_as_delivered(
    office: Any, database: Database, http_bank: HttpBank, http: HttpChannel, ordered: str
) -> None:
    http_bank.refuses[ordered] = 503
    with pytest.raises(httpx.HTTPStatusError):
        await deliver_orders(database, http)
    assert (await order_row(office)).status == "WRITTEN"
    http_bank.refuses.clear()
    http_bank.orders[ordered] = (await order_row(office)).content
    assert await deliver_orders(database, http) == 1
    assert (await order_row(office)).status == "DELIVERED"


async def test_what_was_delivered_before_the_bank_failed_is_not_sent_again(
    office: Any, facts: Any, database: Database, http_bank: HttpBank, http: HttpChannel, ordered: str
) -> None:
    await office.hear(facts.activated(facts.other_creditor_id), facts.allocated(2, creditor_id=facts.other_creditor_id))
    await office.run(WEDNESDAY)
    later = f"{(await office.one('SELECT message_id FROM payment_order WHERE sequence = 2')).message_id}.xml"
    http_bank.refuses[later] = 500
    with pytest.raises(httpx.HTTPStatusError):
        await deliver_orders(database, http)
    statuses = await office.rows("SELECT status FROM payment_order ORDER BY sequence")
    assert [row.status for row in statuses] == ["DELIVERED", "WRITTEN"]
    assert list(http_bank.orders) == [ordered]


@pytest.mark.parametrize("way", ["sftp", "http"])
async def test_answers_are_fetched_into_the_pickup_folder_once(
    settings: Settings, sftp_bank: SftpBank, http_bank: HttpBank, sftp: Channel, http: Channel, way: str
) -> None:
    for name in ("pain.002-1.xml", "camt.054-2.xml", "camt.054-3.xml.part"):
        (sftp_bank.answers / name).write_bytes(name.encode())
        http_bank.answers[name] = name.encode()
    channel = {"sftp": sftp, "http": http}[way]
    assert await fetch_answers(channel, settings.bank_pickup_folder) == 2
    found = {path.name: path.read_bytes() for path in settings.bank_pickup_folder.iterdir()}
    assert found == {"pain.002-1.xml": b"pain.002-1.xml", "camt.054-2.xml": b"camt.054-2.xml"}
    assert await fetch_answers(channel, settings.bank_pickup_folder) == 0


@pytest.mark.parametrize("name", ["../outside.xml", "/etc/passwd", ".hidden.xml", "a/b.xml"])
async def test_an_answer_whose_name_leads_elsewhere_is_refused(
    settings: Settings, http_bank: HttpBank, http: Channel, name: str
) -> None:
    http_bank.names = [name]
    with pytest.raises(AnswerRefused):
        await fetch_answers(http, settings.bank_pickup_folder)
    assert not (settings.bank_pickup_folder.parent / "outside.xml").exists()


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"bank_channel": "SFTP"}, "BANK_URL"),
        ({"bank_channel": "SFTP", "bank_url": "https://bank.example"}, "BANK_URL"),
        ({"bank_channel": "SFTP", "bank_url": "sftp://a@bank.example"}, "BANK_HOST_KEY"),
        ({"bank_channel": "HTTP", "bank_url": "sftp://a@bank.example"}, "BANK_URL"),
    ],
)
def test_a_way_without_what_it_needs_is_refused_at_the_start(
    settings: Settings, changes: dict[str, str], missing: str
) -> None:
    with pytest.raises(ValidationError, match=missing):
        with_channel(settings, **changes)
