"""Each fact's bookkeeping, and what must hold for any facts."""

from collections.abc import Sequence

import pytest
from accounting_factories import (
    ACCOUNT,
    CREDITOR_ID,
    DAY,
    a_charge,
    a_claim_changed,
    a_claim_charged,
    a_disowned_payment,
    a_failed_payout,
    a_failed_refund,
    a_payment,
    a_payout,
    a_refund,
    a_reversal,
    a_settlement,
    an_allocation,
    an_invoice,
    balances,
    parts,
)
from hypothesis import given
from hypothesis import strategies as st

from accounting.domain.posting import POSTINGS, CreditorUntold, ForeignCharge, Invoice, book
from accounting.domain.voucher import UnbalancedVoucher, Voucher
from contracts import Event, Part
from contracts.event import EVENTS

BANK = f"1930:{ACCOUNT}"
OWED = f"2400:{CREDITOR_ID}"
INVOICE = Invoice(
    100_001,
    CREDITOR_ID,
    "2025-1",
    "NOK",
    gross_minor=125_000,
    vat_minor=25_000,
    invoice_date=DAY,
    due_date=DAY,
    accepted_date=DAY,
)
COVERED = parts(REMINDER_FEE=3_500, INTEREST=925, PRINCIPAL=100_000)

RULES: list[tuple[str, Event, dict[str, dict[str, int]]]] = [
    (
        "an invoice is a receivable against sales and output VAT",
        an_invoice(),
        {"CREDITOR": {"1500": 125_000, "3000": -100_000, "2700": -25_000}},
    ),
    (
        "an invoice without VAT has no VAT line",
        an_invoice(vat_minor=0, payment_control=False),
        {"CREDITOR": {"1500": 125_000, "3000": -125_000}},
    ),
    (
        "a step's fee is booked with its VAT, its interest apart",
        a_claim_charged(charges=(a_charge(amount_minor=3_500, vat_minor=875),)),
        {"CREDITOR": {"1510": 925, "8050": -925, "1520": 4_375, "3900": -4_375}},
    ),
    ("a step without charges books nothing", a_claim_charged(charges=(), interest_minor=0), {}),
    (
        "accrued interest is owed and earned",
        a_claim_changed(cause="INTEREST_ACCRUED", parts=parts(INTEREST=77)),
        {"CREDITOR": {"1510": 77, "8050": -77}},
    ),
    (
        "a direct payment stands on the creditor's own bank account",
        a_claim_changed(cause="DIRECT_PAYMENT", parts=parts(PRINCIPAL=-500)),
        {"CREDITOR": {"1920": 500, "1500": -500}},
    ),
    (
        "a full credit note takes back sales and VAT",
        a_claim_changed(),
        {"CREDITOR": {"3000": 100_000, "2700": 25_000, "1500": -125_000}},
    ),
    (
        "a credit note of a fifth takes back a fifth of the VAT",
        a_claim_changed(principal_left_minor=100_000, parts=parts(PRINCIPAL=-25_000)),
        {"CREDITOR": {"3000": 20_000, "2700": 5_000, "1500": -25_000}},
    ),
    (
        "what is waived was never earned",
        a_claim_changed(cause="WAIVED", parts=parts(INTEREST=-925, REMINDER_FEE=-3_500)),
        {"CREDITOR": {"8050": 925, "1510": -925, "3900": 3_500, "1520": -3_500}},
    ),
    (
        "a small balance goes against the income it came from",
        a_claim_changed(cause="SMALL_BALANCE", parts=parts(INTEREST=-12)),
        {"CREDITOR": {"8050": 12, "1510": -12}},
    ),
    (
        "a write-off is a loss on every component",
        a_claim_changed(cause="WRITTEN_OFF", parts=parts(PRINCIPAL=-1_000, INTEREST=-20, COLLECTION_FEE=-3)),
        {"CREDITOR": {"7830": 1_023, "1500": -1_000, "1510": -20, "1520": -3}},
    ),
    (
        "a claim changed by a payment is booked by the payment's own fact",
        a_claim_changed(cause="PAYMENT_ALLOCATED"),
        {},
    ),
    (
        "a claim changed by a reversal is booked by the reversal's own fact",
        a_claim_changed(cause="PAYMENT_REVERSED", parts=parts(PRINCIPAL=5)),
        {},
    ),
    (
        "money that arrives is nobody's yet",
        a_payment(),
        {"CLIENT_MONEY": {BANK: 130_000, "2410": -130_000}},
    ),
    (
        "an allocated payment is owed to the creditor, its surplus to the debtor",
        an_allocation(COVERED, 600),
        {
            "CLIENT_MONEY": {"2410": 105_025, OWED: -104_425, "2420": -600},
            "CREDITOR": {"1580": 104_425, "1500": -100_000, "1510": -925, "1520": -3_500},
        },
    ),
    (
        "a payment that is all surplus does not touch the creditor's books",
        an_allocation((), 600),
        {"CLIENT_MONEY": {"2410": 600, "2420": -600}},
    ),
    (
        "a reversal takes back what was spread",
        a_reversal(COVERED, 600),
        {
            "CLIENT_MONEY": {BANK: -105_025, OWED: 104_425, "2420": 600},
            "CREDITOR": {"1580": -104_425, "1500": 100_000, "1510": 925, "1520": 3_500},
        },
    ),
    (
        "a reversal of money that was never matched takes it from the unallocated receipts",
        a_reversal((), amount_minor=700, unmatched_minor=700, creditor_id=None, case_id=None),
        {"CLIENT_MONEY": {BANK: -700, "2410": 700}},
    ),
    (
        "what a collector passes on to the creditor stands on the creditor's bank account",
        a_claim_changed(cause="COLLECTED", remitted_to="CREDITOR", parts=parts(PRINCIPAL=-1_000, REMINDER_FEE=-35)),
        {"CREDITOR": {"1500": -1_000, "1520": -35, "1920": 1_035}},
    ),
    (
        "what a collector will pass on to the office is due from the collector, and no client money yet",
        a_claim_changed(cause="COLLECTED", remitted_to="OFFICE", parts=parts(PRINCIPAL=-1_000, REMINDER_FEE=-35)),
        {"CREDITOR": {"1500": -1_000, "1520": -35, "1575": 1_035}},
    ),
    (
        "when it stands on the client account the collector owes nothing more",
        an_allocation(parts(PRINCIPAL=1_000, REMINDER_FEE=35), 50, collected_before=True),
        {"CLIENT_MONEY": {"2410": 1_085, OWED: -1_035, "2420": -50}, "CREDITOR": {"1580": 1_035, "1575": -1_035}},
    ),
    (
        "a collector's payment taken back is due from the collector again",
        a_reversal(parts(PRINCIPAL=1_000), collected_before=True),
        {"CLIENT_MONEY": {BANK: -1_000, OWED: 1_000}, "CREDITOR": {"1580": -1_000, "1575": 1_000}},
    ),
    (
        "a settlement splits what was allocated into net, our share and VAT",
        a_settlement(),
        {
            "CREDITOR": {"1585": 85_312, "7770": 11_750, "2710": 2_938, "1580": -100_000},
            "CLIENT_MONEY": {OWED: 100_000, "2440": -85_312, "2450": -14_688},
            "OWN": {"1510": 14_688, "3100": -10_000, "3110": -1_750, "2700": -2_938},
        },
    ),
    (
        "a settlement whose reversals outweigh our share still balances",
        a_settlement(allocated_minor=1_000, fee_share_minor=-300, commission_minor=100, vat_minor=0),
        {
            "CREDITOR": {"1585": 1_200, "7770": -200, "1580": -1_000},
            "CLIENT_MONEY": {OWED: 1_000, "2440": -1_200, "2450": 200},
            "OWN": {"1510": -200, "3100": -100, "3110": 300},
        },
    ),
    (
        "a paid creditor has the money on their bank account",
        a_payout("CREDITOR", 85_312),
        {"CLIENT_MONEY": {"2440": 85_312, BANK: -85_312}, "CREDITOR": {"1920": 85_312, "1585": -85_312}},
    ),
    (
        "our own share leaves the client funds",
        a_payout("OWN", 14_688),
        {"CLIENT_MONEY": {"2450": 14_688, BANK: -14_688}, "OWN": {"1940:NOK": 14_688, "1510": -14_688}},
    ),
    (
        "a returned payout stands underway again",
        a_failed_payout("CREDITOR", 85_312, returned=True),
        {"CLIENT_MONEY": {"2440": -85_312, BANK: 85_312}, "CREDITOR": {"1920": -85_312, "1585": 85_312}},
    ),
    (
        "our returned share is due again",
        a_failed_payout("OWN", 14_688, returned=True),
        {"CLIENT_MONEY": {"2450": -14_688, BANK: 14_688}, "OWN": {"1940:NOK": -14_688, "1510": 14_688}},
    ),
    ("a refused payout never left", a_failed_payout("CREDITOR", 85_312, returned=False), {}),
]


@pytest.mark.parametrize(("fact", "expected"), [pytest.param(fact, want, id=name) for name, fact, want in RULES])
def test_a_fact_is_booked_by_its_rule(fact: Event, expected: dict[str, dict[str, int]]) -> None:
    vouchers = book(fact, {INVOICE.case_id: INVOICE})
    booked = {name: balances(vouchers, name) for name in ("CREDITOR", "CLIENT_MONEY", "OWN")}
    assert {name: sums for name, sums in booked.items() if sums} == expected


@pytest.mark.parametrize("fact", [pytest.param(fact, id=name) for name, fact, _ in RULES])
def test_only_the_creditors_book_belongs_to_a_creditor(fact: Event) -> None:
    for voucher in book(fact, {INVOICE.case_id: INVOICE}):
        assert (voucher.creditor_id is not None) == (voucher.book == "CREDITOR")


def test_a_line_names_the_charge_the_component_and_the_case() -> None:
    [voucher] = book(a_claim_charged(), {})
    assert voucher.origin.case_id == 100_001
    assert [(line.component, line.text) for line in voucher.lines if line.account_code == "1520"] == [
        ("REMINDER_FEE", "purring")
    ]


def test_a_settlement_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(UnbalancedVoucher, match="differ by -1 minor units; settlement must"):
        book(a_settlement(net_minor=85_311), {})


def test_a_charge_in_another_currency_is_refused() -> None:
    with pytest.raises(ForeignCharge, match="charge compensation is in EUR, the claim in NOK"):
        book(a_claim_charged(charges=(a_charge(code="compensation", currency="EUR"),)), {})


def test_a_reversal_that_does_not_say_whose_money_it_takes_is_refused() -> None:
    with pytest.raises(CreditorUntold):
        book(a_reversal(COVERED, creditor_id=None), {})


MINOR = st.integers(min_value=1, max_value=10**9)
SMALL = st.integers(min_value=0, max_value=10**6)


@given(gross_minor=MINOR, vat_percent=st.integers(0, 99), cuts=st.lists(st.integers(0, 10**9), max_size=5))
def test_credit_notes_that_together_take_all_give_back_the_vat_to_the_unit(
    gross_minor: int, vat_percent: int, cuts: list[int]
) -> None:
    vat_minor = gross_minor * vat_percent // 100
    invoice = Invoice(100_001, CREDITOR_ID, "2025-1", "NOK", gross_minor, vat_minor, DAY, DAY, DAY)
    lefts = [*sorted((cut % gross_minor for cut in cuts), reverse=True), 0]
    vouchers = book(an_invoice(gross_minor=gross_minor, vat_minor=vat_minor), {})
    before = gross_minor
    for left in lefts:
        note = a_claim_changed(principal_left_minor=left, parts=parts(PRINCIPAL=left - before))
        vouchers += book(note, {invoice.case_id: invoice})
        before = left
    assert balances(vouchers, "CREDITOR") == {}


@st.composite
def coverings(draw: st.DrawFn) -> tuple[tuple[Part, ...], int]:
    """What a payment covered, and its surplus; together above zero."""
    names = draw(st.lists(st.sampled_from(["PRINCIPAL", "INTEREST", "REMINDER_FEE", "COMPENSATION"]), unique=True))
    covered = parts(**{name: draw(MINOR) for name in names})
    return covered, draw(SMALL) + (0 if covered else 1)


def paid_in(covered: tuple[Part, ...], surplus_minor: int) -> list[Event]:
    allocation = an_allocation(covered, surplus_minor)
    return [a_payment(amount_minor=allocation.amount_minor), allocation]


def paid_out(kind: str, amount_minor: int, troubles: Sequence[bool]) -> list[Event]:
    """One attempt after another: refused before it left (False) or returned (True), until one stays."""
    facts: list[Event] = []
    for returned in troubles:
        facts += [a_payout(kind, amount_minor)] if returned else []
        facts.append(a_failed_payout(kind, amount_minor, returned=returned))
    return [*facts, a_payout(kind, amount_minor)]


@given(
    received=st.lists(coverings(), min_size=1, max_size=6),
    taken_back=st.sets(st.integers(0, 5)),
    unmatched_minor=SMALL,
    shares=st.tuples(SMALL, SMALL, SMALL),
    troubles=st.lists(st.booleans(), max_size=3),
)
def test_what_came_in_and_was_paid_out_leaves_nothing_but_the_surplus(
    received: list[tuple[tuple[Part, ...], int]],
    taken_back: set[int],
    unmatched_minor: int,
    shares: tuple[int, int, int],
    troubles: list[bool],
) -> None:
    facts = [fact for covered, surplus in received for fact in paid_in(covered, surplus)]
    facts += [a_reversal(*received[number]) for number in taken_back if number < len(received)]
    kept = [one for number, one in enumerate(received) if number not in taken_back]
    surplus_minor = sum(surplus for _, surplus in kept)
    allocated_minor = sum(part.amount_minor for covered, _ in kept for part in covered)
    if unmatched_minor:
        facts.append(a_payment(amount_minor=unmatched_minor))
    own_share_minor = sum(shares)
    if allocated_minor > own_share_minor:
        facts.append(a_settlement(allocated_minor, *shares))
        facts += paid_out("CREDITOR", allocated_minor - own_share_minor, troubles)
        facts += paid_out("OWN", own_share_minor, troubles) if own_share_minor else []
        allocated_minor = 0

    vouchers = [voucher for fact in facts for voucher in book(fact, {})]

    client_money = {BANK: surplus_minor + unmatched_minor + allocated_minor}
    client_money |= {"2420": -surplus_minor, "2410": -unmatched_minor, OWED: -allocated_minor}
    assert balances(vouchers, "CLIENT_MONEY") == {code: minor for code, minor in client_money.items() if minor}
    assert balances(vouchers, "CREDITOR").get("1580", 0) == allocated_minor
    assert "1585" not in balances(vouchers, "CREDITOR")
    assert "1510" not in balances(vouchers, "OWN")


SOURCES = st.sampled_from(["QUEUE", "NOT_OURS", "SURPLUS"])
ACCOUNT_OF = {"QUEUE": "2410", "NOT_OURS": "2430", "SURPLUS": "2420"}


@given(
    lying=st.dictionaries(SOURCES, MINOR, min_size=1),
    refunds=st.lists(
        st.tuples(SOURCES, st.sampled_from(["PAID", "REFUSED", "RETURNED"]), st.integers(1, 10**6)), max_size=9
    ),
    taken_back=st.booleans(),
)
def test_refunds_leave_from_where_the_money_lay_and_a_payment_taken_back_meanwhile_shows_as_a_debt_of_its_payer(
    lying: dict[str, int], refunds: list[tuple[str, str, int]], taken_back: bool
) -> None:
    facts: list[Event] = []
    for source, minor in lying.items():
        facts.append(a_payment(amount_minor=minor))
        facts += [an_allocation((), minor)] if source == "SURPLUS" else []
        facts += [a_disowned_payment(minor)] if source == "NOT_OURS" else []
    left = dict(lying)
    for source, outcome, asked in refunds:
        minor = min(asked, left.get(source, 0))
        if minor == 0:
            continue
        if outcome == "REFUSED":
            facts.append(a_failed_refund(source, minor, returned=False))
            continue
        facts.append(a_refund(source, minor))
        if outcome == "RETURNED":
            facts.append(a_failed_refund(source, minor, returned=True))
        else:
            left[source] -= minor
    if taken_back:
        for source, minor in lying.items():
            surplus, others = (minor, 0) if source == "SURPLUS" else (0, minor)
            not_ours = minor if source == "NOT_OURS" else 0
            facts.append(a_reversal((), surplus, amount_minor=minor, unmatched_minor=others, not_ours_minor=not_ours))
            left[source] -= minor

    books = balances([voucher for fact in facts for voucher in book(fact, {})], "CLIENT_MONEY")

    expected = {ACCOUNT_OF[source]: -minor for source, minor in left.items()} | {BANK: sum(left.values())}
    assert books == {code: minor for code, minor in expected.items() if minor}


ANY_FACT: st.SearchStrategy[Event] = st.one_of(
    st.builds(lambda gross, vat: an_invoice(gross_minor=gross + vat, vat_minor=vat), MINOR, SMALL),
    st.builds(
        lambda minor, vat, interest: a_claim_charged(
            charges=(a_charge(amount_minor=minor, vat_minor=vat), a_charge(component="COLLECTION_FEE")),
            interest_minor=interest,
        ),
        MINOR,
        SMALL,
        SMALL,
    ),
    st.builds(
        lambda cause, minor, fee: a_claim_changed(cause=cause, parts=parts(PRINCIPAL=minor, COMPENSATION=fee)),
        st.sampled_from(["DIRECT_PAYMENT", "CREDITED", "WAIVED", "WRITTEN_OFF", "SMALL_BALANCE", "CORRECTED"]),
        st.integers(-125_000, 0),
        st.integers(-(10**6), 10**6),
    ),
    st.builds(lambda minor: a_payment(amount_minor=minor), MINOR),
    st.builds(lambda one: an_allocation(*one), coverings()),
    st.builds(lambda one: a_reversal(*one), coverings()),
    st.builds(
        lambda net, fees, commission, vat: a_settlement(net + fees + commission + vat, fees, commission, vat),
        MINOR,
        st.integers(-(10**6), 10**6),
        st.integers(-(10**6), 10**6),
        SMALL,
    ),
    st.builds(a_payout, st.sampled_from(["CREDITOR", "OWN"]), MINOR),
    st.builds(a_disowned_payment, MINOR),
    st.builds(a_refund, SOURCES, MINOR),
    st.builds(
        lambda source, minor, returned: a_failed_refund(source, minor, returned=returned), SOURCES, MINOR, st.booleans()
    ),
    st.builds(
        lambda kind, minor, returned: a_failed_payout(kind, minor, returned=returned),
        st.sampled_from(["CREDITOR", "OWN"]),
        MINOR,
        st.booleans(),
    ),
)


@pytest.mark.parametrize("kind", ["DIRECT_PAYMENT", "CREDITED", "WAIVED", "WRITTEN_OFF"])
def test_a_correction_turns_every_account_that_what_it_takes_back_had_moved(kind: str) -> None:
    owed = a_claim_changed().balance
    before = owed.model_copy(update={"principal_minor": 60_000})
    change = a_claim_changed(cause=kind, parts=parts(PRINCIPAL=-40_000), balance=before)
    after = owed.model_copy(update={"principal_minor": 100_000})
    correction = a_claim_changed(cause="CORRECTED", corrects=kind, parts=parts(PRINCIPAL=40_000), balance=after)

    vouchers = [voucher for fact in (change, correction) for voucher in book(fact, {INVOICE.case_id: INVOICE})]

    assert len(vouchers) == 2
    assert balances(vouchers, "CREDITOR") == {}


@given(facts=st.lists(ANY_FACT, max_size=20))
def test_whatever_happens_every_voucher_sums_to_zero_and_the_client_bank_equals_what_is_owed(
    facts: list[Event],
) -> None:
    vouchers: list[Voucher] = [voucher for fact in facts for voucher in book(fact, {INVOICE.case_id: INVOICE})]
    assert all(sum(line.amount_minor for line in voucher.lines) == 0 for voucher in vouchers)
    assert all(line.amount_minor for voucher in vouchers for line in voucher.lines)
    owed = balances(vouchers, "CLIENT_MONEY")
    bank = sum(minor for code, minor in owed.items() if code.startswith("1930:"))
    assert bank == -sum(minor for code, minor in owed.items() if not code.startswith("1930:"))


NOT_BOOKED = {
    "accounting.synced": "told by accounting itself",
    "action.requested": "a wish; what comes of it is told by payment-control",
    "agreement.activated": "rates and limits, no money",
    "case.collected": "a collector's word; payment-control books it and tells claim.changed",
    "case.resumed": "the balance was booked by whoever changed it",
    "case.step.reached": "payment-control books the charges and tells claim.charged",
    "payment.unmatched": "the same money as payment.registered",
    "payout.initiated": "an order; the money moves with payout.confirmed",
    "refund.requested": "names the payee, so settlement alone may listen; the money moves with refund.paid",
    "refund.sent": "an order; the money moves with refund.paid",
    "voucher.posted": "told by accounting itself",
}


def test_every_fact_with_an_amount_is_booked_or_has_a_reason_not_to_be() -> None:
    with_amount = {topic for topic, kind in EVENTS.items() if "_minor" in str(kind.model_json_schema())}
    booked = {kind.topic for kind in POSTINGS}
    assert booked <= with_amount
    assert with_amount - booked <= set(NOT_BOOKED)
    assert booked <= {topic for topic, kind in EVENTS.items() if "accounting" in kind.consumers}


@given(facts=st.lists(st.tuples(ANY_FACT, st.sampled_from(["NOK", "SEK", "EUR"])), max_size=20))
def test_other_peoples_money_never_touches_our_own_in_any_currency(facts: list[tuple[Event, str]]) -> None:
    in_currency = [_in_currency(fact, currency) for fact, currency in facts]
    vouchers = [voucher for fact in in_currency for voucher in book(fact, {INVOICE.case_id: INVOICE})]
    banks: dict[str, set[str]] = {"CLIENT_MONEY": set(), "OWN": set(), "CREDITOR": set()}
    for voucher in vouchers:
        banks[voucher.book] |= {line.account_code for line in voucher.lines if line.account_code.startswith("19")}
        assert (voucher.book == "CREDITOR") == (voucher.creditor_id is not None)
    assert all(code.startswith("1930:") for code in banks["CLIENT_MONEY"])
    assert all(code.startswith("1940:") for code in banks["OWN"])
    assert all(code == "1920" for code in banks["CREDITOR"])

    for currency in ("NOK", "SEK", "EUR"):
        own = [voucher for voucher in vouchers if voucher.origin.currency == currency]
        for one_book in banks:
            assert sum(balances(own, one_book).values()) == 0
        # what is ours stands among client money only as long as it is underway, and then as a debt to us
        ours, due = balances(own, "CLIENT_MONEY").get("2450", 0), balances(own, "OWN").get("1510", 0)
        assert ours == -due


def _in_currency(fact: Event, currency: str) -> Event:
    changes: dict[str, object] = {"currency": currency}
    if charges := getattr(fact, "charges", None):
        changes["charges"] = tuple(charge.model_copy(update={"currency": currency}) for charge in charges)
    return fact.model_copy(update=changes)
