"""What happens to an invoice, by its behaviour: days, amounts, actions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from fordring.demo.bodies import major
from fordring.demo.script import Action, Behaviour, Happening, InvoicePlan, Kind, Payment, Reversal, Writes

SHARES = {
    Behaviour.PAYS_AFTER_REMINDER: 0.10,
    Behaviour.PAYS_AFTER_NOTICE: 0.06,
    Behaviour.PAYS_AFTER_TRANSFER: 0.05,
    Behaviour.PAYS_IN_PARTS: 0.05,
    Behaviour.PAYS_A_PART: 0.03,
    Behaviour.NEVER_PAYS: 0.06,
    Behaviour.WRONG_CHECK_DIGIT: 0.02,
    Behaviour.UNKNOWN_REFERENCE: 0.015,
    Behaviour.NO_REFERENCE: 0.02,
    Behaviour.REFERENCE_IN_TEXT: 0.02,
    Behaviour.PAYS_TWICE: 0.02,
    Behaviour.OVERPAYS: 0.02,
    Behaviour.PAYS_DIRECTLY: 0.02,
    Behaviour.PAYS_DIRECTLY_TOO_MUCH: 0.01,
    Behaviour.CREDITED: 0.015,
    Behaviour.CREDITED_IN_PART: 0.015,
    Behaviour.DISPUTES: 0.015,
    Behaviour.PAUSED_UNTIL: 0.01,
    Behaviour.PAUSED_OPEN: 0.01,
    Behaviour.WITHDRAWN: 0.015,
    Behaviour.CHARGED_BACK: 0.01,
}
"""The share of each behaviour; all others pay in time."""

OF_COLLECTION_CASES = (
    Behaviour.PAYS_AFTER_REMINDER,
    Behaviour.PAYS_AFTER_NOTICE,
    Behaviour.PAYS_AFTER_TRANSFER,
    Behaviour.PAYS_A_PART,
    Behaviour.NEVER_PAYS,
)
"""What an invoice that is overdue when it is handed in can still do."""


@dataclass(slots=True)
class Life:
    """One invoice's future: yields what happens, each with its day."""

    invoice: InvoicePlan
    random: Random
    banking_day: Callable[[date], date]
    payments: int = 0

    def happenings(self) -> Iterator[tuple[date, Happening]]:
        """The days are banking days and no two happenings of an invoice share one."""
        before = self.invoice.submit_date
        for day, happening in _LIVES[self.invoice.behaviour](self):
            before = self.banking_day(max(day, before + timedelta(days=1)))
            yield before, happening

    # the days a life turns on

    def in_time(self) -> date:
        term = (self.invoice.due_date - self.invoice.submit_date).days
        return self.invoice.submit_date + timedelta(days=self.random.randint(max(2, term // 2), max(3, term - 1)))

    def after_step(self, step: int) -> date:
        """A few days after a step (0 reminder, 1 notice, 2 transfer) can have reached the debtor."""
        base = self.invoice.due_date
        if self.invoice.collection:  # its reminder goes out at once, and the rest follows from there
            base = self.invoice.submit_date - timedelta(days=self.invoice.creditor.step_days[0] - 2)
        return base + timedelta(days=self.invoice.creditor.step_days[step] + self.random.randint(3, 9))

    def later(self, day: date, least: int, most: int) -> date:
        return day + timedelta(days=self.random.randint(least, most))

    # what can happen

    def pays(
        self, amount_minor: int | None = None, *, writes: Writes = Writes.REFERENCE, kind: Kind = Kind.FIXED
    ) -> Payment:
        self.payments += 1
        name = f"{self.invoice.creditor.key.upper()}-{self.invoice.number}-{self.payments}"
        amount = self.invoice.gross_minor if amount_minor is None else amount_minor
        return Payment(self.invoice, name, amount, kind, writes)

    def pays_the_balance(self) -> Payment:
        return self.pays(0, kind=Kind.BALANCE)

    def a_part(self, lowest: int, highest: int) -> int:
        return self.invoice.gross_minor * self.random.randint(lowest, highest) // 100

    def asks(self, code: str, comment: str, **data: object) -> Action:
        return Action(self.invoice, code, comment, data)

    def paid_directly(self, day: date, amount_minor: int) -> Action:
        return self.asks(
            "DIRECTPAYMENT",
            "Paid to our own account",
            paymentMethod="Bankgiro",
            amount=major(amount_minor),
            currency=self.invoice.creditor.currency,
            paymentDate=self.banking_day(day).isoformat(),
            reference=f"B-{self.invoice.number}",
        )

    def credited(self, day: date, amount_minor: int) -> Action:
        return self.asks(
            "CREDITNOTE",
            "Credited",
            amount=major(amount_minor),
            currency=self.invoice.creditor.currency,
            creditNoteNumber=f"K{self.invoice.number}",
            date=self.banking_day(day).isoformat(),
        )


Story = Iterator[tuple[date, Happening]]


def _in_time(life: Life) -> Story:
    yield life.in_time(), life.pays()


def _after(step: int) -> Callable[[Life], Story]:
    def story(life: Life) -> Story:
        yield life.after_step(step), life.pays_the_balance()

    return story


def _in_parts(life: Life) -> Story:
    yield life.in_time(), life.pays(life.a_part(30, 70))
    yield life.after_step(life.random.choice((0, 1))), life.pays_the_balance()


def _a_part(life: Life) -> Story:
    day = life.after_step(1) if life.invoice.collection else life.in_time()
    yield day, life.pays(life.a_part(20, 60))


def _never(life: Life) -> Story:
    yield from ()


def _wrong_digit(life: Life) -> Story:
    yield life.in_time(), life.pays(writes=Writes.WRONG_DIGIT)
    yield life.after_step(0), life.pays_the_balance()


def _wrongly(writes: Writes) -> Callable[[Life], Story]:
    def story(life: Life) -> Story:
        yield life.in_time(), life.pays(writes=writes)

    return story


def _twice(life: Life) -> Story:
    day = life.in_time()
    yield day, life.pays()
    yield life.later(day, 2, 6), life.pays()


def _too_much(life: Life) -> Story:
    yield life.in_time(), life.pays(life.invoice.gross_minor + life.random.choice((1, 100, 5_000, 12_345)))


def _directly(life: Life) -> Story:
    day = life.later(life.invoice.due_date, -6, 4)
    yield day, life.paid_directly(day, life.invoice.gross_minor)


def _directly_too_much(life: Life) -> Story:
    day = life.later(life.invoice.due_date, -6, 4)
    yield day, life.paid_directly(day, life.invoice.gross_minor + life.random.randint(100, 20_000))


def _credited(life: Life) -> Story:
    day = life.later(life.invoice.due_date, -8, 25)
    yield day, life.credited(day, life.invoice.gross_minor)


def _credited_in_part(life: Life) -> Story:
    day = life.later(life.invoice.submit_date, 2, 5)
    yield day, life.credited(day, life.a_part(10, 50))
    yield life.later(life.invoice.due_date, -3, -1), life.pays_the_balance()


def _disputes(life: Life) -> Story:
    day = life.later(life.invoice.due_date, -3, 12)
    yield day, life.asks("OBJECTION", "The debtor disputes the quantity")
    resumed = life.later(day, 9, 20)
    yield resumed, life.asks("RESUME", "Delivery was proved")
    yield life.later(resumed, 4, 25), life.pays_the_balance()


def _paused_until(life: Life) -> Story:
    day = life.later(life.invoice.due_date, -2, 3)
    until = life.later(day, 12, 24)
    yield day, life.asks("PAUSE", "The debtor asked for time", untilDate=until.isoformat())
    yield life.later(until, 3, 12), life.pays_the_balance()


def _paused_open(life: Life) -> Story:
    day = life.later(life.invoice.due_date, -2, 3)
    yield day, life.asks("PAUSE", "A complaint is looked into")
    resumed = life.later(day, 8, 20)
    yield resumed, life.asks("RESUME", "The complaint is settled")
    yield life.later(resumed, 3, 20), life.pays_the_balance()


def _withdrawn(life: Life) -> Story:
    yield life.later(life.invoice.due_date, -8, 30), life.asks("WITHDRAW", "Sent to the wrong party")


def _charged_back(life: Life) -> Story:
    day = life.in_time()
    paid = life.pays()
    yield day, paid
    yield life.later(day, 2, 12), Reversal(paid)
    yield life.later(life.invoice.due_date, 22, 40), life.pays_the_balance()


_LIVES: dict[Behaviour, Callable[[Life], Story]] = {
    Behaviour.PAYS_IN_TIME: _in_time,
    Behaviour.PAYS_AFTER_REMINDER: _after(0),
    Behaviour.PAYS_AFTER_NOTICE: _after(1),
    Behaviour.PAYS_AFTER_TRANSFER: _after(2),
    Behaviour.PAYS_IN_PARTS: _in_parts,
    Behaviour.PAYS_A_PART: _a_part,
    Behaviour.NEVER_PAYS: _never,
    Behaviour.WRONG_CHECK_DIGIT: _wrong_digit,
    Behaviour.UNKNOWN_REFERENCE: _wrongly(Writes.UNKNOWN),
    Behaviour.NO_REFERENCE: _wrongly(Writes.NOTHING),
    Behaviour.REFERENCE_IN_TEXT: _wrongly(Writes.IN_TEXT),
    Behaviour.PAYS_TWICE: _twice,
    Behaviour.OVERPAYS: _too_much,
    Behaviour.PAYS_DIRECTLY: _directly,
    Behaviour.PAYS_DIRECTLY_TOO_MUCH: _directly_too_much,
    Behaviour.CREDITED: _credited,
    Behaviour.CREDITED_IN_PART: _credited_in_part,
    Behaviour.DISPUTES: _disputes,
    Behaviour.PAUSED_UNTIL: _paused_until,
    Behaviour.PAUSED_OPEN: _paused_open,
    Behaviour.WITHDRAWN: _withdrawn,
    Behaviour.CHARGED_BACK: _charged_back,
}
