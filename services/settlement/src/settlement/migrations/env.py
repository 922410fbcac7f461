"""Alembic runs the migrations on the connection the service hands it."""

from alembic import context

from runtime.migrations import run_env
from settlement.tables import Table

run_env(context.config.attributes["connection"], Table.metadata)
