"""The money machine's bank: it keeps accounts, takes payment orders, and writes what a bank writes; nothing runs beside it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from bankfiles import OcrAssignment, OcrPayment, write_ocr

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd"


@dataclass(frozen=True, slots=True)
class Letter:
    """A file of the bank, or of Nets; names sort in the order in which they were written."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Order:
    """A transfer the bank was asked for and has not decided about; amounts in minor units."""

    iban: str
    end_to_end_id: str
    amount_minor: int
    message_id: str


@dataclass(slots=True)
class _Account:
    balance_minor: int = 0
    stated_minor: int = 0
    giro_minor: int = 0
    entries: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class MoneyBank:
    """What really happened to the money; `letters` are those that nobody has carried away."""

    day: date
    accounts: dict[str, _Account] = field(default_factory=dict[str, _Account])
    letters: list[Letter] = field(default_factory=list[Letter])
    giro_files: list[Letter] = field(default_factory=list[Letter])
    messages: set[str] = field(default_factory=set[str])
    orders: list[Order] = field(default_factory=list[Order])
    done: list[Order] = field(default_factory=list[Order])
    paid: Counter[str] = field(default_factory=Counter[str])
    returned: Counter[str] = field(default_factory=Counter[str])
    written: int = 0
    keeps_to_itself: bool = False
    """It moved money of which only the statement of the day will tell."""

    def balance(self, iban: str) -> int:
        return self._account(iban).balance_minor

    # debtors

    def receives(self, iban: str, reference: str, amount_minor: int) -> None:
        """Told at once by camt.054, and again by the statement of the day."""
        self._notify(iban, [self._book(iban, amount_minor, reference=reference)])

    def takes_back(self, iban: str, reference: str, amount_minor: int) -> None:
        self._notify(iban, [self._book(iban, -amount_minor, reference=reference, is_reversal=True)])

    def receives_giro(self, iban: str, reference: str, amount_minor: int, *, is_reversal: bool = False) -> None:
        """Told by Nets; the statement of the day has one sum for all giro files."""
        account = self._account(iban)
        moved = -amount_minor if is_reversal else amount_minor
        account.balance_minor += moved
        account.giro_minor += moved
        number = self._next()
        payment = OcrPayment(
            kid=reference,
            amount_minor=amount_minor,
            settlement_date=self.day,
            transaction_type=18 if is_reversal else 10,
            archive_number=str(number),
        )
        content = write_ocr(
            "00008080", str(number), "00010200", [OcrAssignment(iban[4:], "123456789", "1", (payment,))]
        )
        self.giro_files.append(Letter(f"{number:06}-giro-{number}.txt", content))

    # payment orders

    def takes_order(self, content: bytes) -> None:
        """Each message once: a second copy is answered DUPL, and nothing is paid for it."""
        root: Any = etree.fromstring(content)
        message_id = root.findtext(".//{*}GrpHdr/{*}MsgId")
        if message_id in self.messages:
            self._report(message_id, "RJCT", reason="DUPL")
            return
        self.messages.add(message_id)
        iban = root.findtext(".//{*}DbtrAcct/{*}Id/{*}IBAN")
        for transfer in root.iterfind(".//{*}CdtTrfTxInf"):
            minor = int(Decimal(transfer.findtext(".//{*}InstdAmt")) * 100)
            self.orders.append(Order(iban, transfer.findtext(".//{*}EndToEndId"), minor, message_id))

    def pays(self, order: Order, *, accepts: bool = True, notifies: bool = True) -> None:
        """Debits; whether it says before that it will, and right after that it did. The statement tells anyhow."""
        self.orders.remove(order)
        self.done.append(order)
        self.paid[order.end_to_end_id] += order.amount_minor
        if accepts:
            self._report(order.message_id, "ACCP", order.end_to_end_id)
        entry = self._book(order.iban, -order.amount_minor, end_to_end_id=order.end_to_end_id)
        if notifies:
            self._notify(order.iban, [entry])
        self.keeps_to_itself |= not notifies

    def rejects(self, order: Order, *, accepted_before: bool = False) -> None:
        self.orders.remove(order)
        if accepted_before:
            self._report(order.message_id, "ACCP", order.end_to_end_id)
        self._report(order.message_id, "RJCT", order.end_to_end_id, reason="AC04")

    def sends_back(self, order: Order, *, by_message: bool, notifies: bool) -> None:
        """The receiver's bank did not take it: pacs.004, a camt.054, both, or only the statement."""
        self.done.remove(order)
        self.returned[order.end_to_end_id] += order.amount_minor
        entry = self._book(order.iban, order.amount_minor, end_to_end_id=order.end_to_end_id, return_reason="AC04")
        if by_message:
            self._write("pacs.004", self._return(order))
        if notifies:
            self._notify(order.iban, [entry])
        self.keeps_to_itself |= not (by_message or notifies)

    # the end of the day

    def closes_day(self, next_day: date) -> None:
        """A camt.053 for each account."""
        for iban, account in self.accounts.items():
            if account.giro_minor:
                account.entries.append(self._entry(account.giro_minor, note="OCR GIRO"))
            balances = [self._balance("OPBD", account.stated_minor), self._balance("CLBD", account.balance_minor)]
            self._write(
                "camt.053", self._camt("camt.053", "BkToCstmrStmt", "Stmt", iban, [*balances, *account.entries])
            )
            account.stated_minor, account.giro_minor, account.entries = account.balance_minor, 0, []
        self.day, self.keeps_to_itself = next_day, False

    # what it writes

    def _account(self, iban: str) -> _Account:
        return self.accounts.setdefault(iban, _Account())

    def _next(self) -> int:
        self.written += 1
        return self.written

    def _write(self, kind: str, content: str) -> None:
        number = self._next()
        self.letters.append(Letter(f"{number:06}-{kind}-{number}.xml", content.encode()))

    def _book(self, iban: str, signed_minor: int, **told: Any) -> str:
        account = self._account(iban)
        account.balance_minor += signed_minor
        account.entries.append(self._entry(signed_minor, **told))
        return account.entries[-1]

    def _notify(self, iban: str, entries: Iterable[str]) -> None:
        self._write("camt.054", self._camt("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn", iban, entries))

    def _camt(self, kind: str, outer: str, inner: str, iban: str, content: Iterable[str]) -> str:
        number = self._next()
        return (
            f'<Document xmlns="{_NAMESPACE}:{kind}.001.08"><{outer}><GrpHdr><MsgId>M{number}</MsgId></GrpHdr>'
            f"<{inner}><Id>{number}</Id><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>NOK</Ccy></Acct>{''.join(content)}"
            f"</{inner}></{outer}></Document>"
        )

    def _entry(
        self,
        signed_minor: int,
        *,
        reference: str = "",
        end_to_end_id: str = "",
        is_reversal: bool = False,
        return_reason: str = "",
        note: str = "",
    ) -> str:
        name = f"<Refs><EndToEndId>{end_to_end_id}</EndToEndId></Refs>" if end_to_end_id else ""
        stated = f"<Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>" if reference else ""
        returned = f"<RtrInf><Rsn><Cd>{return_reason}</Cd></Rsn></RtrInf>" if return_reason else ""
        return (
            f'<Ntry><Amt Ccy="NOK">{_decimal(signed_minor)}</Amt><CdtDbtInd>{_sign(signed_minor)}</CdtDbtInd>'
            f"{'<RvslInd>true</RvslInd>' if is_reversal else ''}<Sts><Cd>BOOK</Cd></Sts>"
            f"<BookgDt><Dt>{self.day}</Dt></BookgDt><AcctSvcrRef>B{self._next()}</AcctSvcrRef><NtryDtls><TxDtls>"
            f"{name}<RmtInf><Ustrd>{note}</Ustrd>{stated}</RmtInf>{returned}</TxDtls></NtryDtls></Ntry>"
        )

    def _balance(self, kind: str, minor: int) -> str:
        return (
            f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="NOK">{_decimal(minor)}</Amt>'
            f"<CdtDbtInd>{_sign(minor)}</CdtDbtInd><Dt><Dt>{self.day}</Dt></Dt></Bal>"
        )

    def _report(self, message_id: str, status: str, end_to_end_id: str = "", *, reason: str = "") -> None:
        """A pain.002 about the whole message, or about one transfer of it."""
        why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
        about = f"<OrgnlMsgId>{message_id}</OrgnlMsgId>"
        if end_to_end_id:
            transfer = f"<OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><TxSts>{status}</TxSts>{why}"
            told = (
                f"<OrgnlGrpInfAndSts>{about}</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>1</OrgnlPmtInfId>"
                f"<TxInfAndSts>{transfer}</TxInfAndSts></OrgnlPmtInfAndSts>"
            )
        else:
            told = f"<OrgnlGrpInfAndSts>{about}<GrpSts>{status}</GrpSts>{why}</OrgnlGrpInfAndSts>"
        self._write(
            "pain.002",
            f'<Document xmlns="{_NAMESPACE}:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>R{self._next()}</MsgId></GrpHdr>'
            f"{told}</CstmrPmtStsRpt></Document>",
        )

    def _return(self, order: Order) -> str:
        number = self._next()
        return (
            f'<Document xmlns="{_NAMESPACE}:pacs.004.001.09"><PmtRtr><GrpHdr><MsgId>P{number}</MsgId><NbOfTxs>1</NbOfTxs>'
            f"<IntrBkSttlmDt>{self.day}</IntrBkSttlmDt></GrpHdr><TxInf><RtrId>{number}</RtrId>"
            f"<OrgnlEndToEndId>{order.end_to_end_id}</OrgnlEndToEndId>"
            f'<RtrdIntrBkSttlmAmt Ccy="NOK">{_decimal(order.amount_minor)}</RtrdIntrBkSttlmAmt>'
            "<RtrRsnInf><Rsn><Cd>AC04</Cd></Rsn></RtrRsnInf></TxInf></PmtRtr></Document>"
        )


def _decimal(minor: int) -> str:
    return f"{abs(minor) // 100}.{abs(minor) % 100:02}"


def _sign(minor: int) -> str:
    return "CRDT" if minor >= 0 else "DBIT"
