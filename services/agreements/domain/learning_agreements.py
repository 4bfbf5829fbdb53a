"""The life of a learning agreement (domain.md 3.2); `stays` is what comes of it once it is agreed."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.agreements.domain.learning_agreement_terms import Terms, check_covered, in_order
from services.agreements.domain.memoranda import Memorandum
from services.agreements.domain.reference import Reference
from services.agreements.domain.revisions import Revision, Seen, first_revision
from shared.contracts.agreements import LearningAgreementAgreed
from shared.problems import invalid
from shared.transitions import following


class State(StrEnum):
    DRAFT = "draft"
    LEARNER_SIGNED = "learner_signed"
    HOME_SIGNED = "home_signed"
    AGREED = "agreed"
    IN_MOBILITY = "in_mobility"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Command(StrEnum):
    EDIT = "edit"
    SIGN_AS_LEARNER = "sign_as_learner"
    SIGN_AS_HOME = "sign_as_home"
    APPROVE = "approve"
    START = "start"
    COMPLETE = "complete"
    CANCEL = "cancel"


TRANSITIONS = {
    (State.DRAFT, Command.EDIT): State.DRAFT,
    (State.DRAFT, Command.SIGN_AS_LEARNER): State.LEARNER_SIGNED,
    (State.LEARNER_SIGNED, Command.SIGN_AS_HOME): State.HOME_SIGNED,
    (State.HOME_SIGNED, Command.APPROVE): State.AGREED,
    (State.AGREED, Command.START): State.IN_MOBILITY,
    (State.IN_MOBILITY, Command.COMPLETE): State.COMPLETED,
    (State.DRAFT, Command.CANCEL): State.CANCELLED,
    (State.LEARNER_SIGNED, Command.CANCEL): State.CANCELLED,
    (State.HOME_SIGNED, Command.CANCEL): State.CANCELLED,
}


class Side(StrEnum):
    LEARNER = "learner"
    HOME = "home"
    HOST = "host"


@dataclass(frozen=True)
class Signature:
    side: Side
    signatory: str
    """`sub` of the signatory's token."""
    signed_at: datetime


@dataclass(frozen=True)
class Frame:
    """What an agreement rests on."""

    memorandum: Memorandum
    known: Reference


@dataclass(frozen=True, kw_only=True)
class LearningAgreement:
    id: UUID
    version: int
    state: State
    terms: Terms
    revision: Revision
    signatures: tuple[Signature, ...] = ()
    """Of this revision."""
    started_on: date | None = None
    completed_on: date | None = None
    cancelled_because: str | None = None


def draft(id_: UUID, terms: Terms) -> LearningAgreement:
    return LearningAgreement(
        id=id_, version=1, state=State.DRAFT, terms=terms, revision=first_revision(in_order(terms))
    )


def edit(agreement: LearningAgreement, terms: Terms) -> LearningAgreement:
    """The whole new draft; learner and host stay (a new nominee gets a new agreement)."""
    edited = moved(agreement, Command.EDIT)
    for fixed in ("learner_id", "host_id"):
        if getattr(terms, fixed) != getattr(agreement.terms, fixed):
            raise invalid(f"/{fixed}", "fixed", "It cannot be changed. Cancel this agreement and draft another one.")
    return replace(edited, terms=terms, revision=first_revision(in_order(terms)))


def sign_as_learner(agreement: LearningAgreement, signatory: str, seen: Seen, at: datetime) -> LearningAgreement:
    return _signed(agreement, Command.SIGN_AS_LEARNER, Signature(Side.LEARNER, signatory, at), seen)


def sign_as_home(
    agreement: LearningAgreement, signatory: str, seen: Seen, frame: Frame, at: datetime
) -> LearningAgreement:
    signed = _signed(agreement, Command.SIGN_AS_HOME, Signature(Side.HOME, signatory, at), seen)
    check_covered(agreement.terms, frame.memorandum, frame.known.comparabilities, at.date())
    return signed


def approve(
    agreement: LearningAgreement, signatory: str, seen: Seen, frame: Frame, at: datetime
) -> tuple[LearningAgreement, list[LearningAgreementAgreed]]:
    """The host's signature; what home's signature rested on has to hold still."""
    agreed = _signed(agreement, Command.APPROVE, Signature(Side.HOST, signatory, at), seen)
    check_covered(agreement.terms, frame.memorandum, frame.known.comparabilities, at.date())
    return agreed, [_agreed(agreed, frame, at.date())]


def cancel(agreement: LearningAgreement, reason: str) -> LearningAgreement:
    return replace(moved(agreement, Command.CANCEL), cancelled_because=reason)


def moved(agreement: LearningAgreement, command: Command) -> LearningAgreement:
    """As the table says, one version on; `WrongState` if it does not say it."""
    state = following(TRANSITIONS, agreement.state, command)
    return replace(agreement, state=state, version=agreement.version + 1)


def _signed(agreement: LearningAgreement, command: Command, signature: Signature, seen: Seen) -> LearningAgreement:
    signed = moved(agreement, command)
    agreement.revision.check_seen(seen)
    return replace(signed, signatures=(*agreement.signatures, signature))


def _agreed(agreement: LearningAgreement, frame: Frame, agreed_on: date) -> LearningAgreementAgreed:
    terms, institutions = in_order(agreement.terms), frame.known.institutions
    return LearningAgreementAgreed(
        learning_agreement_id=agreement.id,
        version=agreement.version,
        content_version=agreement.revision.number,
        content_hash=agreement.revision.hash,
        learner_id=terms.learner_id,
        memorandum_id=terms.memorandum_id,
        memorandum_version=frame.memorandum.revision.number,
        memorandum_hash=frame.memorandum.revision.hash,
        home_id=terms.home_id,
        home_country=institutions[terms.home_id].country,
        host_id=terms.host_id,
        host_country=institutions[terms.host_id].country,
        qualification_id=terms.qualification_id,
        qualification_version=terms.qualification_version,
        units=tuple(unit.agreed() for unit in terms.units),
        transcript_policy=terms.transcript_policy,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        agreed_on=agreed_on,
    )
