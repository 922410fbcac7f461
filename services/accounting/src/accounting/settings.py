"""What accounting reads from its environment."""

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Common settings; accounting has none of its own."""
