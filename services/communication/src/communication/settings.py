"""What communication reads from its environment beside what every service reads."""

from pathlib import Path

from pydantic import Field

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where mail and letters go, and who signs them."""

    smtp_url: str = Field(description="smtp://[user:password@]host:port, or smtps:// for TLS from the first byte.")
    smtp_connections: int = Field(default=4, gt=0)
    print_folder: Path = Field(description="The printing house fetches letters here: <day>/<message id>.pdf")
    courier_batch_size: int = Field(default=100, gt=0)
    courier_lease_seconds: int = Field(default=120, gt=10, description="How long a taken message is left alone.")
    mail_from: str = "post@fordring.example"
    office_name: str = "Fordring"
    office_street: str = "Eksempelgata 1"
    office_place: str = "0150 Oslo"
    office_country: str = "NO"
    office_phone: str = "+47 21 00 00 00"
    office_email: str = "post@fordring.example"
