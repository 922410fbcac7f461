"""The base of this service's tables."""

from sqlalchemy import MetaData

from runtime.table import Table as RuntimeTable


class Table(RuntimeTable):
    """The base of this service's tables."""

    metadata = MetaData()
