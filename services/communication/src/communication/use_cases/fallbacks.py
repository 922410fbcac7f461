"""What takes the place of a message that its channel refused or gave back."""

from datetime import date
from typing import Any, Final

from communication.domain.messages import Channel, Route, message_id_of, next_route
from communication.use_cases.distribution import reach_of

_CHANNEL_NAMES: Final = {"EMAIL": "e-mail", "EINVOICE": "e-invoice", "LETTER": "letter"}


def named(channel: str) -> str:
    return _CHANNEL_NAMES.get(channel, channel)


def next_of(message: Any, why: str) -> Route | None:
    """The way that is left to a message of the policy; None for free messages, and when no channel is left."""
    if not (message.step_key or message.category == "invoice"):
        return None
    usual: tuple[Channel, ...] = () if message.channel == "LETTER" else ("LETTER",)
    order: list[Channel] = list(message.content.get("fallbacks", usual))
    return next_route(order, reach_of(message), why)


def instead(message: Any, route: Route, day: date, traceparent: str | None) -> dict[str, Any]:
    """The same message by the route's channel; it is dated the day it is queued."""
    natural_key = f"step:{message.step_key}" if message.step_key else f"invoice:{message.invoice_id}"
    return {
        "message_id": message_id_of(natural_key, route.channel),
        "case_id": message.case_id,
        "creditor_id": message.creditor_id,
        "debtor_id": message.debtor_id,
        "category": message.category,
        "channel": route.channel,
        "template": message.template,
        "step_key": message.step_key,
        "reason": route.reason,
        "content": message.content | {"fallbacks": list(route.fallbacks)},
        "as_of": day,
        "traceparent": traceparent or message.traceparent,
        "letter_group": message.letter_group,
    }
