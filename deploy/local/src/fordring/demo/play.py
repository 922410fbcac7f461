"""Plays a portfolio, day by day, through the public edges of a running stack."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fordring.demo.creditors import DemoCreditor
from fordring.demo.house import House, Unanswered, reason
from fordring.demo.money_in import Remittance, bank_credit, by_account, ocr_file
from fordring.demo.script import Action, BadSubmission, DayScript, InvoicePlan, Kind, Payment, Portfolio
from fordring.stack.topology import CLIENT_ACCOUNTS

_FRIDAY = 4
_CONFIRM_SECONDS = 60
_ON_THEIR_WAY = ("INITIATED", "SENT", "ACCEPTED")


@dataclass(frozen=True, slots=True)
class Case:
    """What the gateway answered for an accepted invoice."""

    case_id: int
    reference: str


@dataclass(slots=True)
class Tally:
    """What was done so far; `surprises` are answers that the script did not foresee."""

    day: date
    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter[str])
    money_in: Counter[str] = field(default_factory=Counter[str])
    payments: int = 0
    reversals: int = 0
    nothing_owed: int = 0
    actions: Counter[str] = field(default_factory=Counter[str])
    refused_actions: Counter[str] = field(default_factory=Counter[str])
    surprises: list[str] = field(default_factory=list[str])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    slowest: tuple[float, date | None] = (0.0, None)

    @contextmanager
    def timed(self, part: str) -> Generator[None]:
        start = time.monotonic()
        yield
        self.seconds[part] = self.seconds.get(part, 0) + time.monotonic() - start


@dataclass(slots=True)
class Play:
    """One run of a portfolio; `told` is called with the tally whenever a day is over."""

    house: House
    portfolio: Portfolio
    told: Callable[[Tally], None]
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    creditor_ids: dict[str, str] = field(default_factory=dict[str, str])
    cases: dict[tuple[str, str], Case] = field(default_factory=dict[tuple[str, str], Case])
    amounts: dict[str, int] = field(default_factory=dict[str, int])
    meant: dict[tuple[str, int], set[int]] = field(default_factory=dict[tuple[str, int], set[int]])
    """What each payer paid for: cases by the tail of the account and the amount in minor units."""
    tally: Tally = field(init=False)

    def __post_init__(self) -> None:
        self.tally = Tally(self.portfolio.start)

    async def run(self) -> None:
        """Onboard, live through the days, close; returns when every payout is confirmed and the house is quiet."""
        await self._onboard()
        for script in self.portfolio.days:
            await self._advance(script.day)
            await self._live(script)
            self.told(self.tally)
        await self._close()

    # the days

    async def _onboard(self) -> None:
        await self.house.close_accounts_but({account.account_id for account in CLIENT_ACCOUNTS})
        for creditor in self.portfolio.creditors:
            answer = await self.house.onboard(
                self._key(self.portfolio.start, "client", creditor), creditor.onboarding()
            )
            self.tokens[creditor.key] = answer["accessToken"]
            self.creditor_ids[creditor.key] = answer["clientIdentifier"]

    async def _advance(self, day: date) -> None:
        if day > self.tally.day:
            before = time.monotonic()
            with self.tally.timed("advance"):
                await self.house.advance(day, self._key(day, "advance"))
                await self.house.read_payment_orders()
            taken = (time.monotonic() - before) / (day - self.tally.day).days
            self.tally.slowest = max(self.tally.slowest, (taken, day), key=lambda slow: slow[0])
            self.tally.day = day

    async def _live(self, script: DayScript) -> None:
        """Balances are read before anything of the day is sent, so that the order inside a day does not matter.

        What banks are told of meanwhile reaches the house on the next day.
        """
        with self.tally.timed("balances"):
            remittances = await self._amounts(script.payments)
        with self.tally.timed("invoices, actions, credits"):
            await asyncio.gather(self._speak(script), self._pay_banks(script.day, remittances))
        with self.tally.timed("giro files"):
            await self._bring_ocr_files(script, remittances)

    async def _close(self) -> None:
        """Go on to the closing day, day by day for the screen's sake, then until the bank has confirmed everything."""
        await self._advance(self.portfolio.closing_date)
        self.told(self.tally)
        deadline = time.monotonic() + _CONFIRM_SECONDS
        with self.tally.timed("closing"):
            while await self._payouts_under_way() and time.monotonic() < deadline:
                await self.house.read_payment_orders()
                await asyncio.sleep(0.1)
            if await self._payouts_under_way():
                self.tally.surprises.append(f"payouts are not confirmed {_CONFIRM_SECONDS} s after the last day")
            await self.house.advance(self.portfolio.closing_date, self._key(self.portfolio.closing_date, "quiet"))
        self.told(self.tally)

    async def _payouts_under_way(self) -> bool:
        figures = (await self.house.counts())["settlements"]
        amounts = [
            amount
            for currency in figures["currencies"]
            for by_status in currency["payouts"].values()
            for status, amount in by_status.items()
            if status in _ON_THEIR_WAY
        ]
        return any(amounts) or figures["undeliveredOrders"] > 0

    async def _speak(self, script: DayScript) -> None:
        """What creditors send on a day: all invoices, then all actions."""
        await asyncio.gather(*(self._submit(script.day, *batch) for batch in script.submissions.items()))
        await asyncio.gather(*(self._act(script.day, *batch) for batch in script.actions.items()))

    # invoices

    async def _submit(self, day: date, key: str, batch: Sequence[InvoicePlan | BadSubmission]) -> None:
        body = {"invoices": [dict(item.body) for item in batch]}
        idempotency_key = self._key(day, "invoices", batch[0].creditor)
        answer = await self.house.post("/api/v1/partner/invoice/bulk", self.tokens[key], idempotency_key, body)
        if not answer.is_success:
            raise Unanswered(f"The invoices of {key} on {day} were answered {answer.status_code}: {reason(answer)}")
        for item, result in zip(batch, answer.json()["results"], strict=True):
            self._note_result(key, item, result)

    def _note_result(self, key: str, item: InvoicePlan | BadSubmission, result: dict[str, Any]) -> None:
        if result["status"] == "ACCEPTED":
            if isinstance(item, BadSubmission):
                self.tally.surprises.append(f"{key}: an invoice with {item.fault} was accepted")
                return
            self.cases[key, item.number] = Case(result["caseId"], result["paymentReference"])
            self.tally.accepted += 1
        elif isinstance(item, BadSubmission):
            self.tally.rejected[_reason(result)] += 1
        else:
            self.tally.surprises.append(f"{key}: invoice {item.number} was rejected: {_reason(result)}")

    # actions

    async def _act(self, day: date, key: str, actions: Sequence[Action]) -> None:
        """All of a creditor's actions at once; when one of them is refused, each by itself."""
        idempotency_key = self._key(day, "actions", actions[0].invoice.creditor)
        if len(actions) > 1 and await self._ask(key, actions, idempotency_key):
            return
        for index, action in enumerate(actions):
            if not await self._ask(key, [action], f"{idempotency_key}:{index}"):
                self.tally.refused_actions[action.code] += 1
                self.tally.surprises.append(f"{key}: {action.code} on invoice {action.invoice.number} was refused")

    async def _ask(self, key: str, actions: Sequence[Action], idempotency_key: str) -> bool:
        body = {"actions": [self._action_body(key, action) for action in actions]}
        answer = await self.house.post("/api/v1/partner/invoice/action", self.tokens[key], idempotency_key, body)
        if not answer.is_success:
            return False
        for action, result in zip(actions, answer.json()["actions"], strict=True):
            taken = result["status"] == "PENDING"
            (self.tally.actions if taken else self.tally.refused_actions)[action.code] += 1
            if not taken:
                self.tally.surprises.append(f"{key}: {action.code} was rejected: {result.get('detail')}")
        return True

    def _action_body(self, key: str, action: Action) -> dict[str, Any]:
        case = self.cases[key, action.invoice.number]
        place = {"caseId": case.case_id, "invoiceNumber": action.invoice.number}
        return {"code": action.code, "comment": action.comment, "data": {**action.data, **place}}

    # money

    async def _amounts(self, payments: Sequence[Payment]) -> list[Remittance]:
        """The payments with their amounts; who owes nothing any more pays nothing."""
        amounts = await asyncio.gather(*(self._amount(payment) for payment in payments))
        remittances: list[Remittance] = []
        for payment, amount_minor in zip(payments, amounts, strict=True):
            if amount_minor == 0:
                self.tally.nothing_owed += 1
                continue
            self.amounts[payment.end_to_end_id] = amount_minor
            remittances.append(self._remittance(payment, amount_minor))
        return remittances

    async def _amount(self, payment: Payment) -> int:
        if payment.kind is Kind.FIXED:
            return payment.amount_minor
        key = payment.invoice.creditor.key
        case_id = self.cases[key, payment.invoice.number].case_id
        answer = await self.house.get("/api/v1/partner/invoice/case", self.tokens[key], {"caseId": case_id})
        return round(answer["case"]["balance"]["totalAmount"] * 100) + payment.amount_minor

    def _remittance(self, payment: Payment, amount_minor: int) -> Remittance:
        case = self.cases[payment.invoice.creditor.key, payment.invoice.number]
        self.meant.setdefault((account_tail(payment.invoice.debtor.iban), amount_minor), set()).add(case.case_id)
        return Remittance(payment, amount_minor, case.reference)

    async def _pay_banks(self, day: date, remittances: Sequence[Remittance]) -> None:
        value_date = day + timedelta(days=1)
        for remittance in remittances:
            self.tally.money_in[remittance.payment.invoice.creditor.currency] += remittance.amount_minor
            self.tally.payments += 1
        by_bank = [item for item in remittances if not item.payment.invoice.creditor.by_ocr_file]
        accounts = sorted({item.account_id for item in by_bank})
        await asyncio.gather(
            *(self._pay_in([item for item in by_bank if item.account_id == each], value_date) for each in accounts)
        )

    async def _bring_ocr_files(self, script: DayScript, remittances: Sequence[Remittance]) -> None:
        taken_back = [
            self._remittance(reversal.payment, self.amounts[reversal.payment.end_to_end_id])
            for reversal in script.reversals
        ]
        self.tally.reversals += len(taken_back)
        backwards = by_account(taken_back)
        for account_id, received in by_account(remittances).items():
            await self._bring_ocr_file(script.day, account_id, received, backwards.get(account_id, []))

    async def _pay_in(self, remittances: Sequence[Remittance], value_date: date) -> None:
        """The credits of one account, in their order: the bank reports them in the order they came."""
        for remittance in remittances:
            await self.house.pay_in(bank_credit(remittance, value_date))

    async def _bring_ocr_file(
        self, day: date, account_id: str, received: Sequence[Remittance], taken_back: Sequence[Remittance]
    ) -> None:
        """The file into the pickup folder, on Fridays through the office's door; the sum to the bank."""
        content, net_minor = ocr_file(day, account_id, received, taken_back)
        name = f"ocr-giro-{account_id}-{day}.txt"
        lump = {"account": account_id, "amount": net_minor, "note": "OCR giro", "end_to_end_id": f"OCR-{day}"}
        await self.house.pay_in(lump | {"debtor": {"name": "Nets OCR giro"}})
        if day.weekday() != _FRIDAY:
            self.house.drop_from_bank(name, content)
            return
        answer = await self.house.import_file(self._key(day, "ocr"), name, content)
        if not answer.is_success:
            raise Unanswered(f"{name} was refused: {reason(answer)}")

    def _key(self, day: date, what: str, creditor: DemoCreditor | None = None) -> str:
        """An Idempotency-Key that a second run of the same seed finds again."""
        parts = [f"demo-{self.portfolio.seed}", self.portfolio.start, day, what, creditor.key if creditor else "all"]
        return ":".join(str(part) for part in parts)


def account_tail(account: str) -> str:
    """What an IBAN and the account number in it have in common."""
    return account[-10:]


def _reason(result: dict[str, Any]) -> str:
    """The first fault in short: its status and its field."""
    errors = result.get("errors") or [{"field": "", "message": result.get("detail", "")}]
    return f"{result.get('problemStatus')} {errors[0]['field']}"
