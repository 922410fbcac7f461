"""What would happen to a case until a day, if nothing else did: the sweep's own decisions on a copy that is thrown away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lifecycle.domain.case import Case
from lifecycle.domain.charges import StepCharge
from lifecycle.use_cases.handovers import Choices
from lifecycle.use_cases.reviews import chosen_text, review
from statutes import StatuteError, accrue_interest


@dataclass(frozen=True, slots=True)
class Happening:
    """Something of one day; amounts in minor units."""

    day: date
    kind: str
    step_code: str | None
    level: int
    stage: str
    deadline_date: date | None
    charges: tuple[StepCharge, ...]
    remarks: tuple[str, ...]
    owed_minor: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """The days to come, and the interest the law adds until then on the principal that is open now."""

    happenings: tuple[Happening, ...]
    interest_estimate_minor: int | None
    interest_rows: tuple[str, ...]
    warnings: tuple[str, ...]
    next_review_date: date | None


def dry_run(
    case: Case, earlier: Sequence[StepCharge], today: date, until: date, choices: Choices | None = None
) -> DryRun:
    """Days already swept are not swept again; a day nobody looked at yet counts as today.

    What a collector outside or a reviewer will do is not known: with them the days end.
    """
    charged, happenings = list(earlier), list[Happening]()
    day = case.next_review_date
    while day is not None and (day := max(day, today)) <= until:
        found = review(case, day, charged)
        if found.transfers and choices is not None:
            found = found.with_handover(choices.handover_of(case, day))
        case = found.after
        kinds = ["FAILED"] if found.decision is None else _kinds(found.decision.resume, found.decision.overdue)
        happenings += [_happening(case, day, kind) for kind in kinds]
        if found.handover is not None and found.step_taken is None:
            happenings.append(replace(_happening(case, day, "COLLECTOR"), remarks=(chosen_text(found.handover),)))
        if (taken := found.step_taken) is not None:
            fees = found.charges.charges
            charged += fees
            total = sum(fee.amount_minor + fee.vat_minor for fee in fees)
            case = replace(case, situation=replace(case.situation, fees_minor=case.situation.fees_minor + total))
            step = _happening(case, day, "STEP")
            happenings.append(
                replace(
                    step,
                    step_code=taken.step_code,
                    deadline_date=taken.deadline_date,
                    charges=fees,
                    remarks=found.charges.remarks,
                )
            )
        day = case.next_review_date
        today = today + timedelta(days=1) if day is not None and day <= today else today
    return _with_interest(case, happenings, until)


def _kinds(resume: bool, overdue: bool) -> list[str]:
    return [kind for kind, happens in (("RESUMED", resume), ("OVERDUE", overdue)) if happens]


def _happening(case: Case, day: date, kind: str) -> Happening:
    situation = case.situation
    return Happening(day, kind, None, situation.level, situation.stage, None, (), (), situation.owed_minor)


def _with_interest(case: Case, happenings: Sequence[Happening], until: date) -> DryRun:
    situation, warnings = case.situation, list[str]()
    amount_minor, rows = None, tuple[str, ...]()
    if case.interest_enabled and until > situation.due_date:
        try:
            accrual = accrue_interest(
                case.jurisdiction,
                case.debtor_kind,
                situation.principal_minor,
                situation.due_date,
                until,
                on_missing="warn",
                accept_low_confidence=case.accept_low_confidence,
            )
            amount_minor, warnings = accrual.amount_minor, list(accrual.warnings)
            rows = tuple(dict.fromkeys(segment.row_id for segment in accrual.segments))
        except StatuteError as silent:
            warnings.append(str(silent))
    return DryRun(tuple(happenings), amount_minor, rows, tuple(warnings), case.next_review_date)
