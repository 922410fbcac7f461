"""Which policy is agreed with a creditor for a debtor: one of its own, or one on file."""

from collections.abc import Mapping, Sequence
from typing import cast

from statutes.errors import UnknownPolicy
from statutes.ladders import Policy
from statutes.policies import list_policy_codes, policy
from statutes.policy_documents import policy_from_document


def agreed_policy(agreement: Mapping[str, object], debtor_kind: str) -> Policy:
    """The policy of an agreement for a kind of debtor; the agreement comes as plain values, as its contract dumps it.

    UnknownPolicy if the agreement names one that neither it nor this package holds; a policy for another kind of debtor
    than the one asked about is given as it is, for the caller to refuse or to hold.
    """
    by_kind = cast(Mapping[str, str], agreement.get("policy_code_by_debtor_kind") or {})
    code = by_kind.get(debtor_kind.upper()) or cast(str, agreement["policy_code"])
    return named_policy(agreement, code, debtor_kind)


def named_policy(agreement: Mapping[str, object], code: str, debtor_kind: str) -> Policy:
    """The policy of that code as the agreement's creditor may use it: the creditor's own wins over one on file."""
    own = cast(Sequence[Mapping[str, object]], agreement.get("dunning_policies") or ())
    for document in own:
        if document.get("code") == code:
            return policy_from_document(document, cast(str, agreement["jurisdiction"]), debtor_kind)
    known = list_policy_codes(drafts=True)
    if code not in known:
        raise UnknownPolicy(code, (*known, *(str(document.get("code")) for document in own)))
    return policy(code)
