"""Bank XML, read without trusting it: no document types, no entities, no network, no namespaces afterwards."""

import re
from datetime import date

from lxml import etree

from bankfiles.values import BankFileRefused, LineRefused
from money import Money

Element = etree._Element  # pyright: ignore[reportPrivateUsage]  # lxml publishes its element type under this name only

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_document(content: bytes) -> tuple[str, Element]:
    """The namespace and the root element, its names stripped of namespaces; refuses anything but plain XML."""
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BankFileRefused(f"line {error.lineno or 1}", f"not well-formed XML ({error.msg})") from error
    except ValueError as error:
        raise BankFileRefused("line 1", f"not readable as XML ({error})") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BankFileRefused("line 1", "the file carries a document type; bank files have none, ask the bank")
    namespace = str(root.tag).rpartition("}")[0].lstrip("{")
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    return namespace, root


def text_at(element: Element, path: str) -> str:
    """The text at `path`, stripped; "" when the element is absent or empty."""
    return (element.findtext(path) or "").strip()


def first_text(element: Element, *paths: str) -> str:
    """The text at the first of `paths` that has any."""
    return next((text for path in paths if (text := text_at(element, path))), "")


def texts_at(element: Element, path: str) -> list[str]:
    """The non-empty texts of every element at `path`, in order."""
    return [text for found in element.iterfind(path) if (text := (found.text or "").strip())]


def amount_of(element: Element) -> Money:
    """The amount of an element with a `Ccy`; never negative, no finer than the currency's minor unit."""
    currency = element.get("Ccy", "")
    try:
        amount = Money.parse((element.text or "").strip(), currency)
    except ValueError as error:
        raise LineRefused(f"{element.tag}: {error}") from error
    if amount.minor < 0:
        raise LineRefused(f"{element.tag}: {amount} is negative; the sign belongs in CdtDbtInd")
    return amount


def date_at(element: Element, path: str) -> date | None:
    """The calendar day at `path/Dt` or `path/DtTm`, as the bank wrote it; None when absent."""
    text = first_text(element, f"{path}/Dt", f"{path}/DtTm")
    return iso_date(text, path) if text else None


def iso_date(text: str, name: str) -> date:
    """The day a date or date-time starts with; what follows it (a time, a zone) does not move the day."""
    try:
        if _ISO_DATE.match(text):
            return date.fromisoformat(text[:10])
    except ValueError:
        pass
    raise LineRefused(f"{name}: {text!r} is not a date; expected YYYY-MM-DD")


def account_at(element: Element, path: str) -> str:
    """The account number at `path`: IBAN, else the bank's own (BBAN), without blanks."""
    return "".join(first_text(element, f"{path}/Id/IBAN", f"{path}/Id/Othr/Id").split())


def position_of(element: Element, number: int) -> str:
    """Where a person finds the element: line, name and number."""
    return f"line {element.sourceline}, {element.tag} {number}"
