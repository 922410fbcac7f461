"""Kafka in: nothing yet. Webhooks to partners will listen to every public fact."""

from delivery import Consumer

consumer = Consumer("gateway")
