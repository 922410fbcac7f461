"""Bank XML, read without trusting it: no document types, no entities, no network, no namespaces afterwards."""

import re
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from typing import Any

from lxml import etree

from bankfiles.values import BankFileRefused, LineRefused
from money import Money

Element = etree._Element  # pyright: ignore[reportPrivateUsage]  # lxml publishes its element type under this name only

_MOST_MINOR = 10**18
"""ISO 20022 has eighteen digits for an amount; more would not fit where amounts are kept."""
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


_CAREFUL: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "dtd_validation": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_OPENING_ELEMENTS = 500
"""A message's name stands at the top, at most behind the envelope some banks put it in."""


def parse_document(content: bytes) -> tuple[str, Element]:
    """The namespace and the root element, its names stripped of namespaces; refuses anything but plain XML."""
    with _refusing():
        root = etree.fromstring(content, etree.XMLParser(**_CAREFUL))
    refuse_document_type(root)
    namespace = str(root.tag).rpartition("}")[0].lstrip("{")
    strip_namespaces(root)
    return namespace, root


def find_message(content: bytes, names: Collection[str]) -> str:
    """The name of the message inside, one of `names`; "" when there is none. Reads no further than it has to."""
    with _refusing():
        for place, (_, element) in enumerate(etree.iterparse(BytesIO(content), events=("start",), **_CAREFUL)):
            refuse_document_type(element)
            if (name := local_name(element)) in names:
                return name
            if place > _OPENING_ELEMENTS:
                break
    return ""


def walk(content: bytes, *names: str) -> Iterator[Element]:
    """The elements of these names as they end, names stripped of namespaces; `forget` each to bound the memory."""
    tags = [f"{{*}}{name}" for name in names]
    with _refusing():
        for _, element in etree.iterparse(BytesIO(content), events=("end",), tag=tags, **_CAREFUL):
            refuse_document_type(element)
            yield element


def forget(element: Element) -> None:
    """Let go of what an element holds; its place among its neighbours stays."""
    element.clear()


def strip_namespaces(element: Element) -> None:
    """Name an element and all inside it without namespaces: banks use many, and prefixes at will."""
    for inner in element.iter():
        inner.tag = local_name(inner)


def local_name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def namespace_of(element: Element) -> str:
    return str(element.tag).rpartition("}")[0].lstrip("{")


def refuse_document_type(element: Element) -> None:
    if element.getroottree().docinfo.internalDTD:  # None without one, whatever its stub says
        raise BankFileRefused("line 1", "the file carries a document type; bank files have none, ask the bank")


@contextmanager
def _refusing() -> Generator[None]:
    try:
        yield
    except etree.XMLSyntaxError as error:
        raise BankFileRefused(f"line {error.lineno or 1}", f"not well-formed XML ({error.msg})") from error
    except (ValueError, LookupError) as error:
        raise BankFileRefused("line 1", f"not readable as XML ({error})") from error


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
    if amount.minor >= _MOST_MINOR:
        raise LineRefused(f"{element.tag}: {element.text} {currency} is larger than any payment")
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
