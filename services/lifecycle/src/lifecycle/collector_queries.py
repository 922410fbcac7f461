"""SQL about collectors: configurations, hand-overs and what was reported of them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text

from lifecycle.domain.collectors import CollectorConfiguration, Conditions
from lifecycle.domain.handovers import Handover
from lifecycle.domain.reports import Collected
from runtime.database import Session

_CONFIGURATION: Final = (
    "configuration_id, creditor_id, collector, name, priority, enabled, conditions::text AS conditions, skip_review,"
    " adapter, url, free_withdrawal_days, late_withdrawal, processing_days, remits_to, version, deleted"
)
_INSERT_CONFIGURATION = text(
    """
    INSERT INTO collector_configuration (configuration_id, creditor_id, collector, name, priority, enabled, conditions,
        skip_review, adapter, url, free_withdrawal_days, late_withdrawal, processing_days, remits_to, version, deleted)
    VALUES (:configuration_id, :creditor_id, :collector, :name, :priority, :enabled, CAST(:conditions AS jsonb),
        :skip_review, :adapter, :url, :free_withdrawal_days, :late_withdrawal, :processing_days, :remits_to, :version,
        :deleted)
    ON CONFLICT DO NOTHING
    RETURNING configuration_id
    """
)
_UPDATE_CONFIGURATION = text(
    """
    UPDATE collector_configuration SET name = :name, priority = :priority, enabled = :enabled,
        conditions = CAST(:conditions AS jsonb), skip_review = :skip_review, url = :url,
        free_withdrawal_days = :free_withdrawal_days, late_withdrawal = :late_withdrawal,
        processing_days = :processing_days, remits_to = :remits_to, version = :version, deleted = :deleted,
        token_hash = CASE WHEN :deleted THEN NULL ELSE token_hash END
    WHERE configuration_id = :configuration_id
    """
)
_NAME_TAKEN = text(
    """
    SELECT EXISTS (SELECT FROM collector_configuration
        WHERE creditor_id = :creditor_id AND name = :name AND configuration_id <> :configuration_id AND NOT deleted)
    """
)
_LOCK_CONFIGURATION = text(
    f"""
    SELECT {_CONFIGURATION} FROM collector_configuration
    WHERE creditor_id = :creditor_id AND configuration_id = :configuration_id FOR UPDATE
    """
)
_CONFIGURATIONS = text(
    f"""
    SELECT {_CONFIGURATION} FROM collector_configuration WHERE creditor_id = ANY(CAST(:creditor_ids AS uuid[]))
        AND NOT deleted ORDER BY priority, name
    """
)
_FILE_COLLECTORS = text(
    "SELECT DISTINCT creditor_id, collector FROM collector_configuration WHERE adapter = 'FILE_DROP'"
)
_HAS_AGREEMENT = text("SELECT EXISTS (SELECT FROM agreement WHERE creditor_id = :creditor_id)")
_COUNT_OPEN = text("SELECT count(*) FROM handover WHERE configuration_id = :configuration_id AND ended_date IS NULL")
_SAVE_TOKEN = text(
    "UPDATE collector_configuration SET token_hash = :token_hash WHERE configuration_id = :configuration_id"
)
_FIND_BY_TOKEN = text(
    f"SELECT {_CONFIGURATION} FROM collector_configuration WHERE token_hash = :token_hash AND NOT deleted"
)
_HANDOVER_COLUMNS: Final[dict[str, str]] = {
    "handover_id": "uuid",
    "case_id": "bigint",
    "creditor_id": "uuid",
    "number": "integer",
    "configuration_id": "uuid",
    "collector": "text",
    "adapter": "text",
    "remits_to": "text",
    "free_withdrawal_days": "integer",
    "late_withdrawal": "text",
    "processing_days": "integer",
    "state": "text",
    "chosen_date": "date",
    "queued_date": "date",
    "handed_date": "date",
    "accepted_date": "date",
    "ended_date": "date",
    "deadline_date": "date",
    "collector_reference": "text",
    "reason": "text",
    "told_hold_version": "integer",
    "told_claim_version": "integer",
}
_NAMES: Final = ", ".join(_HANDOVER_COLUMNS)
_CHANGING: Final = list(_HANDOVER_COLUMNS)[list(_HANDOVER_COLUMNS).index("state") :]
_ARRAYS: Final = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _HANDOVER_COLUMNS.items())
_SAVE_HANDOVERS = text(
    f"""
    INSERT INTO handover ({_NAMES}) SELECT * FROM unnest({_ARRAYS})
    ON CONFLICT (handover_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}
    """
)
_HANDOVERS = text(f"SELECT {_NAMES} FROM handover WHERE handover_id = ANY(CAST(:ids AS uuid[]))")
_HANDOVERS_OF_CASES = text(
    f"SELECT {_NAMES} FROM handover WHERE case_id = ANY(CAST(:case_ids AS bigint[])) ORDER BY case_id, number"
)
_LOCK_OVERDUE = text(
    """
    SELECT handover.case_id FROM handover JOIN "case" USING (case_id)
    WHERE deadline_date < :day AND ended_date IS NULL
    ORDER BY handover.case_id LIMIT :limit FOR UPDATE
    """
)
_KNOWN_REPORTS = text(
    """
    SELECT report_id, handover_id, case_id, collector, external_id, amount_minor, currency, collected_on
    FROM collected_report WHERE report_id = ANY(CAST(:ids AS uuid[]))
    """
)
_REPORTS_OF_CASE = text(
    """
    SELECT report_id, handover_id, case_id, collector, external_id, amount_minor, currency, collected_on
    FROM collected_report WHERE case_id = :case_id ORDER BY collected_on, external_id
    """
)
_INSERT_REPORTS = text(
    """
    INSERT INTO collected_report (report_id, creditor_id, handover_id, case_id, collector, external_id, amount_minor,
        currency, collected_on, reported_date)
    SELECT report_id, creditor_id, handover_id, case_id, collector, external_id, amount_minor, currency, collected_on,
        :day
    FROM unnest(CAST(:report_id AS uuid[]), CAST(:creditor_id AS uuid[]), CAST(:handover_id AS uuid[]),
        CAST(:case_id AS bigint[]), CAST(:collector AS text[]), CAST(:external_id AS text[]),
        CAST(:amount_minor AS bigint[]), CAST(:currency AS text[]), CAST(:collected_on AS date[]))
        AS new (report_id, creditor_id, handover_id, case_id, collector, external_id, amount_minor, currency,
            collected_on)
    """
)
_LOCK_REPORTERS = text(
    """
    SELECT pg_advisory_xact_lock(hashtextextended(reporter, 7201120)) FROM
        (SELECT DISTINCT reporter FROM unnest(CAST(:reporters AS text[])) AS new (reporter) ORDER BY reporter) AS sorted
    """
)
_PICKED = text(
    """
    SELECT creditor_id, collector, name, sha256 FROM collector_file
    JOIN unnest(CAST(:creditor_id AS uuid[]), CAST(:collector AS text[]), CAST(:name AS text[]))
        AS wanted (creditor_id, collector, name) USING (creditor_id, collector, name)
    """
)
_INSERT_FILE = text(
    """
    INSERT INTO collector_file
    VALUES (:creditor_id, :collector, :name, :sha256, :lines, :taken, CAST(:refused AS jsonb), :day)
    """
)
_IS_PICKED = text(
    """
    SELECT EXISTS (SELECT FROM collector_file
        WHERE creditor_id = :creditor_id AND collector = :collector AND name = :name AND sha256 = :sha256)
    """
)
_FILES = text(
    """
    SELECT name, sha256, lines, taken, refused::text AS refused, picked_date FROM collector_file
    WHERE creditor_id = :creditor_id AND collector = :collector ORDER BY picked_date DESC, name LIMIT :limit
    """
)


@dataclass(frozen=True, slots=True)
class PickedFile:
    """A file of a collector, and what came of its lines."""

    name: str
    sha256: str
    lines: int
    taken: int
    refused: tuple[Mapping[str, Any], ...]
    picked_date: date


async def insert_configuration(session: Session, configuration: CollectorConfiguration) -> bool:
    """Whether it is new; False where its id or name is taken."""
    rows = await session.execute(_INSERT_CONFIGURATION, _values(configuration))
    return rows.scalar_one_or_none() is not None


async def update_configuration(session: Session, configuration: CollectorConfiguration) -> None:
    await session.execute(_UPDATE_CONFIGURATION, _values(configuration))


async def is_name_taken(session: Session, configuration: CollectorConfiguration) -> bool:
    """Whether another of the creditor's configurations has the name."""
    return (await session.execute(_NAME_TAKEN, _values(configuration))).scalar_one()


async def lock_configuration(
    session: Session, creditor_id: UUID, configuration_id: UUID
) -> CollectorConfiguration | None:
    """The creditor's configuration, to change it; deleted ones too. None also where it is another's."""
    wanted = {"creditor_id": creditor_id, "configuration_id": configuration_id}
    row = (await session.execute(_LOCK_CONFIGURATION, wanted)).mappings().one_or_none()
    return _configuration(row) if row else None


async def list_configurations(
    session: Session, creditor_ids: Collection[UUID]
) -> dict[UUID, list[CollectorConfiguration]]:
    """The configurations of creditors, by ascending priority."""
    found: dict[UUID, list[CollectorConfiguration]] = {}
    if creditor_ids:
        for row in (await session.execute(_CONFIGURATIONS, {"creditor_ids": sorted(creditor_ids)})).mappings():
            found.setdefault(row["creditor_id"], []).append(_configuration(row))
    return found


async def list_file_collectors(session: Session) -> list[tuple[UUID, str]]:
    """Creditors with their collectors that are spoken to by files; deleted ones too: last reports may still come."""
    return [(row.creditor_id, row.collector) for row in await session.execute(_FILE_COLLECTORS)]


async def has_agreement(session: Session, creditor_id: UUID) -> bool:
    """Whether the creditor was ever heard of."""
    return (await session.execute(_HAS_AGREEMENT, {"creditor_id": creditor_id})).scalar_one()


async def count_open_handovers(session: Session, configuration_id: UUID) -> int:
    """Cases that are with the collector, or on their way to it."""
    return (await session.execute(_COUNT_OPEN, {"configuration_id": configuration_id})).scalar_one()


async def save_token(session: Session, configuration_id: UUID, token_hash: str) -> None:
    """The collector's token from now on; an earlier one is no longer known."""
    await session.execute(_SAVE_TOKEN, {"configuration_id": configuration_id, "token_hash": token_hash})


async def find_by_token(session: Session, token_hash: str) -> CollectorConfiguration | None:
    row = (await session.execute(_FIND_BY_TOKEN, {"token_hash": token_hash})).mappings().one_or_none()
    return _configuration(row) if row else None


async def save_handovers(session: Session, handovers: Collection[Handover]) -> None:
    """Store new hand-overs and what changed of others, whose cases are locked."""
    if handovers:
        columns = {name: [getattr(one, name) for one in handovers] for name in _HANDOVER_COLUMNS}
        await session.execute(_SAVE_HANDOVERS, columns)


async def list_handovers(session: Session, handover_ids: Collection[UUID]) -> dict[UUID, Handover]:
    """Hand-overs by id; missing ones are left out."""
    if not handover_ids:
        return {}
    rows = await session.execute(_HANDOVERS, {"ids": sorted(handover_ids)})
    return {row["handover_id"]: _handover(row) for row in rows.mappings()}


async def list_handovers_of_cases(session: Session, case_ids: Collection[int]) -> dict[int, list[Handover]]:
    """All hand-overs of cases, the first first; cases without one are left out."""
    found: dict[int, list[Handover]] = {}
    if case_ids:
        for row in (await session.execute(_HANDOVERS_OF_CASES, {"case_ids": sorted(case_ids)})).mappings():
            found.setdefault(row["case_id"], []).append(_handover(row))
    return found


async def lock_overdue_cases(session: Session, day: date, limit: int) -> list[int]:
    """Cases whose collector's days were over before `day`; others wait for them."""
    return list((await session.execute(_LOCK_OVERDUE, {"day": day, "limit": limit})).scalars())


async def lock_reporters(session: Session, reporters: Collection[str]) -> None:
    """Until the end of the transaction nobody else takes reports of these collectors: two cases may share an id."""
    await session.execute(_LOCK_REPORTERS, {"reporters": sorted(reporters)})


async def list_known_reports(session: Session, report_ids: Collection[UUID]) -> dict[UUID, Collected]:
    """Amounts reported before, by id; those not known are left out."""
    if not report_ids:
        return {}
    rows = await session.execute(_KNOWN_REPORTS, {"ids": sorted(report_ids)})
    return {row.report_id: Collected(**row._mapping) for row in rows}  # pyright: ignore[reportPrivateUsage]


async def list_reports(session: Session, case_id: int) -> list[Collected]:
    """What collectors reported of a case, by day."""
    rows = await session.execute(_REPORTS_OF_CASE, {"case_id": case_id})
    return [Collected(**row) for row in rows.mappings()]


async def insert_reports(
    session: Session, reports: Sequence[Collected], creditors: Mapping[UUID, UUID], day: date
) -> None:
    """Store amounts not known yet; `creditors` are by report id."""
    if reports:
        names = ("report_id", "handover_id", "case_id", "collector", "external_id", "amount_minor", "currency")
        columns: dict[str, Any] = {name: [getattr(one, name) for one in reports] for name in (*names, "collected_on")}
        columns["creditor_id"] = [creditors[one.report_id] for one in reports]
        await session.execute(_INSERT_REPORTS, columns | {"day": day})


async def list_picked(session: Session, files: Collection[tuple[UUID, str, str]]) -> set[tuple[UUID, str, str, str]]:
    """Of files (creditor, collector, name), those taken in before, with their digest."""
    if not files:
        return set()
    creditors, collectors, names = zip(*sorted(files), strict=True)
    wanted = {"creditor_id": list(creditors), "collector": list(collectors), "name": list(names)}
    rows = await session.execute(_PICKED, wanted)
    return {(row.creditor_id, row.collector, row.name, row.sha256) for row in rows}


async def is_picked(session: Session, creditor_id: UUID, collector: str, name: str, sha256: str) -> bool:
    """Whether the file was taken in before."""
    wanted = {"creditor_id": creditor_id, "collector": collector, "name": name, "sha256": sha256}
    return (await session.execute(_IS_PICKED, wanted)).scalar_one()


async def insert_file(session: Session, creditor_id: UUID, collector: str, file: PickedFile) -> None:
    values = asdict(file) | {"creditor_id": creditor_id, "collector": collector, "day": file.picked_date}
    values["refused"] = json.dumps(file.refused)
    await session.execute(_INSERT_FILE, values)


async def list_files(session: Session, creditor_id: UUID, collector: str, limit: int) -> list[PickedFile]:
    """A collector's files, the latest first."""
    rows = await session.execute(_FILES, {"creditor_id": creditor_id, "collector": collector, "limit": limit})
    return [
        PickedFile(row.name, row.sha256, row.lines, row.taken, tuple(json.loads(row.refused)), row.picked_date)
        for row in rows
    ]


def _values(configuration: CollectorConfiguration) -> dict[str, Any]:
    return asdict(configuration) | {"conditions": json.dumps(asdict(configuration.conditions))}


def _configuration(row: RowMapping) -> CollectorConfiguration:
    stored = json.loads(row["conditions"])
    conditions = Conditions(**stored | {"countries": tuple(stored["countries"]), "sources": tuple(stored["sources"])})
    values: dict[str, Any] = dict(row)
    values["conditions"] = conditions
    return CollectorConfiguration(**values)


def _handover(row: RowMapping) -> Handover:
    return Handover(**row)
