"""What stands in a letter: every word and figure as the debtor reads it, ready to be set."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from communication.domain.figures import ChargedFee, FigureLine, figure_lines
from communication.domain.wording import Language, Layout, language_of, layout_of
from communication.rendering.catalogue import Catalogue, catalogue
from communication.rendering.contents import find_contents
from communication.rendering.notation import Notation
from communication.rendering.shared_letter import claims_of, claims_table, listed, summed
from communication.rendering.slip import write_slip
from communication.settings import Settings
from statutes import statute_book

_NAMED_ITEMS = 3
_WINDOW_SIZES: Final = ((11.0, 42, 6), (9.0, 50, 8), (7.0, 64, 10))
"""Type size in points, signs in a line of that size, and how many lines the window holds."""
_BREAK: Final = "\u200b"
_LONG_WORD: Final = re.compile(r"\S{30,}")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter before it is set: its layout and the texts in it."""

    layout: Layout
    words: Catalogue
    values: dict[str, str]
    """What sentences may mention, already formatted."""
    view: dict[str, Any]
    contents: dict[str, Sequence[str]]
    """By field that the law wants in this notice: the words that fulfil it."""


def write_letter(message: Any, settings: Settings) -> Letter:
    """The letter of a message, from the figures that were stored with it; of several claims, if they share it."""
    claims = claims_of(message)
    layout = layout_of(message.template, message.content["stage"])
    words = catalogue(letter_language(message.language_code, message.template, layout))
    content = summed(claims) if len(claims) > 1 else message.content
    totals = [total_minor(claim) for claim in claims]
    values = _values(message, words, settings)
    if len(claims) > 1:
        values |= {
            "invoice_number": listed([claim.invoice_number for claim in claims]),
            "case_id": listed([str(claim.case_id) for claim in claims]),
            "total": words.money(sum(totals), message.currency),
        }
    wording = words.letter(message.template, layout)
    sentences = {name: wording[name].format(**values) for name in ("title", "lead", "consequence", "objection")}
    notes = _notes(words.notes(message.template), content, values)
    slips = [_slip(claim, words, values, settings, shared=len(claims) > 1) for claim in claims]
    view: dict[str, Any] = {
        "lang": words.language,
        "title": sentences["title"],
        "office": _office(settings, words),
        "on_behalf": words.label("on_behalf", creditor=message.creditor_name),
        "creditor": message.creditor_name,
        "window": (window := _window(message, settings)),
        "window_size": _window_size(window),
        "facts": _facts(message, words, values, shared=len(claims) > 1),
        "lead": [sentences["lead"]],
        "consequence": [sentences["consequence"]] if sentences["consequence"] else [],
        "objection": [sentences["objection"]] if sentences["objection"] else [],
        "notes": list(notes.values()),
        "consequence_title": words.label("consequence_title"),
        "objection_title": words.label("objection_title"),
        "closing": [words.texts["closing"].format(**values)],
        "slip": slips[0],
        "slips": slips,
        "claims": claims_table(claims, totals, words, lambda claim: words.date(claim.due_date))
        if len(claims) > 1
        else None,
        "page": words.label("page"),
        "of": words.label("of"),
    }
    if layout == "invoice":
        return Letter(layout, words, values, view | _invoice_figures(message, words), {})
    view |= _claim_figures(message, content, words, values)
    each = [_values(claim, words, settings) for claim in claims]
    view["lead"] = [sentences["lead"], *(words.texts["concerning"].format(**one) for one in each)]
    said = [_interest(claim, one, words) for claim, one in zip(claims, each, strict=True)]
    view["interest"] = list(dict.fromkeys(sentence for sentence in said if sentence))
    jurisdiction, notice = message.template[:2].upper(), message.content["step_code"]
    known = jurisdiction in statute_book().jurisdictions
    return Letter(layout, words, values, view, find_contents(view, notes, jurisdiction, notice) if known else {})


def letter_language(code: str, template: str, layout: Layout) -> Language:
    """The reader's language; English for a notice of the law that is not worded in it.

    A plain reminder may be said in general words. A notice may not: it would lack what its law wants it to hold.
    """
    own = language_of(code)
    is_worded_elsewhere = template in catalogue("en").texts["letters"]
    if layout in ("invoice", "reminder") or not is_worded_elsewhere or template in catalogue(own).texts["letters"]:
        return own
    return "en"


def _slip(claim: Any, words: Catalogue, values: dict[str, str], settings: Settings, *, shared: bool) -> dict[str, Any]:
    """The slip of one claim: each is paid with its own reference, so that its money finds it."""
    total = total_minor(claim)
    own = values | {"total": words.money(total, claim.currency)}
    slip = write_slip(claim, words, own, total, settings)
    return slip | ({"title": f"{slip['title']} · {claim.invoice_number}"} if shared else {})


def _interest(claim: Any, values: dict[str, str], words: Catalogue) -> str:
    """From when on interest runs, on what and at which rate; empty for a claim that bears none."""
    if not (values["rate"] or claim.content["balance"]["interest_minor"]):
        return ""
    return words.texts["interest" if values["rate"] else "interest_without_rate"].format(**values)


def _notes(wording: Mapping[str, str], content: Mapping[str, Any], values: dict[str, str]) -> dict[str, str]:
    """The further sentences of a notice by the field they fulfil, without those that do not apply to this claim."""
    has_vat = any(fee.get("vat_minor") for fee in content.get("fees", ()))
    idle = {"vat_statement"} if not has_vat else set[str]()
    if not values["announced"]:
        idle.add("cost_announced")
    return {field: sentence.format(**values) for field, sentence in wording.items() if field not in idle}


def total_minor(message: Any) -> int:
    """What the debtor is asked to pay, in minor units: what is disputed rests."""
    balance = message.content.get("balance")
    return sum(balance.values()) - message.content.get("disputed_minor", 0) if balance else message.gross_minor


def _values(message: Any, words: Catalogue, settings: Settings) -> dict[str, str]:
    content = message.content
    announced = content.get("announced_minor")
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
        "principal": words.money((content.get("balance") or {}).get("principal_minor", 0), message.currency),
        "announced": words.money(announced, message.currency) if announced else "",
        "creditor": message.creditor_name,
        "creditor_address": _creditor_address(message),
        "creditor_contact": message.creditor_email,
        "office": settings.office_name,
        "supervisor": settings.german_supervisor,
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
        lines.append(Notation("en").country(message.country_code).upper())
    return [_breakable(line) for line in lines if line]


def _window_size(lines: Sequence[str]) -> float:
    """The type size in points at which the address fits its window; an ordinary one is set in 11."""
    for size, signs, most in _WINDOW_SIZES:
        if sum(-(-len(line.replace(_BREAK, "")) // signs) for line in lines) <= most:
            return size
    return _WINDOW_SIZES[-1][0]


def _breakable(line: str) -> str:
    """A line whose long words may be broken anywhere: one without a space must not run out of its place."""
    return _LONG_WORD.sub(lambda found: _BREAK.join(found[0]), line)


def _creditor_address(message: Any) -> str:
    """The creditor's address in one line; where it has none on record, its register number and e-mail address."""
    return f"{message.creditor_seat or message.business_code}, {message.creditor_email}"


def _facts(message: Any, words: Catalogue, values: dict[str, str], *, shared: bool) -> list[list[str]]:
    dates = [
        [words.label("invoice_date"), values["invoice_date"]],
        [words.label("due_date"), values["due_date"]],
    ]
    return [
        [words.label("date"), values["as_of"]],
        [words.label("case_id"), values["case_id"]],
        [words.label("invoice_number"), values["invoice_number"]],
        *([] if shared else dates),
        [words.label("creditor"), _breakable(message.creditor_name)],
        [words.label("business_code"), message.business_code],
    ]


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


def _claim_figures(
    message: Any, content: Mapping[str, Any], words: Catalogue, values: dict[str, str]
) -> dict[str, Any]:
    balance = content["balance"]
    fees = [ChargedFee(fee["code"], fee["amount_minor"]) for fee in content["fees"]]
    lines = figure_lines(
        balance["principal_minor"],
        balance["interest_minor"],
        balance["fees_minor"],
        fees,
        disputed_minor=content.get("disputed_minor", 0),
    )
    reckoned = _with_interest_day(values, content, words)
    return {
        "rows": [
            [_line_label(line, words, reckoned), words.amount(line.amount_minor, message.currency)] for line in lines
        ],
        "total": [words.label("total_due"), values["total"]],
    }


def _line_label(line: FigureLine, words: Catalogue, values: dict[str, str]) -> str:
    return words.fee(line.code) if line.kind == "FEE" else words.label(line.kind, **values)


def _with_interest_day(values: dict[str, str], content: Mapping[str, Any], words: Catalogue) -> dict[str, str]:
    """A letter that a hold kept back is dated later than the day its interest was reckoned to."""
    day = content.get("interest_to_date")
    return values | {"as_of": words.date(date.fromisoformat(day))} if day else values
