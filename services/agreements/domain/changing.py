"""Changing what was agreed, before and during the stay; until all have signed, it stays in force (domain.md 3.2)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.agreements.domain.ages import is_minor
from services.agreements.domain.agreeing import Outcome as Moved
from services.agreements.domain.agreeing import check_fixed, whole
from services.agreements.domain.change_reasons import Reason
from services.agreements.domain.changes import Difference, asks_for_more, check_explained, differences
from services.agreements.domain.coverage import check_covered, check_duration
from services.agreements.domain.learning_agreement_terms import Terms, in_order
from services.agreements.domain.learning_agreements import (
    Command,
    Frame,
    LearningAgreement,
    Proposal,
    Signature,
    moved,
    said,
)
from services.agreements.domain.revisions import Revision, Seen
from shared.canonical import PROFILE, content_hash
from shared.contracts.agreements import (
    LearningAgreementChanged,
    LearningAgreementChangeDropped,
    LearningAgreementChangeProposed,
    LearningAgreementSigned,
    Side,
)
from shared.problems import Forbidden, WrongState
from shared.transitions import following


class Progress(StrEnum):
    """How far a proposed change has come."""

    PROPOSED = "change_proposed"
    LEARNER_SIGNED = "change_signed_by_learner"
    GUARDIAN_SIGNED = "change_signed_by_guardian"
    HOME_SIGNED = "change_signed_by_home"
    SIGNED = "change_signed_by_all"


SIGNING = {
    (Progress.PROPOSED, Side.LEARNER): Progress.LEARNER_SIGNED,
    (Progress.LEARNER_SIGNED, Side.GUARDIAN): Progress.GUARDIAN_SIGNED,
    (Progress.LEARNER_SIGNED, Side.HOME): Progress.HOME_SIGNED,
    (Progress.GUARDIAN_SIGNED, Side.HOME): Progress.HOME_SIGNED,
    (Progress.HOME_SIGNED, Side.HOST): Progress.SIGNED,
}
"""Who proposed it signs in turn like the others."""
AFTER = {None: Progress.PROPOSED} | {side: after for (_, side), after in SIGNING.items()}


class Outcome(StrEnum):
    AGREED = "agreed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    """By a new content, with a number of its own."""
    LAPSED = "lapsed"
    """The stay was over before all had signed."""


@dataclass(frozen=True, kw_only=True)
class ChangeEnding:
    outcome: Outcome
    ended_at: datetime
    side: Side | None = None
    reason: str | None = field(default=None, repr=False)


def propose(
    agreement: LearningAgreement, terms: Terms, reasons: tuple[Reason, ...], by: Side, number: int, at: datetime
) -> tuple[LearningAgreement, tuple[Difference, ...], list[LearningAgreementChangeProposed]]:
    """The whole new content, whoever of the three proposes it; it takes the place of a proposal that is open.

    `number` is the new content's: no number is ever used again (domain.md 3.7, las#33).
    """
    check_fixed(agreement, terms)
    proposal = Proposal(
        terms=terms,
        revision=Revision(number, content_hash(in_order(terms)), PROFILE),
        reasons=reasons,
        proposed_by=by,
        proposed_at=at,
    )
    proposed = moved(agreement, Command.PROPOSE_CHANGE, proposal=proposal)
    found = differences(agreement.terms, terms)
    check_explained(found, reasons)
    fact = said(LearningAgreementChangeProposed, proposed, at.date(), **proposal.revision.said())
    return proposed, found, [fact]


def sign(agreement: LearningAgreement, signature: Signature, seen: Seen, frame: Frame | None) -> Moved:
    """In turn; with the host's signature the proposed content is in force. Both institutions sign in a frame."""
    proposal = proposal_of(agreement, Command.SIGN_CHANGE)
    progress = following(SIGNING, _progress(proposal), signature.side)
    proposal.revision.check_seen(seen)
    if frame:
        _check_guardian(proposal, signature.side, frame)
        _check_carried(agreement.terms, proposal.terms, frame, signature.signed_at)
    signatures = (*proposal.signatures, signature)
    changes: dict[str, Any] = {"proposal": replace(proposal, signatures=signatures)}
    if progress is Progress.SIGNED:
        changes = {"terms": proposal.terms, "revision": proposal.revision, "signatures": signatures, "proposal": None}
    signed = moved(agreement, Command.SIGN_CHANGE, **changes)
    on, content = signature.signed_at.date(), proposal.revision.said()
    fact = said(LearningAgreementSigned, signed, on, side=signature.side, **content)
    if progress is Progress.SIGNED and frame:
        return signed, [fact, whole(LearningAgreementChanged, signed, frame, on)]
    return signed, [fact]


def reject(agreement: LearningAgreement, by: Side, at: datetime) -> Moved:
    """A side that did not propose it says no; nothing has changed."""
    if proposal_of(agreement, Command.DROP_CHANGE).proposed_by is by:
        raise Forbidden("Your side proposed it: withdraw it instead.")
    return drop(agreement, at)


def withdraw(agreement: LearningAgreement, by: Side, at: datetime) -> Moved:
    if proposal_of(agreement, Command.DROP_CHANGE).proposed_by is not by:
        raise Forbidden("Another side proposed it: reject it instead.")
    return drop(agreement, at)


def drop(agreement: LearningAgreement, at: datetime) -> Moved:
    proposal = proposal_of(agreement, Command.DROP_CHANGE)
    dropped = moved(agreement, Command.DROP_CHANGE, proposal=None)
    return dropped, [said(LearningAgreementChangeDropped, dropped, at.date(), **proposal.revision.said())]


def proposal_of(agreement: LearningAgreement, command: Command) -> Proposal:
    """The open change; `WrongState` where there is none, or none can be."""
    moved(agreement, command)
    if agreement.proposal is None:
        raise LookupError("a step that needs an open change was let through without one")
    return agreement.proposal


def _progress(proposal: Proposal) -> Progress:
    return AFTER[proposal.signatures[-1].side if proposal.signatures else None]


def _check_guardian(proposal: Proposal, side: Side, frame: Frame) -> None:
    """For who was a minor on the day of signing, the guardian signs before home does."""
    by_side = {signature.side: signature for signature in proposal.signatures}
    if side is not Side.HOME or Side.GUARDIAN in by_side or frame.birth_date is None:
        return
    if is_minor(frame.birth_date, by_side[Side.LEARNER].signed_at.date()):
        raise WrongState(Progress.LEARNER_SIGNED, [Side.GUARDIAN])


def _check_carried(before: Terms, after: Terms, frame: Frame, at: datetime) -> None:
    if asks_for_more(before, after):
        check_covered(after, frame, at.date())
    elif after.days != before.days:
        check_duration(after, frame.made_under.terms)
