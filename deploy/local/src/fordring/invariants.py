"""Proof over all databases and the bank that no minor unit was lost, doubled or mixed up (architecture, section 6)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx

from fordring.stack.postgres import plain_url
from fordring.stack.topology import CLIENT_ACCOUNTS, SERVICES


@dataclass(frozen=True, slots=True)
class InvariantResult:
    """One statement about the money, whether it holds, and the figures behind it (minor units)."""

    name: str
    holds: bool
    figures: str


@dataclass(frozen=True, slots=True)
class Books:
    """A connection to each service's database, and the bank's own balances."""

    connections: Mapping[str, asyncpg.Connection]
    bank_url: str
    bank: httpx.AsyncClient = field(repr=False)

    async def rows(self, service: str, statement: str) -> list[Any]:
        return list(await self.connections[service].fetch(statement))

    async def number(self, service: str, statement: str) -> int:
        return int(await self.connections[service].fetchval(statement) or 0)

    async def sums(self, service: str, statement: str) -> dict[str, int]:
        """First column -> second column, of a statement that groups."""
        return {str(row[0]): int(row[1]) for row in await self.rows(service, statement)}

    async def bank_balance(self, account_id: str) -> int:
        answer = await self.bank.get(f"{self.bank_url}/_mock/accounts/{account_id}")
        answer.raise_for_status()
        return int(answer.json()["balance"])


Check = Callable[[Books], Awaitable[InvariantResult]]
CHECKS: list[Check] = []


def _check(check: Check) -> Check:
    CHECKS.append(check)
    return check


async def check_invariants(settings: Mapping[str, str]) -> list[InvariantResult]:
    """Every invariant, over the databases that the stack's settings name (`database_url.<service>`, `bank_url`)."""
    connections: dict[str, asyncpg.Connection] = {}
    try:
        for service in SERVICES:
            connections[service] = await asyncpg.connect(plain_url(settings[f"database_url.{service}"]))
        async with httpx.AsyncClient(trust_env=False, timeout=10) as bank:
            books = Books(connections, settings["bank_url"], bank)
            return [await check(books) for check in CHECKS]
    finally:
        for connection in connections.values():
            await connection.close()


def _equal(name: str, left: str, right: str, one: dict[str, int], other: dict[str, int]) -> InvariantResult:
    """Two groupings that must agree, key by key."""
    keys = sorted(set(one) | set(other))
    wrong = [key for key in keys if one.get(key, 0) != other.get(key, 0)]
    if wrong:
        shown = "; ".join(f"{key}: {left} {one.get(key, 0)}, {right} {other.get(key, 0)}" for key in wrong[:5])
        return InvariantResult(name, False, f"{len(wrong)} of {len(keys)} differ: {shown}")
    return InvariantResult(name, True, _by_currency(one) if keys else "nothing yet")


def _by_currency(sums: dict[str, int]) -> str:
    """Sums whose keys end in a currency, added up by it; the difference is zero, so one side is enough."""
    totals: dict[str, int] = {}
    for key, amount in sums.items():
        currency = key.rpartition(" ")[2]
        totals[currency] = totals.get(currency, 0) + amount
    return ", ".join(f"{currency} {amount}" for currency, amount in sorted(totals.items())) + ", difference 0"


def _none(name: str, wrong: int, of: str) -> InvariantResult:
    return InvariantResult(name, wrong == 0, f"{wrong} wrong of {of}")


@_check
async def claims_equal_their_entries(books: Books) -> InvariantResult:
    claims = await books.number("payment_control", "SELECT count(*) FROM claim")
    wrong = await books.number(
        "payment_control",
        """
        SELECT count(*) FROM claim c LEFT JOIN (
            SELECT claim_id,
                coalesce(sum(amount_minor) FILTER (WHERE component = 'PRINCIPAL'), 0) AS principal,
                coalesce(sum(amount_minor) FILTER (WHERE component = 'INTEREST'), 0) AS interest,
                coalesce(sum(amount_minor) FILTER (WHERE component = 'REMINDER_FEE'), 0) AS reminder_fee,
                coalesce(sum(amount_minor) FILTER (WHERE component = 'COLLECTION_FEE'), 0) AS collection_fee,
                coalesce(sum(amount_minor) FILTER (WHERE component = 'COMPENSATION'), 0) AS compensation
            FROM claim_entry GROUP BY claim_id) e USING (claim_id)
        WHERE (c.principal_minor, c.interest_minor, c.reminder_fee_minor, c.collection_fee_minor, c.compensation_minor)
                IS DISTINCT FROM (e.principal, e.interest, e.reminder_fee, e.collection_fee, e.compensation)
            OR least(principal_minor, interest_minor, reminder_fee_minor, collection_fee_minor, compensation_minor) < 0
        """,
    )
    return _none("1 a claim's balance is the sum of its entries, no component negative", wrong, f"{claims} claims")


@_check
async def payments_go_somewhere(books: Books) -> InvariantResult:
    arrived = await books.sums("payment_control", "SELECT currency, sum(amount_minor) FROM payment GROUP BY 1")
    placed = await books.sums(
        "payment_control",
        "SELECT currency, sum(allocated_minor + surplus_minor + refunded_minor + not_ours_minor + unmatched_minor)"
        " FROM payment GROUP BY 1",
    )
    return _equal(
        "2 payments = allocated + surplus + refunded + not ours + unmatched", "arrived", "placed", arrived, placed
    )


@_check
async def refunds_leave_their_payments(books: Books) -> InvariantResult:
    refunded = await books.sums(
        "payment_control",
        "SELECT payment_id || ' ' || currency, refunded_minor FROM payment WHERE refunded_minor <> 0",
    )
    refunds = await books.sums(
        "payment_control",
        "SELECT payment_id || ' ' || currency, sum(amount_minor) FROM refund"
        " WHERE status IN ('APPROVED', 'SENT', 'PAID') GROUP BY 1",
    )
    return _equal(
        "2 what was refunded of a payment is the sum of its refunds", "payments", "refunds", refunded, refunds
    )


@_check
async def allocations_lower_claims(books: Books) -> InvariantResult:
    allocated = await books.sums(
        "payment_control",
        """
        SELECT c.currency, sum(a.principal_minor + a.interest_minor + a.reminder_fee_minor + a.collection_fee_minor
            + a.compensation_minor)
        FROM (SELECT claim_id, principal_minor, interest_minor, reminder_fee_minor, collection_fee_minor,
                compensation_minor FROM allocation WHERE NOT reversed AND NOT collected_before
            UNION ALL SELECT claim_id, principal_minor, interest_minor, reminder_fee_minor, collection_fee_minor,
                compensation_minor FROM collected_amount) a JOIN claim c USING (claim_id) GROUP BY 1
        """,
    )
    entries = await books.sums(
        "payment_control",
        "SELECT currency, -sum(amount_minor) FROM claim_entry WHERE kind IN ('PAYMENT_ALLOCATED', 'REVERSED',"
        " 'COLLECTED') GROUP BY 1 HAVING sum(amount_minor) <> 0",
    )
    allocated = {key: amount for key, amount in allocated.items() if amount}
    name = "2 what was allocated, or collected by a collector, is what claims fell by"
    return _equal(name, "allocated", "entries", allocated, entries)


@_check
async def allocations_accrue_to_creditors(books: Books) -> InvariantResult:
    allocated = await books.sums(
        "payment_control",
        """
        SELECT c.creditor_id || ' ' || c.currency, sum(a.principal_minor + a.interest_minor + a.reminder_fee_minor
            + a.collection_fee_minor + a.compensation_minor)
        FROM allocation a JOIN claim c USING (claim_id) WHERE NOT a.reversed GROUP BY 1
        """,
    )
    accrued = await books.sums(
        "settlement",
        "SELECT creditor_id || ' ' || currency, sum(allocated_minor) FROM accrual_line GROUP BY 1"
        " HAVING sum(allocated_minor) <> 0",
    )
    allocated = {key: amount for key, amount in allocated.items() if amount}
    name = "3 allocated to a creditor = settled + still accrued"
    return _equal(name, "allocated", "settled and accrued", allocated, accrued)


@_check
async def settlements_are_their_lines(books: Books) -> InvariantResult:
    settlements = await books.sums(
        "settlement",
        "SELECT settlement_id || ' ' || currency, allocated_minor FROM settlement"
        " WHERE allocated_minor = net_minor + own_share_minor",
    )
    lines = await books.sums(
        "settlement",
        "SELECT settlement_id || ' ' || currency, sum(allocated_minor) FROM accrual_line"
        " WHERE settlement_id IS NOT NULL GROUP BY 1",
    )
    name = "3 a settlement is the sum of its lines = net + own share"
    return _equal(name, "settled", "lines", settlements, lines)


@_check
async def settlements_are_paid_once(books: Books) -> InvariantResult:
    wrong = await books.number(
        "settlement",
        """
        SELECT count(*) FROM (
            SELECT s.settlement_id, p.kind, p.part FROM settlement s LEFT JOIN payout p USING (settlement_id)
            GROUP BY s.settlement_id, p.kind, p.part
            HAVING count(*) FILTER (WHERE p.status NOT IN ('FAILED', 'RETURNED')) > 1 OR p.kind IS NULL
            UNION ALL
            SELECT s.settlement_id, 'CREDITOR', NULL FROM settlement s JOIN payout p USING (settlement_id)
            WHERE p.kind = 'CREDITOR' AND p.attempt = 1
            GROUP BY s.settlement_id HAVING sum(p.amount_minor) <> s.net_minor
            UNION ALL
            SELECT s.settlement_id, 'CREDITOR', p.part FROM settlement s JOIN payout p USING (settlement_id)
            WHERE p.kind = 'CREDITOR' AND p.amount_minor <> (
                SELECT sum(l.allocated_minor - l.fee_share_minor - l.commission_minor - l.vat_minor)
                FROM accrual_line l WHERE l.settlement_id = s.settlement_id AND l.payout_part = p.part)) wrong
        """,
    )
    settlements = await books.number("settlement", "SELECT count(*) FROM settlement")
    confirmed = await books.number("settlement", "SELECT count(*) FROM payout WHERE status = 'CONFIRMED'")
    of = f"{settlements} settlements, {confirmed} payouts confirmed"
    return _none("3 every settlement is paid its net once, each payout being the sum of its lines", wrong, of)


@_check
async def payouts_reach_the_bank_once(books: Books) -> InvariantResult:
    confirmed = await books.sums(
        "settlement",
        "SELECT account_id || ' ' || currency, sum(amount_minor) FROM payout WHERE status = 'CONFIRMED' GROUP BY 1",
    )
    booked = await books.sums(
        "accounting",
        """
        SELECT substr(l.account_code, 6) || ' ' || v.currency, -sum(l.amount_minor) FROM voucher v
        JOIN voucher_line l USING (voucher_id) WHERE v.book = 'CLIENT_MONEY' AND l.account_code LIKE '1930:%'
            AND v.fact IN ('payout.confirmed', 'payout.failed', 'refund.paid', 'refund.failed') GROUP BY 1
        """,
    )
    name = "3 payouts and refunds confirmed = those booked against the bank"
    return _equal(name, "confirmed", "booked", confirmed, {key: value for key, value in booked.items() if value})


@_check
async def refunds_are_paid_once(books: Books) -> InvariantResult:
    agreed = await books.sums(
        "payment_control",
        "SELECT refund_id || ' ' || currency, amount_minor FROM refund WHERE status IN ('APPROVED', 'SENT', 'PAID')",
    )
    transfers = await books.sums(
        "settlement",
        "SELECT refund_id || ' ' || currency, sum(amount_minor) FROM payout"
        " WHERE kind = 'REFUND' AND status NOT IN ('FAILED', 'RETURNED') GROUP BY 1",
    )
    return _equal("3 every refund is one transfer", "agreed", "transfers", agreed, transfers)


@_check
async def vouchers_balance(books: Books) -> InvariantResult:
    wrong = await books.number(
        "accounting",
        "SELECT count(*) FROM (SELECT voucher_id FROM voucher_line GROUP BY 1 HAVING sum(amount_minor) <> 0) wrong",
    )
    vouchers = await books.number("accounting", "SELECT count(*) FROM voucher")
    return _none("4 every voucher sums to zero", wrong, f"{vouchers} vouchers")


@_check
async def client_bank_equals_ledger(books: Books) -> InvariantResult:
    ledger = await books.sums(
        "accounting",
        """
        SELECT substr(l.account_code, 6) || ' ' || v.currency, sum(l.amount_minor) FROM voucher v
        JOIN voucher_line l USING (voucher_id) WHERE l.account_code LIKE '1930:%' GROUP BY 1
        """,
    )
    bank = {
        f"{account.account_id} {account.currency}": await books.bank_balance(account.account_id)
        for account in CLIENT_ACCOUNTS
        if account.kind == "CLIENT_FUNDS"
    }
    return _equal("4 the bank's balance of each client account = the ledger", "ledger", "bank", ledger, bank)


@_check
async def bank_is_what_came_less_what_went(books: Books) -> InvariantResult:
    came = await books.sums(
        "payment_control",
        """
        SELECT account_id || ' ' || currency, sum(amount_minor) FROM (
            SELECT account_id, currency, amount_minor FROM payment WHERE status <> 'REVERSED'
            UNION ALL
            SELECT account_id, currency, -amount_minor FROM reversal WHERE payment_id IS NULL) moved
        GROUP BY 1
        """,
    )
    went = await books.sums(
        "settlement",
        "SELECT account_id || ' ' || currency, sum(amount_minor) FROM payout WHERE status = 'CONFIRMED' GROUP BY 1",
    )
    left = {key: came.get(key, 0) - went.get(key, 0) for key in came.keys() | went.keys()}
    bank = {
        f"{account.account_id} {account.currency}": await books.bank_balance(account.account_id)
        for account in CLIENT_ACCOUNTS
        if account.kind == "CLIENT_FUNDS"
    }
    name = "4 the bank's balance of each client account = payments - reversals - payouts - refunds"
    return _equal(name, "left", "bank", left, bank)


@_check
async def unplaced_money_is_in_the_books(books: Books) -> InvariantResult:
    payments = await books.sums(
        "payment_control",
        """
        SELECT code || ' ' || currency, sum(amount_minor) FROM (
            SELECT currency, '2410' AS code, unmatched_minor AS amount_minor FROM payment WHERE status <> 'REVERSED'
            UNION ALL
            SELECT currency, '2420', surplus_minor FROM payment WHERE status <> 'REVERSED'
            UNION ALL
            SELECT currency, '2430', not_ours_minor FROM payment WHERE status <> 'REVERSED'
            UNION ALL -- in the books a refund moves when the bank moves it; of a payment taken back it is the payer's debt
            SELECT r.currency, CASE r.source WHEN 'QUEUE' THEN '2410' WHEN 'SURPLUS' THEN '2420' ELSE '2430' END,
                CASE WHEN p.status <> 'REVERSED' THEN r.amount_minor ELSE 0 END
                    - CASE WHEN r.status = 'PAID' THEN r.amount_minor ELSE 0 END
            FROM refund r JOIN payment p USING (payment_id) WHERE r.status IN ('APPROVED', 'SENT', 'PAID')) lying
        GROUP BY 1 HAVING sum(amount_minor) <> 0
        """,
    )
    booked = await books.sums(
        "accounting",
        """
        SELECT l.account_code || ' ' || v.currency, -sum(l.amount_minor) FROM voucher v JOIN voucher_line l
        USING (voucher_id) WHERE v.book = 'CLIENT_MONEY' AND l.account_code IN ('2410', '2420', '2430') GROUP BY 1
        HAVING sum(l.amount_minor) <> 0
        """,
    )
    name = "4 queue, surplus and what is not ours, with refunds under way = the books"
    return _equal(name, "payments", "books", payments, booked)


@_check
async def collectors_owe_what_they_reported(books: Books) -> InvariantResult:
    due = await books.sums(
        "payment_control",
        "SELECT c.creditor_id || ' ' || c.currency, sum(a.amount_minor - a.surplus_minor) FROM collected_amount a"
        " JOIN claim c USING (claim_id) WHERE a.status = 'DUE' GROUP BY 1 HAVING sum(a.amount_minor - a.surplus_minor) > 0",
    )
    booked = await books.sums(
        "accounting",
        "SELECT v.creditor_id || ' ' || v.currency, sum(l.amount_minor) FROM voucher v JOIN voucher_line l"
        " USING (voucher_id) WHERE v.book = 'CREDITOR' AND l.account_code = '1575' GROUP BY 1"
        " HAVING sum(l.amount_minor) <> 0",
    )
    return _equal("4 collectors owe each creditor what they reported and did not pass on", "due", "books", due, booked)


@_check
async def every_bank_day_is_reconciled(books: Books) -> InvariantResult:
    days = (
        await books.rows(
            "payment_control",
            "SELECT count(*) AS days, count(*) FILTER (WHERE difference_minor = 0) AS balanced,"
            " coalesce(sum(abs(difference_minor)), 0)::bigint AS difference FROM reconciled_day",
        )
    )[0]
    short = await books.number("payment_control", "SELECT count(*) FROM client_money_alert WHERE status = 'OPEN'")
    figures = f"{days['days']} statements, {days['balanced']} at zero, difference {days['difference']}, {short} alerts"
    name = "4 each bank statement of client money = our books of that day"
    return InvariantResult(name, days["days"] == days["balanced"] and not short, figures)


@_check
async def client_money_is_owed(books: Books) -> InvariantResult:
    bank = await books.sums(
        "accounting",
        "SELECT v.currency, sum(l.amount_minor) FROM voucher v JOIN voucher_line l USING (voucher_id)"
        " WHERE v.book = 'CLIENT_MONEY' AND l.account_code LIKE '1930:%' GROUP BY 1",
    )
    owed = await books.sums(
        "accounting",
        "SELECT v.currency, -sum(l.amount_minor) FROM voucher v JOIN voucher_line l USING (voucher_id)"
        " WHERE v.book = 'CLIENT_MONEY' AND l.account_code NOT LIKE '1930:%' GROUP BY 1",
    )
    return _equal("4 all client money is owed to somebody by name", "bank", "owed", bank, owed)


@_check
async def books_do_not_mix(books: Books) -> InvariantResult:
    wrong = await books.number(
        "accounting",
        "SELECT count(*) FROM voucher v JOIN voucher_line l USING (voucher_id)"
        " WHERE (l.account_code LIKE '1930:%') <> (v.book = 'CLIENT_MONEY' AND l.account_code LIKE '193%')",
    )
    accounts = await books.number("accounting", "SELECT count(DISTINCT account_code) FROM voucher_line")
    return _none("4 client money and own money share no account", wrong, f"{accounts} accounts in use")


@_check
async def creditors_books_equal_claims(books: Books) -> InvariantResult:
    claims = await books.sums(
        "payment_control",
        "SELECT creditor_id || ' ' || currency, sum(principal_minor + interest_minor + reminder_fee_minor"
        " + collection_fee_minor + compensation_minor) FROM claim GROUP BY 1",
    )
    uncontrolled = await books.sums(
        "intake",
        "SELECT creditor_id || ' ' || currency, sum(gross_minor) FROM invoice WHERE NOT payment_control GROUP BY 1",
    )
    for key, amount in uncontrolled.items():
        claims[key] = claims.get(key, 0) + amount
    receivables = await books.sums(
        "accounting",
        """
        SELECT v.creditor_id || ' ' || v.currency, sum(l.amount_minor) FROM voucher v JOIN voucher_line l
        USING (voucher_id) WHERE v.book = 'CREDITOR' AND l.account_code IN ('1500', '1510', '1520') GROUP BY 1
        """,
    )
    return _equal("4 receivables in each creditor's books = open claims", "claims", "books", claims, receivables)


@_check
async def nobody_is_pressed_after_settling(books: Books) -> InvariantResult:
    settled = await books.sums(
        "lifecycle",
        "SELECT case_id, (closed_date - DATE '2000-01-01') FROM \"case\" WHERE closed_date IS NOT NULL",
    )
    sent = await books.rows(
        "communication",
        "SELECT case_id, (as_of - DATE '2000-01-01') AS day FROM message"
        " WHERE status = 'SENT' AND category IN ('reminder', 'notice', 'legal_notice')",
    )
    wrong = sum(1 for row in sent if row["day"] > settled.get(str(row["case_id"]), 10**9))
    held = await books.number(
        "communication",
        "SELECT count(*) FROM message m JOIN case_state s USING (case_id)"
        " WHERE m.status = 'QUEUED' AND (s.settled OR s.closed OR s.held)",
    )
    name = "5 no letter about a debt after it was settled, withdrawn or held"
    return _none(name, wrong + held, f"{len(sent)} letters and e-mails about overdue debts")


@_check
async def one_case_one_claim(books: Books) -> InvariantResult:
    invoices = await books.number("intake", "SELECT count(*) FROM invoice WHERE payment_control")
    cases = await books.number("lifecycle", 'SELECT count(*) FROM "case"')
    claims = await books.number("payment_control", "SELECT count(*) FROM claim")
    figures = f"{invoices} accepted, {cases} cases, {claims} claims"
    return InvariantResult("6 every accepted invoice has one case and one claim", invoices == cases == claims, figures)


@_check
async def open_claims_are_found(books: Books) -> InvariantResult:
    """Matching looks for open claims in a table of their own, which must name each of them and no other."""
    wrong = await books.number(
        "payment_control",
        "SELECT count(*) FROM (SELECT claim_id FROM claim WHERE status = 'OPEN') c"
        " FULL JOIN open_claim o USING (claim_id) WHERE c.claim_id IS NULL OR o.claim_id IS NULL",
    )
    found = await books.number("payment_control", "SELECT count(*) FROM open_claim")
    return _none("6 matching looks among all open claims and no others", wrong, f"{found} open claims")


@_check
async def steps_happen_once(books: Books) -> InvariantResult:
    steps = await books.number("lifecycle", "SELECT count(*) FROM case_step")
    levels = await books.number("lifecycle", "SELECT count(*) FROM (SELECT DISTINCT case_id, level FROM case_step) s")
    skipped = await books.number(
        "lifecycle",
        "SELECT count(*) FROM (SELECT case_id FROM case_step GROUP BY 1 HAVING max(level) <> count(*)) s",
    )
    twice = await books.number(
        "communication",
        "SELECT count(*) FROM (SELECT step_key FROM message WHERE step_key IS NOT NULL AND status = 'SENT'"
        " GROUP BY 1 HAVING count(*) > 1) s",
    )
    figures = f"{steps} steps, {steps - levels} repeated, {skipped} cases with a gap, {twice} sent twice"
    return InvariantResult("6 no step is repeated or skipped", steps == levels and not skipped + twice, figures)


@_check
async def nothing_is_left_over(books: Books) -> InvariantResult:
    left: list[str] = []
    for service in SERVICES:
        counts = (
            await books.rows(
                service,
                "SELECT (SELECT count(*) FROM outbox) AS unsent, (SELECT count(*) FROM waiting) AS waiting,"
                " (SELECT coalesce(sum(count), 0) FROM published_count WHERE topic LIKE '%.dead') AS dead",
            )
        )[0]
        left += [f"{service}: {count} {kind}" for kind, count in counts.items() if count]
    figures = "; ".join(left) or f"{len(SERVICES)} services: 0 unsent, 0 waiting, 0 dead letters"
    return InvariantResult("7 no message is unsent, waiting or dead", not left, figures)
