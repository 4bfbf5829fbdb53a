"""After the stay: learner and host sign what took place, and once home has decided on every unit it is closed."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.agreements.domain.complements import Account, check_plausible, in_order
from services.agreements.domain.learning_agreements import (
    BY_ITSELF,
    Command,
    Complement,
    LearningAgreement,
    Signature,
    moved,
    said,
)
from services.agreements.domain.revisions import Revision, Seen, first_revision, next_revision
from shared.contracts.agreements import LearningAgreementClosed, LearningAgreementComplemented, Side
from shared.problems import Conflict

SIGNING = frozenset({Side.LEARNER, Side.HOST})


def draft(agreement: LearningAgreement, account: Account) -> LearningAgreement:
    """The whole account, in place of the one before; what somebody has signed of that is void."""
    drafted = moved(agreement, Command.DRAFT_COMPLEMENT)
    check_plausible(account, agreement.terms)
    return replace(drafted, complement=Complement(account=account, revision=_revised(agreement.complement, account)))


def _revised(before: Complement | None, account: Account) -> Revision:
    if before is None:
        return first_revision(in_order(account))
    if before.signatures:
        return next_revision(before.revision, in_order(account))
    return replace(first_revision(in_order(account)), number=before.revision.number)


def sign(
    agreement: LearningAgreement, signature: Signature, seen: Seen
) -> tuple[LearningAgreement, list[LearningAgreementComplemented]]:
    """Learner or host, in either order; the second signature makes it complemented."""
    signed = moved(agreement, Command.SIGN_COMPLEMENT)
    complement = _drafted(agreement)
    complement.revision.check_seen(seen)
    _check_turn(complement, signature)
    signatures = (*complement.signatures, signature)
    signed = replace(signed, complement=replace(complement, signatures=signatures))
    if {one.side for one in signatures} != SIGNING:
        return signed, []
    complemented = replace(signed, state=BY_ITSELF[signed.state, Command.COMPLEMENT])
    return complemented, [said(LearningAgreementComplemented, complemented, signature.signed_at.date())]


def close(
    agreement: LearningAgreement, decided: AbstractSet[UUID], at: datetime
) -> tuple[LearningAgreement, list[LearningAgreementClosed]]:
    """By itself, once it is complemented and every agreed unit is `decided` on at home; until then nothing happens."""
    closed = BY_ITSELF.get((agreement.state, Command.CLOSE))
    if closed is None or not {unit.unit_id for unit in agreement.terms.units} <= decided:
        return agreement, []
    agreement = replace(agreement, state=closed, version=agreement.version + 1)
    return agreement, [said(LearningAgreementClosed, agreement, at.date())]


def _drafted(agreement: LearningAgreement) -> Complement:
    if agreement.complement is None:
        raise LookupError("a step that needs a complement was let through without one")
    return agreement.complement


def _check_turn(complement: Complement, signature: Signature) -> None:
    """Once each, and dated on or after the last day (domain.md 2.3)."""
    if signature.side in {one.side for one in complement.signatures}:
        raise Conflict(f"The {signature.side} has signed it already.")
    if signature.signed_at.date() < complement.account.ended_on:
        raise Conflict(f"It is signed on the last day of the stay, {complement.account.ended_on} in UTC, or later.")
