"""Take a creditor on."""

from uuid import uuid5

from contracts import AgreementActivated, BankAccount, CreditorOnboarded
from delivery import publish
from intake import queries
from intake.domain.accounts import ClientAccount
from intake.domain.agreements import draw_up_agreement
from intake.schemas import CreditorCreate, CreditorRead
from intake.tables import CreditorRow
from runtime.clock import today
from runtime.database import Session


async def onboard_creditor(
    session: Session, order: CreditorCreate, accounts: tuple[ClientAccount, ...]
) -> CreditorRead:
    """Store the creditor with a first agreement in force; the same order again answers the same."""
    known = await queries.find_onboarding(session, order.creditor_id)
    if known:
        creditor, agreement = known
        return CreditorRead(**creditor.model_dump(), agreement=agreement.document)

    agreement = draw_up_agreement(
        service_type=order.service_type,
        country_code=order.country_code,
        payout_account=BankAccount(**order.payout_account.model_dump()),
        accounts=accounts,
        incoming=order.incoming,
        terms=order.terms.model_dump(),
    )
    number = await queries.next_customer_number(session)
    onboarded_date = await today(session)
    agreement_id = uuid5(order.creditor_id, "agreement:1")
    creditor = CreditorRow(
        **order.model_dump(
            include={
                "creditor_id",
                "partner_code",
                "name",
                "business_code",
                "vat_number",
                "country_code",
                "language_code",
                "email",
            }
        ),
        customer_code=f"C{number}",
        reference_prefix=str(number),
        onboarded_date=onboarded_date,
    )
    await queries.save_creditor(session, creditor, agreement_id, onboarded_date, agreement)

    await publish(
        session,
        [
            CreditorOnboarded(
                event_id=uuid5(order.creditor_id, "creditor.onboarded"),
                **creditor.model_dump(exclude={"onboarded_date"}),
                seat=order.seat,
            ),
            AgreementActivated(
                event_id=uuid5(agreement_id, "agreement.activated"),
                creditor_id=order.creditor_id,
                agreement_id=agreement_id,
                agreement_version=1,
                valid_from=onboarded_date,
                agreement=agreement,
            ),
        ],
    )
    return CreditorRead(**creditor.model_dump(), agreement=agreement.model_dump(mode="json"))
