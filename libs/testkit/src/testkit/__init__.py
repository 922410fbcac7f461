"""Real PostgreSQL, a real broker and patience with a deadline; fixtures come by themselves (`testkit.plugin`)."""

from testkit.databases import Databases, Migrate
from testkit.receiver import Received, Receiver, running_receiver
from testkit.topics import TestBroker
from testkit.waiting import NotInTime, eventually, eventually_sync

__all__ = [
    "Databases",
    "Migrate",
    "NotInTime",
    "Received",
    "Receiver",
    "TestBroker",
    "eventually",
    "eventually_sync",
    "running_receiver",
]
