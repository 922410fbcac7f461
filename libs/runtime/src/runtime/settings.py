"""What every service reads from its environment; one subclass per service adds its own."""

from datetime import date
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Environment variables common to all services; the same names in the embedded stack, compose and a cluster."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8000
    database_url: str = Field(description="postgresql+asyncpg://role:password@host:port/database")
    database_pool_size: int = 12
    kafka_bootstrap: str
    kafka_session_timeout_ms: int = 10_000
    kafka_heartbeat_interval_ms: int = 3_000
    kafka_fetch_max_wait_ms: int = 500
    kafka_idempotent: bool = Field(default=True, description="Off only where the broker has no producer ids.")
    consumer_batch_size: int = Field(default=500, gt=0)
    relay_batch_size: int = Field(default=500, gt=0)
    relay_poll_seconds: float = Field(
        default=0.5, gt=0, description="Commits of the own process wake the relay at once."
    )
    otel_exporter_otlp_endpoint: str | None = None
    trace_sample_ratio: float = Field(default=0.1, ge=0, le=1)
    environment: Literal["test", "production"] = "production"
    clock_start: date | None = Field(default=None, description="First business date of a test environment.")
    time_zone: str = "Europe/Oslo"
    service_secret: SecretStr = Field(description="Signs the short-lived tokens between services.")
    log_level: str = "INFO"
