"""Whom a collector outside needs to reach: contact details of a creditor's cases, each disclosure on record."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from communication import queries
from runtime.database import RequestTransaction
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal")


class DisclosureOrder(BaseModel):
    """`who` is told."""

    case_ids: list[Annotated[int, Field(gt=0, lt=2**63)]] = Field(min_length=1, max_length=1_000)
    who: str = Field(min_length=1, max_length=200)


class DebtorContact(BaseModel):
    case_id: int
    debtor_id: UUID
    kind: str
    name: str
    street: str
    street2: str | None
    postal_code: str
    postal_district: str
    country_code: str
    language_code: str
    email: str | None
    phone: str | None


class DebtorContacts(BaseModel):
    """Of the cases that are the caller's, and whose debtor was not erased."""

    debtors: list[DebtorContact]


@router.post("/debtor-disclosures")
async def disclose_debtors(body: DisclosureOrder, caller: ServiceCaller, session: RequestTransaction) -> DebtorContacts:
    found = await queries.disclose_debtors(session, caller.creditor(), body.case_ids, body.who)
    return DebtorContacts(debtors=[DebtorContact.model_validate(row, from_attributes=True) for row in found])
