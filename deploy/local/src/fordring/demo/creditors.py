"""The creditors of the demo: all eight rule packs, five currencies, two kinds of bank file, six kinds of reference."""

from dataclasses import dataclass
from typing import Any

from fordring.demo.people import LANGUAGES, MAIL_DOMAINS, iban


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
    policy_code: str
    settlement_weekday: int
    commission_percent: float
    share: float
    billing_weekdays: tuple[int, ...]
    term_days: tuple[int, ...]
    goods: tuple[Goods, ...]
    step_days: tuple[int, int, int]
    """Days after due on which reminder, notice and transfer can be sent at the earliest."""

    @property
    def by_ocr_file(self) -> bool:
        return self.incoming == "NETS_OCR"

    def onboarding(self) -> dict[str, Any]:
        """The body that creates the client."""
        domain = MAIL_DOMAINS[self.country_code]
        return {
            "service": {"type": "LIFECYCLE", "partnerCode": "DEMO"},
            "client": {
                "name": self.name,
                "businessCode": self.business_code,
                "countryCode": self.country_code,
                "email": f"{self.key}@example.{domain}",
                "languageCode": LANGUAGES[self.country_code],
                "bankAccount": {"iban": self.payout_iban},
            },
            "contacts": [{"type": "PRIMARY", "name": self.name, "email": f"{self.key}@example.{domain}"}],
            "agreement": {
                "policyCode": self.policy_code,
                "referenceScheme": self.reference_scheme,
                "settlementWeekday": self.settlement_weekday,
                "incomingPayments": self.incoming,
                "commissionPercent": self.commission_percent,
            },
        }


_NO_STEPS = (14, 29, 44)
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
        policy_code="no_consumer",
        settlement_weekday=2,
        commission_percent=5,
        share=0.29,
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
        policy_code="no_consumer",
        settlement_weekday=3,
        commission_percent=6.5,
        share=0.25,
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
        policy_code="se_business",
        settlement_weekday=4,
        commission_percent=4,
        share=0.13,
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
        policy_code="se_business",
        settlement_weekday=1,
        commission_percent=3.75,
        share=0.09,
        billing_weekdays=(1,),
        term_days=(14, 30, 30),
        goods=(
            Goods("Pine panels, m2", 1_850, 3_490, most_units=120),
            Goods("Oak boards, m2", 4_200, 7_900, most_units=40),
            Goods("Freight", 12_000, 48_000, vat=0),
        ),
        step_days=_SE_STEPS,
    ),
    DemoCreditor(
        key="kuitu",
        name="Saimaan Kuitu Oy",
        business_code="9999001-1",
        country_code="FI",
        currency="EUR",
        payout_iban=iban("FI", "99900100000101"),
        account_id="CLIENT-EUR",
        incoming="CAMT",
        reference_scheme="FI_VIITE_731",
        policy_code="fi_consumer",
        settlement_weekday=2,
        commission_percent=5,
        share=0.04,
        billing_weekdays=(3,),
        term_days=(14, 14, 21),
        goods=(
            Goods("Valokuituliittymä, kuukausi", 2_990, 5_990, vat=2_550, most_units=3),
            Goods("Kytkentätyö", 9_900, 24_900, vat=2_550),
            Goods("Päätelaite", 5_900, 12_900, vat=2_550, most_units=2),
        ),
        step_days=(14, 29, 44),
    ),
    DemoCreditor(
        key="vand",
        name="Lillesund Fjernvarme ApS",
        business_code="99990011",
        country_code="DK",
        currency="DKK",
        payout_iban=iban("DK", "99990000001011"),
        account_id="CLIENT-DKK",
        incoming="CAMT",
        reference_scheme="DK_FI_71",
        policy_code="dk_consumer",
        settlement_weekday=3,
        commission_percent=6,
        share=0.04,
        billing_weekdays=(1,),
        term_days=(14, 14, 20),
        goods=(
            Goods("Fjernvarme, forbrug", 95, 180, vat=2_500, most_units=900),
            Goods("Fast bidrag", 15_000, 42_000, vat=2_500),
            Goods("Målerleje", 6_000, 14_000, vat=2_500),
        ),
        step_days=(5, 27, 38),
    ),
    DemoCreditor(
        key="werk",
        name="Lindenhof Sanitär GmbH",
        business_code="HRB 99901",
        country_code="DE",
        currency="EUR",
        payout_iban=iban("DE", "999000000000000101"),
        account_id="CLIENT-EUR",
        incoming="CAMT",
        reference_scheme="ISO11649_RF",
        policy_code="de_consumer",
        settlement_weekday=4,
        commission_percent=4.5,
        share=0.04,
        billing_weekdays=(2,),
        term_days=(14, 14, 30),
        goods=(
            Goods("Wartung der Heizung", 8_900, 18_900, vat=1_900),
            Goods("Arbeitsstunde", 5_800, 8_400, vat=1_900, most_units=6),
            Goods("Material", 1_500, 22_000, vat=1_900),
        ),
        step_days=(7, 18, 29),
    ),
    DemoCreditor(
        key="groen",
        name="Waterland Tuinen B.V.",
        business_code="99990012",
        country_code="NL",
        currency="EUR",
        payout_iban=iban("NL", "FRDG0999900101"),
        account_id="CLIENT-EUR",
        incoming="CAMT",
        reference_scheme="ISO11649_RF",
        policy_code="nl_consumer",
        settlement_weekday=5,
        commission_percent=5,
        share=0.04,
        billing_weekdays=(4,),
        term_days=(14, 14, 30),
        goods=(
            Goods("Onderhoud van de tuin", 4_500, 9_500, vat=2_100, most_units=8),
            Goods("Planten", 900, 4_900, vat=900, most_units=20),
            Goods("Voorrijkosten", 2_500, 4_500, vat=2_100),
        ),
        step_days=(7, 15, 34),
    ),
    DemoCreditor(
        key="alpen",
        name="Rigiblick Velowerkstatt AG",
        business_code="CHE-999.999.001",
        country_code="CH",
        currency="CHF",
        payout_iban=iban("CH", "09999000000000101"),
        account_id="CLIENT-CHF",
        incoming="CAMT",
        reference_scheme="CH_QRR",
        policy_code="ch_consumer",
        settlement_weekday=2,
        commission_percent=5,
        share=0.04,
        billing_weekdays=(0,),
        term_days=(20, 30, 30),
        goods=(
            Goods("Velo, Service", 8_900, 24_900, vat=810),
            Goods("Ersatzteile", 1_200, 18_900, vat=810, most_units=3),
            Goods("Arbeitsstunde", 9_500, 12_500, vat=810, most_units=2),
        ),
        step_days=(10, 32, 43),
    ),
    DemoCreditor(
        key="donau",
        name="Traunsee Verpackung GmbH",
        business_code="FN 999001 a",
        country_code="AT",
        currency="EUR",
        payout_iban=iban("AT", "9999000000000101"),
        account_id="CLIENT-EUR",
        incoming="CAMT",
        reference_scheme="ISO11649_RF",
        policy_code="eu_business",
        settlement_weekday=3,
        commission_percent=4,
        share=0.04,
        billing_weekdays=(1,),
        term_days=(14, 30, 30),
        goods=(
            Goods("Faltkarton, 100 Stück", 4_200, 9_800, vat=2_000, most_units=20),
            Goods("Palette", 1_400, 2_600, vat=2_000, most_units=12),
            Goods("Zustellung", 3_900, 9_900, vat=2_000),
        ),
        step_days=(5, 16, 27),
    ),
)
