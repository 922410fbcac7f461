"""What a step may charge the debtor, from the statutes and what the claim bears already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, cast

from statutes import Charged, PolicyStep, fee

FeeComponent = Literal["REMINDER_FEE", "COLLECTION_FEE", "COMPENSATION"]


@dataclass(frozen=True, slots=True)
class StepCharge:
    """A fee of a step, in minor units, with the statute row it rests on."""

    code: str
    component: FeeComponent
    amount_minor: int
    vat_minor: int
    currency: str
    statute_row: str


@dataclass(frozen=True, slots=True)
class StepCharges:
    """What is charged, and in words what is not, or less than the row's amount."""

    charges: tuple[StepCharge, ...]
    remarks: tuple[str, ...]


NO_CHARGES: Final = StepCharges((), ())


def charges_of_step(
    step: PolicyStep,
    *,
    debtor_kind: str,
    principal_minor: int,
    currency: str,
    as_of: date,
    creditor_deducts_vat: bool,
    earlier: Sequence[StepCharge],
    last_deadline_date: date | None = None,
    agreed_fees: Mapping[str, int] = MappingProxyType({}),
    accept_low_confidence: bool = False,
) -> StepCharges:
    """The step's fees by the principal still owed, as the law stands on `as_of`.

    `earlier` is what the claim bears: the heavy Norwegian salary comes out as its difference to the light one, and caps
    count over the whole claim. `last_deadline_date` is the one the letter before gave: a Dutch consumer owes costs only
    when a free letter's has passed, and a lawful policy has that letter before its costs. `agreed_fees` (minor units by
    code) and `accept_low_confidence` are the agreement's.
    """
    if not step.fee_codes:
        return NO_CHARGES
    if principal_minor == 0:
        return StepCharges((), ("The principal is paid: no further fee is charged.",))

    charged = [Charged(charge.code, charge.amount_minor) for charge in earlier]
    charges: list[StepCharge] = []
    remarks: list[str] = []
    for code in step.fee_codes:
        result = fee(
            step.jurisdiction,
            code,
            debtor_kind,
            principal_minor,
            currency,
            as_of,
            creditor_deducts_vat,
            already_charged=charged,
            agreed_up_front=code in agreed_fees,
            agreed_minor=agreed_fees.get(code),
            accept_low_confidence=accept_low_confidence,
            free_letter_expired=last_deadline_date is not None and as_of > last_deadline_date,
        )
        if result.reason:
            remarks.append(result.reason)
        if result.amount_minor == 0:
            continue
        assert result.row_id is not None  # an amount always rests on a row
        component = cast(FeeComponent, result.component)  # the only components the rows of fees may name
        charges.append(
            StepCharge(code, component, result.amount_minor, result.vat_minor, result.currency, result.row_id)
        )
        charged.append(Charged(code, result.amount_minor))
    return StepCharges(tuple(charges), tuple(remarks))
