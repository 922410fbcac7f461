"""What is different in a letter about several claims: a table of them, one sum, and a payment slip for each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from communication.domain.figures import ChargedFee, figure_lines
from communication.rendering.catalogue import Catalogue

_NAMED: Final = 3
_SUMMED: Final = ("principal_minor", "interest_minor", "fees_minor")


def claims_of(message: Any) -> Sequence[Any]:
    """The claims that a letter is about: one, but for a shared letter."""
    return getattr(message, "claims", None) or (message,)


def listed(numbers: Sequence[str]) -> str:
    """Numbers as a subject names them: the first few, and how many more there are."""
    more = len(numbers) - _NAMED
    return ", ".join(numbers[:_NAMED]) + (f" + {more}" if more > 0 else "")


def summed(claims: Sequence[Any]) -> dict[str, Any]:
    """The content of one letter whose figures are those of all its claims together; in minor units."""
    contents = [claim.content for claim in claims]
    balance = {name: sum(content["balance"][name] for content in contents) for name in _SUMMED}
    return {
        **contents[0],
        "balance": balance,
        "fees": [fee for content in contents for fee in content["fees"]],
        "disputed_minor": sum(content.get("disputed_minor", 0) for content in contents),
    }


def claims_table(
    claims: Sequence[Any], totals: Sequence[int], words: Catalogue, dated: Callable[[Any], str]
) -> Mapping[str, Any]:
    """A row for each claim: invoice, due date, principal, interest, fees, and what is to be paid of it."""
    names = ("invoice_number", "due_date", "principal_short", "interest_short", "fees_short", "to_pay")
    rows: list[list[str]] = []
    for claim, total in zip(claims, totals, strict=True):
        content = claim.content
        balance, disputed = content["balance"], content.get("disputed_minor", 0)
        fees = [ChargedFee(fee["code"], fee["amount_minor"]) for fee in content["fees"]]
        lines = figure_lines(
            balance["principal_minor"], balance["interest_minor"], balance["fees_minor"], fees, disputed_minor=disputed
        )
        kept = sum(line.amount_minor for line in lines if line.kind in ("PRINCIPAL", "DISPUTED"))
        interest = sum(line.amount_minor for line in lines if line.kind == "INTEREST")
        figures = (kept, interest, total - kept - interest, total)
        rows.append([claim.invoice_number, dated(claim), *(words.amount(one, claim.currency) for one in figures)])
    return {"head": [words.label(name) for name in names], "rows": rows}
