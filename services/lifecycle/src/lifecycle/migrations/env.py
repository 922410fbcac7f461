"""Alembic runs the migrations on the connection the service hands it."""

from alembic import context

from lifecycle.tables import Table
from runtime.migrations import run_env

run_env(context.config.attributes["connection"], Table.metadata)
