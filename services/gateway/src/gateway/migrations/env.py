"""Alembic runs this on the connection that `runtime.migrations.migrate` hands it."""

from alembic import context

from gateway.tables import GatewayTable
from runtime.migrations import run_env

run_env(context.config.attributes["connection"], GatewayTable.metadata)
