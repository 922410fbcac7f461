"""Matching: how often money goes to the wrong claim, how often a person is spared, and what a line costs at any size."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from matching_claims import TODAY, load_claims
from matching_lines import PaidLine, as_camt, paid_lines
from matching_speed import FILE, Prepared, compare_sizes, post
from measuring import Finding, Tally, expect
from rig import Rig
from sqlalchemy import text

import payment_control
from bankfiles import read
from payment_control.queries.suggestions import list_suggestions
from runtime.database import Database
from runtime.migrations import migrate

MIGRATIONS = Path(payment_control.__file__).parent / "migrations"
_SEED = 1


async def measure(rig: Rig, rounds: int, progress: Callable[[str], None]) -> Sequence[Finding]:
    few, many, most = 1_000, rig.size(100_000, 5_000), rig.size(1_000_000, 20_000)
    lines = paid_lines(many, rig.size(20_000, 1_000), _SEED)
    filled = {size: _filled(size) for size in (few, many, most)}
    progress(f"Matching: {len(lines):,} payments whose claims are known, among {many:,} open ones")
    verdicts = await judge(rig, filled[many], lines)

    progress(f"Matching: loading {most:,} open claims")
    speed = await compare_sizes(rig, filled, rounds, progress)
    return *as_tallies(lines, verdicts, many), speed


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a line: the shares it was given, why it was queued, and what a person is shown first then."""

    shares: tuple[tuple[UUID, int], ...]
    reason: str | None
    rung: str | None
    first_suggestion: UUID | None = None

    def is_right(self, line: PaidLine) -> bool:
        return bool(self.shares) and sorted(self.shares) == sorted(line.truth)

    def is_suggested(self, line: PaidLine) -> bool:
        """Whether a person who looks at the queued line sees the right claim first."""
        return not self.shares and self.first_suggestion in {claim_id for claim_id, _ in line.truth}


def _filled(open_claims: int) -> Prepared:
    async def fill(url: str) -> None:
        database = Database(url, pool_size=1)
        await migrate(database, MIGRATIONS)
        async with database.transaction() as session:
            await session.execute(
                text("INSERT INTO clock VALUES (1, :day, :before)"), {"day": TODAY, "before": TODAY - timedelta(days=1)}
            )
        await database.close()
        await load_claims(url, open_claims)

    return fill


async def judge(rig: Rig, filled: Prepared, lines: Sequence[PaidLine]) -> list[Judged]:
    """Import all lines, then compare what the database says with what is true."""
    url = await rig.databases.fresh(filled)
    database = Database(url, pool_size=1)
    fingerprints: list[str] = []
    for start in range(0, len(lines), FILE):
        content = as_camt(lines[start : start + FILE], f"judged {start}")
        fingerprints += [transaction.fingerprint for transaction in read(content).transactions]
        await post(database, content)
    judged = await _look(database, fingerprints)
    await database.close()
    await rig.databases.drop(url)
    return judged


async def _look(database: Database, fingerprints: Sequence[str]) -> list[Judged]:
    async with database.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT p.fingerprint, p.payment_id, p.reason, m.rung, a.claim_id, a.principal_minor + a.interest_minor"
                " + a.reminder_fee_minor + a.collection_fee_minor + a.compensation_minor + a.surplus_minor AS minor"
                " FROM payment p JOIN payment_match m USING (payment_id) LEFT JOIN allocation a USING (payment_id) WHERE p.fingerprint = ANY(:fingerprints)"
            ),
            {"fingerprints": list(fingerprints)},
        )
        found: dict[str, list[Any]] = {}
        for row in rows:
            found.setdefault(row.fingerprint, []).append(row)
        expect("lines registered", len(found), len(fingerprints))
        queued = [rows[0].payment_id for rows in found.values() if rows[0].claim_id is None]
        suggestions = await list_suggestions(session, queued)
    judged: list[Judged] = []
    for fingerprint in fingerprints:
        rows = found[fingerprint]
        shares = tuple((row.claim_id, row.minor) for row in rows if row.claim_id is not None)
        shown = suggestions.get(rows[0].payment_id)
        judged.append(Judged(shares, rows[0].reason, rows[0].rung, shown[0].claim_id if shown else None))
    return judged


def as_tallies(lines: Sequence[PaidLine], verdicts: Sequence[Judged], open_claims: int) -> list[Tally]:
    """False matches first, then what was spared, then how the lines fared by the way they were paid."""
    pairs = list(zip(lines, verdicts, strict=True))
    matched = [(line, verdict) for line, verdict in pairs if verdict.shares]
    wrong = [(line, verdict) for line, verdict in matched if not verdict.is_right(line)]
    queued = [(line, verdict) for line, verdict in pairs if not verdict.shares]
    ours = [(line, verdict) for line, verdict in queued if line.truth]
    first = [line for line, verdict in ours if verdict.is_suggested(line)]
    title = f"Matching {len(lines):,} payments among {open_claims:,} open claims"
    summary = [
        ("matched wrongly, of all matched", len(wrong), len(matched)),
        ("matched rightly, of all", len(matched) - len(wrong), len(lines)),
        ("queued for a person, of all", len(queued), len(lines)),
        ("right claim is the first suggestion, of the queued that are ours", len(first), len(ours)),
    ]
    return [
        Tally(title, ("", "lines", "share"), [(name, f"{n:,}", _share(n, total)) for name, n, total in summary]),
        _by_rung(matched),
        _by_way(pairs),
        _by_reason(queued),
    ]


def _by_rung(matched: Sequence[tuple[PaidLine, Judged]]) -> Tally:
    rows: list[Sequence[str]] = []
    for rung, count in Counter(str(verdict.rung) for _, verdict in matched).most_common():
        wrong = sum(verdict.rung == rung and not verdict.is_right(line) for line, verdict in matched)
        rows.append((rung, f"{count:,}", f"{wrong:,}", _share(wrong, count)))
    return Tally("What it was matched by", ("", "lines", "wrong", "share"), rows)


def _by_way(pairs: Sequence[tuple[PaidLine, Judged]]) -> Tally:
    rows: list[Sequence[str]] = []
    for kind in dict.fromkeys(line.kind for line, _ in sorted(pairs, key=lambda pair: pair[0].kind)):
        of_kind = [(line, verdict) for line, verdict in pairs if line.kind == kind]
        right = sum(verdict.is_right(line) for line, verdict in of_kind)
        queued = sum(not verdict.shares for _, verdict in of_kind)
        reasons = Counter(verdict.reason for _, verdict in of_kind if verdict.reason).most_common(2)
        told = ", ".join(f"{reason} {count:,}" for reason, count in reasons)
        wrong = len(of_kind) - right - queued
        suggested = sum(verdict.is_suggested(line) for line, verdict in of_kind)
        rows.append((kind, f"{len(of_kind):,}", f"{wrong:,}", f"{right:,}", f"{queued:,}", f"{suggested:,}", told))
    headings = ("", "lines", "wrong", "right", "queued", "suggested", "mostly because")
    return Tally("How it was paid", headings, rows)


def _by_reason(queued: Sequence[tuple[PaidLine, Judged]]) -> Tally:
    counted = Counter(str(verdict.reason) for _, verdict in queued).most_common()
    rows = [(reason, f"{count:,}", _share(count, len(queued))) for reason, count in counted]
    return Tally("Why it was queued", ("", "lines", "share"), rows)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "-"
