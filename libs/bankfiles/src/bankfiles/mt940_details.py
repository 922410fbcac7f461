"""What banks write into field 86 of MT940: three habits of structure, or plain lines."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_IBAN = r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}"
_ANY_IBAN = re.compile(rf"\b({_IBAN})\b")
_IBAN_AND_NAME = re.compile(rf"({_IBAN}) +(\S.*)")
_NUMBERED = re.compile(r"\?(\d\d)")
_SEPA_TAG = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE)\+")
_CODE = re.compile(
    r"/(EREF|PREF|IREF|MARF|CSID|CNTP|REMI|PURP|ULTC|ULTB|ULTD|BENM|ORDP|NAME|ID|ADDR|ISDT|TRTP|TRCD|IBAN|BIC|RTRN"
    r"|EXCH|CHGS|SVCL|ACCW|OCMT|PHON)/"
)
_STRUCTURED = re.compile(r"STRD/(?:CUR|ISO)?/?([0-9A-Z]+)")
_NO_REFERENCE = ("", "NONREF", "NOTPROVIDED")


@dataclass(frozen=True, slots=True)
class Details:
    """The other side and the message of one statement line; "" for what is not told."""

    text: str
    name: str = ""
    account: str = ""
    reference: str = ""
    end_to_end_id: str = ""


def read_details(lines: Sequence[str], supplement: Sequence[str]) -> Details:
    """`lines` are those of field 86; `supplement` what follows the first line of field 61."""
    joined = "".join(lines)
    if _NUMBERED.match(joined[3:] if joined[:3].isdigit() else joined):
        return _numbered(lines)
    if _CODE.match(joined):
        return _coded(joined, supplement)
    text = "\n".join(lines) or "\n".join(supplement)
    if lines and (found := _IBAN_AND_NAME.fullmatch(lines[0])):
        return Details("\n".join(lines[1:]), found[2], found[1])
    account = _ANY_IBAN.search(" ".join((*supplement, *lines)))
    return Details(text, account=account[1] if account else "")


def _numbered(lines: Sequence[str]) -> Details:
    """German banks: ?20 to ?29 and ?60 to ?63 the purpose with tags inside, ?31 the account, ?32 and ?33 the name."""
    _, *parts = _NUMBERED.split("".join(lines))
    fields = list(zip(parts[::2], parts[1::2], strict=True))
    purpose = [text for number, text in fields if "20" <= number <= "29" or "60" <= number <= "63"]
    tagged = _split("".join(purpose), _SEPA_TAG)
    by_number = dict(fields)
    end_to_end_id = tagged.get("EREF", "").strip()
    return Details(
        text=tagged.get("SVWZ", "").strip() if tagged else "\n".join(part.strip() for part in purpose if part.strip()),
        name=(by_number.get("32", "") + by_number.get("33", "")).strip(),
        account=by_number.get("31", "").strip(),
        end_to_end_id="" if end_to_end_id in _NO_REFERENCE else end_to_end_id,
    )


def _coded(joined: str, supplement: Sequence[str]) -> Details:
    """Dutch banks: /NAME/, /IBAN/ or /CNTP/account/bank/name/city/, /REMI/ with a text or a structured reference."""
    fields = _split(joined, _CODE)
    counterparty = fields.get("CNTP", "").split("/")
    remittance = fields.get("REMI", "").strip("/").strip()
    structured = _STRUCTURED.match(remittance)
    account = _ANY_IBAN.search(" ".join((fields.get("IBAN", ""), counterparty[0], *supplement, joined)))
    end_to_end_id = fields.get("EREF", "").strip("/ ")
    return Details(
        text="" if structured else remittance.removeprefix("USTD//").strip("/ "),
        name=fields.get("NAME", "").strip("/ ") or (counterparty[2].strip() if len(counterparty) > 2 else ""),
        account=account[1] if account else "",
        reference=structured[1] if structured else "",
        end_to_end_id="" if end_to_end_id in _NO_REFERENCE else end_to_end_id,
    )


def _split(text: str, mark: re.Pattern[str]) -> Mapping[str, str]:
    """What stands behind each mark, up to the next; of a repeated mark the first that is not empty."""
    _, *parts = mark.split(text)
    found: dict[str, str] = {}
    for name, value in zip(parts[::2], parts[1::2], strict=True):
        if not found.get(name, "").strip("/ "):
            found[name] = value
    return found
