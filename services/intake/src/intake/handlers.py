"""Kafka in: intake follows the test clock and nothing else."""

from delivery import Consumer, follow_test_clock

consumer = Consumer("intake")
follow_test_clock(consumer)
