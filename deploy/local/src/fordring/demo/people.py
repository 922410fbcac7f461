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
_FI_FIRST = _words(
    "Aino Helmi Eino Matti Liisa Päivi Juhani Antti Sari Timo Kaisa Ville Elina Jari Tuula Mikko Hanna Olli"
)
_FI_LAST = _words(
    "Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen Saarinen"
)
_FI_STREETS = _words(
    "Mannerheimintie Kauppakatu Kirkkokatu Rantatie Koulukatu Asemakatu Puistokatu Hämeenkatu Satamatie"
)
_FI_PLACES = (
    ("00100", "Helsinki"),
    ("20100", "Turku"),
    ("33100", "Tampere"),
    ("90100", "Oulu"),
    ("53100", "Lappeenranta"),
)
_DK_FIRST = _words("Anne Kirsten Mette Hanne Lone Søren Jens Lars Henrik Niels Camilla Freja Mads Rasmus Ida Karen Ole")
_DK_LAST = _words("Nielsen Jensen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Møller Holm")
_DK_STREETS = _words("Vestergade Nørregade Østergade Søndergade Algade Skovvej Strandvejen Kirkevej Møllevej Bakkevej")
_DK_PLACES = (("1050", "København"), ("8000", "Aarhus"), ("5000", "Odense"), ("9000", "Aalborg"), ("6700", "Esbjerg"))
_DE_FIRST = _words(
    "Anna Emma Lena Sabine Petra Monika Jürgen Thomas Stefan Andreas Jonas Lukas Heike Ute Klaus Björn Karin"
)
_DE_LAST = _words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Wolf Krüger"
)
_DE_STREETS = _words(
    "Hauptstraße Schulstraße Gartenstraße Bahnhofstraße Lindenweg Kirchgasse Bergstraße Waldweg Rosenweg"
)
_DE_PLACES = (("10115", "Berlin"), ("20095", "Hamburg"), ("50667", "Köln"), ("80331", "München"), ("04109", "Leipzig"))
_NL_FIRST = _words(
    "Anna Sanne Fleur Lotte Maria Johanna Jan Piet Daan Sem Bram Lars Willem Henk Ingrid Marijke Joost Ruben"
)
_NL_LAST = _words(
    "Jansen Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Kuipers Postma"
)
_NL_STREETS = _words(
    "Dorpsstraat Kerkstraat Molenweg Schoolstraat Stationsweg Nieuwstraat Parklaan Beatrixlaan Havenstraat"
)
_NL_PLACES = (("1012 AB", "Amsterdam"), ("3011 AD", "Rotterdam"), ("3511 CE", "Utrecht"), ("9711 LM", "Groningen"))
_CH_LAST = _words(
    "Meier Keller Huber Schmid Brunner Baumann Frei Gerber Widmer Moser Zimmermann Graf Wyss Steiner Lüthi"
)
_CH_STREETS = _words("Bahnhofstrasse Dorfstrasse Hauptstrasse Seestrasse Schulhausstrasse Kirchweg Bergstrasse Feldweg")
_CH_PLACES = (("8001", "Zürich"), ("3011", "Bern"), ("4051", "Basel"), ("6003", "Luzern"), ("9000", "St. Gallen"))
_AT_STEMS = _words(
    "Salzkammer Traun Donau Wiener Steirische Tiroler Kärntner Grazer Linzer Pannonia Alpen Wachauer Mur"
)
_AT_TRADES = _words("Bau Handel Transporte Mühlen Weine Bäckerei Druck Technik Möbel Papier Glas Textil Metall Elektro")
_AT_STREETS = _words("Ringstraße Hauptplatz Bahnhofstraße Industriestraße Marktgasse Linzer-Straße Wienerweg Mühlgasse")
_AT_PLACES = (("1010", "Wien"), ("4020", "Linz"), ("5020", "Salzburg"), ("6020", "Innsbruck"), ("8010", "Graz"))
_PLAIN = str.maketrans({"ß": "ss", "Ü": "U"} | dict(zip("æøåäöüÆØÅÄÖ ", "aoaaouAOAAO.", strict=True)))

LANGUAGES = {"NO": "NO", "SE": "SV", "FI": "FI", "DK": "DA", "DE": "DE", "NL": "NL", "CH": "DE", "AT": "DE"}
MAIL_DOMAINS = {"NO": "example.no", "SE": "example.se"} | dict.fromkeys(
    ("FI", "DK", "DE", "NL", "CH", "AT"), "example.org"
)
"""Where nobody real can be reached."""


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


@dataclass(frozen=True, slots=True)
class _Country:
    """What names and addresses of a country are made of; consumers have first and last names, firms a form."""

    first: list[str]
    last: list[str]
    streets: list[str]
    places: tuple[tuple[str, str], ...]
    account_start: str
    account_digits: int
    firm: str = ""
    firm_number: str = ""


_COUNTRIES = {
    "NO": _Country(_NO_FIRST, _NO_LAST, _NO_STREETS, _NO_PLACES, "9990", 7),
    "SE": _Country(_SE_STEMS, _SE_TRADES, _SE_STREETS, _SE_PLACES, "999", 17, " AB", "556"),
    "FI": _Country(_FI_FIRST, _FI_LAST, _FI_STREETS, _FI_PLACES, "9990", 10),
    "DK": _Country(_DK_FIRST, _DK_LAST, _DK_STREETS, _DK_PLACES, "9999", 10),
    "DE": _Country(_DE_FIRST, _DE_LAST, _DE_STREETS, _DE_PLACES, "99900000", 10),
    "NL": _Country(_NL_FIRST, _NL_LAST, _NL_STREETS, _NL_PLACES, "FRDG", 10),
    "CH": _Country(_DE_FIRST, _CH_LAST, _CH_STREETS, _CH_PLACES, "09999", 12),
    "AT": _Country(_AT_STEMS, _AT_TRADES, _AT_STREETS, _AT_PLACES, "99990", 11, " GmbH", "FN"),
}


def invent_debtor(random: Random, country_code: str, account: str) -> Debtor:
    """A consumer, or in Sweden and Austria a firm; one in six without e-mail, one in forty with a mailbox that is gone."""
    country = _COUNTRIES[country_code]
    name = f"{random.choice(country.first)} {random.choice(country.last)}{country.firm}"
    postal_code, district = random.choice(country.places)
    own_number = random.randint(0, 10**country.account_digits - 1)
    return Debtor(
        account=account,
        name=name,
        street=f"{random.choice(country.streets)} {random.randint(1, 98)}",
        postal_code=postal_code,
        postal_district=district,
        country_code=country_code,
        language_code=LANGUAGES[country_code],
        entity_type="BUSINESS" if country.firm else "CONSUMER",
        business_id=f"{country.firm_number}{random.randint(0, 9_999_999):07}" if country.firm else "",
        email=_invent_email(random, name, account, MAIL_DOMAINS[country_code]),
        iban=iban(country_code, f"{country.account_start}{own_number:0{country.account_digits}}"),
    )


def _invent_email(random: Random, name: str, account: str, domain: str) -> str | None:
    chance = random.random()
    if chance < 1 / 6:
        return None
    box = f"{name.translate(_PLAIN).lower()}.{account.lower()}"
    return f"{'bounce.' if chance > 1 - 1 / 40 else ''}{box}@{domain}"


def iban(country_code: str, account: str) -> str:
    """The account as an IBAN with right check digits."""
    digits = "".join(str(int(sign, 36)) for sign in f"{account}{country_code}00")
    return f"{country_code}{98 - int(digits) % 97:02}{account}"
