"""The four creditors of the demo: two rule packs, three currencies, two kinds of bank file, three kinds of reference."""

from dataclasses import dataclass
from typing import Any

from fordring.demo.people import iban


@dataclass(frozen=True, slots=True)
class Goods:
    """Something a creditor sells: the price of a unit in minor units, VAT in basis points."""

    text: str
    lowest_minor: int
    highest_minor: int
    vat: int = 2_500
    most_units: int = 1


@dataclass(frozen=True, slots=True)
class DemoCreditor:
    """A creditor, what it sells, on which weekdays it bills, and the client account its debtors pay to."""

    key: str
    name: str
    business_code: str
    country_code: str
    currency: str
    payout_iban: str
    account_id: str
    incoming: str
    reference_scheme: str
    settlement_weekday: int
    commission_percent: float
    share: float
    billing_weekdays: tuple[int, ...]
    term_days: tuple[int, ...]
    goods: tuple[Goods, ...]
    step_days: tuple[int, int, int]

    @property
    def by_ocr_file(self) -> bool:
        return self.incoming == "NETS_OCR"

    def onboarding(self) -> dict[str, Any]:
        """The body that creates the client."""
        domain = "no" if self.country_code == "NO" else "se"
        return {
            "service": {"type": "LIFECYCLE", "partnerCode": "DEMO"},
            "client": {
                "name": self.name,
                "businessCode": self.business_code,
                "countryCode": self.country_code,
                "email": f"{self.key}@example.{domain}",
                "languageCode": "NO" if self.country_code == "NO" else "SV",
                "bankAccount": {"iban": self.payout_iban},
            },
            "contacts": [{"type": "PRIMARY", "name": self.name, "email": f"{self.key}@example.{domain}"}],
            "agreement": {
                "referenceScheme": self.reference_scheme,
                "settlementWeekday": self.settlement_weekday,
                "incomingPayments": self.incoming,
                "commissionPercent": self.commission_percent,
            },
        }


_NO_STEPS = (14, 29, 44)  # days after due on which reminder, notice and transfer can be sent at the earliest
_SE_STEPS = (5, 15, 25)

CREDITORS = (
    DemoCreditor(
        key="kraft",
        name="Fjordlys Energi AS",
        business_code="999900101",
        country_code="NO",
        currency="NOK",
        payout_iban=iban("NO", "99910000105"),
        account_id="CLIENT-NOK",
        incoming="CAMT",
        reference_scheme="NO_KID_MOD10",
        settlement_weekday=2,
        commission_percent=5,
        share=0.35,
        billing_weekdays=(0, 3),
        term_days=(14, 14, 20),
        goods=(
            Goods("Strøm, forbruk", 180, 420, most_units=1_400),
            Goods("Nettleie, fastledd", 19_900, 49_900),
            Goods("Måleravlesning", 25_000, 45_000),
        ),
        step_days=_NO_STEPS,
    ),
    DemoCreditor(
        key="tannhelse",
        name="Nordvika Tannklinikk AS",
        business_code="999900202",
        country_code="NO",
        currency="NOK",
        payout_iban=iban("NO", "99910000202"),
        account_id="CLIENT-NOK-OCR",
        incoming="NETS_OCR",
        reference_scheme="NO_KID_MOD10",
        settlement_weekday=3,
        commission_percent=6.5,
        share=0.30,
        billing_weekdays=(1, 4),
        term_days=(14, 14, 21),
        goods=(
            Goods("Undersøkelse", 89_000, 125_000, vat=0),
            Goods("Fylling", 110_000, 240_000, vat=0),
            Goods("Tannpleie, produkter", 9_900, 39_900),
        ),
        step_days=_NO_STEPS,
    ),
    DemoCreditor(
        key="maskin",
        name="Bergsbruna Maskinhyra AB",
        business_code="559999-0101",
        country_code="SE",
        currency="SEK",
        payout_iban=iban("SE", "99900000000000001015"),
        account_id="CLIENT-SEK",
        incoming="CAMT",
        reference_scheme="SE_OCR_MOD10",
        settlement_weekday=4,
        commission_percent=4,
        share=0.20,
        billing_weekdays=(2,),
        term_days=(20, 30, 30),
        goods=(
            Goods("Hyra grävmaskin, dygn", 240_000, 420_000, most_units=6),
            Goods("Transport", 90_000, 260_000),
            Goods("Diesel, liter", 1_650, 2_190, most_units=300),
        ),
        step_days=_SE_STEPS,
    ),
    DemoCreditor(
        key="export",
        name="Mälarvik Export AB",
        business_code="559999-0202",
        country_code="SE",
        currency="EUR",
        payout_iban=iban("SE", "99900000000000002023"),
        account_id="CLIENT-EUR",
        incoming="CAMT",
        reference_scheme="ISO11649_RF",
        settlement_weekday=1,
        commission_percent=3.75,
        share=0.15,
        billing_weekdays=(1,),
        term_days=(14, 30, 30),
        goods=(
            Goods("Pine panels, m2", 1_850, 3_490, most_units=120),
            Goods("Oak boards, m2", 4_200, 7_900, most_units=40),
            Goods("Freight", 12_000, 48_000, vat=0),
        ),
        step_days=_SE_STEPS,
    ),
)
