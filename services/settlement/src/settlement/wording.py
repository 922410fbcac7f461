"""The words of the printed report, and how its languages write amounts and dates."""

from collections.abc import Mapping
from datetime import date

from money import Money

_ENGLISH: Mapping[str, str] = {
    "title": "Settlement",
    "paid_out": "Paid out to you",
    "creditor": "Creditor",
    "number": "Settlement no.",
    "date": "Settlement date",
    "period": "Period",
    "currency": "Currency",
    "account": "Account",
    "reference": "Reference",
    "invoice": "Invoice",
    "case": "Case",
    "when": "Date",
    "principal": "Principal",
    "interest": "Interest",
    "fees": "Fees",
    "total": "Collected",
    "own": "Our part",
    "sum": "Sum",
    "reversal": "taken back",
    "collected": "Collected from debtors",
    "fee_share": "Our part of interest and fees",
    "commission": "Commission",
    "vat": "VAT",
    "net": "Payout",
    "page": "Page",
    "of": "of",
    "note": "Amounts with a minus sign were taken back by the debtor's bank. Our part includes VAT.",
    "deferred": "Our part that reversals gave back is set against later settlements; moved here:",
    "transfers": "Transfers to you",
    "several": "one per transfer, see below",
    "transfer": "Reference at the bank",
    "payment_reference": "Payment reference",
}
_NORWEGIAN: Mapping[str, str] = {
    "title": "Oppgjør",
    "paid_out": "Utbetalt til dere",
    "creditor": "Kreditor",
    "number": "Oppgjørsnr.",
    "date": "Oppgjørsdato",
    "period": "Periode",
    "currency": "Valuta",
    "account": "Konto",
    "reference": "Referanse",
    "invoice": "Faktura",
    "case": "Sak",
    "when": "Dato",
    "principal": "Hovedstol",
    "interest": "Renter",
    "fees": "Gebyrer",
    "total": "Innbetalt",
    "own": "Vår andel",
    "sum": "Sum",
    "reversal": "tilbakeført",
    "collected": "Innbetalt fra skyldnere",
    "fee_share": "Vår andel av renter og gebyrer",
    "commission": "Provisjon",
    "vat": "Merverdiavgift",
    "net": "Utbetaling",
    "page": "Side",
    "of": "av",
    "note": "Beløp med minus er tilbakeført av skyldnerens bank. Vår andel er inkludert merverdiavgift.",
    "deferred": "Vår andel som tilbakeføringer gir tilbake, trekkes fra i senere oppgjør; flyttet her:",
    "transfers": "Overføringer til dere",
    "several": "én per overføring, se under",
    "transfer": "Referanse i banken",
    "payment_reference": "KID / betalingsreferanse",
}
_SWEDISH: Mapping[str, str] = {
    "title": "Avräkning",
    "paid_out": "Utbetalt till er",
    "creditor": "Borgenär",
    "number": "Avräkningsnr",
    "date": "Avräkningsdatum",
    "period": "Period",
    "currency": "Valuta",
    "account": "Konto",
    "reference": "Referens",
    "invoice": "Faktura",
    "case": "Ärende",
    "when": "Datum",
    "principal": "Kapital",
    "interest": "Ränta",
    "fees": "Avgifter",
    "total": "Inbetalt",
    "own": "Vår del",
    "sum": "Summa",
    "reversal": "återförd",
    "collected": "Inbetalt från gäldenärer",
    "fee_share": "Vår del av ränta och avgifter",
    "commission": "Provision",
    "vat": "Moms",
    "net": "Utbetalning",
    "page": "Sida",
    "of": "av",
    "note": "Belopp med minus har återförts av gäldenärens bank. Vår del är inklusive moms.",
    "deferred": "Vår del som återföringar ger tillbaka räknas av i senare avräkningar; flyttat här:",
    "transfers": "Överföringar till er",
    "several": "en per överföring, se nedan",
    "transfer": "Referens i banken",
    "payment_reference": "Betalningsreferens",
}
_WORDS = {"en": _ENGLISH, "nb": _NORWEGIAN, "no": _NORWEGIAN, "nn": _NORWEGIAN, "sv": _SWEDISH, "se": _SWEDISH}
_NARROW_SPACE = "\u202f"


def words_of(language_code: str) -> Mapping[str, str]:
    """The report's words; English where a language is not written yet."""
    return _WORDS.get(language_code.lower(), _ENGLISH)


def amount_text(amount_minor: int, currency: str, language_code: str) -> str:
    """ "1 234,50" in the Nordic languages, "1,234.50" in English, with a real minus sign."""
    plain = f"{abs(Money(amount_minor, currency).to_decimal()):,}"
    if words_of(language_code) is not _ENGLISH:
        plain = plain.replace(",", _NARROW_SPACE).replace(".", ",")
    return f"−{plain}" if amount_minor < 0 else plain


def date_text(day: date, language_code: str) -> str:
    if words_of(language_code) is _NORWEGIAN:
        return f"{day:%d.%m.%Y}"
    if words_of(language_code) is _SWEDISH:
        return day.isoformat()
    return f"{day:%Y-%m-%d}"


def iban_text(iban: str) -> str:
    """In groups of four, as on paper."""
    return _NARROW_SPACE.join(iban[start : start + 4] for start in range(0, len(iban), 4))
