"""What lifecycle reads from its environment."""

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Common settings; lifecycle has none of its own."""
