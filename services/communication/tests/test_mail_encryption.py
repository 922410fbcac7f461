"""Mail leaves encrypted where a password is involved, and only to a server whose certificate holds."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from services.communication.tests.factories import a_charge
from services.communication.tests.mail_server import MailServer
from services.communication.tests.rows import know, messages, tell

from communication.channels.email import EmailChannel, MailServerUnreachable
from communication.couriers import send_mails
from communication.settings import Settings
from communication.vault.store import Vault
from runtime.database import Database

pytestmark = [
    # the server cannot know that its implicit TLS protects the password, and sets a field that it has deprecated itself
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.filterwarnings("ignore:Session.login_data is deprecated"),
]


def make_certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


class Guard(MailServer):
    """Lets in who knows the password, and remembers what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.passwords: list[bytes] = []

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.passwords.append(data.password)
        is_known = data.login == b"office" and data.password == b"s3cret/+"
        return AuthResult(success=is_known, handled=False)


@asynccontextmanager
async def mail_server(guard: Guard, certificate: tuple[Path, Path] | None, *, implicit: bool) -> AsyncGenerator[int]:
    """The port of a server that wants a password before it takes a mail."""
    loop, tls = asyncio.get_running_loop(), None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*map(str, certificate))

    def serve() -> SMTP:
        return SMTP(
            guard,
            hostname="mail.example",
            loop=loop,
            tls_context=None if implicit else tls,
            require_starttls=bool(tls) and not implicit,
            authenticator=guard.authenticate,
            auth_required=True,
            auth_require_tls=False,
        )

    server = await loop.create_server(serve, "127.0.0.1", 0, ssl=tls if implicit else None)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def send(database: Database, settings: Settings, vault: Vault, url: str, trusted: Path | None) -> None:
    """One reminder through the server at the address."""
    await know(database, 100001)
    await tell(database, a_charge())
    secured = settings.model_copy(update={"smtp_url": url, "smtp_ca_file": trusted, "smtp_timeout_seconds": 10})
    channel = EmailChannel(secured, vault.provider)
    try:
        await send_mails(database, vault, channel, secured)
    finally:
        await channel.close()


@pytest.mark.parametrize(("scheme", "implicit"), [("smtp", False), ("smtps", True)])
async def test_mail_leaves_encrypted_and_with_the_password(
    database: Database, settings: Settings, vault: Vault, tmp_path: Path, scheme: str, implicit: bool
) -> None:
    guard, certificate = Guard(), make_certificate(tmp_path / "tls", "127.0.0.1")
    async with mail_server(guard, certificate, implicit=implicit) as port:
        url = f"{scheme}://office:s3cret%2F%2B@127.0.0.1:{port}"
        await send(database, settings, vault, url, certificate[0])
    assert guard.recipients == ["kari100001@debtor.example"]
    assert set(guard.passwords) == {b"s3cret/+"}
    assert [row.status for row in await messages(database)] == ["SENT"]


@pytest.mark.parametrize(("scheme", "implicit"), [("smtp", False), ("smtps", True)])
@pytest.mark.parametrize("fault", ["an unknown authority", "another server's name"])
async def test_a_server_whose_certificate_does_not_hold_gets_neither_mail_nor_password(
    database: Database, settings: Settings, vault: Vault, tmp_path: Path, scheme: str, implicit: bool, fault: str
) -> None:
    guard = Guard()
    certificate = make_certificate(tmp_path / "tls", "127.0.0.1" if fault == "an unknown authority" else "127.0.0.2")
    trusted = None if fault == "an unknown authority" else certificate[0]
    async with mail_server(guard, certificate, implicit=implicit) as port:
        with pytest.raises(MailServerUnreachable, match="1 mails stay queued"):
            await send(database, settings, vault, f"{scheme}://office:s3cret@127.0.0.1:{port}", trusted)
    assert (guard.received, guard.passwords) == ([], [])
    assert [(row.status, row.attempts) for row in await messages(database)] == [("QUEUED", 0)]


async def test_a_password_never_crosses_the_network_in_clear(
    database: Database, settings: Settings, vault: Vault
) -> None:
    guard = Guard()
    async with mail_server(guard, None, implicit=False) as port:
        with pytest.raises(MailServerUnreachable):
            await send(database, settings, vault, f"smtp://office:s3cret@127.0.0.1:{port}", None)
    assert (guard.received, guard.passwords) == ([], [])


async def test_a_wrong_password_leaves_mails_queued_and_says_so(
    database: Database, settings: Settings, vault: Vault, tmp_path: Path
) -> None:
    guard, certificate = Guard(), make_certificate(tmp_path / "tls", "127.0.0.1")
    async with mail_server(guard, certificate, implicit=True) as port:
        with pytest.raises(MailServerUnreachable, match="SMTPAuthenticationError") as raised:
            await send(database, settings, vault, f"smtps://office:wrong@127.0.0.1:{port}", certificate[0])
    assert "wrong" not in str(raised.value)
    assert [row.status for row in await messages(database)] == ["QUEUED"]
