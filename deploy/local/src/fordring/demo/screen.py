"""What a demo shows: bars while it runs, tables at its end."""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from fordring.demo.explained import Explained, Matching
from fordring.demo.figures import Figures, messages_by
from fordring.demo.play import Tally
from fordring.demo.script import Portfolio
from fordring.demo.watch import Watch

_LINE_SECONDS = 5
_PAYOUT_COLUMNS = {
    "capital": "capitalAmount",
    "interest": "interestAmount",
    "fees": "feesAmount",
    "collected": "collectedAmount",
    "our part of fees": "feeShareAmount",
    "commission": "commissionAmount",
    "VAT": "vatAmount",
    "net": "netAmount",
}


class Screen:
    """Bars on a terminal; elsewhere a line every few seconds."""

    def __init__(self, console: Console, portfolio: Portfolio, watch: Watch) -> None:
        self._console = console
        self._portfolio = portfolio
        self._watch = watch
        self._told_at = 0.0
        self._progress = Progress(
            TextColumn("{task.description:9}"),
            BarColumn(bar_width=36),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._days = self._bar("days", (portfolio.closing_date - portfolio.start).days)
        self._invoices = self._bar("invoices", len(portfolio.invoices))
        self._payments = self._bar("payments", sum(len(day.payments) for day in portfolio.days))

    def _bar(self, name: str, total: int) -> TaskID:
        return self._progress.add_task(name, total=total, note="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, tally: Tally) -> None:
        """Show where the play is."""
        done = (tally.day - self._portfolio.start).days
        sent = f"{self._watch.letters} letters, {self._watch.emails} e-mails"
        money = _amounts(tally.money_in)
        self._progress.update(self._days, completed=done, note=f"{tally.day:%a %d %b %Y}")
        self._progress.update(self._invoices, completed=tally.accepted, note=sent)
        self._progress.update(self._payments, completed=tally.payments + tally.nothing_owed, note=money)
        if not self._console.is_terminal and time.monotonic() - self._told_at > _LINE_SECONDS:
            self._told_at = time.monotonic()
            self._console.print(
                f"{tally.day}: {tally.accepted} invoices, {tally.payments} payments ({money}), {sent}", soft_wrap=True
            )


def summary(
    figures: Figures, matching: Matching, explained: Explained, tally: Tally, *, wall_seconds: float, peak_bytes: int
) -> Table:
    """Everything that happened, in one table."""
    table = Table(title="Summary", title_justify="left", show_edge=False, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    counts = figures.counts
    cases, payments = counts["cases"], counts["payments"]
    table.add_row("cases", f"{cases['total']} of {tally.accepted} invoices (the others are intermediation)")
    table.add_row("  by stage", _pairs(cases["byStage"]))
    table.add_row("  by status", _pairs(cases["byStatus"]))
    table.add_row("  closed as", _pairs(_closed(cases["counts"])))
    for sums in payments["sums"]:
        table.add_row(f"money in, {sums['currency']}", _money_line(sums))
    table.add_row("matched by itself", _matching_line(matching))
    table.add_row("unmatched because", _pairs(payments["unmatchedByReason"]))
    for currency in counts["settlements"]["currencies"]:
        table.add_row(f"settled, {currency['currency']}", _settled_line(currency))
    table.add_row("settlements", str(counts["settlements"]["settlements"]))
    table.add_row("payouts explained", _explained_line(explained))
    for (channel,), letters in _named_messages(counts):
        table.add_row(channel, letters)
    table.add_row("actions", _pairs(tally.actions))
    table.add_row("rejected submissions", f"{tally.rejected.total()}: {_pairs(tally.rejected)}")
    table.add_row("vouchers", f"{figures.vouchers:,}")
    table.add_row("wall time", str(timedelta(seconds=round(wall_seconds))))
    table.add_row("  of it", _pairs({part: f"{seconds:.1f} s" for part, seconds in tally.seconds.items()}))
    table.add_row("peak memory", f"{peak_bytes / 2**20:,.0f} MiB, all processes together")
    table.add_row("money fingerprint", figures.fingerprint)
    for surprise in tally.surprises[:10]:
        table.add_row(Text("surprise", "red"), surprise)
    return table


def payout_table(payout: Mapping[str, Any]) -> Table:
    """One payout as its creditor can read it: each line, what it brings, and the sum on the bank statement."""
    title = (
        f"One of the payouts, line by line: {payout['creditor']}, settled {payout['settlementDate']}, "
        f"{payout['currency']} {_plain(payout['amount'])}, {payout['attempts'][-1]['endToEndId']}"
    )
    table = Table(title=title, title_justify="left", show_edge=False, show_footer=True, pad_edge=False)
    table.add_column("date", footer="sum")
    table.add_column("invoice")
    for name, key in _PAYOUT_COLUMNS.items():
        total = sum(round(line[key] * 100) for line in payout["lines"])
        table.add_column(name, footer=_major(total), justify="right")
    for line in payout["lines"]:
        table.add_row(line["lineDate"], line["invoiceNumber"], *(_plain(line[key]) for key in _PAYOUT_COLUMNS.values()))
    return table


def addresses(settings: Mapping[str, str]) -> Table:
    """Where to look around."""
    table = Table.grid(padding=(0, 2))
    table.add_row("")
    table.add_row("API", f"{settings['gateway_url']}/docs")
    table.add_row("Mail", settings["mailbox_url"])
    table.add_row("Traces", settings["traces_url"])
    table.add_row("Letters", settings["print_folder"])
    return table


def _closed(counts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place in counts:
        if place["closeCode"]:
            found[place["closeCode"]] = found.get(place["closeCode"], 0) + place["count"]
    return found


def _named_messages(counts: dict[str, Any]) -> list[tuple[tuple[str], str]]:
    """Per channel: how many of each category went out, and what did not."""
    found: dict[str, dict[str, int]] = {}
    for (channel, status, category), count in messages_by(counts, "channel", "status", "category").items():
        name = category if status == "SENT" else f"{status.lower()} {category}"
        found.setdefault(channel.lower(), {})[name] = count
    return [((channel,), f"{sum(kinds.values())}: {_pairs(kinds)}") for channel, kinds in sorted(found.items())]


def _money_line(sums: Mapping[str, Any]) -> str:
    names = {"received": "received", "allocated": "allocated", "surplus": "surplus", "unmatched": "unmatched"}
    names |= {"notOurs": "not ours", "reversed": "reversed"}
    told = (f"{name} {_major(sums[f'{key}Minor'])}" for key, name in names.items())
    return f"{sums['payments']} payments: " + ", ".join(told)


def _settled_line(currency: Mapping[str, Any]) -> str:
    paid = {
        kind: sum(by_status.get(status, 0) for status in ("CONFIRMED",))
        for kind, by_status in currency["payouts"].items()
    }
    settled = f"settled {_major(currency['settledMinor'])}, not yet settled {_major(currency['accruedMinor'])}"
    return f"{settled}, paid out {_major(paid.get('CREDITOR', 0))}, own share {_major(paid.get('OWN', 0))}"


def _matching_line(matching: Matching) -> str:
    share = 100 * matching.automatic / max(matching.payments, 1)
    return (
        f"{matching.wrong} wrong of {matching.automatic}; {share:.1f} % of {matching.payments} payments: "
        f"{_pairs({rung.lower(): count for rung, count in matching.by_rung.items()})}"
    )


def _explained_line(explained: Explained) -> str:
    return f"{explained.payouts} by {explained.lines} lines, difference {explained.difference_minor}"


def _pairs(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _amounts(amounts: Mapping[str, int]) -> str:
    return ", ".join(f"{currency} {_major(amount_minor)}" for currency, amount_minor in sorted(amounts.items()))


def _plain(amount: float) -> str:
    return f"{amount:,.2f}"


def _major(amount_minor: int) -> str:
    return f"{amount_minor / 100:,.2f}"
