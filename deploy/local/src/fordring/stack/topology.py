"""The whole embedded deployment on one page: what runs, with which settings, and what must be ready before it."""

import asyncio
import json
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from signal import SIGINT, SIGQUIT

from contracts import topics
from fordring.stack.bank import Bank, BankAccount
from fordring.stack.broker import BROKER_ENVIRONMENT, Broker
from fordring.stack.children import Child
from fordring.stack.postgres import PostgresServer, data_dir_for, server_user

SERVICES = ("gateway", "intake", "lifecycle", "payment_control", "settlement", "communication", "accounting")
PORT_NAMES = ("gateway", "mailbox", "traces", "postgres", "broker", "smtp", "bank", *SERVICES[1:])
CLOCK_START = date(2025, 9, 1)
TOPIC_PARTITIONS = 1
BANK_BIC = "FRDGNOK1"  # of nobody: the bank exists only here


@dataclass(frozen=True, slots=True)
class ClientAccount:
    """An account of the agency, as the services know it: client funds or own money, and how the bank reports on it."""

    account_id: str
    iban: str
    bic: str
    currency: str
    kind: str
    source: str


CLIENT_ACCOUNTS = (
    ClientAccount("CLIENT-NOK", "NO1099901000006", BANK_BIC, "NOK", "CLIENT_FUNDS", "CAMT"),
    ClientAccount("CLIENT-NOK-OCR", "NO8599901000014", BANK_BIC, "NOK", "CLIENT_FUNDS", "NETS_OCR"),
    ClientAccount("CLIENT-SEK", "SE4099999900000000000000", BANK_BIC, "SEK", "CLIENT_FUNDS", "CAMT"),
    ClientAccount("CLIENT-EUR", "FI4979900010000005", BANK_BIC, "EUR", "CLIENT_FUNDS", "CAMT"),
    ClientAccount("CLIENT-DKK", "DK7799990000000001", BANK_BIC, "DKK", "CLIENT_FUNDS", "CAMT"),
    # a QR-IBAN: only onto such an account can a Swiss debtor pay with a QR reference
    ClientAccount("CLIENT-CHF", "CH1831999000000000001", BANK_BIC, "CHF", "CLIENT_FUNDS", "CAMT"),
    ClientAccount("OWN-NOK", "NO6399901000022", BANK_BIC, "NOK", "OWN", "CAMT"),
    ClientAccount("OWN-SEK", "SE6199999900000000000010", BANK_BIC, "SEK", "OWN", "CAMT"),
    ClientAccount("OWN-EUR", "FI2779900010000013", BANK_BIC, "EUR", "OWN", "CAMT"),
    ClientAccount("OWN-DKK", "DK5099990000000002", BANK_BIC, "DKK", "OWN", "CAMT"),
    ClientAccount("OWN-CHF", "CH4609999000000000002", BANK_BIC, "CHF", "OWN", "CAMT"),
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Random per stack, kept beside the rows they protect."""

    postgres: str = field(default_factory=lambda: secrets.token_hex(24))
    service: str = field(default_factory=lambda: secrets.token_hex(32))
    provisioning_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    office_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    roles: dict[str, str] = field(default_factory=lambda: {name: secrets.token_hex(24) for name in SERVICES})


def keep_secrets(path: Path) -> Secrets:
    """The secrets of this stack: those of the last start, else new ones, readable by the owner only."""
    if path.exists():
        return Secrets(**json.loads(path.read_text()))
    fresh = Secrets()
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(fresh)))
    return fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """One embedded stack: its folder, its ports, its secrets; `children()` is the deployment."""

    home: Path
    ports: Mapping[str, int]
    secrets: Secrets
    fast: bool = False
    clock_start: date = CLOCK_START
    trace_sample_ratio: float = 1.0
    services: Sequence[str] = SERVICES

    # where things are

    @property
    def bank_drop_folder(self) -> Path:
        return self.home / "bank" / "to-bank"

    @property
    def bank_pickup_folder(self) -> Path:
        return self.home / "bank" / "from-bank"

    @property
    def print_folder(self) -> Path:
        return self.home / "print"

    @property
    def einvoice_folder(self) -> Path:
        return self.home / "einvoices"

    @property
    def document_folder(self) -> Path:
        return self.home / "documents"

    @property
    def accounting_folder(self) -> Path:
        return self.home / "accounting"

    @property
    def collector_folder(self) -> Path:
        return self.home / "collectors"

    def url(self, name: str) -> str:
        """The HTTP address of a service, of `mailbox`, `traces` or `bank`."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def database_url(self, service: str) -> str:
        return self.postgres.url(service, role=service, password=self.secrets.roles[service])

    @property
    def postgres(self) -> PostgresServer:
        return PostgresServer(data_dir_for(self.home), self.ports["postgres"], self.secrets.postgres, self.fast)

    @property
    def broker(self) -> Broker:
        return Broker(self.ports["broker"])

    @property
    def bank(self) -> Bank:
        books = self.home / "bank" / "books.sqlite"
        return Bank(self.ports["bank"], self.clock_start, self.bank_drop_folder, self.bank_pickup_folder, books)

    # what runs

    def children(self) -> list[Child]:
        """Everything, in the order of its start: the others come up while a new database is made."""
        infrastructure = [
            self._broker_child(),
            self._mailbox_child(),
            self._traces_child(),
            self._bank_child(),
            self._postgres_child(),
        ]
        return infrastructure + [self._service_child(name) for name in self.services]

    def _postgres_child(self) -> Child:
        server = self.postgres

        def provision() -> None:
            server.create_roles_and_databases(self.secrets.roles)

        return Child(
            name="postgres",
            argv=lambda: server.argv,
            user=server_user(),
            port=server.port,
            address=f"127.0.0.1:{server.port}",
            ready_check=server.is_ready,
            stop_signal=SIGINT,  # "fast": ends sessions, writes everything, leaves
            death_signal=SIGQUIT,  # "immediate": replays its log at the next start
            stop_seconds=20,
            before_start=server.initialise,
            after_ready=provision,
        )

    def _broker_child(self) -> Child:
        broker = self.broker
        wanted = [(name, TOPIC_PARTITIONS) for topic in topics() for name in (topic, f"{topic}.dead")]

        def create_topics() -> None:
            asyncio.run(broker.create_topics(wanted))

        return Child(
            name="broker",
            argv=lambda: broker.argv,
            env=BROKER_ENVIRONMENT,
            port=broker.port,
            address=broker.bootstrap,
            ready_tcp=broker.port,
            stop_seconds=2,
            takes_dependents=True,  # its records are gone with it, and consumers would skip the first new ones
            after_ready=create_topics,
        )

    def _mailbox_child(self) -> Child:
        ports = ["--smtp-port", str(self.ports["smtp"]), "--http-port", str(self.ports["mailbox"])]
        return self._page_child("mailbox", ports, ready_tcp=self.ports["smtp"])

    def _traces_child(self) -> Child:
        return self._page_child("traces", ["--port", str(self.ports["traces"])])

    def _page_child(self, name: str, arguments: Sequence[str], *, ready_tcp: int | None = None) -> Child:
        return Child(
            name=name,
            argv=[sys.executable, "-m", f"fordring.stack.{name}", *arguments],
            port=self.ports[name],
            address=self.url(name),
            ready_url=f"{self.url(name)}/health/ready",
            ready_tcp=ready_tcp,
        )

    def _bank_child(self) -> Child:
        bank = self.bank
        accounts = [
            BankAccount(account.account_id, "Fordring AS", account.iban, account.bic, account.currency)
            for account in CLIENT_ACCOUNTS
        ]

        def open_accounts() -> None:
            bank.open_accounts(accounts)

        return Child(
            name="bank",
            argv=lambda: bank.argv,
            port=bank.port,
            address=bank.url,
            ready_url=bank.ready_url,
            before_start=bank.prepare,
            after_ready=open_accounts,
        )

    def _service_child(self, name: str) -> Child:
        return Child(
            name=name,
            argv=[sys.executable, "-m", name],
            env=self.environment(name),
            port=self.ports[name],
            address=self.url(name),
            ready_url=f"{self.url(name)}/health/ready",
            depends_on=("postgres", "broker", "mailbox", "traces", "bank"),
            stop_seconds=25,  # longer than a service waits for its running batch
        )

    def environment(self, service: str) -> dict[str, str]:
        """The settings of one service: what all have, and for the gateway what only it needs."""
        settings = {
            "PORT": str(self.ports[service]),
            "DATABASE_URL": self.database_url(service),
            "KAFKA_BOOTSTRAP": self.broker.bootstrap,
            "KAFKA_SESSION_TIMEOUT_MS": "3000",
            "KAFKA_HEARTBEAT_INTERVAL_MS": "500",
            "KAFKA_FETCH_MAX_WAIT_MS": "40",
            "KAFKA_IDEMPOTENT": "false",
            "TOPIC_PARTITIONS": str(TOPIC_PARTITIONS),
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.url("traces"),
            "TRACE_SAMPLE_RATIO": str(self.trace_sample_ratio),
            "ENVIRONMENT": "test",
            "CLOCK_START": self.clock_start.isoformat(),
            "SERVICE_SECRET": self.secrets.service,
            "SMTP_URL": f"smtp://127.0.0.1:{self.ports['smtp']}",
            "PRINT_FOLDER": str(self.print_folder),
            "EINVOICE_FOLDER": str(self.einvoice_folder),
            "PUBLIC_ADDRESS": self.url("gateway"),
            "DOCUMENT_FOLDER": str(self.document_folder),
            "ACCOUNTING_DROP_FOLDER": str(self.accounting_folder),
            "ACCOUNTING_ENDPOINTS": "",  # nobody outside is opened to creditors' documents
            "COLLECTOR_FOLDER": str(self.collector_folder),
            "COLLECTOR_ENDPOINTS": "",  # nor to their cases
            "BANK_DROP_FOLDER": str(self.bank_drop_folder),
            "BANK_PICKUP_FOLDER": str(self.bank_pickup_folder),
            "CLIENT_ACCOUNTS": json.dumps([asdict(account) for account in CLIENT_ACCOUNTS]),
        }
        own = {
            "gateway": self._gateway_environment,
            "communication": self._communication_environment,
            "lifecycle": lambda: {"COMMUNICATION_URL": self.url("communication")},
            "settlement": self._settlement_environment,
        }
        return settings | (own[service]() if service in own else {})

    def _settlement_environment(self) -> dict[str, str]:
        return {
            "BANK_CHANNEL": "FOLDER",  # the simulator reads a folder and writes into one
            "BANK_URL": "",
            "BANK_SECRET": "",
            "BANK_HOST_KEY": "",
            "BANK_ORDER_PATH": "to-bank",
            "BANK_ANSWER_PATH": "from-bank",
        }

    def _communication_environment(self) -> dict[str, str]:
        return {
            "KEY_FILE": str(self.document_folder / ".keys" / "master.key"),
            "DOCUMENT_STORE_URL": "",
            "SMS_URL": f"{self.url('mailbox')}/sms",
            "SMS_TOKEN": "",
            "IMAP_URL": "",
            "TRUSTED_AUTHSERV_ID": "",
            "STATUTORY_CONTACT_HOURS": "false",  # hours are wall time, and a year passes here in minutes
            "CONTACT_CAP_PER_WEEK": "0",  # so is the week
            "FIK_CREDITOR_NUMBER": "",
            "GERMAN_SUPERVISOR": "Bundesamt für Justiz, Adenauerallee 99-103, 53113 Bonn, rdg@bfj.bund.de",
        }

    def _gateway_environment(self) -> dict[str, str]:
        others = {f"{name.upper()}_URL": self.url(name) for name in SERVICES if name != "gateway"}
        return others | {
            # the bank reads what was sent on a day before the day ends
            "CLOCK_FOLLOWERS": f"{self.bank.url}/_mock/drop/scan {self.bank.url}/_mock/advance?to={{date}}",
            "PROVISIONING_TOKEN": self.secrets.provisioning_token,
            "OFFICE_TOKEN": self.secrets.office_token,
            "KAFKA_FETCH_MAX_WAIT_MS": "500",  # what partners are told may come in larger batches
            "PROVIDER_WEBHOOK_SECRET": "",  # nobody outside reports here
            "WEBHOOK_ALLOW_PRIVATE": "true",  # whoever tries it out listens on this machine
        }

    def settings(self) -> dict[str, str]:
        """What other commands find in the state file."""
        addresses = {f"{name}_url": self.url(name) for name in ("gateway", "mailbox", "traces", "bank")}
        databases = {f"database_url.{name}": self.database_url(name) for name in SERVICES}
        folders = {"bank_drop_folder": str(self.bank_drop_folder), "bank_pickup_folder": str(self.bank_pickup_folder)}
        return (
            addresses
            | databases
            | folders
            | {
                "kafka_bootstrap": self.broker.bootstrap,
                "postgres_admin_url": self.postgres.url("postgres"),
                "print_folder": str(self.print_folder),
                "provisioning_token": self.secrets.provisioning_token,
                "office_token": self.secrets.office_token,
            }
        )

    def make_folders(self) -> None:
        for folder in (
            self.home,
            self.print_folder,
            self.einvoice_folder,
            self.document_folder,
            self.accounting_folder,
        ):
            folder.mkdir(parents=True, exist_ok=True)
        self.bank.prepare()
