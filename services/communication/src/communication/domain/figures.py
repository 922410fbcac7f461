"""The figures of a letter: lines that always add up to what the debtor is asked to pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

LineKind = Literal["PRINCIPAL", "DISPUTED", "INTEREST", "FEE", "OTHER_FEES", "FEES_PAID"]


@dataclass(frozen=True, slots=True)
class ChargedFee:
    """A fee a step put on the claim, VAT included, in minor units."""

    code: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One row of the letter's table, in minor units; `code` names the fee of a FEE row."""

    kind: LineKind
    amount_minor: int
    code: str = ""


def figure_lines(
    principal_minor: int,
    interest_minor: int,
    fees_minor: int,
    charged: Sequence[ChargedFee],
    *,
    disputed_minor: int = 0,
) -> list[FigureLine]:
    """Principal, what of it is disputed, interest, every fee charged, and what was paid of them or charged elsewhere."""
    lines = [FigureLine("PRINCIPAL", principal_minor)]
    if disputed_minor:
        lines.append(FigureLine("DISPUTED", -disputed_minor))
    if interest_minor:
        lines.append(FigureLine("INTEREST", interest_minor))
    lines += [FigureLine("FEE", fee.amount_minor, fee.code) for fee in charged if fee.amount_minor]
    rest_minor = fees_minor - sum(fee.amount_minor for fee in charged)
    if rest_minor:
        lines.append(FigureLine("OTHER_FEES" if rest_minor > 0 else "FEES_PAID", rest_minor))
    return lines
