"""What a step may charge the debtor, from the statutes and what the claim bears already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from statutes import Charged, PolicyStep, fee

FeeComponent = Literal["REMINDER_FEE", "COLLECTION_FEE", "COMPENSATION"]

COMPONENTS: Final[dict[str, FeeComponent]] = {
    "purring": "REMINDER_FEE",
    "inkassovarsel": "REMINDER_FEE",
    "betalningspaminnelse": "REMINDER_FEE",
    "betalingsoppfordring_egeninkasso": "COLLECTION_FEE",
    "inkassokrav": "COLLECTION_FEE",
    "inkassosalaer_lett": "COLLECTION_FEE",
    "inkassosalaer_tung": "COLLECTION_FEE",
    "forseningsersattning": "COMPENSATION",
    "standardkompensasjon": "COMPENSATION",
}
"""A fee's name in its own law, and what it is in a claim."""


class ChargeWithoutComponent(ValueError):
    """The statutes know a fee that no component of a claim takes."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The fee {code} has no component; add it to lifecycle's COMPONENTS.")


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
) -> StepCharges:
    """The step's fees by the principal still owed, as the law stands on `as_of`.

    `earlier` is what the claim bears: the heavy Norwegian salary comes out as its difference to the light one.
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
        )
        if result.reason:
            remarks.append(result.reason)
        if result.amount_minor == 0:
            continue
        if code not in COMPONENTS:
            raise ChargeWithoutComponent(code)
        assert result.row_id is not None  # an amount always rests on a row
        charges.append(
            StepCharge(code, COMPONENTS[code], result.amount_minor, result.vat_minor, result.currency, result.row_id)
        )
        charged.append(Charged(code, result.amount_minor))
    return StepCharges(tuple(charges), tuple(remarks))
