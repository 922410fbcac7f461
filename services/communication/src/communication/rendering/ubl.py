"""Invoices as UBL 2.1 for the Peppol network: EN 16931 in the profile of Peppol BIS Billing 3."""

import re
from decimal import Decimal
from typing import Any, Final
from xml.etree import ElementTree as ET

from communication.domain.einvoice_parties import (
    Identifier,
    Place,
    address_of_company,
    electronic_address,
    place_of,
    register_number,
    vat_identifier,
)
from communication.domain.einvoices import EInvoiceImpossible, EInvoiceLine, Figures, VatPart, figures_of, payment_means
from communication.settings import Settings
from money import exponent

CUSTOMIZATION: Final = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE: Final = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_NAMESPACES: Final = {
    "": f"{_UBL}Invoice-2",
    "cac": f"{_UBL}CommonAggregateComponents-2",
    "cbc": f"{_UBL}CommonBasicComponents-2",
}
_COMMERCIAL_INVOICE: Final = "380"
_PIECE: Final = "C62"
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

for _prefix, _uri in _NAMESPACES.items():
    ET.register_namespace(_prefix, _uri)


def write_einvoice(message: Any, settings: Settings) -> bytes:
    """The invoice of a message; EInvoiceImpossible says what it lacks."""
    seller_vat = vat_identifier(message.creditor_vat_number, message.creditor_country)
    figures = figures_of(
        message.lines, message.gross_minor, message.vat_minor, message.currency, registered=bool(seller_vat)
    )
    root = ET.Element(f"{{{_NAMESPACES['']}}}Invoice")
    _add(root, "CustomizationID", CUSTOMIZATION)
    _add(root, "ProfileID", PROFILE)
    _add(root, "ID", message.invoice_number)
    _add(root, "IssueDate", message.invoice_date.isoformat())
    _add(root, "DueDate", message.due_date.isoformat())
    _add(root, "InvoiceTypeCode", _COMMERCIAL_INVOICE)
    _add(root, "DocumentCurrencyCode", message.currency)
    # one of the two must be there; a debtor who gave neither finds the invoice by its own number
    if message.buyer_reference or not message.order_reference:
        _add(root, "BuyerReference", message.buyer_reference or message.invoice_number)
    if message.order_reference:
        _add(_part(root, "OrderReference"), "ID", message.order_reference)
    _seller(_part(root, "AccountingSupplierParty"), message, seller_vat, settings)
    _buyer(_part(root, "AccountingCustomerParty"), message)
    _add(_part(_part(root, "PayeeParty"), "PartyName"), "Name", settings.office_name)
    _payment(_part(root, "PaymentMeans"), message, settings)
    _taxes(_part(root, "TaxTotal"), figures, message.currency)
    _totals(_part(root, "LegalMonetaryTotal"), figures, message.currency)
    for number, line in enumerate(figures.lines, start=1):
        _line(_part(root, "InvoiceLine"), number, line, message.currency)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _seller(place: ET.Element, message: Any, vat: str, settings: Settings) -> None:
    country = message.creditor_country
    address = address_of_company(message.business_code, vat, country)
    if address is None:
        raise EInvoiceImpossible("the creditor has no electronic address: its register or VAT number is not on file")
    seat = place_of(message.creditor_seat, country)
    if country == "DE" and message.country_code == "DE" and not (seat.city and seat.postal_code):
        raise EInvoiceImpossible("a German e-invoice names the creditor's town, and its address is not on file")
    party = _party(place, address, message.creditor_name, seat)
    if vat:
        _vat_scheme(party, vat)
    _legal_entity(party, message.creditor_name, register_number(message.business_code, country))
    contact = _part(party, "Contact")
    _add(contact, "Name", settings.office_name)
    _add(contact, "Telephone", settings.office_phone)
    _add(contact, "ElectronicMail", settings.office_email)


def _buyer(place: ET.Element, message: Any) -> None:
    address = electronic_address(message.einvoice_address or "")
    if address is None:
        raise EInvoiceImpossible("the debtor has no e-invoice address")
    country = message.country_code
    where = Place(country, message.street, message.street2 or "", message.postal_code, message.postal_district)
    party = _party(place, address, message.name, where)
    if vat := vat_identifier(message.debtor_vat_number, country):
        _vat_scheme(party, vat)
    number = register_number(message.debtor_business_code, country) if message.debtor_business_code else None
    _legal_entity(party, message.name, number)


def _party(place: ET.Element, address: Identifier, name: str, where: Place) -> ET.Element:
    party = _part(place, "Party")
    _add(party, "EndpointID", address.value, schemeID=address.scheme)
    _add(_part(party, "PartyName"), "Name", name)
    postal = _part(party, "PostalAddress")
    parts = {"StreetName": where.street, "AdditionalStreetName": where.more, "CityName": where.city}
    for tag, value in (parts | {"PostalZone": where.postal_code}).items():
        if value:
            _add(postal, tag, value)
    _add(_part(postal, "Country"), "IdentificationCode", where.country)
    return party


def _vat_scheme(party: ET.Element, number: str) -> None:
    scheme = _part(party, "PartyTaxScheme")
    _add(scheme, "CompanyID", number)
    _add(_part(scheme, "TaxScheme"), "ID", "VAT")


def _legal_entity(party: ET.Element, name: str, number: Identifier | None) -> None:
    entity = _part(party, "PartyLegalEntity")
    _add(entity, "RegistrationName", name)
    if number:
        _add(entity, "CompanyID", number.value, **({"schemeID": number.scheme} if number.scheme else {}))


def _payment(place: ET.Element, message: Any, settings: Settings) -> None:
    means = payment_means(
        message.payment_reference,
        message.payment_iban,
        message.currency,
        seller_country=message.creditor_country,
        buyer_country=message.country_code,
        fik_creditor_number=settings.fik_creditor_number,
    )
    _add(place, "PaymentMeansCode", means.code)
    _add(place, "PaymentID", means.reference)
    account = _part(place, "PayeeFinancialAccount")
    _add(account, "ID", means.account)
    _add(account, "Name", settings.office_name)
    if means.branch:
        _add(_part(account, "FinancialInstitutionBranch"), "ID", means.branch)


def _taxes(place: ET.Element, figures: Figures, currency: str) -> None:
    _amount(place, "TaxAmount", figures.vat_minor, currency)
    for part in figures.vat:
        subtotal = _part(place, "TaxSubtotal")
        _amount(subtotal, "TaxableAmount", part.taxable_minor, currency)
        _amount(subtotal, "TaxAmount", part.vat_minor, currency)
        _category(_part(subtotal, "TaxCategory"), part)


def _totals(place: ET.Element, figures: Figures, currency: str) -> None:
    for tag, minor in (
        ("LineExtensionAmount", figures.net_minor),
        ("TaxExclusiveAmount", figures.net_minor),
        ("TaxInclusiveAmount", figures.gross_minor),
        ("PayableAmount", figures.gross_minor),
    ):
        _amount(place, tag, minor, currency)


def _line(place: ET.Element, number: int, line: EInvoiceLine, currency: str) -> None:
    _add(place, "ID", str(number))
    _add(place, "InvoicedQuantity", f"{line.quantity:f}", unitCode=_PIECE)
    _amount(place, "LineExtensionAmount", line.net_minor, currency)
    item = _part(place, "Item")
    _add(item, "Name", line.text)
    _category(_part(item, "ClassifiedTaxCategory"), line)
    _amount(_part(place, "Price"), "PriceAmount", line.price_minor, currency)


def _category(place: ET.Element, taxed: VatPart | EInvoiceLine) -> None:
    _add(place, "ID", taxed.category)
    if taxed.category != "O":
        _add(place, "Percent", f"{Decimal(taxed.rate) / 100:f}")
    elif isinstance(taxed, VatPart):
        _add(place, "TaxExemptionReasonCode", "VATEX-EU-O")
    _add(_part(place, "TaxScheme"), "ID", "VAT")


def _amount(place: ET.Element, tag: str, minor: int, currency: str) -> None:
    _add(place, tag, f"{Decimal(minor).scaleb(-exponent(currency)):f}", currencyID=currency)


def _add(place: ET.Element, tag: str, text: str, **attributes: str) -> None:
    """A value; signs that XML cannot hold are left out, and an element is never empty."""
    element = ET.SubElement(place, f"{{{_NAMESPACES['cbc']}}}{tag}", attributes)
    element.text = _NOT_XML.sub("", text).strip() or "-"


def _part(place: ET.Element, tag: str) -> ET.Element:
    return ET.SubElement(place, f"{{{_NAMESPACES['cac']}}}{tag}")
