"""Onboard a creditor and hand out its first token."""

from typing import Any
from uuid import UUID, uuid5

from gateway import queries
from gateway.downstream import Downstream
from gateway.schemas.onboarding import AgreementTerms, Client, ClientCreate, ClientCreated, CommissionTier
from gateway.schemas.wire import Faults, basis_points, with_field
from gateway.settings import Settings
from gateway.use_cases.invoices import language
from gateway.use_cases.tokens import issue_token, token_of_request
from runtime.clock import wall_now
from runtime.database import Database
from runtime.problems import Problem

_TWO_DECIMALS = "EUR"


async def onboard_creditor(
    database: Database, settings: Settings, downstream: Downstream, request_id: UUID, body: ClientCreate
) -> ClientCreated:
    """Create the creditor and store its token's hash; repeated with the same id it changes nothing."""
    creditor_id = uuid5(request_id, "creditor")
    try:
        created = await downstream.post("intake", "/internal/creditors", creditor_id, _order(creditor_id, body))
    except Problem as problem:
        raise with_field(problem) from problem
    async with database.transaction() as session:
        await queries.add_partner(session, body.service.partner_code)
        await issue_token(
            session,
            settings,
            token_of_request(settings, request_id),
            partner_code=body.service.partner_code,
            creditor_id=creditor_id,
            now=wall_now(),
        )
    return ClientCreated(
        client_identifier=str(creditor_id),
        customer_code=created["customer_code"],
        payment_reference_prefix=created["reference_prefix"],
    )


def _order(creditor_id: UUID, body: ClientCreate) -> dict[str, Any]:
    client = body.client
    return {
        "creditor_id": str(creditor_id),
        "partner_code": body.service.partner_code,
        "service_type": body.service.type,
        "name": client.name,
        "business_code": client.business_code,
        "vat_number": client.vat_reg_nbr,
        "seat": _seat(client),
        "country_code": client.country_code,
        "language_code": language(client.language_code),
        "email": client.email,
        "payout_account": {
            "name": client.name,
            "iban": client.bank_account.iban,
            "bic": client.bank_account.bic,
        },
        "incoming": body.agreement.incoming_payments,
        "terms": _terms(body.agreement),
    }


def _seat(client: Client) -> str:
    place = f"{client.postal_code} {client.postal_district}".strip()
    return ", ".join(part for part in (client.postal_address, place) if part)


def _terms(agreement: AgreementTerms) -> dict[str, Any]:
    """Amounts are of whatever currency a claim has; every client account's currency has two decimals."""
    faults = Faults()
    minimum, tiers = agreement.minimum_payout, agreement.commission_tiers
    minimum_minor = None if minimum is None else faults.minor("agreement.minimumPayout", minimum, _TWO_DECIMALS)
    tier_rows = None if tiers is None else [_tier(number, tier, faults) for number, tier in enumerate(tiers)]
    faults.raise_if_any()
    return {
        "policy_code": agreement.policy_code,
        "reference_scheme": agreement.reference_scheme,
        "settlement_weekday": agreement.settlement_weekday,
        "commission": basis_points(agreement.commission_percent),
        "reminder_fee_share": basis_points(agreement.reminder_fee_share_percent),
        "collection_fee_share": basis_points(agreement.collection_fee_share_percent),
        "interest_share": basis_points(agreement.interest_share_percent),
        "creditor_deducts_vat": agreement.creditor_deducts_vat,
        "settlement_interval": agreement.settlement_interval,
        "settlement_month_day": agreement.settlement_month_day,
        "settlement_roll": agreement.settlement_roll,
        "minimum_payout_minor": minimum_minor,
        "commission_tiers": tier_rows,
        "payout_per_invoice": agreement.payout_per_invoice,
    }


def _tier(number: int, tier: CommissionTier, faults: Faults) -> dict[str, Any]:
    field = f"agreement.commissionTiers.{number}.amountFrom"
    return {
        "days_overdue_from": tier.days_overdue_from,
        "amount_from_minor": faults.minor(field, tier.amount_from, _TWO_DECIMALS),
        "commission": basis_points(tier.commission_percent),
    }
