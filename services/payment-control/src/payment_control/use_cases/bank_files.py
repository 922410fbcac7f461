"""Import bank files: keep them whole, register their money once, match and allocate, take reversals back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID, uuid4

from bankfiles import BankFile, BankFileRefused, read
from payment_control.domain.accounts import ClientAccount, Sorted, sort_lines, without_far_future
from payment_control.domain.claim import Claim
from payment_control.domain.statements import stated_balances, stated_lines
from payment_control.queries import bank_files as queries
from payment_control.queries import candidates, client_money
from payment_control.queries.bank_files import FileLine
from payment_control.use_cases.client_money import compare_days
from payment_control.use_cases.matching import place_again, post_payments
from payment_control.use_cases.reversals import reverse_payments
from runtime.database import Session

UPLOADED, PICKED_UP = "UPLOAD", "FOLDER"


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's bytes and what they say; one of `file` and `refusal` is set."""

    name: str
    content: bytes
    sha256: str
    file: BankFile | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file; `registered` counts lines not seen before."""

    file_id: UUID
    status: Literal["IMPORTED", "REFUSED"]
    format: str
    transactions: int
    registered: int
    duplicates: int
    skipped: int
    rejected: list[dict[str, str]]
    error: str | None


@dataclass(frozen=True, slots=True)
class _New:
    """A file that was not here before, and its lines by what is done with them."""

    file_id: UUID
    file: BankFile
    lines: Sorted


def read_bank_file(name: str, content: bytes) -> Reading:
    """Read without touching the database; a broken file is a refusal, not an error."""
    digest = sha256(content).hexdigest()
    try:
        file = read(content)
    except BankFileRefused as refusal:
        return Reading(name, content, digest, None, str(refusal))
    if file.format == "camt.052":
        refused = "Document: an intraday report (camt.052) may still change; wait for the statement of the day"
        return Reading(name, content, digest, None, refused)
    return Reading(name, content, digest, file, None)


async def import_bank_file(
    session: Session, reading: Reading, accounts: Sequence[ClientAccount], today: date, source: str = UPLOADED
) -> Imported:
    """Post a file's lines once, whatever the file is called and however often it comes."""
    [imported] = await import_bank_files(session, [reading], accounts, today, source)
    return imported


async def import_bank_files(
    session: Session,
    readings: Sequence[Reading],
    accounts: Sequence[ClientAccount],
    today: date,
    source: str = UPLOADED,
) -> list[Imported]:
    """Post the lines of files as if they came one after the other, in one transaction and a fixed number of statements.

    Only a file with reversals ends the common work: what comes after it has to see them done.
    """
    await queries.lock_imports(session)
    readings = [
        replace(reading, file=without_far_future(reading.file, today)) if reading.file else reading
        for reading in readings
    ]
    rows = [_file_row(reading, source) for reading in readings]
    saved = await queries.save_files(session, rows)
    new = [
        _New(row["file_id"], reading.file, sort_lines(reading.file, accounts))
        for row, reading in zip(rows, readings, strict=True)
        if row["file_id"] in saved and reading.file is not None
    ]

    counts: list[dict[str, Any]] = []
    moved: set[tuple[str, date]] = set()
    for together in _until_reversals(new):
        received = await _new_payments(session, together)
        await post_payments(session, received, today)
        taken_back = await _register_reversals(session, together)
        await reverse_payments(session, [line.arrival for line in taken_back], today)
        counts += _counts(together, [*received, *taken_back])
        moved |= {(line.arrival.account_id, line.arrival.transaction.booking_date) for line in [*received, *taken_back]}
    await _keep_statements(session, new, accounts, moved)
    if counts:
        await queries.save_file_counts(session, counts)
    return await _answers(session, rows, saved, {row["file_id"]: row for row in counts})


async def place_strays(session: Session, opened: Sequence[Claim], today: date) -> None:
    """New claims can be found by what payers write, and money that came before them leaves the queue."""
    await queries.hold_imports(session)
    await candidates.save_tokens(session, opened)
    strays = await queries.lock_strays(session, {(claim.account_id, claim.payment_reference) for claim in opened})
    await place_again(session, strays, today)


def _until_reversals(new: Sequence[_New]) -> Iterator[list[_New]]:
    together: list[_New] = []
    for one in new:
        together.append(one)
        if one.lines.reversals:
            yield together
            together = []
    if together:
        yield together


async def _new_payments(session: Session, files: Sequence[_New]) -> list[FileLine]:
    """The payments that no file brought before, in the order of files and lines."""
    lines = _each_once(FileLine(one.file_id, arrival) for one in files for arrival in one.lines.credits)
    known = await queries.list_known(session, lines) if lines else set[str]()
    return [line for line in lines if line.arrival.transaction.fingerprint not in known]


async def _register_reversals(session: Session, files: Sequence[_New]) -> list[FileLine]:
    """The reversals that no file brought before, in the order of files and lines, stored."""
    lines = _each_once(FileLine(one.file_id, arrival) for one in files for arrival in one.lines.reversals)
    new = await queries.register_reversals(session, lines) if lines else set[UUID]()
    return [line for line in lines if line.arrival.payment_id in new]


def _each_once(lines: Iterable[FileLine]) -> list[FileLine]:
    """The first of equal ones counts."""
    first: dict[str, FileLine] = {}
    for line in lines:
        first.setdefault(line.arrival.transaction.fingerprint, line)
    return list(first.values())


async def _keep_statements(
    session: Session, files: Sequence[_New], accounts: Sequence[ClientAccount], moved: set[tuple[str, date]]
) -> None:
    """Keep what statements say, and compare the days they are of, and those on which lines of ours were booked."""
    balances = [(one.file_id, stated) for one in files for stated in stated_balances(one.file, accounts)]
    lines = [(one.file_id, line) for one in files for line in stated_lines(one.file, accounts)]
    await queries.save_balances(session, balances)
    await client_money.save_lines(session, lines)
    await client_money.name_lines(session, {line.end_to_end_id for _, line in lines if line.end_to_end_id})
    await compare_days(session, moved | {(stated.account_id, stated.balance_date) for _, stated in balances})


def _counts(files: Sequence[_New], registered: Sequence[FileLine]) -> list[dict[str, Any]]:
    by_file: dict[UUID, int] = {one.file_id: 0 for one in files}
    for line in registered:
        by_file[line.file_id] += 1
    return [
        {
            "file_id": one.file_id,
            "registered": by_file[one.file_id],
            "duplicates": len(one.lines.credits) + len(one.lines.reversals) - by_file[one.file_id],
            "skipped": one.lines.skipped,
        }
        for one in files
    ]


async def _answers(
    session: Session, rows: Sequence[dict[str, Any]], saved: set[UUID], counted: dict[UUID, dict[str, Any]]
) -> list[Imported]:
    """What became of each file; of bytes that came before every line of ours is a duplicate."""
    digests = {row["sha256"] for row in rows if row["file_id"] not in saved}
    known = await queries.list_files(session, digests) if digests else {}
    return [
        _imported(row, counted.get(row["file_id"])) if row["file_id"] in saved else _known(known[row["sha256"]])
        for row in rows
    ]


def _imported(row: dict[str, Any], counts: dict[str, Any] | None) -> Imported:
    return Imported(
        row["file_id"],
        row["status"],
        row["format"],
        row["transactions"],
        counts["registered"] if counts else 0,
        counts["duplicates"] if counts else 0,
        counts["skipped"] if counts else 0,
        row["rejected"],
        row["error"],
    )


def _known(row: Any) -> Imported:
    return Imported(
        row.file_id,
        row.status,
        row.format,
        row.transactions,
        0,
        row.registered + row.duplicates,
        row.skipped,
        row.rejected,
        row.error,
    )


def _file_row(reading: Reading, source: str) -> dict[str, Any]:
    file = reading.file
    rejected = [{"position": line.position, "reason": line.reason} for line in file.rejected] if file else []
    return {
        "file_id": uuid4(),
        "name": reading.name,
        "sha256": reading.sha256,
        "format": file.format if file else "",
        "source": source,
        "status": "IMPORTED" if file else "REFUSED",
        "transactions": len(file.transactions) if file else 0,
        "rejected": rejected,
        "error": reading.refusal,
        "raw": reading.content,
    }
