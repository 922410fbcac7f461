"""Draw up new versions of agreements and put them in force."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid5

from contracts import Agreement, AgreementActivated, DunningPolicy
from delivery import publish
from intake import queries
from intake.domain.amendments import Amendment, AmendmentForbidden, agreement_faults, amended
from intake.schemas import AgreementsRead, AgreementVersion, DraftRead
from intake.tables import AgreementDraftRow, AgreementRow
from intake.use_cases.invoices import CreditorNotFound
from runtime.database import Session


class DraftNotFound(Exception):
    """The creditor has no draft of that id."""

    def __init__(self, draft_id: UUID) -> None:
        super().__init__(f"There is no draft {draft_id} of your agreement.")


class DraftOutdated(Exception):
    """Another version came into force after the draft was drawn up."""

    def __init__(self, base_version: int, version: int) -> None:
        super().__init__(
            f"The draft builds on version {base_version}, but version {version} is in force: draw up a new draft."
        )


async def read_agreements(session: Session, creditor_id: UUID) -> AgreementsRead:
    """The versions, the one in force last, and the drafts that may still be activated."""
    versions = await _versions(session, creditor_id)
    drafts = await queries.list_open_drafts(session, creditor_id)
    current = versions[-1].agreement_version
    return AgreementsRead(
        current_version=current,
        versions=[AgreementVersion(**row.model_dump(exclude={"creditor_id"})) for row in versions],
        drafts=[_draft(row) for row in drafts if row.base_version == current],
    )


async def draft_agreement(
    session: Session, creditor_id: UUID, draft_id: UUID, amendment: Amendment, today: date
) -> DraftRead:
    """Draw up the next version; AmendmentForbidden with every fault, and nothing stored, if the law forbids it.

    The same draft id again answers the same.
    """
    known = await queries.find_draft(session, creditor_id, draft_id)
    if known:
        return _draft(known)
    versions = await _versions(session, creditor_id)
    current = versions[-1]
    document = amended(Agreement.model_validate(current.document), amendment, _own_policies(versions))
    draft = AgreementDraftRow(
        draft_id=draft_id,
        creditor_id=creditor_id,
        base_version=current.agreement_version,
        drafted_date=today,
        document=document.model_dump(mode="json"),
    )
    await queries.save_draft(session, draft)
    return _draft(draft)


async def activate_draft(session: Session, creditor_id: UUID, draft_id: UUID, today: date) -> AgreementVersion:
    """Put a draft in force from today; invoices accepted from now on name it. Activating it again answers the same.

    The law is asked once more: rows may have been added since the draft was drawn up.
    """
    versions = await _versions(session, creditor_id, lock=True)
    draft = await queries.find_draft(session, creditor_id, draft_id)
    if draft is None:
        raise DraftNotFound(draft_id)
    if draft.activated_version is not None:
        row = versions[draft.activated_version - 1]
        return AgreementVersion(**row.model_dump(exclude={"creditor_id"}))
    current = versions[-1].agreement_version
    if draft.base_version != current:
        raise DraftOutdated(draft.base_version, current)
    agreement = Agreement.model_validate(draft.document)
    faults = tuple(agreement_faults(agreement))
    if faults:
        raise AmendmentForbidden(faults)

    version = current + 1
    row = AgreementRow(
        agreement_id=uuid5(creditor_id, f"agreement:{version}"),
        creditor_id=creditor_id,
        agreement_version=version,
        valid_from=today,
        document=draft.document,
    )
    await queries.activate_draft(session, draft_id, row)
    await publish(
        session,
        [
            AgreementActivated(
                event_id=uuid5(row.agreement_id, "agreement.activated"),
                creditor_id=creditor_id,
                agreement_id=row.agreement_id,
                agreement_version=version,
                valid_from=today,
                agreement=agreement,
            )
        ],
    )
    return AgreementVersion(**row.model_dump(exclude={"creditor_id"}))


async def _versions(session: Session, creditor_id: UUID, *, lock: bool = False) -> Sequence[AgreementRow]:
    versions = await queries.list_agreements(session, creditor_id, lock=lock)
    if not versions:
        raise CreditorNotFound(creditor_id)
    return versions


def _own_policies(versions: Sequence[AgreementRow]) -> list[DunningPolicy]:
    return [policy for row in versions for policy in Agreement.model_validate(row.document).dunning_policies]


def _draft(row: AgreementDraftRow) -> DraftRead:
    return DraftRead(**row.model_dump(exclude={"creditor_id"}))
