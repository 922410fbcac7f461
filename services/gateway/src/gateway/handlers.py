"""Kafka in: every fact that partners may be told becomes a delivery for whoever subscribed to it."""

from typing import get_args

from contracts import EVENTS
from delivery import Consumer
from gateway.schemas.webhooks import WebhookEvent
from gateway.use_cases.webhooks import queue_deliveries

consumer = Consumer("gateway")

for _topic in get_args(WebhookEvent):
    consumer.on(EVENTS[_topic])(queue_deliveries)
