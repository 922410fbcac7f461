"""E-invoices as an access point takes them: held against public examples, and read back figure by figure."""

import csv
import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from services.communication.tests.factories import LINES, a_creditor, a_debtor, a_message, an_invoice
from services.communication.tests.rows import change, messages, outbox, tell
from services.communication.tests.test_letters import COUNTRIES, SETTINGS

from communication.channels.einvoice_folder import EInvoiceChannel
from communication.couriers import drop_files
from communication.domain.einvoices import EInvoiceImpossible
from communication.rendering.ubl import CUSTOMIZATION, write_einvoice
from communication.settings import Settings
from communication.use_cases.dispatch import take_due
from communication.vault.store import Vault
from runtime.database import Database

CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
INVOICE = "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice"
SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "samples" / "peppol-bis3"
EXAMPLES = [path for path in sorted(SAMPLES.glob("*.xml")) if ET.parse(path).getroot().tag == INVOICE]
BUSINESS = {"einvoice_address": "0192:987654325", "category": "invoice", "template": "invoice", "channel": "EINVOICE"}
SELLERS = {
    "NO": {"business_code": "999999999", "creditor_vat_number": "999999999MVA"},
    "SE": {"business_code": "556000-0001", "creditor_vat_number": "SE556000000101"},
    "FI": {"business_code": "1234567-1", "creditor_vat_number": "FI12345671"},
    "DK": {"business_code": "12345674", "creditor_vat_number": "DK12345674"},
    "DE": {"business_code": "HRB 12345", "creditor_vat_number": "DE123456788"},
    "NL": {"business_code": "12345678", "creditor_vat_number": "NL123456782B90"},
    "CH": {"business_code": "CHE-123.456.788", "creditor_vat_number": "CHE123456788MWST"},
}


def an_einvoice(country: str = "NO", **changes: Any) -> Any:
    home = {"creditor_country": country, "country_code": country}
    facts: dict[str, Any] = {**home, **BUSINESS, **COUNTRIES[country], **SELLERS[country], **changes}
    return a_message(**facts)


def written(message: Any) -> ET.Element:
    return ET.fromstring(write_einvoice(message, SETTINGS))


def texts(root: ET.Element, *path: str) -> list[str]:
    return [element.text or "" for element in root.iterfind("/".join(path))]


def amount(root: ET.Element, *path: str) -> Decimal:
    [found] = texts(root, *path)
    return Decimal(found)


def check_sums(root: ET.Element) -> None:
    """The sums that EN 16931 asks for (BR-CO-10, 13, 14, 15, 16, 17, BR-S-08, PEPPOL-EN16931-R120)."""
    total = f"{CAC}LegalMonetaryTotal"
    [tax] = [one for one in root.findall(f"{CAC}TaxTotal") if one.find(f"{CAC}TaxSubtotal") is not None]
    lines = root.findall(f"{CAC}InvoiceLine")
    net = sum(amount(line, f"{CBC}LineExtensionAmount") for line in lines)
    charged = Decimal(0)
    for extra in root.findall(f"{CAC}AllowanceCharge"):
        sign = 1 if extra.findtext(f"{CBC}ChargeIndicator") == "true" else -1
        charged += sign * amount(extra, f"{CBC}Amount")
    assert amount(root, total, f"{CBC}LineExtensionAmount") == net
    assert amount(root, total, f"{CBC}TaxExclusiveAmount") == net + charged
    vat = amount(tax, f"{CBC}TaxAmount")
    subtotals = tax.findall(f"{CAC}TaxSubtotal")
    assert vat == sum(amount(part, f"{CBC}TaxAmount") for part in subtotals)
    assert amount(root, total, f"{CBC}TaxExclusiveAmount") == sum(
        amount(part, f"{CBC}TaxableAmount") for part in subtotals
    )
    assert amount(root, total, f"{CBC}TaxInclusiveAmount") == net + charged + vat
    prepaid = sum((Decimal(one) for one in texts(root, total, f"{CBC}PrepaidAmount")), Decimal(0))
    rounding = sum((Decimal(one) for one in texts(root, total, f"{CBC}PayableRoundingAmount")), Decimal(0))
    assert amount(root, total, f"{CBC}PayableAmount") == net + charged + vat - prepaid + rounding
    for part in subtotals:
        rate = sum((Decimal(one) for one in texts(part, f"{CAC}TaxCategory", f"{CBC}Percent")), Decimal(0))
        wanted = amount(part, f"{CBC}TaxableAmount") * rate / 100
        assert abs(amount(part, f"{CBC}TaxAmount") - wanted) < 1
    for line in lines:
        base = sum((Decimal(one) for one in texts(line, f"{CAC}Price", f"{CBC}BaseQuantity")), Decimal(0)) or 1
        extra = sum(
            (amount(one, f"{CBC}Amount") * (1 if one.findtext(f"{CBC}ChargeIndicator") == "true" else -1)
             for one in line.findall(f"{CAC}AllowanceCharge")), Decimal(0)
        )  # fmt: skip
        wanted = (
            amount(line, f"{CBC}InvoicedQuantity") * amount(line, f"{CAC}Price", f"{CBC}PriceAmount") / base + extra
        )
        assert abs(amount(line, f"{CBC}LineExtensionAmount") - wanted) <= Decimal("0.02")


def siblings(root: ET.Element, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Which element follows which, under which."""
    for first, second in zip(list(root), list(root)[1:], strict=False):
        if first.tag != second.tag:
            yield path, first.tag, second.tag
    for child in root:
        yield from siblings(child, f"{path}/{child.tag}")


def paths(root: ET.Element, path: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    yield path, frozenset(root.attrib)
    for child in root:
        yield from paths(child, f"{path}/{child.tag}")


@pytest.mark.parametrize("country", SELLERS)
def test_every_figure_can_be_read_back_and_the_sums_are_those_of_the_standard(country: str) -> None:
    message = an_einvoice(
        country, lines=[*LINES, {**LINES[1], "unit_price_minor": -1000, "net_minor": -1000, "vat": 1500}]
    )
    message.gross_minor, message.vat_minor = 131310 - 1150, 26262 - 150
    root = written(message)

    check_sums(root)
    assert texts(root, f"{CBC}CustomizationID") == [CUSTOMIZATION]
    assert texts(root, f"{CBC}ID") == ["2026-1001"]
    assert texts(root, f"{CBC}DueDate") == ["2026-01-19"]
    assert {e.get("currencyID") for e in root.iter() if "currencyID" in e.attrib} == {message.currency}
    assert amount(root, f"{CAC}LegalMonetaryTotal", f"{CBC}PayableAmount") == Decimal("1301.60")
    assert texts(root, f"{CAC}PaymentMeans", f"{CBC}PaymentID") == [message.payment_reference]
    assert texts(root, f"{CAC}InvoiceLine", f"{CAC}Item", f"{CBC}Name") == [line["text"] for line in message.lines]
    assert [Decimal(one) for one in texts(root, f"{CAC}InvoiceLine", f"{CBC}InvoicedQuantity")] == [
        Decimal("850.5"), Decimal(1), Decimal(-1)
    ]  # fmt: skip
    assert all(Decimal(one) >= 0 for one in texts(root, f"{CAC}InvoiceLine", f"{CAC}Price", f"{CBC}PriceAmount"))
    rates = texts(root, f"{CAC}TaxTotal", f"{CAC}TaxSubtotal", f"{CAC}TaxCategory", f"{CBC}Percent")
    assert [Decimal(rate) for rate in rates] == [15, 25]


@pytest.mark.skipif(not EXAMPLES, reason="the public examples are not on this machine")
@pytest.mark.parametrize("country", SELLERS)
def test_elements_stand_where_the_public_examples_have_them(country: str) -> None:
    examples = [ET.parse(path).getroot() for path in EXAMPLES]
    for example in examples:
        check_sums(example)
    known = {path for example in examples for path, _ in paths(example)}
    attributes = {(path, name) for example in examples for path, names in paths(example) for name in names}
    order = {found for example in examples for found in siblings(example)}
    root = written(an_einvoice(country, buyer_reference="Avd. 12", order_reference="ON798"))

    assert {path for path, _ in paths(root)} - known == set()
    assert {(path, name) for path, names in paths(root) for name in names} - attributes == set()
    assert {(path, later, earlier) for path, earlier, later in siblings(root)} & order == set(), (
        "an order is turned round"
    )


def test_amounts_have_the_decimals_of_their_currency() -> None:
    lines = [{"text": "Row", "quantity": "3", "unit_price_minor": 500, "vat": 1000, "net_minor": 1500}]
    root = written(an_einvoice(currency="JPY", lines=lines, gross_minor=1650, vat_minor=150))

    check_sums(root)
    assert texts(root, f"{CAC}LegalMonetaryTotal", f"{CBC}PayableAmount") == ["1650"]


def test_nothing_in_a_name_becomes_markup_or_breaks_the_file() -> None:
    name = 'A & B <Payable>1</Payable> "x" \u0085'
    root = written(an_einvoice(name=name + "\x0b\x00"))

    assert texts(root, f"{CAC}AccountingCustomerParty", f"{CAC}Party", f"{CAC}PartyName", f"{CBC}Name") == [
        name.strip()
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"einvoice_address": None}, "the debtor has no e-invoice address"),
        ({"business_code": "12"}, "the creditor has no electronic address"),
        ({"creditor_vat_number": ""}, "no VAT number"),
        ({"lines": []}, "no rows"),
    ],
)
def test_what_cannot_be_an_einvoice_says_why(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(EInvoiceImpossible, match=why):
        write_einvoice(an_einvoice(**changes), SETTINGS)


def test_a_german_einvoice_needs_the_creditors_town() -> None:
    with pytest.raises(EInvoiceImpossible, match="town"):
        write_einvoice(an_einvoice("DE", creditor_seat=""), SETTINGS)


@pytest.fixture
def offering(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"einvoice_folder": tmp_path / "einvoices"})


async def test_an_einvoice_lies_whole_in_the_folder_of_its_day_and_is_counted(
    database: Database, offering: Settings, vault: Vault, tmp_path: Path
) -> None:
    await tell(database, a_creditor(vat_number="NO999999999MVA"))
    for case_id in (100001, 100002):
        await tell(
            database,
            a_debtor(case_id, kind="BUSINESS", einvoice_address="0192:987654325"),
            an_invoice(case_id, distribution_channel="EINVOICE"),
        )
    killed = await take_due(database, offering, "EINVOICE")
    EInvoiceChannel(offering).deliver(killed.messages[:1])  # and the process dies before it is recorded
    folder = tmp_path / "einvoices" / "2026-01-05"
    before = {path.name: path.read_bytes() for path in folder.glob("*.xml")}
    await change(database, "UPDATE message SET leased_until = NULL")

    assert await drop_files(database, vault, EInvoiceChannel(offering), offering, "EINVOICE") == 2

    rows = await messages(database)
    assert {row.status for row in rows} == {"SENT"}
    files = {path.name: path.read_bytes() for path in folder.glob("*.xml")}
    assert files.keys() == {f"{row.message_id}.xml" for row in rows}
    assert before.items() <= files.items()
    manifest = (folder / "manifest.csv").read_bytes()
    listed = list(csv.DictReader(manifest.decode().splitlines()))
    assert {row["file"]: row["sha256"] for row in listed} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }
    assert json.loads((folder / "manifest.json").read_text()) == {
        "files": 2,
        "bytes": sum(len(content) for content in files.values()),
        "sha256": hashlib.sha256(manifest).hexdigest(),
    }
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    told = [fact for fact in await outbox(database) if fact["topic"] == "invoice.distributed"]
    assert {(fact["channel"], fact["successful"]) for fact in told} == {("EINVOICE", True)}


@pytest.mark.parametrize(
    ("debtor", "fallbacks", "channel", "reason"),
    [
        pytest.param(
            {"einvoice_address": None},
            ("EMAIL", "LETTER"),
            "EMAIL",
            "the debtor has no e-invoice address",
            id="no address",
        ),
        pytest.param(
            {"einvoice_address": None, "email": None},
            ("SMS", "EMAIL", "LETTER"),
            "LETTER",
            "the debtor has no e-invoice address; the debtor has no number for SMS; the debtor has no e-mail address",
            id="down to the letter",
        ),
        pytest.param(
            {"einvoice_address": None, "phone": "90 00 00 00"},
            ("SMS", "LETTER"),
            "SMS",
            "the debtor has no e-invoice address",
            id="a number as it is dialled at home",
        ),
        pytest.param({}, (), "EINVOICE", "", id="it can be reached"),
        pytest.param(
            {"einvoice_address": None},
            (),
            "EINVOICE",
            "the debtor has no e-invoice address",
            id="nothing to fall back on",
        ),
    ],
)
async def test_an_invoice_takes_the_first_channel_that_reaches_the_debtor(
    database: Database, debtor: dict[str, Any], fallbacks: tuple[str, ...], channel: str, reason: str
) -> None:
    reached: dict[str, Any] = {"einvoice_address": "0192:987654325"} | debtor
    await tell(
        database,
        a_creditor(),
        a_debtor(**reached),
        an_invoice(distribution_channel="EINVOICE", distribution_fallbacks=fallbacks),
    )

    [message] = await messages(database)
    assert (message.channel, message.reason) == (channel, reason)


async def test_a_refused_einvoice_goes_by_the_next_channel_and_each_fall_is_told(
    database: Database, offering: Settings, vault: Vault
) -> None:
    await tell(database, a_creditor(), a_debtor(einvoice_address="0192:987654325"))  # a creditor without VAT number
    await tell(database, an_invoice(distribution_channel="EINVOICE"))

    await drop_files(database, vault, EInvoiceChannel(offering), offering, "EINVOICE")

    refused, mail = await messages(database)
    why = "VAT is charged, and the creditor has no VAT number on file"
    assert (refused.channel, refused.status, refused.reason) == ("EINVOICE", "FAILED", why)
    assert (mail.channel, mail.status, mail.reason) == ("EMAIL", "QUEUED", f"e-invoice failed: {why}")
    assert mail.content["fallbacks"] == ["LETTER"]
    [told] = await outbox(database)
    assert (told["topic"], told["next_channel"]) == ("message.failed", "EMAIL")


async def test_an_invoice_that_no_channel_is_left_for_is_told_as_not_distributed(
    database: Database, settings: Settings, vault: Vault
) -> None:
    await tell(database, a_creditor(), a_debtor(einvoice_address="0192:987654325"))
    await tell(database, an_invoice(distribution_channel="EINVOICE", distribution_fallbacks=()))

    await drop_files(database, vault, EInvoiceChannel(settings), settings, "EINVOICE")

    [message] = await messages(database)
    assert (message.status, message.reason) == (
        "FAILED",
        "e-invoices are not offered here: EINVOICE_FOLDER is not set",
    )
    failed, told = await outbox(database)
    assert (failed["topic"], failed["next_channel"]) == ("message.failed", None)
    assert (told["topic"], told["successful"], told["reason"]) == ("invoice.distributed", False, message.reason)
