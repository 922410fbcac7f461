"""Alembic runs the migrations on the connection the service hands it."""

from alembic import context

from payment_control.tables import Table
from runtime.migrations import run_env

run_env(context.config.attributes["connection"], Table.metadata)
