"""The whole script of a demo from a seed: same seed, same script; nothing is random anywhere else."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from random import Random

from fordring.demo.behaviours import OF_COLLECTION_CASES, SHARES, Life
from fordring.demo.bodies import FAULTS, invent_rows, invoice_body, spoil
from fordring.demo.creditors import CREDITORS, DemoCreditor
from fordring.demo.people import Debtor, invent_debtor
from fordring.demo.script import (
    Action,
    BadSubmission,
    Behaviour,
    DayScript,
    Happening,
    InvoicePlan,
    Kind,
    Payment,
    Portfolio,
    Reversal,
)
from statutes import is_banking_day, next_banking_day
from statutes.references import generate

_LAST_BILLING_BEFORE_END = timedelta(days=21)
_COLLECTION_SHARE = 0.05
_INTERMEDIATION_SHARE = 0.02
_OWN_REFERENCE_SHARE = 0.12
_BAD_SHARE = 0.025
_LONGEST_DELAY_OF_REVERSAL = 30
_CLOSING_DAYS = 9
_FRIDAY = 4
_FIXED_LENGTHS = {"DK_FI_71": 14, "CH_QRR": 26}

Dated = tuple[date, Happening]


def make_portfolio(seed: int, *, invoices: int = 1_040, start: date = date(2025, 9, 1), days: int = 140) -> Portfolio:
    """`invoices` sound invoices handed in over `days` days from `start`, and everything that happens to them."""
    if invoices < len(CREDITORS) or days < 30:
        raise ValueError(f"a portfolio needs at least {len(CREDITORS)} invoices and 30 days")
    end = start + timedelta(days=days - 1)
    plans: list[InvoicePlan] = []
    bad: list[tuple[date, BadSubmission]] = []
    lives: list[list[Dated]] = []
    for index, (creditor, count) in enumerate(_counts(invoices)):
        random = Random(f"{seed}:{creditor.key}")
        own = _make_invoices(random, creditor, index + 1, count, start, end)
        plans += own
        bad += _make_bad(random, creditor, index + 1, own)
        lives += [list(Life(plan, random, banking_day).happenings()) for plan in own if plan.controlled]
    _move_reversals(lives)
    return Portfolio(
        seed=seed,
        start=start,
        end=end,
        closing_date=_closing_date(end),
        creditors=CREDITORS,
        invoices=tuple(plans),
        bad=tuple(submission for _, submission in bad),
        days=tuple(_days(start, end, plans, bad, [dated for life in lives for dated in life])),
    )


@cache
def banking_day(day: date) -> date:
    """The day itself or the next on which banks work in both countries that most debtors live in."""
    while not (is_banking_day("NO", day) and is_banking_day("SE", day)):
        day = next_banking_day("NO", day)
    return day


def _counts(invoices: int) -> list[tuple[DemoCreditor, int]]:
    counts = [max(1, round(invoices * creditor.share)) for creditor in CREDITORS]
    counts[0] += invoices - sum(counts)
    return list(zip(CREDITORS, counts, strict=True))


def _closing_date(end: date) -> date:
    """A Friday after every creditor's last run, so that nothing is under way when the books are compared."""
    day = end + timedelta(days=_CLOSING_DAYS)
    return day + timedelta(days=(_FRIDAY - day.weekday()) % 7)


def _make_invoices(
    random: Random, creditor: DemoCreditor, index: int, count: int, start: date, end: date
) -> list[InvoicePlan]:
    debtors = [
        invent_debtor(random, creditor.country_code, f"{creditor.key[:2].upper()}{number:04}")
        for number in range(1, max(2, count * 7 // 10) + 1)
    ]
    billing_days = _billing_days(creditor, start, end)
    days = sorted(random.choice(billing_days) for _ in range(count))
    collection_count = round(count * _COLLECTION_SHARE)
    behaviours = _behaviours(random, creditor, count - collection_count)
    late = [random.choice(OF_COLLECTION_CASES) for _ in range(collection_count)]
    kinds = [(behaviour, False) for behaviour in behaviours] + [(behaviour, True) for behaviour in late]
    random.shuffle(kinds)
    return [
        _make_invoice(random, creditor, f"{start:%y}{index}{number:05}", day, random.choice(debtors), *kind)
        for number, (day, kind) in enumerate(zip(days, kinds, strict=True), start=1)
    ]


def _billing_days(creditor: DemoCreditor, start: date, end: date) -> list[date]:
    last = (end - _LAST_BILLING_BEFORE_END - start).days
    days = [start + timedelta(days=offset) for offset in range(last + 1)]
    return [day for day in days if day.weekday() in creditor.billing_weekdays]


def _behaviours(random: Random, creditor: DemoCreditor, count: int) -> list[Behaviour]:
    """Each behaviour at least once where there are invoices enough; only OCR files can take payments back."""
    chosen: list[Behaviour] = []
    for behaviour, part in SHARES.items():
        if behaviour is not Behaviour.CHARGED_BACK or creditor.by_ocr_file:
            chosen += [behaviour] * max(1, round(count * part))
    random.shuffle(chosen)
    chosen = chosen[:count]
    chosen += [Behaviour.PAYS_IN_TIME] * (count - len(chosen))
    random.shuffle(chosen)
    return chosen


def _make_invoice(
    random: Random,
    creditor: DemoCreditor,
    number: str,
    submit_date: date,
    debtor: Debtor,
    behaviour: Behaviour,
    collection: bool,
) -> InvoicePlan:
    rows, net_minor, vat_minor = invent_rows(random, creditor)
    invoice_date = submit_date
    if collection:
        invoice_date -= timedelta(days=random.randint(60, 110))
    due_date = invoice_date + timedelta(days=random.choice(creditor.term_days))
    controlled = collection or creditor.by_ocr_file or random.random() >= _INTERMEDIATION_SHARE
    has_reference = random.random() < _OWN_REFERENCE_SHARE
    return InvoicePlan(
        creditor=creditor,
        number=number,
        submit_date=submit_date,
        due_date=due_date,
        gross_minor=net_minor + vat_minor,
        debtor=debtor,
        behaviour=behaviour,
        collection=collection,
        controlled=controlled,
        body=invoice_body(
            creditor,
            debtor,
            number,
            invoice_date=invoice_date,
            due_date=due_date,
            rows=rows,
            net_minor=net_minor,
            vat_minor=vat_minor,
            reference=reference_of(creditor, f"77{number}") if has_reference else None,
            collection=collection,
            controlled=controlled,
        ),
    )


def _make_bad(
    random: Random, creditor: DemoCreditor, index: int, plans: Sequence[InvoicePlan]
) -> list[tuple[date, BadSubmission]]:
    """Spoilt copies of sound invoices, each handed in with a batch in which its model has been."""
    spoilt: list[tuple[date, BadSubmission]] = []
    for number in range(max(len(FAULTS), round(len(plans) * _BAD_SHARE))):
        fault = FAULTS[number % len(FAULTS)]
        model = random.choice([plan for plan in plans if not plan.collection and plan.controlled] or plans)
        reference = reference_of(creditor, f"66{index}{number:04}")
        body = spoil(model.body, fault, used_number=model.number, wrong_reference=wrong_digit(reference))
        if fault != "number used before":
            body["invoice"]["header"]["number"] = f"{model.number}9{number:03}"
        spoilt.append((model.submit_date, BadSubmission(creditor, fault, body)))
    return spoilt


def reference_of(creditor: DemoCreditor, number: str) -> str:
    """The number with check digits of the creditor's scheme, filled with zeros where its length is fixed."""
    scheme = creditor.reference_scheme
    return generate(scheme, number.zfill(_FIXED_LENGTHS.get(scheme, 0)))


def wrong_digit(reference: str) -> str:
    """The reference with another last digit: no scheme's check digits survive it."""
    return f"{reference[:-1]}{(int(reference[-1]) + 1) % 10}"


def unknown_reference(payment: Payment) -> str:
    """A reference with right check digits that nobody was ever given."""
    return reference_of(payment.invoice.creditor, f"55{payment.invoice.number}")


def _move_reversals(lives: Sequence[list[Dated]]) -> None:
    """Put each reversal on a day whose other payments surely exceed it: then the bank's lump sum of the day is positive.

    What its debtor does afterwards is moved along; a reversal that finds no such day does not happen.
    """
    incoming: dict[tuple[str, date], int] = defaultdict(int)
    for day, happening in (dated for life in lives for dated in life):
        if isinstance(happening, Payment) and happening.kind is Kind.FIXED:
            incoming[happening.invoice.creditor.account_id, day] += happening.amount_minor
    for life in lives:
        place = next((index for index, (_, what) in enumerate(life) if isinstance(what, Reversal)), None)
        if place is not None:
            life[place:] = _moved(life[place:], incoming)


def _moved(rest: Sequence[Dated], incoming: dict[tuple[str, date], int]) -> list[Dated]:
    (wanted, reversal), *later = rest
    assert isinstance(reversal, Reversal)
    payment = reversal.payment
    account_id = payment.invoice.creditor.account_id
    for delay in range(_LONGEST_DELAY_OF_REVERSAL):
        day = wanted + timedelta(days=delay)
        if incoming[account_id, day] > payment.amount_minor:
            incoming[account_id, day] -= payment.amount_minor
            return [(day, reversal), *((max(when, banking_day(day + timedelta(days=5))), what) for when, what in later)]
    return []


def _days(
    start: date,
    end: date,
    plans: Iterable[InvoicePlan],
    bad: Iterable[tuple[date, BadSubmission]],
    lives: Iterable[Dated],
) -> Iterable[DayScript]:
    """The days on which something happens, in order; what would come after the end does not."""
    days: dict[date, DayScript] = {}

    def at(day: date) -> DayScript:
        return days.setdefault(day, DayScript(day))

    for plan in plans:
        at(plan.submit_date).submissions.setdefault(plan.creditor.key, []).append(plan)
    for day, submission in bad:
        at(day).submissions[submission.creditor.key].append(submission)
    for day, happening in lives:
        if day > end:
            continue
        match happening:
            case Payment():
                at(day).payments.append(happening)
            case Reversal():
                at(day).reversals.append(happening)
            case Action():
                at(day).actions.setdefault(happening.invoice.creditor.key, []).append(happening)
    assert all(start <= day <= end for day in days)
    return [days[day] for day in sorted(days)]
