"""Debtors of the demo: invented people and firms at invented addresses, mail only to reserved domains."""

from dataclasses import dataclass
from random import Random


def _words(text: str) -> list[str]:
    return text.split()


_NO_FIRST = _words(
    "Anne Inger Kari Marit Ingrid Liv Eva Anna Maria Ida Hanne Nina Silje Camilla Jan Per Bjørn Ole Lars Kjell Knut Arne"
    " Svein Thomas Hans Geir Tor Morten Terje Odd Erik Martin Andreas Åse Øystein Håkon Sølvi Jørgen"
)
_NO_LAST = _words(
    "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen Berg"
    " Haugen Hagen Johannessen Andreassen Jacobsen Dahl Halvorsen Lund Sørensen Moen Strand Solberg Bakken Ødegård Aas"
)
_NO_STREETS = _words(
    "Storgata Kirkeveien Skolegata Bjørkeveien Strandgata Fjellveien Møllergata Parkveien Nygata Havnegata Ringveien"
    " Åsveien Solbakken Granveien Elvegata Torggata Rosenveien Lyngveien"
)
_NO_PLACES = (
    ("0155", "Oslo"),
    ("0475", "Oslo"),
    ("5003", "Bergen"),
    ("5063", "Bergen"),
    ("7010", "Trondheim"),
    ("4006", "Stavanger"),
    ("9008", "Tromsø"),
    ("3015", "Drammen"),
    ("1606", "Fredrikstad"),
    ("4611", "Kristiansand"),
    ("6002", "Ålesund"),
    ("8006", "Bodø"),
    ("2317", "Hamar"),
    ("3724", "Skien"),
)
_SE_STEMS = _words(
    "Mälardalens Norrlands Göta Västkustens Skånska Roslagens Dala Vätterns Bergslagens Hallands Sörmlands Ölands"
    " Jämtlands Bohus Östgöta Smålands Värmlands Gotlands Blekinge Uppsala"
)
_SE_TRADES = _words(
    "Bygg Måleri Elektriska Transport Snickeri Livs Plåtslageri Trädgård Städ Kontor Verkstad Bageri Tryckeri Teknik"
    " Fastigheter Konsult Möbler Maskin Livsmedel Redovisning"
)
_SE_STREETS = _words(
    "Storgatan Kungsgatan Drottninggatan Skolgatan Järnvägsgatan Industrigatan Parkgatan Hamngatan Norravägen Åkervägen"
    " Björkgatan Verkstadsgatan Kvarngatan Östergatan Lagergatan"
)
_SE_PLACES = (
    ("11122", "Stockholm"),
    ("41103", "Göteborg"),
    ("21120", "Malmö"),
    ("75310", "Uppsala"),
    ("58222", "Linköping"),
    ("70210", "Örebro"),
    ("72211", "Västerås"),
    ("25220", "Helsingborg"),
    ("60221", "Norrköping"),
    ("55316", "Jönköping"),
    ("90325", "Umeå"),
    ("35230", "Växjö"),
)
_PLAIN = str.maketrans("æøåäöÆØÅÄÖ ", "aoaaoAOAAO.")


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who is to pay; without e-mail everything goes by letter, and mail to `bounce` comes back."""

    account: str
    name: str
    street: str
    postal_code: str
    postal_district: str
    country_code: str
    language_code: str
    entity_type: str
    business_id: str
    email: str | None
    iban: str


def invent_debtor(random: Random, country_code: str, account: str) -> Debtor:
    """A Norwegian consumer or a Swedish firm; one in six without e-mail, one in forty with a mailbox that is gone."""
    norwegian = country_code == "NO"
    if norwegian:
        name = f"{random.choice(_NO_FIRST)} {random.choice(_NO_LAST)}"
        street, places = random.choice(_NO_STREETS), _NO_PLACES
    else:
        name = f"{random.choice(_SE_STEMS)} {random.choice(_SE_TRADES)} AB"
        street, places = random.choice(_SE_STREETS), _SE_PLACES
    postal_code, district = random.choice(places)
    return Debtor(
        account=account,
        name=name,
        street=f"{street} {random.randint(1, 98)}",
        postal_code=postal_code,
        postal_district=district,
        country_code=country_code,
        language_code=country_code if norwegian else "SV",
        entity_type="CONSUMER" if norwegian else "BUSINESS",
        business_id="" if norwegian else f"556{random.randint(0, 9_999_999):07}",
        email=_invent_email(random, name, account, "no" if norwegian else "se"),
        iban=iban("NO", f"9990{random.randint(0, 9_999_999):07}")
        if norwegian
        else iban("SE", f"999{random.randint(0, 10**17 - 1):017}"),
    )


def _invent_email(random: Random, name: str, account: str, domain: str) -> str | None:
    chance = random.random()
    if chance < 1 / 6:
        return None
    box = f"{name.translate(_PLAIN).lower()}.{account.lower()}"
    return f"{'bounce.' if chance > 1 - 1 / 40 else ''}{box}@example.{domain}"


def iban(country_code: str, account: str) -> str:
    """The account as an IBAN with right check digits."""
    digits = "".join(str(int(sign, 36)) for sign in f"{account}{country_code}00")
    return f"{country_code}{98 - int(digits) % 97:02}{account}"
