"""Who collects: a creditor's configured collectors, and which of them takes a case."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

Adapter = Literal["OWN", "FILE_DROP", "HTTP"]
"""OWN: the office's own collection; the others carry a case to a collector outside."""
RemitsTo = Literal["CREDITOR", "OFFICE"]
LateWithdrawal = Literal["MAY_COST", "REFUSED"]
Source = Literal["DUNNING", "CHARGEBACK", "API", "CONSOLE", "IMPORT"]

OWN: Final = "own"
"""What `case.transferred` says where no configuration fits: our own collection, without a review."""
PAUSES_SECONDS: Final = (60, 300, 900, 3_600, 10_800, 21_600, 43_200)
"""Between attempts to reach a collector; after the last the case comes back to the office."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What conditions ask of a case; the amount is what is owed, in minor units."""

    owed_minor: int
    currency: str
    country: str
    debtor_kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of them must hold; what is left out holds for every case. An amount is of the currency beside it."""

    amount_from_minor: int | None = None
    amount_to_minor: int | None = None
    currency: str | None = None
    countries: tuple[str, ...] = ()
    debtor_kind: str | None = None
    sources: tuple[str, ...] = ()

    def hold_for(self, case: Candidate) -> bool:
        return (
            (self.amount_from_minor is None or case.owed_minor >= self.amount_from_minor)
            and (self.amount_to_minor is None or case.owed_minor <= self.amount_to_minor)
            and self.currency in {None, case.currency}
            and (not self.countries or case.country in self.countries)
            and self.debtor_kind in {None, case.debtor_kind}
            and (not self.sources or case.source in self.sources)
        )


@dataclass(frozen=True, slots=True)
class CollectorConfiguration:
    """How a creditor's cases go to a collector, and on which terms."""

    configuration_id: UUID
    creditor_id: UUID
    collector: str
    name: str
    priority: int
    enabled: bool
    conditions: Conditions
    skip_review: bool
    adapter: Adapter
    url: str | None
    free_withdrawal_days: int | None
    late_withdrawal: LateWithdrawal
    processing_days: int | None
    remits_to: RemitsTo
    version: int = 1
    deleted: bool = False


def choose(
    configurations: Iterable[CollectorConfiguration], case: Candidate, given_back: Collection[UUID] = ()
) -> CollectorConfiguration | None:
    """The first by ascending priority (then name) that is enabled and whose conditions all hold.

    Those that had the case and gave it back (`given_back`) are not asked again. None: our own collection.
    """
    fitting = (
        one
        for one in configurations
        if one.enabled and not one.deleted and one.configuration_id not in given_back and one.conditions.hold_for(case)
    )
    return min(fitting, key=lambda one: (one.priority, one.name), default=None)


def is_open_to(url: str, opened: str) -> bool:
    """Whether `url` lies under one of the addresses (separated by blanks) that the operator opened for collectors."""
    wanted = urlsplit(url)
    for prefix in opened.split():
        allowed = urlsplit(prefix)
        if (wanted.scheme, wanted.netloc) == (allowed.scheme, allowed.netloc):
            folder = allowed.path.rstrip("/") + "/"
            if ".." not in wanted.path and f"{wanted.path}/".startswith(folder):
                return True
    return False


def pause_seconds(attempts: int) -> int | None:
    """How long to wait after the failure of attempt number `attempts`; None when it was the last."""
    return PAUSES_SECONDS[attempts - 1] if attempts <= len(PAUSES_SECONDS) else None
