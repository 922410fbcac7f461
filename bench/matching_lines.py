"""Payments whose claims are known: the ways in which people pay, right and wrong, as lines of a bank notification."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from uuid import UUID
from xml.sax.saxutils import escape

from matching_claims import CURRENCY, DEBTORS_OF_BLOCK, IBAN, SETTLED_OF, TODAY, ClaimToFind, Debtor
from measuring import WorkNotDone

from statutes import references

_STRANGERS = 90_000_000_000
"""Account numbers from here on have never paid anything."""
_MONTHS = ("august", "september", "oktober", "november")


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One payment and the truth about it: how much is for which claim; nothing where only the payer can tell."""

    kind: str
    amount_minor: int
    truth: tuple[tuple[UUID, int], ...] = ()
    references: tuple[str, ...] = ()
    text: str = ""
    name: str = "Ukjent"
    account: str = ""
    bank_reference: str = ""

    def as_entry(self) -> str:
        """The line as an entry of camt.054."""
        stated = "".join(
            f"<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{reference}</Ref></CdtrRefInf></Strd>"
            for reference in self.references
        )
        written = "".join(f"<Ustrd>{escape(part)}</Ustrd>" for part in self.text.split("\n") if part)
        account = f"<DbtrAcct><Id><IBAN>{self.account}</IBAN></Id></DbtrAcct>" if self.account else ""
        amount = f"{self.amount_minor // 100}.{self.amount_minor % 100:02}"
        return (
            f'<Ntry><Amt Ccy="{CURRENCY}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
            f"<BookgDt><Dt>{TODAY}</Dt></BookgDt><ValDt><Dt>{TODAY}</Dt></ValDt><NtryDtls><TxDtls>"
            f"<Refs><AcctSvcrRef>{self.bank_reference}</AcctSvcrRef></Refs><RltdPties><Dbtr><Pty>"
            f"<Nm>{escape(self.name)}</Nm></Pty></Dbtr>{account}</RltdPties><RmtInf>{written}{stated}</RmtInf>"
            "</TxDtls></NtryDtls></Ntry>"
        )


def as_camt(lines: Sequence[PaidLine], message_id: str) -> bytes:
    """A notification of these lines."""
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>'
        f"{message_id}</MsgId></GrpHdr><Ntfctn><Id>{message_id}</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>{CURRENCY}"
        f"</Ccy></Acct>{''.join(line.as_entry() for line in lines)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def paid_lines(open_claims: int, count: int, seed: int) -> list[PaidLine]:
    """`count` lines for a database of so many claims. A debtor takes part once, so that each line has one truth."""
    random = Random(seed)
    crowd = Crowd(open_claims, random)
    ways = [way for way, share in WAYS.items() for _ in range(share)]
    lines: list[PaidLine] = []
    while len(lines) < count:
        lines += random.choice(ways)(crowd, random)
    return [replace(line, bank_reference=f"{seed}-{number}") for number, line in enumerate(lines[:count])]


class Crowd:
    """The debtors in random order; whoever was taken does not come again."""

    def __init__(self, open_claims: int, random: Random) -> None:
        self._open_claims = open_claims
        self._left = [Debtor(number) for number in range(open_claims // 10 * DEBTORS_OF_BLOCK)]
        random.shuffle(self._left)

    def take(self, wanted: Callable[[Debtor], bool] = lambda _: True) -> Debtor:
        """The next debtor of that sort."""
        for place in range(len(self._left) - 1, -1, -1):
            if wanted(self._left[place]):
                return self._left.pop(place)
        raise WorkNotDone("debtors for the lines", "too few", "more open claims or fewer lines")

    def any_claim(self, random: Random) -> ClaimToFind:
        """Any claim at all, for numbers that stand in a text by chance."""
        return ClaimToFind(random.randrange(self._open_claims))


def _has_paid(debtor: Debtor) -> bool:
    return debtor.has_paid


def _has_several(debtor: Debtor) -> bool:
    return len(debtor.claim_numbers) > 1


def _has_paid_and_owes_several(debtor: Debtor) -> bool:
    return debtor.has_paid and len(debtor.claim_numbers) > 1


def _claims_of(debtor: Debtor) -> list[ClaimToFind]:
    return [ClaimToFind(number) for number in debtor.claim_numbers]


def _one_of(debtor: Debtor, random: Random) -> ClaimToFind:
    return random.choice(_claims_of(debtor))


def _several_of(debtor: Debtor, random: Random) -> list[ClaimToFind]:
    claims = _claims_of(debtor)
    return random.sample(claims, random.randint(2, len(claims)))


def _stranger(debtor: Debtor) -> str:
    return f"NO93{_STRANGERS + debtor.number}"


def _usual_amount(claim: ClaimToFind, random: Random) -> int:
    """What is owed, or by some who were reminded the invoice without the fee."""
    return claim.amount_minor if random.random() < 0.25 else claim.owed_minor


def _other_amount(claim: ClaimToFind, random: Random) -> int:
    owed = claim.owed_minor
    return random.choice((owed // 2, owed // 3, owed + 100, owed + 5_000, owed + owed // 4, max(owed - 150, 1)))


def _paid(kind: str, claims: ClaimToFind | Sequence[ClaimToFind], amount_minor: int = 0, **fields: object) -> PaidLine:
    """A payment for these claims from the debtor's own account; the amount defaults to all that is owed."""
    several = [claims] if isinstance(claims, ClaimToFind) else claims
    debtor = several[0].debtor
    truth = [(claim.claim_id, claim.owed_minor) for claim in several]
    amount = amount_minor or sum(minor for _, minor in truth)
    if len(truth) == 1:
        truth = [(several[0].claim_id, amount)]
    line = PaidLine(kind, amount, tuple(truth), name=debtor.name, account=debtor.account)
    return replace(line, **fields)


def _chat(random: Random) -> str:
    """Words and numbers that mean no claim."""
    return random.choice(
        (
            "Betaling",
            "Takk",
            f"Strøm {random.choice(_MONTHS)} 2025",
            f"Kundenr {random.randrange(10_000, 999_999)}",
            f"Tlf {random.randrange(40_000_000, 99_999_999)}",
            f"Dato {random.randint(1, 28):02}.{random.randint(1, 12):02}.2025",
            f"Org.nr {random.randrange(800_000_000, 999_999_999)}",
            "",
        )
    )


def by_reference(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(), random)
    yield _paid("reference stated", claim, _usual_amount(claim, random), references=(claim.reference,))


def by_reference_with_another_amount(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(), random)
    yield _paid("reference, other amount", claim, _other_amount(claim, random), references=(claim.reference,))


def with_a_wrong_digit(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(), random)
    wrong = _mistyped(claim.reference, 1, random)
    yield _paid("reference, one digit wrong", claim, references=(wrong,))


def with_two_wrong_digits(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(), random)
    wrong = _mistyped(claim.reference, 2, random)
    yield _paid("reference, two digits wrong", claim, references=(wrong,))


def with_swapped_digits(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(), random)
    right = claim.reference
    places = [place for place in range(len(right) - 1) if right[place] != right[place + 1]]
    place = random.choice(places)
    wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    yield _paid("reference, two digits swapped", claim, references=(wrong,))


def with_a_digit_too_few_or_many(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(), random)
    right, place = claim.reference, random.randrange(len(claim.reference))
    wrong = random.choice((right[:place] + right[place + 1 :], right[:place] + right[place] + right[place:]))
    yield _paid("reference, a digit too few or too many", claim, references=(wrong,))


def reference_in_the_text(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(), random)
    number, cut = claim.reference, random.randint(3, len(claim.reference) - 3)
    written = random.choice(
        (f"KID {number}", f"KID: {number[:cut]} {number[cut:]}", f"{number[:cut]}\n{number[cut:]}", f"Betalt {number}.")
    )
    text = f"{written}\n{_chat(random)}"
    yield _paid(
        "reference in the text", claim, _usual_amount(claim, random), text=text, account=_stranger(claim.debtor)
    )


def invoice_number_in_the_text(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(), random)
    text = f"{_written(claim.invoice_number, random)} {_chat(random)}"
    amount = _usual_amount(claim, random)
    yield _paid("invoice number in the text", claim, amount, text=text, account=_stranger(claim.debtor))


def invoice_number_with_another_amount(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(), random)
    text, account = _written(claim.invoice_number, random), _stranger(claim.debtor)
    yield _paid("invoice number, other amount", claim, _other_amount(claim, random), text=text, account=account)


def number_of_another_invoice_by_chance(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim, other = _one_of(crowd.take(), random), crowd.any_claim(random)
    label, account = random.choice(("Kundenr ", "Avtale ", "")), _stranger(claim.debtor)
    text = f"{label}{other.invoice_number}"
    yield _paid("someone else's number in the text", claim, text=text, account=account)


def from_a_known_account(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(_has_paid), random)
    yield _paid("account known, nothing written", claim, _usual_amount(claim, random), text=_chat(random))


def from_a_known_account_with_another_amount(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(_has_paid), random)
    yield _paid("account known, other amount", claim, _other_amount(claim, random), text=_chat(random))


def for_a_friend(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    friend, claim = crowd.take(_has_paid), _one_of(crowd.take(), random)
    text = f"For {claim.debtor.name}"
    yield _paid("account known, pays for a friend", claim, text=text, name=friend.name, account=friend.account)


def by_name_only(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(), random)
    text, account = _chat(random), _stranger(claim.debtor)
    yield _paid("name and amount only", claim, _usual_amount(claim, random), text=text, account=account)


def several_references(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claims = _several_of(crowd.take(_has_several), random)
    yield _paid("several references, one sum", claims, references=tuple(claim.reference for claim in claims))


def several_invoice_numbers(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claims = _several_of(crowd.take(_has_several), random)
    text = "Faktura " + " og ".join(claim.invoice_number for claim in claims)
    yield _paid("several invoice numbers, one sum", claims, text=text, account=_stranger(claims[0].debtor))


def several_by_a_known_account(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claims = _several_of(crowd.take(_has_paid_and_owes_several), random)
    yield _paid("account known, one sum for several", claims, text=_chat(random))


def paid_twice(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    claim = _one_of(crowd.take(), random)
    first = _paid("reference stated", claim, references=(claim.reference,))
    yield first
    yield replace(first, kind="the same once more", truth=())


def with_the_last_reference(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    debtor = crowd.take(_has_paid)
    claims = _claims_of(debtor)
    earlier = next(ClaimToFind(claim.number, settled=True) for claim in claims if claim.number % SETTLED_OF == 0)
    line = _paid("reference of an invoice paid before", random.choice(claims), references=(earlier.reference,))
    yield replace(line, truth=())


def for_nobody_here(crowd: Crowd, random: Random) -> Iterator[PaidLine]:
    debtor = crowd.take()
    amount = random.choice((29_900, 39_900, random.randrange(1_000, 500_000)))
    scheme = random.choice(("NO_KID_MOD10", "NO_KID_MOD10", "ISO11649_RF"))
    foreign = references.generate(scheme, f"7{random.randrange(10**9):09}")
    stated: tuple[str, ...] = (foreign,) if random.random() < 0.7 else ()
    text = "" if stated else f"{_chat(random)} {random.randrange(10_000, 99_999)}"
    yield PaidLine("not ours", amount, (), stated, text, "Ukjent", _stranger(debtor))


WAYS: Mapping[Callable[[Crowd, Random], Iterable[PaidLine]], int] = {
    by_reference: 560,
    by_reference_with_another_amount: 60,
    with_a_wrong_digit: 15,
    with_swapped_digits: 10,
    with_a_digit_too_few_or_many: 10,
    with_two_wrong_digits: 10,
    reference_in_the_text: 50,
    invoice_number_in_the_text: 70,
    invoice_number_with_another_amount: 15,
    number_of_another_invoice_by_chance: 10,
    from_a_known_account: 45,
    from_a_known_account_with_another_amount: 10,
    for_a_friend: 10,
    by_name_only: 30,
    several_references: 15,
    several_invoice_numbers: 15,
    several_by_a_known_account: 10,
    paid_twice: 20,
    with_the_last_reference: 15,
    for_nobody_here: 30,
}
"""Of a thousand payments, how many are made each way. Made up, but on the hard side: one in three is not clean."""


def _mistyped(number: str, digits: int, random: Random) -> str:
    wrong = list(number)
    for place in random.sample(range(len(number)), digits):
        wrong[place] = str((int(wrong[place]) + random.randint(1, 9)) % 10) if wrong[place].isdigit() else "0"
    return "".join(wrong)


def _written(number: str, random: Random) -> str:
    """An invoice number as people write it."""
    loose = number.replace("-", " ").replace("/", " ")
    return random.choice((f"Faktura {number}", f"Fakt.nr. {loose}", number.lower(), f"faktura nr:{number}", loose))
