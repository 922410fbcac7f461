"""Kafka in: intake forgets debtors that were erased, and follows the test clock."""

from collections.abc import Sequence

from contracts import DebtorErased
from delivery import Consumer, follow_test_clock
from intake.use_cases import erasure
from runtime.database import Session

consumer = Consumer("intake")


@consumer.on(DebtorErased)
async def on_debtor_erased(session: Session, events: Sequence[DebtorErased]) -> None:
    await erasure.forget_debtors(session, events)


follow_test_clock(consumer)
