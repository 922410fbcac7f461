"""A collector's file of reports: its good lines are taken, the others are kept with the reason."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from lifecycle import collector_queries
from lifecycle.collector_queries import PickedFile
from lifecycle.domain.reports import Report, Taken
from lifecycle.use_cases.reports import Reporter, take_reports
from runtime.clock import today
from runtime.database import Database


async def take_file(
    database: Database,
    creditor_id: UUID,
    collector: str,
    name: str,
    sha256: str,
    lines: Sequence[tuple[int, Report | str]],
) -> PickedFile | None:
    """One transaction for reports and record: after a crash the file is taken as if for the first time.

    None where another process took it meanwhile. The same file under another name repeats reports, and changes nothing.
    """
    reports = [(number, line) for number, line in lines if isinstance(line, Report)]
    refused: list[dict[str, Any]] = [{"line": number, "why": line} for number, line in lines if isinstance(line, str)]
    reporter = Reporter(creditor_id, collector)
    async with database.transaction() as session:
        day = await today(session)
        await collector_queries.lock_reporters(session, [f"file:{creditor_id}:{collector}"])
        if await collector_queries.is_picked(session, creditor_id, collector, name, sha256):
            return None
        answers = await take_reports(session, reporter, [report for _, report in reports], day)
        for (number, _), answer in zip(reports, answers, strict=True):
            if not isinstance(answer, Taken):
                refused.append({"line": number, "why": str(answer)})
        refused.sort(key=lambda one: one["line"])
        file = PickedFile(name, sha256, len(lines), len(lines) - len(refused), tuple(refused), day)
        await collector_queries.insert_file(session, creditor_id, collector, file)
        return file
