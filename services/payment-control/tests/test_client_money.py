"""Client money from the bank's files to what the office is told."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from contracts import PayoutFailed, PayoutInitiated
from payment_control.settings import Settings
from payment_control.timers import timers
from runtime.clock import advance_to
from runtime.tokens import sign

MONDAY = date(2025, 9, 15)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=number) for number in (1, 2, 3))
PAYOUTS = UUID("9d1c6a2e-0000-4000-8000-000000000001")
OCR_ACCOUNT = "NO9386011117947"


class Bank:
    """Writes the statements of an account, day by day; what it is told to leave out it leaves out."""

    def __init__(self, office: Any, account: str = "NO8330001234567") -> None:
        self.office, self.account, self.balance, self.number = office, account, 0, 0

    async def states(self, day: date, *lines: tuple[int, str], left_out: int = 0, opening: int | None = None) -> None:
        """`lines` are signed amounts with an end-to-end id or note; `left_out` moved too, but is not in the file."""
        self.number += 1
        opening = self.balance if opening is None else opening
        self.balance = opening + sum(amount for amount, _ in lines) + left_out
        entries = [self._entry(day, place, amount, name) for place, (amount, name) in enumerate(lines)]
        balances = [balance("OPBD", opening, day), balance("CLBD", self.balance, day)]
        await self.office.imports(self.office.camt(*balances, *entries, account=self.account, kind="camt.053"))

    async def tells(self, day: date, *payments: tuple[int, str]) -> None:
        """The day's notification (camt.054): amounts in minor units with a note; negative ones are taken back."""
        entries = [
            self._entry(day, place, amount, name, is_reversal=amount < 0)
            for place, (amount, name) in enumerate(payments)
        ]
        await self.office.imports(self.office.camt(*entries, account=self.account))

    def _entry(self, day: date, place: int, amount: int, name: str, *, is_reversal: bool = False) -> str:
        inside = f"<Refs><EndToEndId>{name}</EndToEndId></Refs>"
        if name.startswith("RETURN "):
            inside = f"<Refs><EndToEndId>{name.removeprefix('RETURN ')}</EndToEndId></Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
        return self.office.entry(
            f"{abs(amount) / 100:.2f}",
            note=name,
            sign="CRDT" if amount > 0 else "DBIT",
            reversal=is_reversal or name.startswith("REVERSAL"),
            inside=inside,
            bank_reference=f"{day}-{place}-{name}",
            booked=str(day),
        )


def balance(kind: str, amount_minor: int, day: date) -> str:
    sign = "CRDT" if amount_minor >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='NOK'>{abs(amount_minor) / 100:.2f}</Amt>"
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def payout(number: int, amount_minor: int, **fields: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "creditor_id": UUID("0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c001"),
        "payout_id": uuid5(PAYOUTS, str(number)),
        "settlement_id": uuid5(PAYOUTS, f"settlement {number}"),
        "kind": "CREDITOR",
        "attempt": 1,
        "account_id": "NOK-CAMT",
        "amount_minor": amount_minor,
        "currency": "NOK",
        "end_to_end_id": f"{number}-C1",
    }
    return values | fields


def ordered(number: int, amount_minor: int, **fields: Any) -> PayoutInitiated:
    return PayoutInitiated(**payout(number, amount_minor, requested_date=MONDAY) | fields)


@pytest.fixture
def bank(office: Any) -> Bank:
    return Bank(office)


async def day_passes(office: Any, settings: Settings, day: date) -> None:
    """What the timers do on a business date, until nothing is left to do."""
    async with office.database.transaction() as session:
        await advance_to(session, day)
    for timer in timers(settings):
        for _ in range(10):
            async with office.database.transaction() as session:
                if not await timer.run(session, day):
                    break
        else:
            pytest.fail(f"{timer.name} finds something to do for ever")


async def alerts(office: Any) -> list[tuple[str, date, int, str]]:
    rows = await office.rows("SELECT * FROM client_money_alert ORDER BY day, kind, amount_minor")
    return [(row.kind, row.day, row.amount_minor, row.status) for row in rows]


async def differences(office: Any) -> list[int | None]:
    return [row.difference_minor for row in await office.rows("SELECT * FROM reconciled_day ORDER BY day, account_id")]


async def test_payments_reversals_and_payouts_explain_the_balance_to_the_minor_unit(
    office: Any, bank: Bank, settings: Settings
) -> None:
    await bank.tells(MONDAY, (70_000, "ONE"), (30_000, "TWO"))
    await bank.states(MONDAY, (70_000, "ONE"), (30_000, "TWO"))
    await bank.tells(TUESDAY, (-30_000, "TWO"))
    await office.handle(ordered(7, 50_000), ordered(8, 20_000))
    await bank.states(TUESDAY, (-30_000, "REVERSAL TWO"), (-50_000, "7-C1"), (-20_000, "8-C1"))
    await bank.states(WEDNESDAY, (20_000, "RETURN 8-C1"))

    await day_passes(office, settings, THURSDAY)

    assert await differences(office) == [0, 0, 0]
    assert await alerts(office) == []


async def test_the_order_in_which_files_and_payouts_arrive_does_not_matter(
    office: Any, bank: Bank, settings: Settings
) -> None:
    await bank.states(MONDAY, (70_000, "ONE"), (-50_000, "7-C1"))
    assert await differences(office) == [20_000]

    await office.handle(ordered(7, 50_000))
    await bank.tells(MONDAY, (70_000, "ONE"))
    await office.handle(ordered(7, 50_000))

    assert await differences(office) == [0]
    await day_passes(office, settings, TUESDAY)
    assert await alerts(office) == []


async def test_a_debit_nobody_ordered_is_an_alert_with_its_line_until_it_is_known(
    office: Any, bank: Bank, settings: Settings
) -> None:
    await bank.states(MONDAY, (-50_000, "7-C1"))

    await day_passes(office, settings, MONDAY)
    assert await alerts(office) == []  # the day is not over
    await day_passes(office, settings, TUESDAY)
    assert ("DIFFERENCE", MONDAY, -50_000, "OPEN") in await alerts(office)
    [alert] = await office.rows("SELECT findings FROM client_money_alert WHERE kind = 'DIFFERENCE'")
    assert [(finding["kind"], finding["amount_minor"]) for finding in alert.findings] == [("UNKNOWN_DEBIT", -50_000)]

    await office.handle(ordered(7, 50_000))
    await day_passes(office, settings, WEDNESDAY)
    assert ("DIFFERENCE", MONDAY, -50_000, "CLEARED") in await alerts(office)


async def test_a_payout_debited_twice_or_with_another_amount_is_not_ours(
    office: Any, bank: Bank, settings: Settings
) -> None:
    await office.handle(ordered(7, 50_000), ordered(8, 20_000))
    await bank.states(MONDAY, (-50_000, "7-C1"), (-50_000, "7-C1"), (-20_500, "8-C1"))

    await day_passes(office, settings, TUESDAY)

    assert await differences(office) == [-70_500]


async def test_a_hole_in_a_statement_is_told_though_the_balances_are_right(
    office: Any, bank: Bank, settings: Settings
) -> None:
    await bank.tells(MONDAY, (70_000, "ONE"), (30_000, "TWO"))
    await bank.states(MONDAY, (70_000, "ONE"), left_out=30_000)

    await day_passes(office, settings, TUESDAY)

    assert await alerts(office) == [("STATEMENT_INCOMPLETE", MONDAY, 30_000, "OPEN")]
    [alert] = await office.rows("SELECT findings FROM client_money_alert")
    assert {(finding["kind"], finding["amount_minor"]) for finding in alert.findings} == {
        ("STATEMENT_INCOMPLETE", 30_000),
        ("NOT_ON_STATEMENT", -30_000),
    }


async def test_a_statement_that_comes_late_closes_the_gap_it_left(office: Any, bank: Bank, settings: Settings) -> None:
    await bank.states(MONDAY)
    await bank.states(WEDNESDAY, opening=70_000)
    await day_passes(office, settings, THURSDAY)
    assert await alerts(office) == [("DIFFERENCE", WEDNESDAY, 70_000, "OPEN")]

    await bank.tells(TUESDAY, (70_000, "ONE"))
    await day_passes(office, settings, THURSDAY)
    assert await alerts(office) == [
        ("DIFFERENCE", WEDNESDAY, 70_000, "CLEARED"),
        ("OPENING_GAP", WEDNESDAY, 70_000, "OPEN"),
    ]

    bank.balance = 0
    await bank.states(TUESDAY, (70_000, "ONE"))
    await day_passes(office, settings, THURSDAY)
    assert await differences(office) == [0, 0, 0]
    assert {status for *_, status in await alerts(office)} == {"CLEARED"}


async def test_a_giro_file_and_the_sum_the_bank_books_for_it_are_the_same_money(
    office: Any, settings: Settings
) -> None:
    bank = Bank(office, OCR_ACCOUNT)
    await office.imports(office.ocr(*(office.giro(office.kid(number), 10_000 * number) for number in (1, 2, 3))))
    await bank.states(MONDAY, (60_000, "OCR"))

    await day_passes(office, settings, TUESDAY)

    assert await differences(office) == [0]
    [money] = await office.rows("SELECT count(*) AS payments, sum(amount_minor) AS amount FROM payment")
    assert (money.payments, money.amount) == (3, 60_000)


async def test_the_same_money_by_giro_file_and_by_both_camt_messages_counts_once(
    office: Any, settings: Settings
) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2))
    bank = Bank(office, OCR_ACCOUNT)
    lines = [office.giro(office.kid(1), 100_000), office.giro(office.kid(2), 40_000)]
    await office.imports(office.ocr(*lines))
    await bank.tells(MONDAY, (100_000, office.kid(1)), (40_000, office.kid(2)))
    await bank.states(MONDAY, (100_000, office.kid(1)), (40_000, office.kid(2)))
    await office.imports(office.ocr(*reversed(lines)))

    await day_passes(office, settings, TUESDAY)

    [money] = await office.rows("SELECT count(*) AS payments, sum(amount_minor) AS amount FROM payment")
    assert (money.payments, money.amount) == (2, 140_000)
    assert ((await office.claim(1)).status, (await office.claim(2)).principal_minor) == ("SETTLED", 60_000)
    assert await differences(office) == [0]
    assert await alerts(office) == []


async def test_a_silent_bank_is_told_once_and_until_it_speaks(office: Any, bank: Bank, settings: Settings) -> None:
    await bank.states(MONDAY)

    for number in range(1, 10):
        await day_passes(office, settings, MONDAY + timedelta(days=number))
    assert await alerts(office) == [("SILENT_BANK", MONDAY, 0, "OPEN")]
    [alert] = await office.rows("SELECT raised_on, account_id FROM client_money_alert")
    assert (alert.raised_on, alert.account_id) == (date(2025, 9, 19), "NOK-CAMT")  # Tuesday to Thursday were silent

    await bank.states(date(2025, 9, 24))
    await day_passes(office, settings, date(2025, 9, 25))
    assert await alerts(office) == [("SILENT_BANK", MONDAY, 0, "CLEARED")]


async def test_an_account_that_was_paid_but_never_stated_is_silent_too(
    office: Any, bank: Bank, settings: Settings
) -> None:
    await bank.tells(MONDAY, (70_000, "ONE"))

    await day_passes(office, settings, date(2025, 9, 18))

    assert [kind for kind, *_ in await alerts(office)] == ["SILENT_BANK"]


async def test_client_funds_are_short_when_the_bank_takes_what_is_nobodys(
    office: Any, bank: Bank, settings: Settings
) -> None:
    await bank.tells(MONDAY, (70_000, "ONE"))
    await office.handle(ordered(7, 50_000))
    await bank.states(MONDAY, (70_000, "ONE"), (-50_000, "7-C1"), (-150, "ACCOUNT CHARGE"))

    await day_passes(office, settings, TUESDAY)
    await bank.states(TUESDAY)
    await day_passes(office, settings, WEDNESDAY)

    assert [alert for alert in await alerts(office) if alert[0] == "SHORTFALL"] == [("SHORTFALL", MONDAY, -150, "OPEN")]

    await bank.states(WEDNESDAY, (150, "CHARGE PAID BACK"))
    await bank.tells(WEDNESDAY, (150, "OTHER MONEY"))
    await day_passes(office, settings, THURSDAY)
    assert [alert for alert in await alerts(office) if alert[0] == "SHORTFALL"] == [("SHORTFALL", MONDAY, -150, "OPEN")]


async def test_what_is_in_transit_is_a_part_of_what_is_owed(
    client: httpx.AsyncClient, office: Any, bank: Bank, settings: Settings
) -> None:
    await bank.tells(MONDAY, (70_000, "ONE"))
    await office.handle(ordered(7, 50_000), ordered(8, 10_000))
    await office.handle(PayoutFailed(**payout(8, 10_000), reason_code="AC04", as_of=MONDAY))
    await bank.states(MONDAY, (70_000, "ONE"))

    [cover] = (await client.get("/internal/client-money/cover", headers=signed(settings))).json()

    assert (cover["currency"], cover["held_minor"], cover["excess_minor"]) == ("NOK", 70_000, 0)
    assert (cover["unmatched_minor"], cover["in_transit_minor"]) == (70_000, 50_000)


async def test_a_day_without_a_statement_is_not_told_and_not_zero(
    client: httpx.AsyncClient, office: Any, bank: Bank, settings: Settings
) -> None:
    await bank.states(MONDAY)
    params = {"account_id": "NOK-CAMT", "from_date": "2025-09-12", "to_date": "2025-09-16"}

    days = (await client.get("/internal/client-money/days", params=params, headers=signed(settings))).json()

    assert [(day["day"], day["status"], day["difference_minor"]) for day in days] == [
        ("2025-09-12", "NOT_TOLD", None),
        ("2025-09-15", "BALANCED", 0),
        ("2025-09-16", "NOT_TOLD", None),
    ]
    missing = await client.get("/internal/client-money/days/NOK-CAMT/2025-09-16", headers=signed(settings))
    assert missing.status_code == 404
    too_many = {"from_date": "2020-01-01"}
    assert (
        await client.get("/internal/client-money/days", params=too_many, headers=signed(settings))
    ).status_code == 422


async def test_an_alert_is_acknowledged_with_a_reason_once_and_the_difference_stays(
    client: httpx.AsyncClient, office: Any, bank: Bank, settings: Settings
) -> None:
    await office.handle(ordered(7, 50_000))
    await bank.states(MONDAY, (-50_000, "7-C1"), (-150, "ACCOUNT CHARGE"))
    await day_passes(office, settings, TUESDAY)
    headers = signed(settings)
    path = "/internal/client-money/alerts"
    open_ones = (await client.get(path, params={"status": "OPEN", "account_id": "NOK-CAMT"}, headers=headers)).json()
    [alert] = [alert for alert in open_ones if alert["kind"] == "DIFFERENCE"]
    word = {"person": "anne", "reason": "the bank pays it back"}

    known = await client.post(f"{path}/{alert['alert_id']}/acknowledge", json=word, headers=headers)
    again = await client.post(f"{path}/{alert['alert_id']}/acknowledge", json=word, headers=headers)
    other = await client.post(f"{path}/{alert['alert_id']}/acknowledge", json=word | {"person": "per"}, headers=headers)
    nothing = await client.post(f"{path}/{PAYOUTS}/acknowledge", json=word, headers=headers)
    nameless = await client.post(
        f"{path}/{alert['alert_id']}/acknowledge", json={"person": "anne", "reason": ""}, headers=headers
    )
    await day_passes(office, settings, WEDNESDAY)

    assert [answer.status_code for answer in (known, again, other, nothing, nameless)] == [200, 200, 409, 404, 422]
    day = (await client.get("/internal/client-money/days/NOK-CAMT/2025-09-15", headers=headers)).json()
    assert (day["status"], day["difference_minor"], day["alerts"][0]["status"]) == ("DIFFERENT", -150, "ACKNOWLEDGED")
    assert {(line["kind"], line["amount_minor"]) for line in day["lines"]} == {
        ("PAYOUT", -50_000),
        ("UNKNOWN_DEBIT", -150),
    }


async def test_client_money_is_the_offices_alone(client: httpx.AsyncClient, settings: Settings) -> None:
    as_creditor = {"Authorization": f"Bearer {sign(settings, 'gateway', PAYOUTS)}"}

    for path in ("days", "days/NOK-CAMT/2025-09-15", "alerts", "cover"):
        assert (await client.get(f"/internal/client-money/{path}", headers=as_creditor)).status_code == 403


def signed(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign(settings, 'gateway', None)}"}
