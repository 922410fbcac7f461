"""What communication reads from its environment beside what every service reads."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where mail and letters go, and who signs them."""

    smtp_url: str = Field(description="smtp://[user:password@]host:port, or smtps:// for TLS from the first byte.")
    smtp_ca_file: Path | None = Field(default=None, description="Whom to trust beside the public authorities.")
    smtp_timeout_seconds: float = Field(default=20, gt=0)
    smtp_connections: int = Field(default=4, gt=0)
    print_folder: Path = Field(description="The printing house fetches letters here: <day>/<message id>.pdf")
    einvoice_folder: Path | None = Field(
        default=None, description="An access point fetches e-invoices here: <day>/<message id>.xml; none: not offered."
    )
    public_address: str = Field(default="", description="Where debtors reach the gateway, for links; none: no links.")
    link_days: int = Field(default=60, gt=0, le=365, description="How long a link to an invoice opens it.")
    document_folder: Path = Field(description="Sealed documents, unless DOCUMENT_STORE_URL names a bucket.")
    document_store_url: str = Field(
        default="", description="s3://bucket/prefix; credentials as the S3 clients read them."
    )
    document_limit_bytes: int = Field(default=25 * 1024 * 1024, gt=0)
    document_retention_days: int = Field(default=1826, gt=0, description="Five years: how long documents are kept.")
    key_file: Path | None = Field(default=None, description="The master key; default: beside the documents.")
    sms_url: str = Field(default="", description="Where the SMS provider takes messages; none: SMS is not offered.")
    sms_timeout_seconds: float = Field(default=10, gt=0)
    sms_token: SecretStr | None = Field(default=None, description="The SMS provider's bearer token.")
    imap_url: str = Field(default="", description="imap://user:password@host:port/FOLDER, or imaps://; none: no poll.")
    trusted_authserv_id: str = Field(
        default="",
        description="Our mail server as it names itself in Authentication-Results; none: no sender is vouched for.",
    )
    imap_poll_seconds: float = Field(default=30, gt=0)
    statutory_contact_hours: bool | None = Field(
        default=None,
        description="Hold mails for the country's contact hours by wall time; default: in production only.",
    )
    contact_cap_per_week: int = Field(default=0, ge=0, description="E-mails and SMS per debtor in 7 days; 0: no cap.")
    courier_batch_size: int = Field(default=100, gt=0)
    courier_lease_seconds: int = Field(default=120, gt=10, description="How long a taken message is left alone.")
    mail_from: str = "post@fordring.example"
    office_name: str = "Fordring"
    office_street: str = "Eksempelgata 1"
    office_place: str = "0150 Oslo"
    office_country: str = "NO"
    office_phone: str = "+47 21 00 00 00"
    office_email: str = "post@fordring.example"
    fik_creditor_number: str = Field(default="", description="Danish creditor number of the 71 payment card, if any.")
    german_supervisor: str = "Bundesamt für Justiz, Adenauerallee 99-103, 53113 Bonn, rdg@bfj.bund.de"

    @field_validator("key_file", "smtp_ca_file", "statutory_contact_hours", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        """Compose hands over an optional setting that nobody filled in as an empty text."""
        return value or None if isinstance(value, str) else value
