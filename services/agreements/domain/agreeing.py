"""The way of a learning agreement until learner, home and host have signed the same content (domain.md 3.2)."""

from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from services.agreements.domain.ages import is_minor
from services.agreements.domain.coverage import check_covered
from services.agreements.domain.learning_agreement_terms import Terms, in_order
from services.agreements.domain.learning_agreements import (
    Command,
    Ending,
    Frame,
    LearningAgreement,
    Signature,
    State,
    moved,
    said,
    wrong_state,
)
from services.agreements.domain.revisions import Revision, Seen, first_revision, next_revision, numbered
from services.agreements.domain.writing import check_old_enough
from shared.contracts.agreements import (
    LearningAgreementAgreed,
    LearningAgreementCancelled,
    LearningAgreementChangesRequested,
    LearningAgreementRejected,
    LearningAgreementSigned,
    LearningAgreementStep,
    LearningAgreementWithdrawn,
    Side,
)
from shared.contracts.facts import Fact
from shared.problems import invalid

Outcome = tuple[LearningAgreement, list[Fact]]
Whole = TypeVar("Whole", bound=LearningAgreementAgreed)


def draft(id_: UUID, terms: Terms) -> LearningAgreement:
    return LearningAgreement(
        id=id_, version=1, state=State.DRAFT, terms=terms, revision=first_revision(in_order(terms))
    )


def edit(agreement: LearningAgreement, terms: Terms) -> LearningAgreement:
    """The whole new draft; learner and host stay (a new nominee gets a new agreement).

    What somebody has signed was put to signature already, so what comes instead has the next number and is signed anew.
    """
    edited = moved(agreement, Command.EDIT, terms=terms, signatures=())
    check_fixed(agreement, terms)
    return replace(edited, revision=_revised(agreement, terms))


def check_fixed(agreement: LearningAgreement, terms: Terms) -> None:
    for fixed in ("learner_id", "host_id"):
        if getattr(terms, fixed) != getattr(agreement.terms, fixed):
            raise invalid(f"/{fixed}", "fixed", "It cannot be changed. Cancel this agreement and draft another one.")


def _revised(agreement: LearningAgreement, terms: Terms) -> Revision:
    if agreement.signatures:
        return next_revision(agreement.revision, in_order(terms))
    return numbered(agreement.revision.number, in_order(terms))


def check_deletable(agreement: LearningAgreement) -> None:
    """Only what nobody ever signed may go without a trace."""
    moved(agreement, Command.DELETE)


def sign_as_learner(agreement: LearningAgreement, signatory: str, seen: Seen, at: datetime) -> Outcome:
    return _signed(agreement, Command.SIGN_AS_LEARNER, Signature(Side.LEARNER, signatory, at), seen)


def sign_as_guardian(agreement: LearningAgreement, signatory: str, seen: Seen, at: datetime) -> Outcome:
    """Besides a learner who is a minor; once."""
    return _signed(agreement, Command.SIGN_AS_GUARDIAN, Signature(Side.GUARDIAN, signatory, at), seen)


def sign_as_home(agreement: LearningAgreement, signatory: str, seen: Seen, frame: Frame, at: datetime) -> Outcome:
    signed = _signed(agreement, Command.SIGN_AS_HOME, Signature(Side.HOME, signatory, at), seen)
    if frame.birth_date:
        _check_guardian(agreement, frame.birth_date)
        check_old_enough(agreement.terms, frame.birth_date, frame.minimum_age)
    check_covered(agreement.terms, frame, at.date())
    return signed


def _check_guardian(agreement: LearningAgreement, birth_date: date) -> None:
    """Who was a minor on the day of signing needs the guardian's signature too."""
    signed = agreement.signature_of(Side.LEARNER)
    if signed and not agreement.signature_of(Side.GUARDIAN) and is_minor(birth_date, signed.signed_at.date()):
        raise wrong_state(agreement, Command.SIGN_AS_HOME)


def approve(agreement: LearningAgreement, signatory: str, seen: Seen, frame: Frame, at: datetime) -> Outcome:
    """The host's signature; what home's signature rested on has to hold still."""
    agreed, signed = _signed(agreement, Command.APPROVE, Signature(Side.HOST, signatory, at), seen)
    check_covered(agreement.terms, frame, at.date())
    return agreed, [*signed, whole(LearningAgreementAgreed, agreed, frame, at.date())]


def request_changes(agreement: LearningAgreement, seen: Seen, at: datetime) -> Outcome:
    """The host wants something else than exactly this content."""
    requested = moved(agreement, Command.REQUEST_CHANGES)
    agreement.revision.check_seen(seen)
    content = agreement.revision.said()
    return requested, [said(LearningAgreementChangesRequested, requested, at.date(), **content)]


def reject(agreement: LearningAgreement, ending: Ending, at: datetime) -> Outcome:
    return _ended(agreement, Command.REJECT, LearningAgreementRejected, ending, at)


def withdraw(agreement: LearningAgreement, ending: Ending, at: datetime) -> Outcome:
    """Home takes back what it has signed."""
    return _ended(agreement, Command.WITHDRAW, LearningAgreementWithdrawn, ending, at)


def cancel(agreement: LearningAgreement, ending: Ending, at: datetime) -> Outcome:
    """There will be no stay, or it goes on no longer; an open change has nothing left to change."""
    return _ended(agreement, Command.CANCEL, LearningAgreementCancelled, ending, at)


def _ended(
    agreement: LearningAgreement, command: Command, step: type[LearningAgreementStep], ending: Ending, at: datetime
) -> Outcome:
    ended = moved(agreement, command, ending=ending, proposal=None)
    return ended, [said(step, ended, at.date())]


def _signed(agreement: LearningAgreement, command: Command, signature: Signature, seen: Seen) -> Outcome:
    signed = moved(agreement, command, signatures=(*agreement.signatures, signature))
    agreement.revision.check_seen(seen)
    content = agreement.revision.said()
    on = signature.signed_at.date()
    return signed, [said(LearningAgreementSigned, signed, on, side=signature.side, **content)]


def whole(fact: type[Whole], agreement: LearningAgreement, frame: Frame, agreed_on: date) -> Whole:
    """`LearningAgreementAgreed`, or later `LearningAgreementChanged`: what holds from now on."""
    terms, institutions = in_order(agreement.terms), frame.known.institutions
    made_under = frame.made_under.revision
    return fact(
        learning_agreement_id=agreement.id,
        version=agreement.version,
        content_version=agreement.revision.number,
        content_hash=agreement.revision.hash,
        learner_id=terms.learner_id,
        memorandum_id=terms.memorandum_id,
        memorandum_version=made_under.number,
        memorandum_hash=made_under.hash,
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
        intermediary_id=terms.intermediary_id,
        assessments=terms.planned_assessments(),
    )
