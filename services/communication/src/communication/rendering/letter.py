"""What stands in a letter: every word and figure as the debtor reads it, ready to be set."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale

from communication.domain.figures import ChargedFee, FigureLine, figure_lines
from communication.domain.wording import (
    Language,
    Layout,
    domestic_account,
    grouped,
    language_of,
    layout_of,
    reference_label,
)
from communication.rendering.catalogue import Catalogue, catalogue
from communication.settings import Settings

_NAMED_ITEMS = 3


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter before it is set: its layout and the texts in it."""

    layout: Layout
    words: Catalogue
    values: dict[str, str]
    """What sentences may mention, already formatted."""
    view: dict[str, Any]


def write_letter(message: Any, settings: Settings) -> Letter:
    """The letter of a message, from the figures that were stored with it."""
    words = catalogue(_worded(language_of(message.language_code)))
    layout = layout_of(message.template, message.content["stage"])
    values = _values(message, words, settings)
    sentences = {name: text.format(**values) for name, text in words.letter(message.template, layout).items()}
    view: dict[str, Any] = {
        "lang": words.language,
        "title": sentences["title"],
        "office": _office(settings, words),
        "on_behalf": words.label("on_behalf", creditor=message.creditor_name),
        "window": _window(message, settings),
        "facts": _facts(message, words, values),
        "lead": [sentences["lead"]],
        "consequence": [sentences["consequence"]] if sentences["consequence"] else [],
        "objection": [sentences["objection"]] if sentences["objection"] else [],
        "consequence_title": words.label("consequence_title"),
        "objection_title": words.label("objection_title"),
        "closing": [words.texts["closing"].format(**values)],
        "slip": _slip(message, words, values, settings),
        "page": words.label("page"),
        "of": words.label("of"),
    }
    figures = _invoice_figures(message, words) if layout == "invoice" else _claim_figures(message, words, values)
    return Letter(layout, words, values, view | figures)


def _worded(language: Language) -> Language:
    """The language itself where letters are written in it, else English."""
    return language if language in ("nb", "sv") else "en"


def total_minor(message: Any) -> int:
    """What the debtor is asked to pay, in minor units."""
    balance = message.content.get("balance")
    return sum(balance.values()) if balance else message.gross_minor


def _values(message: Any, words: Catalogue, settings: Settings) -> dict[str, str]:
    content = message.content
    rate, interest_from = content.get("interest_rate"), content.get("interest_from_date")
    return {
        "invoice_number": message.invoice_number,
        "invoice_date": words.date(message.invoice_date),
        "due_date": words.date(message.due_date),
        "as_of": words.date(message.as_of),
        "deadline_date": words.date(date.fromisoformat(content["deadline_date"])),
        "interest_from_date": words.date(date.fromisoformat(interest_from)) if interest_from else "",
        "rate": words.number(Decimal(rate)) if rate else "",
        "total": words.money(total_minor(message), message.currency),
        "creditor": message.creditor_name,
        "case_id": str(message.case_id),
        "items": "; ".join(line["text"] for line in message.lines[:_NAMED_ITEMS]),
        "email": settings.office_email,
        "phone": settings.office_phone.replace(" ", "\u00a0"),
    }


def _office(settings: Settings, words: Catalogue) -> dict[str, str]:
    place = f"{settings.office_street}, {settings.office_place}"
    contact = f"{settings.office_email} · {words.label('phone')} {settings.office_phone}"
    return {
        "name": settings.office_name,
        "return_line": f"{settings.office_name}, {place}",
        "footer": f"{settings.office_name} · {place} · {contact}",
    }


def _window(message: Any, settings: Settings) -> list[str]:
    """The address in the window; the country in English for post that leaves the country."""
    place = f"{message.postal_code} {message.postal_district}".strip()
    lines = [message.name, message.street2, message.street, place]
    if message.country_code != settings.office_country:
        lines.append(str(Locale("en").territories.get(message.country_code, message.country_code)).upper())
    return [line for line in lines if line]


def _facts(message: Any, words: Catalogue, values: dict[str, str]) -> list[list[str]]:
    return [
        [words.label("date"), values["as_of"]],
        [words.label("case_id"), values["case_id"]],
        [words.label("invoice_number"), values["invoice_number"]],
        [words.label("invoice_date"), values["invoice_date"]],
        [words.label("due_date"), values["due_date"]],
        [words.label("creditor"), message.creditor_name],
        [words.label("business_code"), message.business_code],
    ]


def _slip(message: Any, words: Catalogue, values: dict[str, str], settings: Settings) -> dict[str, Any]:
    iban = message.payment_iban
    account = domestic_account(iban)
    return {
        "title": words.label("slip"),
        "account": [words.label("account" if account else "iban"), account or grouped(iban)],
        "iban": [words.label("iban"), grouped(iban)] if account else [" ", " "],
        "reference": [words.label(reference_label(message.payment_reference, iban)), message.payment_reference],
        "payee": [words.label("payee"), settings.office_name],
        "amount": [words.label("to_pay"), values["total"]],
        "due": [words.label("pay_by"), values["deadline_date"]],
    }


def _invoice_figures(message: Any, words: Catalogue) -> dict[str, Any]:
    currency = message.currency
    head = [words.label(name) for name in ("item", "quantity", "unit_price", "item_vat", "amount")]
    rows = [
        [
            line["text"],
            words.number(Decimal(line["quantity"])),
            words.amount(line["unit_price_minor"], currency),
            f"{words.number(Decimal(line['vat']) / 100)} %",
            words.amount(line["net_minor"], currency),
        ]
        for line in message.lines
    ]
    net_minor = message.gross_minor - message.vat_minor
    return {
        "items": {"head": head, "rows": rows},
        "rows": [
            [words.label("net"), words.amount(net_minor, currency)],
            [words.label("vat"), words.amount(message.vat_minor, currency)],
        ],
        "total": [words.label("total_due"), words.money(message.gross_minor, currency)],
    }


def _claim_figures(message: Any, words: Catalogue, values: dict[str, str]) -> dict[str, Any]:
    content = message.content
    balance = content["balance"]
    fees = [ChargedFee(fee["code"], fee["amount_minor"]) for fee in content["fees"]]
    lines = figure_lines(balance["principal_minor"], balance["interest_minor"], balance["fees_minor"], fees)
    sentence = "interest" if values["rate"] else "interest_without_rate"
    has_interest = bool(values["rate"] or balance["interest_minor"])
    return {
        "lead": [
            words.letter(message.template, layout_of(message.template, content["stage"]))["lead"].format(**values),
            words.texts["concerning"].format(**values),
        ],
        "rows": [
            [_line_label(line, words, values), words.amount(line.amount_minor, message.currency)] for line in lines
        ],
        "total": [words.label("total_due"), values["total"]],
        "interest": [words.texts[sentence].format(**values)] if has_interest else [],
    }


def _line_label(line: FigureLine, words: Catalogue, values: dict[str, str]) -> str:
    return words.fee(line.code) if line.kind == "FEE" else words.label(line.kind, **values)
