"""Claims that share a letter: exactly one leaves, in whatever order they come, without those that are paid or held."""

import asyncio
import io
import itertools
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader
from services.communication.tests.factories import (
    a_charge,
    a_creditor,
    a_debtor,
    a_fee,
    a_hold,
    a_message,
    a_settlement_of_claim,
    an_invoice,
    debtor_id_of,
    fees,
)
from services.communication.tests.rows import change, fetch, messages, outbox, tell
from services.communication.tests.test_letters import COUNTRIES, NOTICE, SETTINGS, read

from communication.channels.email import EmailChannel
from communication.channels.print_folder import PrintChannel
from communication.couriers import print_letters, send_mails
from communication.rendering.letter import write_letter
from communication.rendering.pdf import LetterPress
from communication.settings import Settings
from communication.use_cases.dispatch import record, take_due
from communication.use_cases.reports import Report, record_reports
from communication.use_cases.shared_letters import SharedLetter
from communication.vault.store import Vault
from contracts import Balance, ClaimCharged, Event, LetterGroup
from runtime.database import Database

CASES = (100001, 100002, 100003)
GROUP = LetterGroup(group_id=UUID("0f6f1a0e-7a0e-5b53-9a0e-6c1c6a0b7d11"), size=3)


def charges(**changes: Any) -> list[ClaimCharged]:
    """The step of each claim of the debtor: the first bears the letter's fee."""
    return [
        a_charge(
            case_id,
            letter_group=GROUP,
            charges=(a_fee("purring", 3800),) if case_id == CASES[0] else (),
            balance=Balance(principal_minor=131310, interest_minor=605, fees_minor=3800 * (case_id == CASES[0])),
            **changes,
        )
        for case_id in CASES
    ]


async def know_debtor(database: Database, **debtor: Any) -> None:
    """One debtor with three invoices that others distributed."""
    await tell(database, a_creditor(), a_debtor(**debtor))
    owner = debtor_id_of(CASES[0])
    await tell(database, *(an_invoice(case_id, debtor_id=owner, distribution_channel=None) for case_id in CASES))


def mail_of(mails: Any) -> str:
    [source] = mails.received
    return source.decode()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
async def test_whatever_order_the_claims_come_in_one_letter_leaves_for_all(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault, order: Sequence[int]
) -> None:
    await know_debtor(database)
    told = charges()
    for place in order:
        assert await send_mails(database, vault, email_channel, settings) == 0, "the letter waits for the others"
        await tell(database, told[place])
        await tell(database, told[place])  # and once more

    await send_mails(database, vault, email_channel, settings)
    await send_mails(database, vault, email_channel, settings)

    assert len(mails.received) == 1
    rows = await messages(database)
    assert {(row.case_id, row.status) for row in rows} == {(case_id, "SENT") for case_id in CASES}
    assert len({row.smtp_message_id for row in rows}) == 1
    sent = [fact for fact in await outbox(database) if fact["topic"] == "message.sent"]
    assert {(fact["case_id"], fact["step_key"]) for fact in sent} == {(case_id, f"{case_id}:1:1") for case_id in CASES}
    assert len(sent) == 3


async def test_claims_that_come_in_batches_of_different_processes_leave_as_one_letter(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await know_debtor(database)

    await asyncio.gather(*(tell(database, charge) for charge in charges()))
    await send_mails(database, vault, email_channel, settings)

    assert len(mails.received) == 1
    [group] = await fetch(database, "SELECT size, arrived FROM letter_group")
    assert (group.size, group.arrived) == (3, 3)


async def test_couriers_that_share_a_queue_send_a_shared_letter_once(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await know_debtor(database)
    await tell(database, *charges())
    one_at_a_time = settings.model_copy(update={"courier_batch_size": 1})

    await asyncio.gather(*(send_mails(database, vault, email_channel, one_at_a_time) for _ in range(3)))

    assert len(mails.received) == 1


@pytest.mark.parametrize("stop", [a_settlement_of_claim(100001), a_hold(100001)], ids=["paid", "held"])
@pytest.mark.parametrize("stop_first", [False, True], ids=["after it was queued", "before it was queued"])
async def test_a_claim_that_is_stopped_drops_out_and_the_others_leave(
    database: Database,
    settings: Settings,
    email_channel: EmailChannel,
    mails: Any,
    vault: Vault,
    stop: Event,
    stop_first: bool,
) -> None:
    await know_debtor(database)
    for batch in ([stop], charges()) if stop_first else (charges(), [stop]):
        await tell(database, *batch)

    await send_mails(database, vault, email_channel, settings)

    assert {(row.case_id, row.status) for row in await messages(database)} == {
        (100001, "RECALLED"),
        (100002, "SENT"),
        (100003, "SENT"),
    }
    words = mail_of(mails)
    assert "2026-100002" in words
    assert "2026-100001" not in words


async def test_a_letter_does_not_wait_for_ever_for_a_claim_that_is_not_charged(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await know_debtor(database)
    first, second, third = charges()
    await tell(database, first, second)
    assert await send_mails(database, vault, email_channel, settings) == 0

    await change(database, "UPDATE message SET next_try_at = now() WHERE case_id = 100001")  # it has waited enough
    await send_mails(database, vault, email_channel, settings)
    assert len(mails.received) == 1

    await tell(database, third)
    await send_mails(database, vault, email_channel, settings)
    assert len(mails.received) == 2, "who comes too late has a letter of its own"
    assert {row.status for row in await messages(database)} == {"SENT"}


async def test_a_refused_shared_mail_becomes_one_letter_on_paper(
    database: Database,
    settings: Settings,
    email_channel: EmailChannel,
    print_channel: PrintChannel,
    vault: Vault,
) -> None:
    await know_debtor(database, email="bounce@debtor.example")
    await tell(database, *charges())

    await send_mails(database, vault, email_channel, settings)
    await print_letters(database, vault, print_channel, settings)

    rows = await messages(database)
    assert {(row.channel, row.status) for row in rows} == {("EMAIL", "FAILED"), ("LETTER", "SENT")}
    assert len(rows) == 6
    assert len(list(settings.print_folder.rglob("*.pdf"))) == 1


async def test_a_shared_mail_that_comes_back_comes_back_for_all(
    database: Database,
    settings: Settings,
    email_channel: EmailChannel,
    print_channel: PrintChannel,
    vault: Vault,
) -> None:
    await know_debtor(database)
    await tell(database, *charges())
    await send_mails(database, vault, email_channel, settings)
    [first, *_] = await messages(database)

    async with database.transaction() as session:
        await record_reports(session, [Report(first.message_id, "BOUNCED", "5.1.1")])
    await print_letters(database, vault, print_channel, settings)

    letters = [row for row in await messages(database) if row.channel == "LETTER"]
    assert {(row.case_id, row.status) for row in letters} == {(case_id, "SENT") for case_id in CASES}
    assert len(list(settings.print_folder.rglob("*.pdf"))) == 1


async def test_a_kill_between_sending_and_recording_sends_the_same_letter_again(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await know_debtor(database)
    await tell(database, *charges())
    killed = await take_due(database, settings, "EMAIL")
    await email_channel.deliver(killed.messages)
    assert await send_mails(database, vault, email_channel, settings) == 0, "the lease holds for the whole letter"

    await change(database, "UPDATE message SET leased_until = now() - interval '1 second'")
    await send_mails(database, vault, email_channel, settings)

    ids = {match for source in mails.received for match in re.findall(r"Message-ID: (\S+)", source.decode())}
    assert (len(mails.received), len(ids)) == (2, 1)
    assert len([fact for fact in await outbox(database) if fact["topic"] == "message.sent"]) == 3


async def test_a_claim_paid_while_its_letter_leaves_is_told_as_sent(
    database: Database, settings: Settings, email_channel: EmailChannel, vault: Vault
) -> None:
    await know_debtor(database)
    await tell(database, *charges())
    taken = await take_due(database, settings, "EMAIL")
    await tell(database, a_settlement_of_claim(100001))
    await record(database, vault.provider, await email_channel.deliver(taken.messages), taken.day)

    assert {row.status for row in await messages(database)} == {"SENT"}


def shared(**changes: Any) -> SharedLetter:
    content = {**NOTICE, "fees": fees(("purring", 3800))}
    content["balance"] = {"principal_minor": 131310, "interest_minor": 1100, "fees_minor": 3800}
    without = {**content, "fees": [], "balance": {"principal_minor": 50000, "interest_minor": 0, "fees_minor": 0}}
    values: dict[str, Any] = {"template": "no_inkassovarsel", **changes}
    return SharedLetter(
        tuple(
            a_message(
                content if number == 0 else without,
                case_id=100001 + number,
                invoice_number=f"2026-100{number}",
                due_date=a_message().due_date + timedelta(days=number),
                **{"payment_reference": f"90070000010001{number}"} | values,
            )
            for number in range(3)
        )
    )


@pytest.fixture(scope="module")
def press() -> LetterPress:
    return LetterPress()


def test_a_shared_letter_lists_its_claims_sums_them_up_and_has_a_slip_for_each(press: LetterPress) -> None:
    words = read(press, shared())

    assert "2026-1000 19. januar 2026 1 313,10 11,00 38,00 1 362,10" in words
    assert "2026-1001 20. januar 2026 500,00 0,00 0,00 500,00" in words
    assert "Vi ber deg betale 2 362,10 NOK innen 16. februar 2026" in words
    assert words.count("Purregebyr") == 1
    for number in range(3):
        assert f"90070000010001{number}" in words
        assert f"Kravet gjelder faktura 2026-100{number}" in words


def test_a_shared_letter_holds_every_field_the_law_wants_of_its_notice() -> None:
    letter = write_letter(shared(), SETTINGS)

    assert [field for field, found in letter.contents.items() if not found] == []


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_sets_a_shared_letter_and_its_codes(press: LetterPress, country: str) -> None:
    changes: dict[str, Any] = {"template": "xx_reminder", **COUNTRIES[country]}
    message = shared(**changes)
    letter = write_letter(message, SETTINGS)
    pages = PdfReader(io.BytesIO(press.to_pdf(letter, message.as_of))).pages

    assert len(letter.view["slips"]) == 3
    assert len({slip["amount"][1] for slip in letter.view["slips"]}) == 2
    assert len(pages) in (1, 2)


def test_a_subject_names_a_few_of_many_claims() -> None:
    many = SharedLetter(tuple(a_message(case_id=100001 + n, invoice_number=f"F-{n}") for n in range(12)))

    assert write_letter(many, SETTINGS).values["invoice_number"] == "F-0, F-1, F-2 + 9"
