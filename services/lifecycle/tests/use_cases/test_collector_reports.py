"""What collectors report: taken once, announced once, refused where it does not fit."""

import asyncio
import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from services.lifecycle.tests.collectors import (
    EXHAUSTED,
    a_collector,
    collector_settings,
    configure,
    entries,
    exhaust_dunning,
    go_to,
    make_due,
    rows,
    some_statements,
    states,
    sweep,
    told,
    where,
)
from services.lifecycle.tests.factories import CREDITOR, a_change, a_settlement

from contracts import CaseCollected
from delivery.progress import read_progress
from lifecycle.couriers import CollectorCourier, ReportFolders, backlog
from lifecycle.domain.reports import Report, ReportChanged, ReportForbidden, Taken, report_id_of
from lifecycle.domain.work import WorkRefused
from lifecycle.queries import forget_words
from lifecycle.use_cases.claims import apply_claim_facts
from lifecycle.use_cases.reports import Fault, Reporter, take_reports
from lifecycle.use_cases.work import CaseNotFound
from runtime.database import Database

DAY = EXHAUSTED + timedelta(days=20)
WHO = Reporter(CREDITOR, "nordinkasso")


def an_amount(external_id: str = "A-1", case_id: int = 100_001, **changes: Any) -> Report:
    values: dict[str, Any] = {"amount_minor": 40_000, "currency": "NOK", "collected_on": DAY - timedelta(days=1)}
    return Report("COLLECTED", case_id, external_id=external_id, **(values | changes))


async def handed_over(database: Database, folder: Path, count: int = 1, **changes: Any) -> None:
    await configure(database, a_collector(**changes))
    await exhaust_dunning(database, count)
    courier = CollectorCourier(collector_settings(folder))
    assert await courier.deliver_due(database) == count
    await courier.close()
    await go_to(database, DAY)


async def report(database: Database, *reports: Report, who: Reporter = WHO) -> Sequence[Taken | Fault]:
    async with database.transaction() as session:
        return await take_reports(session, who, reports, DAY)


async def collected(database: Database) -> list[CaseCollected]:
    return [CaseCollected.model_validate_json(payload) for payload in await told(database, "case.collected")]


async def test_a_collected_amount_is_announced_once_however_often_it_is_reported(
    database: Database, tmp_path: Path
) -> None:
    await handed_over(database, tmp_path)
    [first], [again] = await report(database, an_amount()), await report(database, an_amount())
    [one, other] = await report(database, an_amount(), an_amount("A-2"))
    assert isinstance(first, Taken)
    assert isinstance(again, Taken)
    assert (first.repeated, again.repeated, again.collected) == (False, True, first.collected)
    assert [isinstance(each, Taken) and each.repeated for each in (one, other)] == [True, False]
    facts = await collected(database)
    assert [(fact.external_id, fact.amount_minor, fact.remitted_to) for fact in facts] == [
        ("A-1", 40_000, "OFFICE"),
        ("A-2", 40_000, "OFFICE"),
    ]
    assert facts[0].report_id == report_id_of(CREDITOR, "nordinkasso", "A-1")
    assert (facts[0].collected_on, facts[0].as_of) == (DAY - timedelta(days=1), DAY)
    assert (await entries(database))[-2] == ("nordinkasso collected 400.00 NOK on 2025-12-03, remitted to the office")


@pytest.mark.parametrize(
    "change", [{"amount_minor": 40_001}, {"collected_on": date(2025, 12, 1)}, {"case_id": 100_002}]
)
async def test_the_same_id_with_other_content_is_a_conflict(
    database: Database, tmp_path: Path, change: dict[str, Any]
) -> None:
    await handed_over(database, tmp_path, 2)
    await report(database, an_amount())
    [fault] = await report(database, an_amount(**change))
    assert isinstance(fault, ReportChanged)
    assert len(await collected(database)) == 1


async def test_a_collector_that_answers_before_its_arrival_was_recorded_has_the_case(
    database: Database, tmp_path: Path
) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database)
    await report(database, Report("ACCEPTED", 100_001, reference="NI-7"))
    assert await states(database) == ["ACCEPTED"]
    assert await where(database) == ("ACTIVE", "COLLECTION", True)
    courier = CollectorCourier(collector_settings(tmp_path))
    await make_due(database)
    assert await courier.deliver_due(database) == 1
    await courier.close()
    assert await states(database) == ["ACCEPTED"]
    assert len(await told(database, "case.transferred")) == 1


async def test_acceptance_and_closing_answer_the_same_when_they_are_repeated(
    database: Database, tmp_path: Path
) -> None:
    await handed_over(database, tmp_path)
    accepted = Report("ACCEPTED", 100_001, reference="NI-7")
    done = Report("CLOSED", 100_001, close_code="UNTRACEABLE", reason="moved abroad")
    answers = [(await report(database, one))[0] for one in (accepted, accepted, done, done)]
    assert [isinstance(one, Taken) and one.repeated for one in answers] == [False, True, False, True]
    assert await states(database) == ["CLOSED"]
    assert await where(database) == ("CLOSED", "COLLECTION", False)
    [closing] = await told(database, "case.closed")
    assert json.loads(closing)["close_code"] == "UNTRACEABLE"
    assert await entries(database, "CLOSED") == ["nordinkasso closed the case: UNTRACEABLE: moved abroad"]
    [late] = await report(database, an_amount())
    assert isinstance(late, ReportForbidden)
    assert late.allowed == ()


async def test_money_that_came_in_before_a_recall_is_still_taken(database: Database, tmp_path: Path) -> None:
    await handed_over(database, tmp_path)
    async with database.transaction() as session:
        await apply_claim_facts(session, [a_settlement(2, DAY)])
    [late, closing] = await report(database, an_amount(), Report("CLOSED", 100_001, close_code="OTHER"))
    assert isinstance(late, Taken)
    assert isinstance(closing, ReportForbidden)
    assert closing.allowed == ("COLLECTED",)
    assert len(await collected(database)) == 1


async def test_nobody_reports_of_cases_it_does_not_have(database: Database, tmp_path: Path) -> None:
    await handed_over(database, tmp_path)
    strangers = [Reporter(CREDITOR, "other"), Reporter(report_id_of(CREDITOR, "x", "y"), "nordinkasso")]
    for who in strangers:
        [foreign] = await report(database, an_amount(), who=who)
        assert isinstance(foreign, CaseNotFound)
    [missing] = await report(database, an_amount(case_id=999_999))
    assert str(missing) == "You have no case 999999."
    [office] = await report(database, an_amount(), who=Reporter())
    assert isinstance(office, Taken)


async def test_another_currency_and_a_day_to_come_are_refused_by_field(database: Database, tmp_path: Path) -> None:
    await handed_over(database, tmp_path)
    faults = await report(database, an_amount(currency="SEK"), an_amount(collected_on=DAY + timedelta(days=1)))
    assert [one.field for one in faults if isinstance(one, WorkRefused)] == ["currency", "collected_on"]
    assert await collected(database) == []


async def test_a_case_paid_through_its_collector_and_taken_back_goes_to_it_anew(
    database: Database, tmp_path: Path
) -> None:
    await handed_over(database, tmp_path)
    async with database.transaction() as session:
        await apply_claim_facts(session, [a_settlement(2, DAY)])
    async with database.transaction() as session:
        await apply_claim_facts(session, [a_change(3, 100_000, DAY, cause="PAYMENT_REVERSED")])
    again = [json.loads(payload)["source"] for payload in await told(database, "case.opened")]
    assert again == ["DUNNING", "CHARGEBACK"]
    await sweep(database, DAY, DAY + timedelta(days=2))
    assert await states(database) == ["RECALLED", "QUEUED"]


async def test_a_file_of_reports_is_taken_once_and_its_faults_are_kept(database: Database, tmp_path: Path) -> None:
    await handed_over(database, tmp_path)
    left = tmp_path / str(CREDITOR) / "nordinkasso" / "from-collector"
    left.mkdir()
    lines = [
        {"type": "ACCEPTED", "caseId": 100_001, "reference": "NI-7"},
        {"type": "COLLECTED", "caseId": 100_001, "externalId": "A-1", "amount": "400.00", "currency": "NOK",
         "collectedOn": "2025-12-01"},
        {"type": "COLLECTED", "caseId": 100_001, "externalId": "A-2", "amount": "4.001", "currency": "NOK",
         "collectedOn": "2025-12-01"},
        {"type": "CLOSED", "caseId": 100_001, "closeCode": "PAID"},
        {"type": "ACCEPTED", "caseId": 100_077},
    ]  # fmt: skip
    content = "\n".join([*(json.dumps(line) for line in lines), "not JSON", ""])
    (left / ".unfinished.ndjson").write_text(content)
    (left / "day-1.ndjson").write_text(content)
    (tmp_path / "elsewhere").write_text(content)
    (left / "link.ndjson").symlink_to(tmp_path / "elsewhere")
    folders = ReportFolders(tmp_path)
    async with database.transaction() as session:
        assert (await read_progress(session, "lifecycle", set(), backlog(folders))).backlog == 1
    assert await folders.take_new(database) == 1
    assert await folders.take_new(database) == 0
    assert await ReportFolders(tmp_path).take_new(database) == 1  # a new process reads it again, and knows it
    [(taken, refused)] = await rows(database, "SELECT taken, refused FROM collector_file")
    assert taken == 2
    assert [(one["line"], one["why"].split(":")[0]) for one in refused] == [
        (3, "amount"),
        (4, "closeCode"),
        (5, "You have no case 100077."),
        (6, "line"),
    ]
    assert await states(database) == ["ACCEPTED"]
    assert len(await collected(database)) == 1
    async with database.transaction() as session:
        assert (await read_progress(session, "lifecycle", set(), backlog(folders))).backlog == 0


async def test_one_report_and_a_hundred_take_as_many_statements(
    databases_pair: tuple[Database, Database], tmp_path: Path
) -> None:
    counted: list[int] = []
    for database, count in zip(databases_pair, (1, 100), strict=True):
        await handed_over(database, tmp_path / str(count), count)
        wanted = [an_amount(f"A-{case_id}", case_id) for case_id in range(100_001, 100_001 + count)]
        with some_statements(database) as statements:
            await report(database, *wanted)
            counted.append(len(statements))
        assert len(await collected(database)) == count
    assert counted[0] == counted[1]


async def test_a_collectors_words_go_with_an_erased_debtor_and_its_figures_stay(
    database: Database, tmp_path: Path
) -> None:
    await handed_over(database, tmp_path)
    done = Report("CLOSED", 100_001, close_code="UNTRACEABLE", reason="Ola moved to his sister")
    await report(database, an_amount(), done)
    [(debtor,)] = await rows(database, 'SELECT debtor_id FROM "case"')
    async with database.transaction() as session:
        await forget_words(session, {debtor})
    kept = str(await rows(database, "SELECT text FROM timeline_entry UNION ALL SELECT reason FROM handover"))
    assert "sister" not in kept
    assert "collected 400.00 NOK" in kept
    assert "UNTRACEABLE" in kept


async def test_the_same_amount_reported_at_once_by_file_and_by_call_is_taken_once(
    database: Database, tmp_path: Path
) -> None:
    await handed_over(database, tmp_path, 2)
    both = await asyncio.gather(*(report(database, an_amount(), an_amount("A-2", 100_002)) for _ in range(4)))
    new = [one.collected for answers in both for one in answers if isinstance(one, Taken) and not one.repeated]
    assert sorted(one.external_id for one in new if one) == ["A-1", "A-2"]
    assert len(await collected(database)) == 2


async def test_an_id_used_for_two_cases_at_once_is_taken_for_one_of_them(database: Database, tmp_path: Path) -> None:
    await handed_over(database, tmp_path, 2)
    both = await asyncio.gather(report(database, an_amount()), report(database, an_amount(case_id=100_002)))
    assert sorted(type(one).__name__ for [one] in both) == ["ReportChanged", "Taken"]
    assert len(await collected(database)) == 1


async def test_two_couriers_share_what_is_due_and_tell_each_case_once(database: Database, tmp_path: Path) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database, 40)
    couriers = [CollectorCourier(collector_settings(tmp_path)) for _ in range(3)]
    handled = await asyncio.gather(*(courier.deliver_due(database) for courier in couriers))
    assert sum(handled) == 40
    assert len(await told(database, "case.transferred")) == 40
    assert set(await states(database)) == {"HANDED"}
    for courier in couriers:
        await courier.close()


@pytest.mark.parametrize("seed", range(6))
async def test_facts_and_reports_in_any_order_end_with_the_same_case_and_tell_the_collector_the_last_balance(
    database: Database, tmp_path: Path, seed: int
) -> None:
    await handed_over(database, tmp_path)

    async def paid(version: int, owed_minor: int) -> None:
        async with database.transaction() as session:
            await apply_claim_facts(session, [a_change(version, owed_minor, DAY)])

    async def reported(*reports: Report) -> None:
        await report(database, *reports)

    steps = [
        lambda: paid(2, 90_000),
        lambda: paid(3, 50_000),
        lambda: paid(3, 50_000),
        lambda: reported(an_amount("A-1", amount_minor=10_000)),
        lambda: reported(an_amount("A-1", amount_minor=10_000), an_amount("A-2")),
        lambda: reported(Report("ACCEPTED", 100_001, reference="NI-7")),
    ]
    random.Random(seed).shuffle(steps)
    for step in steps:
        await step()
    assert await states(database) == ["ACCEPTED"]
    assert sorted(fact.external_id for fact in await collected(database)) == ["A-1", "A-2"]
    [(last,)] = await rows(
        database,
        "SELECT content ->> 'owed_minor' FROM collector_message WHERE kind = 'BALANCE' ORDER BY position DESC LIMIT 1",
    )
    assert last == "50000"
