"""One embedded stack for all situations, and the people who meet it at its public edges.

The test clock only moves forward, so every situation starts on the day the one before it ended.
"""

import itertools
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from schwifty import IBAN

from bankfiles import OcrAssignment, OcrPayment, write_ocr
from fordring.invariants import InvariantResult, check_invariants
from fordring.stack.embedded import EmbeddedStack
from fordring.stack.postgres import plain_url
from fordring.stack.topology import SERVICES
from statutes import is_banking_day
from testkit import eventually_sync

sys.path.append(str(Path(__file__).parent))  # money_bank and money_house

_NUMBERS = itertools.count(25_160_001)
_FILES = itertools.count(1)


@dataclass
class House:
    """The stack as seen from outside."""

    stack: EmbeddedStack
    http: httpx.Client
    settings: dict[str, str]

    def call(self, method: str, path: str, key: str, **options: Any) -> httpx.Response:
        """A call as a careful partner makes it: a service that is away is asked again with the same idempotency key."""
        headers = {"X-Api-Key": key} | options.pop("headers", {})
        url = self.settings["gateway_url"] + (path if path.startswith("/api/") else f"/api/v1{path}")

        def answer() -> httpx.Response | None:
            try:
                found = self.http.request(method, url, headers=headers, **options)
            except httpx.TransportError:
                return None
            return None if found.status_code == 503 else found

        found = eventually_sync(answer, timeout_seconds=60)
        assert found is not None
        return found

    @property
    def today(self) -> date:
        return date.fromisoformat(self.call("GET", "/sandbox/clock", self.settings["office_token"]).json()["date"])

    def wait(self, days: int) -> date:
        """Let days pass; returns when every service has done all of them."""
        to = self.today + timedelta(days=days)
        started = self.call("POST", "/sandbox/clock/advance", self.settings["office_token"], json={"to": str(to)})
        assert started.status_code == 202, started.text
        self.wait_ready()
        return to

    def reach_banking_day(self) -> None:
        """Let a weekend or holiday pass, on which the bank books nothing."""
        while not is_banking_day("NO", self.today):
            self.wait(1)

    def wait_ready(self) -> None:
        eventually_sync(self._ready, timeout_seconds=120)

    def _ready(self) -> bool:
        clock = self.call("GET", "/sandbox/clock", self.settings["office_token"], params={"waitSeconds": 10})
        return clock.json()["state"] == "ready"

    def settle_down(self) -> None:
        """Wait until nothing is under way, without moving the date."""
        self.wait(0)

    async def rows(self, service: str, statement: str) -> list[Any]:
        connection = await asyncpg.connect(plain_url(self.settings[f"database_url.{service}"]))
        try:
            return list(await connection.fetch(statement))
        finally:
            await connection.close()

    async def invariants(self) -> list[InvariantResult]:
        return await check_invariants(self.settings)


@dataclass
class Creditor:
    """A client with its token, through the partner API alone."""

    house: House
    token: str
    country: str
    currency: str

    def post(self, path: str, body: Any) -> httpx.Response:
        key = f"e2e-{next(_NUMBERS)}"
        return self.house.call("POST", path, self.token, json=body, headers={"Idempotency-Key": key})

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.house.call("GET", path, self.token, params=params)

    def hands_in(self, amount: str, *, due_in_days: int = 1, **overrides: Any) -> "Claim":
        body = self.invoice(amount, due_in_days=due_in_days, **overrides)
        answer = self.post("/partner/invoice", body)
        assert answer.status_code == 202, answer.text
        told = answer.json()
        return Claim(self, told["caseId"], told["paymentReference"], told["invoiceNumber"], body)

    def invoice(self, amount: str, *, due_in_days: int = 1, **overrides: Any) -> dict[str, Any]:
        today = self.house.today
        net = Decimal(amount) * Decimal("0.8")
        number = next(_NUMBERS)
        consumer = self.country == "NO"
        contact = {"email": overrides.pop("email", f"debtor{number}@example.no")}
        body: dict[str, Any] = {
            "processing": {"paymentControlEnabled": True},
            "distribution": {"method": overrides.pop("method", "EMAIL"), "enabled": True},
            "invoice": {
                "header": {
                    "number": number,
                    "type": "INVOICE",
                    "date": str(today),
                    "dueDate": str(today + timedelta(days=due_in_days)),
                    "currencyCode": self.currency,
                    "languageCode": "NO" if consumer else "SV",
                },
                "references": {},
                "parties": {
                    "buyerParty": {
                        "entityType": "CONSUMER" if consumer else "BUSINESS",
                        "name": "Kari Nordmann" if consumer else "Nord Bygg AB",
                        "customerAccountId": f"K-{number}",
                        "address": {
                            "street": "Storgata 1",
                            "postalCode": "0155" if consumer else "11122",
                            "postalDistrict": "OSLO" if consumer else "STOCKHOLM",
                            "countryCode": self.country,
                        },
                        "contact": contact,
                    }
                },
                "rows": [
                    {
                        "description": "Energy",
                        "quantity": 1,
                        "unitPrice": float(net),
                        "vatPercentage": 25,
                        "netAmount": float(net),
                    }
                ],
                "amounts": {
                    "netAmount": float(net),
                    "vatAmount": float(Decimal(amount) - net),
                    "grossAmount": float(Decimal(amount)),
                },
            },
        }
        body["invoice"]["header"] |= overrides
        return body


@dataclass
class Claim:
    """An invoice that was handed in, and what can be done about it."""

    creditor: Creditor
    case_id: int
    payment_reference: str
    invoice_number: str
    body: dict[str, Any] = field(repr=False)

    @property
    def case(self) -> dict[str, Any]:
        answer = self.creditor.get("/partner/invoice/case", caseId=self.case_id)
        assert answer.status_code == 200, answer.text
        return answer.json()["case"]

    @property
    def payer_iban(self) -> str:
        """Each debtor has an account of their own: the house remembers whose claims an account has paid."""
        return str(IBAN.generate("DE", bank_code="37040044", account_code=str(self.case_id)))

    @property
    def owed(self) -> Decimal:
        return Decimal(str(self.case["balance"]["totalAmount"]))

    def act(self, code: str, comment: str = "", **details: Any) -> httpx.Response:
        action = {"code": code, "comment": comment, "data": {"caseId": self.case_id, **details}}
        answer = self.creditor.post("/partner/invoice/action", {"actions": [action]})
        self.creditor.house.settle_down()
        return answer


@dataclass
class Bank:
    """The bank simulator, and Nets."""

    house: House

    def receives(self, claim: Claim, amount: Decimal | str, *, reference: str | None = None, note: str = "") -> None:
        """Money on the creditor's camt account; the notification arrives at once, as soon as banks work."""
        self.house.reach_banking_day()
        credit: dict[str, Any] = {
            "account": f"CLIENT-{claim.creditor.currency}",
            "amount": int(Decimal(amount) * 100),
            "debtor": {"name": "Payer", "iban": claim.payer_iban},
            "end_to_end_id": f"E2E-{next(_FILES)}",
        }
        credit |= {"note": note} if note else {"reference": reference or claim.payment_reference}
        self._post("/_mock/credits", json=credit)
        self.house.settle_down()

    def sends_ocr_file(self, *payments: OcrPayment) -> httpx.Response:
        """A Nets OCR giro file, uploaded by the office; its net sum arrives on the account as a lump."""
        number = next(_FILES)
        account = self.account("CLIENT-NOK-OCR")
        assignment = OcrAssignment(account["iban"][4:], "000000000", f"{number:07d}", payments)
        content = write_ocr("00008080", f"{number:07d}", "00010200", [assignment])
        net = sum(-p.amount_minor if p.transaction_type in (18, 20) else p.amount_minor for p in payments)
        if net > 0:
            credit = {"account": "CLIENT-NOK-OCR", "amount": net, "note": "OCR GIRO", "debtor": {"name": "NETS"}}
            self._post("/_mock/credits", json=credit)
        return self.upload(f"ocr-{number}.txt", content)

    def upload(self, name: str, content: bytes) -> httpx.Response:
        answer = self.house.call(
            "POST", "/office/bank-files", self.house.settings["office_token"], files={"file": (name, content)}
        )
        self.house.settle_down()
        return answer

    def account(self, account_id: str) -> dict[str, Any]:
        return self.house.http.get(f"{self.house.settings['bank_url']}/_mock/accounts/{account_id}").json()

    def _post(self, path: str, **options: Any) -> None:
        answer = self.house.http.post(f"{self.house.settings['bank_url']}{path}", **options)
        assert answer.is_success, answer.text


@pytest.fixture(scope="session")
def stack() -> Generator[EmbeddedStack]:
    with EmbeddedStack.for_tests(trace_sample_ratio=1.0) as stack:
        yield stack


@pytest.fixture(scope="session")
def house(stack: EmbeddedStack) -> Generator[House]:
    with httpx.Client(trust_env=False, timeout=30) as http:
        yield House(stack, http, stack.topology.settings())


@pytest.fixture
def bank(house: House) -> Bank:
    return Bank(house)


Onboard = Callable[..., Creditor]


@pytest.fixture
def onboard(house: House) -> Onboard:
    def onboard(country: str = "NO", currency: str = "NOK", **agreement: Any) -> Creditor:
        body = {
            "service": {"type": "LIFECYCLE", "partnerCode": "E2E"},
            "client": {
                "name": "Fjellheim Strøm AS" if country == "NO" else "Södermalm El AB",
                "businessCode": "987654325",
                "countryCode": country,
                "email": "post@creditor.example",
                "languageCode": "NO" if country == "NO" else "SV",
                "bankAccount": {"iban": "NO9386011117947" if country == "NO" else "SE4550000000058398257466"},
            },
            "agreement": agreement,
        }
        answer = house.call(
            "POST",
            "/partner/client",
            house.settings["provisioning_token"],
            json=body,
            headers={"Idempotency-Key": f"e2e-{next(_NUMBERS)}"},
        )
        assert answer.status_code == 201, answer.text
        return Creditor(house, answer.json()["accessToken"], country, currency)

    return onboard


@pytest.fixture
def creditor(onboard: Onboard) -> Creditor:
    """A Norwegian creditor with consumers as debtors, paid on the camt account."""
    return onboard()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """A failing situation shows the end of each service's log that speaks of trouble."""
    outcome = yield
    report = outcome.get_result()
    stack: EmbeddedStack | None = getattr(item, "funcargs", {}).get("stack") or getattr(
        getattr(item, "funcargs", {}).get("house"), "stack", None
    )
    if report.failed and stack is not None:
        for service in SERVICES:
            log = stack.supervisor.log_path(service)
            lines = log.read_text(errors="replace").splitlines()[-40:] if log.exists() else []
            if any("ERROR" in line or "Traceback" in line for line in lines):
                report.sections.append((f"log of {service}", "\n".join(lines)))
