"""Entries of camt files: one transaction per detail whose amount is known, else one for the whole entry."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bankfiles.values import BankTransaction, Direction, LineRefused, ReferencedAmount
from bankfiles.xml_tree import Element, account_at, amount_of, date_at, first_text, text_at, texts_at

_DIRECTIONS: dict[str, Direction] = {"CRDT": "CREDIT", "DBIT": "DEBIT"}
_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/InstdAmt/Amt")
_REMITTED = ("RfrdDocAmt/RmtdAmt", "RfrdDocAmt/RmtAmtAndTp/Amt")


@dataclass(frozen=True, slots=True)
class _Entry:
    """The parts of an entry its details fall back on."""

    account: str
    booking_date: date
    value_date: date
    amount_minor: int
    currency: str
    direction: Direction
    is_reversal: bool
    servicer_reference: str
    text: str

    @property
    def signed_minor(self) -> int:
        return self.amount_minor if self.direction == "CREDIT" else -self.amount_minor


def transactions_of(entry: Element, account: str, account_currency: str) -> list[BankTransaction]:
    """The transactions of a booked entry; they sum to what was booked. LineRefused when they cannot."""
    booked = _entry(entry, account, account_currency)
    details = entry.findall("NtryDtls/TxDtls")
    if not details:
        return [_transaction(booked, entry, booked.amount_minor, booked.direction)]
    amounts = [amount for detail in details if (amount := _detail_amount(detail, booked.currency)) is not None]
    if len(amounts) == len(details):
        directions: list[Direction] = [direction_of(detail, booked.direction) for detail in details]
        signed = [
            amount if direction == "CREDIT" else -amount for amount, direction in zip(amounts, directions, strict=True)
        ]
        kept_back = sum(signed) - booked.signed_minor
        if kept_back == 0 or (kept_back > 0 and kept_back in _charges(entry, details, booked.currency)):
            return _divided(booked, details, signed, kept_back)
        if len(details) > 1:
            raise LineRefused(
                f"its {len(details)} transactions sum to {abs(sum(signed))} but {booked.amount_minor} was booked "
                f"({booked.currency}, minor units)"
            )
    if len(details) == 1:
        # What was booked counts; the detail shows the amount in the payer's currency, or before something unsaid.
        return [_transaction(booked, details[0], booked.amount_minor, booked.direction)]
    return [_lump(booked, details)]


def _divided(
    booked: _Entry, details: Sequence[Element], signed: Sequence[int], kept_back: int
) -> list[BankTransaction]:
    """A transaction per detail, and one for the charges the bank kept back: who paid us paid the whole."""
    if 0 in signed:
        raise LineRefused("one of its transactions has the amount zero")
    lines = [
        _transaction(booked, detail, abs(minor), "CREDIT" if minor > 0 else "DEBIT")
        for detail, minor in zip(details, signed, strict=True)
    ]
    if kept_back:
        lines.append(
            replace(
                _lump(booked, ()), amount_minor=kept_back, direction="DEBIT", is_reversal=False, text="Bank charges"
            )
        )
    return lines


def _charges(entry: Element, details: Sequence[Element], currency: str) -> set[int]:
    """What the bank may have kept back: the charges it states for the entry, for its details, or for both."""
    of_entry = _sum_of_charges(entry, currency)
    of_details = sum(_sum_of_charges(detail, currency) for detail in details)
    return {of_entry, of_details, of_entry + of_details}


def _sum_of_charges(element: Element, currency: str) -> int:
    total = 0
    for charge in (*element.iterfind("Chrgs/Rcrd"), *element.iterfind("Chrgs")):
        amount = charge.find("Amt")
        if amount is not None and amount.get("Ccy") == currency:
            minor = amount_of(amount).minor
            total += -minor if text_at(charge, "CdtDbtInd") == "CRDT" else minor
    return total


def _entry(entry: Element, account: str, account_currency: str) -> _Entry:
    amount = amount_of(required(entry, "Amt"))
    if amount.minor == 0:
        raise LineRefused("the amount is zero")
    if account_currency and amount.currency != account_currency:
        raise LineRefused(f"booked in {amount.currency} on an account held in {account_currency}")
    booking_date = date_at(entry, "BookgDt") or date_at(entry, "ValDt")
    if booking_date is None:
        raise LineRefused("neither a booking date nor a value date")
    return _Entry(
        account=account,
        booking_date=booking_date,
        value_date=date_at(entry, "ValDt") or booking_date,
        amount_minor=amount.minor,
        currency=amount.currency,
        direction=direction_of(entry),
        is_reversal=text_at(entry, "RvslInd").lower() in ("true", "1"),
        servicer_reference=text_at(entry, "AcctSvcrRef"),
        text=text_at(entry, "AddtlNtryInf"),
    )


def _transaction(booked: _Entry, detail: Element, amount_minor: int, direction: Direction) -> BankTransaction:
    references = _references(detail)
    return_reason = first_text(detail, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd")
    # Parties keep the roles of the original payment when it is reversed or returned.
    turned = booked.is_reversal or bool(return_reason)
    role = "Dbtr" if (direction == "CREDIT") != turned else "Cdtr"
    payer_name, payer_account = _other_side(detail, role, booked.account, turned=turned)
    end_to_end_id = text_at(detail, "Refs/EndToEndId")
    return BankTransaction(
        account=booked.account,
        booking_date=booked.booking_date,
        value_date=booked.value_date,
        amount_minor=amount_minor,
        currency=booked.currency,
        direction=direction,
        is_reversal=booked.is_reversal,
        reference=references[0] if len(references) == 1 else "",
        text=_remittance_text(detail) or booked.text,
        payer_name=payer_name,
        payer_account=payer_account,
        end_to_end_id="" if end_to_end_id == "NOTPROVIDED" else end_to_end_id,
        servicer_reference=text_at(detail, "Refs/AcctSvcrRef") or booked.servicer_reference,
        references=references,
        return_reason=return_reason,
        parts=_parts(detail, amount_minor, booked.currency),
    )


def _lump(booked: _Entry, details: Sequence[Element]) -> BankTransaction:
    """The whole entry as one sum, when the bank does not say how it divides among its transactions."""
    parts = [_transaction(booked, detail, booked.amount_minor, booked.direction) for detail in details]
    references = tuple(dict.fromkeys(reference for part in parts for reference in part.references))
    return BankTransaction(
        account=booked.account,
        booking_date=booked.booking_date,
        value_date=booked.value_date,
        amount_minor=booked.amount_minor,
        currency=booked.currency,
        direction=booked.direction,
        is_reversal=booked.is_reversal,
        reference=references[0] if len(references) == 1 else "",
        text="\n".join(dict.fromkeys(part.text for part in parts if part.text)) or booked.text,
        payer_name="",
        payer_account="",
        end_to_end_id="",
        servicer_reference=booked.servicer_reference,
        references=references,
    )


def _detail_amount(detail: Element, currency: str) -> int | None:
    for path in _AMOUNTS:
        element = detail.find(path)
        if element is not None and element.get("Ccy") == currency:
            return amount_of(element).minor
    return None


def _references(detail: Element) -> tuple[str, ...]:
    """The distinct creditor references, in the order of the file."""
    found = (_reference(structured) for structured in detail.iterfind("RmtInf/Strd"))
    return tuple(dict.fromkeys(filter(None, found)))


def _reference(structured: Element) -> str:
    """A creditor reference: SCOR, a proprietary kind such as QRR, or of no stated kind; else ""."""
    kind = first_text(structured, "CdtrRefInf/Tp/CdOrPrtry/Cd", "CdtrRefInf/Tp/Cd")
    return "".join(text_at(structured, "CdtrRefInf/Ref").split()) if kind in ("", "SCOR") else ""


def _parts(detail: Element, amount_minor: int, currency: str) -> tuple[ReferencedAmount, ...]:
    """What the payer remits for each of several references, where that is the whole payment; credit notes lower it."""
    parts: dict[str, int] = {}
    for structured in detail.iterfind("RmtInf/Strd"):
        reference = _reference(structured)
        remitted = [_amount_in(structured, path, currency) for path in _REMITTED]
        minor = sum(remitted) - _amount_in(structured, "RfrdDocAmt/CdtNoteAmt", currency)
        if reference and minor:
            parts[reference] = parts.get(reference, 0) + minor
    whole = len(parts) == len(_references(detail)) > 1 and sum(parts.values()) == amount_minor
    return tuple(ReferencedAmount(reference, minor) for reference, minor in parts.items()) if whole else ()


def _amount_in(element: Element, path: str, currency: str) -> int:
    return sum(amount_of(found).minor for found in element.iterfind(path) if found.get("Ccy") == currency)


def _remittance_text(detail: Element) -> str:
    """Free text line by line, then numbers of the documents paid; banks cut lines anywhere, so breaks are kept."""
    lines = [
        *texts_at(detail, "RmtInf/Ustrd"),
        *texts_at(detail, "RmtInf/Strd/RfrdDocInf/Nb"),
        *texts_at(detail, "RmtInf/Strd/AddtlRmtInf"),
    ]
    return "\n".join(lines) or text_at(detail, "AddtlTxInf")


def _other_side(detail: Element, role: str, own_account: str, *, turned: bool) -> tuple[str, str]:
    """Name and account of the party in that role; in what is taken back some banks leave the parties as they were.

    Never ourselves: Danish banks give the creditor's own number beside a payment without a payer.
    """
    other = "Cdtr" if role == "Dbtr" else "Dbtr"
    for party in (role, other) if turned else (role,):
        name = first_text(
            detail,
            f"RltdPties/{party}/Nm",
            f"RltdPties/{party}/Pty/Nm",
            f"RltdPties/{party}/Agt/FinInstnId/Nm",
            f"RltdPties/Ultmt{party}/Nm",
            f"RltdPties/Ultmt{party}/Pty/Nm",
        )
        account = account_at(detail, f"RltdPties/{party}Acct")
        if (name or account) and account != own_account:
            return name, account
    return "", ""


def direction_of(element: Element, default: Direction | None = None) -> Direction:
    code = text_at(element, "CdtDbtInd")
    direction: Direction | None = _DIRECTIONS.get(code) if code else default
    if direction is None:
        raise LineRefused(f"CdtDbtInd: {code!r} is neither CRDT nor DBIT")
    return direction


def required(element: Element, path: str) -> Element:
    found = element.find(path)
    if found is None:
        raise LineRefused(f"{element.tag}/{path} is missing")
    return found
