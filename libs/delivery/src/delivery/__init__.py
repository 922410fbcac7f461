"""Outbox, relay, inbox and batch consumer: facts arrive at least once and take effect once."""

from delivery.consumer import Consumer
from delivery.folders import FileState, FolderWatch
from delivery.inbox import release, wait_for
from delivery.outbox import publish
from delivery.process import Blueprint, build_app, follow_test_clock, run
from delivery.progress import Backlog, Progress, to_look_at_again
from delivery.tracing import trace_of, traced
from delivery.workers import Worker, wake

__all__ = [
    "Backlog",
    "Blueprint",
    "Consumer",
    "FileState",
    "FolderWatch",
    "Progress",
    "Worker",
    "build_app",
    "follow_test_clock",
    "publish",
    "release",
    "run",
    "to_look_at_again",
    "trace_of",
    "traced",
    "wait_for",
    "wake",
]
