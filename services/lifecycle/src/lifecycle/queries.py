"""Every SQL statement of lifecycle; rows to domain values and back."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text

from contracts import Agreement
from lifecycle.domain import interruptions
from lifecycle.domain.arrangements import from_json
from lifecycle.domain.case import AgreedPolicy, Case
from lifecycle.domain.charges import StepCharge
from lifecycle.domain.dunning import CaseSituation
from lifecycle.domain.timeline import TimelineEntry
from runtime.database import Session

_CASE_COLUMNS: Final[dict[str, str]] = {
    "case_id": "bigint",
    "creditor_id": "uuid",
    "claim_id": "uuid",
    "invoice_number": "text",
    "currency": "text",
    "debtor_kind": "text",
    "jurisdiction": "text",
    "creditor_deducts_vat": "boolean",
    "interest_enabled": "boolean",
    "collection_allowed": "boolean",
    "small_balance_minor": "bigint",
    "opened_date": "date",
    "traceparent": "text",
    "debtor_country": "text",
    "original_minor": "bigint",
    "debtor_id": "uuid",
    "accept_low_confidence": "boolean",
    "group_letters": "boolean",
    "agreed_fees": "jsonb",
    "status": "text",
    "policy_code": "text",
    "policy_version": "integer",
    "stage": "text",
    "level": "integer",
    "due_date": "date",
    "principal_minor": "bigint",
    "interest_minor": "bigint",
    "fees_minor": "bigint",
    "claim_version": "integer",
    "earliest_step_date": "date",
    "last_step_date": "date",
    "last_deadline_date": "date",
    "hold_reason": "text",
    "hold_until_date": "date",
    "hold_version": "integer",
    "closing_version": "integer",
    "close_code": "text",
    "closed_date": "date",
    "failure": "text",
    "next_review_date": "date",
    "debtor_vulnerable": "boolean",
    "disputed_minor": "bigint",
    "policy_document": "jsonb",
    "arrangement": "jsonb",
    "limitation_date": "date",
    "limitation_alert_date": "date",
    "dispute_alert_date": "date",
    "source": "text",
    "closed_from": "text",
    "handover_id": "uuid",
    "with_collector": "boolean",
    "arose_date": "date",
    "interruptions": "jsonb",
    "agreed_policy": "jsonb",
    "override_scope": "text",
    "override_version": "integer",
}
_JSON: Final = tuple(name for name, kind in _CASE_COLUMNS.items() if kind == "jsonb")
_CHANGING: Final = list(_CASE_COLUMNS)[list(_CASE_COLUMNS).index("status") :]
_SITUATION: Final = frozenset(CaseSituation.__dataclass_fields__)
_NAMES: Final = ", ".join(_CASE_COLUMNS)
_READ: Final = ", ".join(f"{name}::text AS {name}" if name in _JSON else name for name in _CASE_COLUMNS)


def _arrays(names: Collection[str]) -> str:
    return ", ".join(f"CAST(:{name} AS {_CASE_COLUMNS[name]}[])" for name in names)


_INSERT_CASES = text(
    f'INSERT INTO "case" ({_NAMES}) SELECT * FROM unnest({_arrays(_CASE_COLUMNS)})'
    " ON CONFLICT (case_id) DO NOTHING RETURNING case_id"
)
_UPDATE_CASES = text(
    f'UPDATE "case" SET {", ".join(f"{name} = new.{name}" for name in _CHANGING)}'
    f" FROM unnest({_arrays(['case_id', *_CHANGING])}) AS new (case_id, {', '.join(_CHANGING)})"
    ' WHERE "case".case_id = new.case_id'
)
_LOCK_CASES = text(
    f'SELECT {_READ} FROM "case" WHERE case_id = ANY(CAST(:ids AS bigint[])) ORDER BY case_id FOR UPDATE'
)
_LOCK_CASES_IN = text(
    f'SELECT {_READ} FROM "case" WHERE case_id = ANY(CAST(:ids AS bigint[]))'
    " AND jurisdiction = ANY(CAST(:jurisdictions AS text[])) ORDER BY case_id FOR UPDATE"
)
_DUE = (
    f'SELECT {_READ} FROM "case" c WHERE next_review_date <= :day AND (NOT group_letters OR NOT EXISTS ('
    'SELECT FROM "case" e WHERE e.creditor_id = c.creditor_id AND e.debtor_id = c.debtor_id AND e.group_letters'
    " AND e.next_review_date <= :day AND e.case_id < c.case_id)) ORDER BY case_id LIMIT :limit FOR UPDATE OF c"
)
_LIST_COMPANIONS = text(
    """
    SELECT case_id, debtor_id FROM "case"
    JOIN unnest(CAST(:creditor_id AS uuid[]), CAST(:debtor_id AS uuid[])) AS wanted (creditor_id, debtor_id)
        USING (creditor_id, debtor_id)
    WHERE group_letters AND next_review_date <= :day AND case_id <> ALL(CAST(:ids AS bigint[]))
    """
)
_LOCK_COMPANIONS = text(
    f'SELECT {_READ} FROM "case" WHERE case_id = ANY(CAST(:ids AS bigint[])) AND next_review_date <= :day'
    " ORDER BY case_id FOR UPDATE SKIP LOCKED"
)
_LOCK_DUE_AND_FREE = text(_DUE + " SKIP LOCKED")
_LOCK_DUE = text(_DUE)
_LOCK_CASES_OF_DEBTOR = text(
    f'SELECT {_READ} FROM "case" WHERE creditor_id = :creditor_id AND debtor_id = :debtor_id'
    " ORDER BY case_id FOR UPDATE"
)
_HAS_DEBTOR = text('SELECT EXISTS (SELECT FROM "case" WHERE creditor_id = :creditor_id AND debtor_id = :debtor_id)')
_LOCK_ALERTS = text(
    f'SELECT {_READ} FROM "case" WHERE limitation_alert_date <= :day ORDER BY case_id LIMIT :limit'
    " FOR UPDATE SKIP LOCKED"
)
_LOCK_DISPUTE_ALERTS = text(
    f'SELECT {_READ} FROM "case" WHERE dispute_alert_date <= :day ORDER BY case_id LIMIT :limit FOR UPDATE SKIP LOCKED'
)
_ADD_FLAG = text(
    """
    INSERT INTO debtor_flag (creditor_id, debtor_id, flag, comment, set_date)
    VALUES (:creditor_id, :debtor_id, :flag, :comment, :set_date) ON CONFLICT DO NOTHING
    """
)
_FORGET_WORDS = text(
    """
    WITH gone AS (SELECT unnest(CAST(:debtor_ids AS uuid[])) AS debtor_id), flags AS (
        UPDATE debtor_flag f SET comment = '' FROM gone WHERE f.debtor_id = gone.debtor_id
    ), cases AS (
        UPDATE "case" c SET arrangement = (c.arrangement - 'evidence') || '{"reason": ""}' FROM gone
        WHERE c.debtor_id = gone.debtor_id AND c.arrangement ->> 'kind' = 'DISPUTE'
    ), overrides AS (
        UPDATE policy_override o SET comment = '' FROM gone
        WHERE o.debtor_id = gone.debtor_id
            OR o.case_id IN (SELECT c.case_id FROM "case" c WHERE c.debtor_id = gone.debtor_id)
    ), handovers AS (
        UPDATE handover h SET reason = split_part(h.reason, ':', 1) FROM "case" c JOIN gone USING (debtor_id)
        WHERE c.case_id = h.case_id AND h.state IN ('CLOSED', 'REFUSED')
    ), messages AS (
        UPDATE collector_message m SET description = split_part(m.description, ':', 1)
        FROM "case" c JOIN gone USING (debtor_id) WHERE c.case_id = m.case_id AND m.status = 'REFUSED'
    )
    UPDATE timeline_entry t SET text = 'The words of this entry were erased with the debtor'
    FROM "case" c JOIN gone USING (debtor_id)
    WHERE c.case_id = t.case_id AND (t.who = 'Creditor' OR t.who = 'Collector' AND NOT t.ids ? 'external_id')
    """
)
_LIFT_FLAG = text(
    "DELETE FROM debtor_flag WHERE creditor_id = :creditor_id AND debtor_id = :debtor_id AND flag = :flag RETURNING flag"
)
_FLAGS = text(
    """
    SELECT debtor_id, flag FROM debtor_flag
    JOIN unnest(CAST(:creditor_id AS uuid[]), CAST(:debtor_id AS uuid[])) AS wanted (creditor_id, debtor_id)
        USING (creditor_id, debtor_id) ORDER BY debtor_id, flag
    """
)
_KNOWN = text(
    """
    SELECT case_id, true AS followed FROM "case" WHERE case_id = ANY(CAST(:ids AS bigint[]))
    UNION ALL SELECT case_id, false FROM unfollowed_invoice WHERE case_id = ANY(CAST(:ids AS bigint[]))
    """
)
_INSERT_UNFOLLOWED = text(
    """
    INSERT INTO unfollowed_invoice (case_id, creditor_id)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:creditor_id AS uuid[])) ON CONFLICT DO NOTHING
    """
)
_INSERT_AGREEMENTS = text(
    """
    INSERT INTO agreement (creditor_id, agreement_version, document)
    SELECT * FROM unnest(CAST(:creditor_id AS uuid[]), CAST(:version AS integer[]), CAST(:document AS jsonb[]))
    ON CONFLICT DO NOTHING
    """
)
_AGREEMENTS = text(
    """
    SELECT creditor_id, agreement_version, document::text FROM agreement
    JOIN unnest(CAST(:creditor_id AS uuid[]), CAST(:version AS integer[])) AS wanted (creditor_id, agreement_version)
        USING (creditor_id, agreement_version)
    """
)
_INSERT_STEPS = text(
    """
    INSERT INTO case_step (step_key, case_id, level, step_code, as_of, deadline_date, charges)
    SELECT * FROM unnest(CAST(:step_key AS text[]), CAST(:case_id AS bigint[]), CAST(:level AS integer[]),
        CAST(:step_code AS text[]), CAST(:as_of AS date[]), CAST(:deadline_date AS date[]), CAST(:charges AS jsonb[]))
    ON CONFLICT (step_key) DO NOTHING RETURNING step_key
    """
)
_CHARGES = text(
    """
    SELECT case_id, charges::text FROM case_step
    WHERE case_id = ANY(CAST(:ids AS bigint[])) AND charges <> '[]' ORDER BY case_id, level
    """
)
_UNSENT_LETTERS = text(
    """
    SELECT case_id, step_key, level, step_code FROM (
        SELECT DISTINCT ON (case_id) case_id, step_key, level, step_code FROM case_step
        WHERE case_id = ANY(CAST(:ids AS bigint[])) ORDER BY case_id, level DESC
    ) AS last
    WHERE NOT EXISTS (SELECT FROM timeline_entry e
        WHERE e.case_id = last.case_id AND e.kind = 'MESSAGE' AND e.ids ->> 'step_key' = last.step_key)
    ORDER BY case_id
    """
)
_INSERT_ENTRIES = text(
    """
    INSERT INTO timeline_entry (case_id, entry_date, at, kind, text, who, ids)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:entry_date AS date[]), CAST(:at AS timestamptz[]),
        CAST(:kind AS text[]), CAST(:text AS text[]), CAST(:who AS text[]), CAST(:ids AS jsonb[]))
    """
)
_GET_CASE = text(f'SELECT {_READ} FROM "case" WHERE case_id = :case_id AND creditor_id = :creditor_id')
_LIST_CASES = text(
    f"""
    SELECT {_READ} FROM "case"
    WHERE creditor_id = :creditor_id AND case_id > :after
        AND (CAST(:status AS text) IS NULL OR status = :status) AND (CAST(:stage AS text) IS NULL OR stage = :stage)
    ORDER BY case_id LIMIT :limit
    """
)
_LIST_ENTRIES = text(
    """
    SELECT case_id, entry_date, at, kind, text, who, ids::text FROM timeline_entry
    WHERE case_id = :case_id ORDER BY position
    """
)
_COUNTS = text(
    """
    SELECT stage, status, close_code, count(*) AS cases FROM "case"
    WHERE CAST(:creditor_id AS uuid) IS NULL OR creditor_id = :creditor_id
    GROUP BY stage, status, close_code ORDER BY stage, status, close_code
    """
)


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A rung of a case, as it is stored."""

    step_key: str
    case_id: int
    level: int
    step_code: str
    as_of: date
    deadline_date: date
    charges: tuple[StepCharge, ...]


@dataclass(frozen=True, slots=True)
class UnsentLetter:
    """The last rung of a case whose letter nobody heard to have left."""

    case_id: int
    step_key: str
    level: int
    step_code: str


@dataclass(frozen=True, slots=True)
class CaseCount:
    """How many cases are in one place."""

    stage: str
    status: str
    close_code: str | None
    count: int


async def insert_cases(session: Session, cases: Sequence[Case]) -> set[int]:
    """Store new cases; returns the ids that were not there yet."""
    rows = await session.execute(_INSERT_CASES, _columns(cases, _CASE_COLUMNS))
    return set(rows.scalars())


async def save_cases(session: Session, cases: Sequence[Case]) -> None:
    """Store what changed of cases that are locked, with the day they are looked at next."""
    if cases:
        await session.execute(_UPDATE_CASES, _columns(cases, ["case_id", *_CHANGING]))


async def lock_cases(session: Session, case_ids: Collection[int]) -> dict[int, Case]:
    """Load cases to change them; others wait. In id order, so that batches cannot deadlock. Missing ones are left out."""
    rows = await session.execute(_LOCK_CASES, {"ids": sorted(case_ids)})
    return {row["case_id"]: _case(row) for row in rows.mappings()}


async def lock_cases_in(session: Session, case_ids: Collection[int], jurisdictions: Collection[str]) -> dict[int, Case]:
    """Like lock_cases, only those under the law of these countries."""
    wanted = {"ids": sorted(case_ids), "jurisdictions": list(jurisdictions)}
    return {row["case_id"]: _case(row) for row in (await session.execute(_LOCK_CASES_IN, wanted)).mappings()}


async def lock_due_cases(session: Session, day: date, limit: int) -> list[Case]:
    """Cases to be looked at by `day`: those nobody holds; when only held ones are left, waits for them.

    Without the second look a day could be closed while a fact holds a case that was due on it.
    """
    wanted = {"day": day, "limit": limit}
    rows = (await session.execute(_LOCK_DUE_AND_FREE, wanted)).mappings().all()
    if not rows:
        rows = (await session.execute(_LOCK_DUE, wanted)).mappings().all()
    return [_case(row) for row in rows]


async def lock_companions(session: Session, day: date, cases: Sequence[Case]) -> tuple[list[Case], set[UUID]]:
    """The other due cases of the debtors whose letters are joined, and the debtors of whom somebody else holds one.

    Only who holds a debtor's first due case comes here, so two sweeps never share a debtor. A case that a fact holds is
    not waited for, since that fact may wait for another case of this batch: its debtor is left for the next batch.
    """
    debtors = {case.debtor_id: case.creditor_id for case in cases if case.group_letters and case.debtor_id}
    if not debtors:
        return [], set()
    wanted = {"creditor_id": list(debtors.values()), "debtor_id": list(debtors), "day": day}
    ids = [case.case_id for case in cases]
    listed = {row.case_id: row.debtor_id for row in await session.execute(_LIST_COMPANIONS, wanted | {"ids": ids})}
    if not listed:
        return [], set()
    rows = await session.execute(_LOCK_COMPANIONS, {"ids": sorted(listed), "day": day})
    locked = [_case(row) for row in rows.mappings()]
    held = listed.keys() - {case.case_id for case in locked}
    return locked, {listed[case_id] for case_id in held}


async def lock_cases_of_debtor(session: Session, creditor_id: UUID, debtor_id: UUID) -> dict[int, Case]:
    """All cases of a debtor, to change them."""
    rows = await session.execute(_LOCK_CASES_OF_DEBTOR, {"creditor_id": creditor_id, "debtor_id": debtor_id})
    return {row["case_id"]: _case(row) for row in rows.mappings()}


async def has_debtor(session: Session, creditor_id: UUID, debtor_id: UUID) -> bool:
    """Whether the creditor has a case of the debtor."""
    wanted = {"creditor_id": creditor_id, "debtor_id": debtor_id}
    return bool((await session.execute(_HAS_DEBTOR, wanted)).scalar_one())


async def lock_limitation_alerts(session: Session, day: date, limit: int) -> list[Case]:
    """Cases of whose limitation somebody must be warned by `day`; those another transaction holds are left to it."""
    rows = await session.execute(_LOCK_ALERTS, {"day": day, "limit": limit})
    return [_case(row) for row in rows.mappings()]


async def lock_dispute_alerts(session: Session, day: date, limit: int) -> list[Case]:
    """Cases whose dispute somebody must be warned of by `day`; those another transaction holds are left to it."""
    rows = await session.execute(_LOCK_DISPUTE_ALERTS, {"day": day, "limit": limit})
    return [_case(row) for row in rows.mappings()]


async def forget_words(session: Session, debtor_ids: Collection[UUID]) -> None:
    """Blank what people wrote on the timelines and flags of these debtors."""
    await session.execute(_FORGET_WORDS, {"debtor_ids": list(debtor_ids)})


async def add_flag(session: Session, creditor_id: UUID, debtor_id: UUID, flag: str, comment: str, day: date) -> None:
    """Remember what stops collection from a debtor; the same again changes nothing."""
    await session.execute(
        _ADD_FLAG,
        {"creditor_id": creditor_id, "debtor_id": debtor_id, "flag": flag, "comment": comment, "set_date": day},
    )


async def lift_flag(session: Session, creditor_id: UUID, debtor_id: UUID, flag: str) -> bool:
    """Forget a flag; says whether it was there."""
    wanted = {"creditor_id": creditor_id, "debtor_id": debtor_id, "flag": flag}
    return (await session.execute(_LIFT_FLAG, wanted)).scalar_one_or_none() is not None


async def list_flags(session: Session, debtors: Collection[tuple[UUID, UUID]]) -> dict[UUID, list[str]]:
    """The flags of debtors (creditor id, debtor id); those without any are left out."""
    wanted = sorted(debtors)
    rows = await session.execute(
        _FLAGS, {"creditor_id": [one for one, _ in wanted], "debtor_id": [one for _, one in wanted]}
    )
    found: dict[UUID, list[str]] = {}
    for row in rows:
        found.setdefault(row.debtor_id, []).append(row.flag)
    return found


async def list_known(session: Session, case_ids: Collection[int]) -> dict[int, bool]:
    """Of these ids, those that were heard of: True where a case follows the invoice."""
    rows = await session.execute(_KNOWN, {"ids": sorted(case_ids)})
    return {row.case_id: row.followed for row in rows}


async def insert_unfollowed(session: Session, invoices: Mapping[int, UUID]) -> None:
    """Remember invoices (case id -> creditor) that get no case work."""
    await session.execute(_INSERT_UNFOLLOWED, {"case_id": list(invoices), "creditor_id": list(invoices.values())})


async def insert_agreements(session: Session, agreements: Mapping[tuple[UUID, int], Agreement]) -> None:
    """Keep a copy of versions of agreements."""
    await session.execute(
        _INSERT_AGREEMENTS,
        {
            "creditor_id": [creditor_id for creditor_id, _ in agreements],
            "version": [version for _, version in agreements],
            "document": [agreement.model_dump_json() for agreement in agreements.values()],
        },
    )


async def list_agreements(
    session: Session, versions: Collection[tuple[UUID, int]]
) -> dict[tuple[UUID, int], Agreement]:
    """Copies of the agreements of (creditor id, version); missing ones are left out."""
    wanted = sorted(versions)
    rows = await session.execute(
        _AGREEMENTS,
        {"creditor_id": [creditor_id for creditor_id, _ in wanted], "version": [version for _, version in wanted]},
    )
    return {(row.creditor_id, row.agreement_version): Agreement.model_validate_json(row.document) for row in rows}


async def insert_steps(session: Session, steps: Sequence[StepTaken]) -> set[str]:
    """Store rungs; returns the keys that are new: a rung is taken once, whoever tries."""
    if not steps:
        return set()
    values: dict[str, list[Any]] = {
        name: [getattr(step, name) for step in steps]
        for name in ("step_key", "case_id", "level", "step_code", "as_of", "deadline_date")
    }
    values["charges"] = [json.dumps([asdict(charge) for charge in step.charges]) for step in steps]
    return set((await session.execute(_INSERT_STEPS, values)).scalars())


async def list_charges(session: Session, case_ids: Collection[int]) -> dict[int, list[StepCharge]]:
    """What was charged on cases by their steps, oldest first."""
    found: dict[int, list[StepCharge]] = {case_id: [] for case_id in case_ids}
    if case_ids:
        for row in await session.execute(_CHARGES, {"ids": sorted(case_ids)}):
            found[row.case_id] += [StepCharge(**charge) for charge in json.loads(row.charges)]
    return found


async def list_unsent_letters(session: Session, case_ids: Collection[int]) -> list[UnsentLetter]:
    """The last step of each of these cases, where no message of it is known to have been sent."""
    rows = await session.execute(_UNSENT_LETTERS, {"ids": sorted(case_ids)})
    return [UnsentLetter(**row) for row in rows.mappings()]


async def insert_entries(session: Session, entries: Sequence[TimelineEntry]) -> None:
    """Append to timelines."""
    if not entries:
        return
    values: dict[str, list[Any]] = {
        name: [getattr(entry, name) for entry in entries]
        for name in ("case_id", "entry_date", "at", "kind", "text", "who")
    }
    values["ids"] = [json.dumps(entry.ids) for entry in entries]
    await session.execute(_INSERT_ENTRIES, values)


async def find_case(session: Session, creditor_id: UUID, case_id: int) -> Case | None:
    """The creditor's case; None also where it is another's."""
    row = (await session.execute(_GET_CASE, {"case_id": case_id, "creditor_id": creditor_id})).mappings().one_or_none()
    return _case(row) if row else None


async def list_cases(
    session: Session, creditor_id: UUID, *, status: str | None, stage: str | None, after: int, limit: int
) -> list[Case]:
    """The creditor's cases in id order, beginning after the id `after`."""
    rows = await session.execute(
        _LIST_CASES,
        {"creditor_id": creditor_id, "status": status, "stage": stage, "after": after, "limit": limit},
    )
    return [_case(row) for row in rows.mappings()]


async def list_entries(session: Session, case_id: int) -> list[TimelineEntry]:
    """A case's timeline, oldest first."""
    rows = await session.execute(_LIST_ENTRIES, {"case_id": case_id})
    return [
        TimelineEntry(row.case_id, row.entry_date, row.at, row.kind, row.text, row.who, json.loads(row.ids))
        for row in rows
    ]


async def count_cases(session: Session, creditor_id: UUID | None) -> list[CaseCount]:
    """How many cases are where, for one creditor or all."""
    rows = await session.execute(_COUNTS, {"creditor_id": creditor_id})
    return [CaseCount(row.stage, row.status, row.close_code, row.cases) for row in rows]


def _case(row: RowMapping) -> Case:
    stored = dict(row)
    del stored["next_review_date"]
    stored["agreed_fees"] = json.loads(stored["agreed_fees"])
    stored["arrangement"] = from_json(stored["arrangement"]) if stored["arrangement"] else None
    stored["interruptions"] = interruptions.from_json(stored["interruptions"])
    stored["agreed_policy"] = AgreedPolicy(**json.loads(stored["agreed_policy"])) if stored["agreed_policy"] else None
    situation = CaseSituation(**{name: stored.pop(name) for name in _SITUATION})
    return Case(situation=situation, **stored)


def _columns(cases: Sequence[Case], names: Collection[str]) -> dict[str, list[Any]]:
    return {name: [_value(case, name) for case in cases] for name in names}


def _value(case: Case, name: str) -> Any:
    if name == "agreed_fees":
        return json.dumps(case.agreed_fees)
    if name == "arrangement":
        return case.arrangement.model_dump_json() if case.arrangement else None
    if name == "interruptions":
        return interruptions.to_json(case.interruptions)
    if name == "agreed_policy":
        return json.dumps(asdict(case.agreed_policy)) if case.agreed_policy else None
    return getattr(case.situation if name in _SITUATION else case, name)
