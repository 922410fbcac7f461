"""Runs communication's migrations on the connection it is handed."""

from alembic import context

from communication.tables import Table
from runtime.migrations import run_env

run_env(context.config.attributes["connection"], Table.metadata)
