"""Malta and Italy as the agreements service knows them: what they may agree, and how far they have come."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.agreements.domain import agreeing, complementing, learning_agreements, memoranda, stays
from services.agreements.domain import learning_agreement_terms as agreement_terms
from services.agreements.domain import memorandum_terms as terms_of_memoranda
from services.agreements.domain.complements import Account, Evaluation
from services.agreements.domain.learning_agreement_terms import UnitAbroad
from services.agreements.domain.learning_agreements import Frame, LearningAgreement, Signature
from services.agreements.domain.memoranda import Actor, Amendment, Memorandum
from services.agreements.domain.memorandum_content import (
    Confirmation,
    Confirmations,
    CoveredQualification,
    SigningOrganisation,
)
from services.agreements.domain.reference import Comparability, Institution, Qualification, Reference, UnitOutcomes
from services.agreements.domain.revisions import Seen
from shared.contracts.agreements import Side, TranscriptPolicy
from shared.contracts.assessment import Method
from shared.contracts.catalogue import QualificationPublished
from tests.support.builders.agreements import HOME_FUNCTIONS, HOST_FUNCTIONS, automatic, comparability_of, covered
from tests.support.builders.catalogue import COMPARABILITIES, INSTITUTIONS, ITALY, MALTA, QUALIFICATIONS
from tests.support.builders.catalogue import MALTA_ICT as ICT

HOME, HOST = MALTA.institution_id, ITALY.institution_id
AT = datetime(2026, 2, 23, 12, tzinfo=UTC)

KNOWN = Reference(
    institutions={
        said.institution_id: Institution(
            said.institution_id, said.country, frozenset(competence.function for competence in said.competences)
        )
        for said in INSTITUTIONS
    },
    qualifications={
        (said.qualification_id, said.version): Qualification(
            said.qualification_id,
            said.version,
            frozenset(unit.unit_id for unit in said.units),
            {
                unit.unit_id: UnitOutcomes(
                    frozenset(outcome.outcome_id for outcome in unit.outcomes if outcome.required)
                )
                for unit in said.units
            },
            said.eqf_level,
            said.nqf_level,
        )
        for said in QUALIFICATIONS
    },
    comparabilities={
        said.comparability_id: Comparability(
            id=said.comparability_id,
            version=said.version,
            home_unit_id=said.home_unit_id,
            host_unit_id=said.host_unit_id,
            outcomes=frozenset(said.outcomes),
            valid_from=said.valid_from,
            valid_until=said.valid_until,
            withdrawn_on=None,
            home_qualification_id=said.home_qualification_id,
            has_conditions=bool(said.conditions),
        )
        for said in COMPARABILITIES
    },
)

CONFIRMED = Confirmation(confirmed=True, text={"en": "As annexed."})


def covered_here(qualification: QualificationPublished, **more: Any) -> CoveredQualification:
    """All of its units, as the terms of a memorandum have it."""
    return CoveredQualification(**vars(covered(qualification)) | more)


MEMORANDUM_TERMS = terms_of_memoranda.Terms(
    parties=(SigningOrganisation(HOME, HOME_FUNCTIONS), SigningOrganisation(HOST, HOST_FUNCTIONS)),
    qualifications=(covered_here(ICT),),
    automatic_recognition=automatic(HOME, ICT),
    two_person_rule=False,
    confirmations=Confirmations(CONFIRMED, CONFIRMED, CONFIRMED, CONFIRMED, CONFIRMED),
    valid_from=date(2026, 1, 1),
    valid_until=date(2028, 12, 31),
)


def unit_abroad(code: str = "U3", **changes: Any) -> UnitAbroad:
    said = comparability_of(code)
    usual: dict[str, Any] = {
        "unit_id": said.home_unit_id,
        "host_unit_id": said.host_unit_id,
        "comparability_id": said.comparability_id,
        "comparability_version": said.version,
        "outcomes": said.outcomes,
        "automatic": True,
        "alternative": None,
    }
    return UnitAbroad(**usual | changes)


AGREEMENT_TERMS = agreement_terms.Terms(
    learner_id=UUID(int=3),
    home_id=HOME,
    host_id=HOST,
    memorandum_id=UUID(int=1),
    memorandum_version=1,
    qualification_id=ICT.qualification_id,
    qualification_version=ICT.version,
    units=(unit_abroad("U3"), unit_abroad("U1")),
    transcript_policy=TranscriptPolicy.ON_COMPLETION,
    starts_on=date(2026, 3, 2),
    ends_on=date(2026, 3, 27),
)


def seen(of: Memorandum | Amendment | LearningAgreement) -> Seen:
    """What somebody signs who has read it as it is now."""
    return Seen(of.revision.number, of.revision.hash)


def signatory(institution_id: UUID = HOME) -> Actor:
    return Actor(institution_id, "a signatory", frozenset({"signatory"}))


def memorandum(state: memoranda.State, **terms: Any) -> Memorandum:
    """In this state, by the shortest way."""
    known, home = KNOWN.institutions, signatory()
    terms_ = replace(MEMORANDUM_TERMS, **terms)
    drafted = memoranda.draft(UUID(int=1), terms_, None, None, home, known, AT).memorandum
    proposed = memoranda.propose(drafted, home, known, AT).memorandum
    partly = active = _approved(proposed, HOME)
    for party_id in terms_.party_ids[1:]:
        active = _approved(active, party_id)
    suspended = memoranda.suspend(active, home, "The workshop burnt down.", None, known, AT).memorandum
    notified = memoranda.notify_termination(active, home, "We close.", known, AT).memorandum
    return {
        memoranda.State.DRAFT: drafted,
        memoranda.State.PROPOSED: proposed,
        memoranda.State.PARTLY_APPROVED: partly,
        memoranda.State.ACTIVE: active,
        memoranda.State.SUSPENDED: suspended,
        memoranda.State.TERMINATION_NOTIFIED: notified,
        memoranda.State.TERMINATED: memoranda.terminate(notified, known, AT).memorandum,
        memoranda.State.EXPIRED: memoranda.expire(active, known, AT).memorandum,
        memoranda.State.REJECTED: memoranda.reject(proposed, home, "No.", known, AT).memorandum,
        memoranda.State.WITHDRAWN: memoranda.withdraw(proposed, home, "No.", known, AT).memorandum,
    }[state]


def _approved(memorandum_: Memorandum, party_id: UUID) -> Memorandum:
    taken = memoranda.approve(memorandum_, signatory(party_id), seen(memorandum_), None, KNOWN.institutions, AT)
    assert taken
    return taken.memorandum


FRAME = Frame(memorandum(memoranda.State.ACTIVE), KNOWN)


def its_ending(side: Side = Side.HOME) -> learning_agreements.Ending:
    return learning_agreements.Ending(side, "The learner fell ill.", AT)


def complement_of(agreement: LearningAgreement) -> Account:
    """Half of what was agreed took place, on the actual days."""
    outcomes = tuple(pair.host_outcome_id for pair in agreement.terms.units[0].outcomes)
    return Account(
        started_on=agreement.started_on or agreement.terms.starts_on,
        ended_on=agreement.completed_on or agreement.terms.ends_on,
        programme="Rollout of workstations.",
        tasks=("Prepared the images", "Installed them"),
        host_outcome_ids=outcomes,
        evaluations=(Evaluation(method=Method.OBSERVATION, criteria="A checklist", host_outcome_ids=outcomes),),
        interruptions=(),
        hours=120,
    )


def agreement(state: learning_agreements.State) -> LearningAgreement:
    """In this state, by the shortest way."""
    drafted = agreeing.draft(UUID(int=2), AGREEMENT_TERMS)
    learner_signed, _ = agreeing.sign_as_learner(drafted, "the learner", seen(drafted), AT)
    home_signed, _ = agreeing.sign_as_home(learner_signed, "a signatory", seen(drafted), FRAME, AT)
    agreed, _ = agreeing.approve(home_signed, "a signatory", seen(drafted), FRAME, AT)
    started, _ = stays.start(agreed, AT.date(), AT)
    completed, _ = stays.complete(started, AT.date(), AT)
    interrupted, _ = stays.interrupt(started, AT.date(), its_ending(Side.HOST), AT)
    complemented = _complemented(completed)
    decided = frozenset(unit.unit_id for unit in AGREEMENT_TERMS.units)
    return {
        learning_agreements.State.DRAFT: drafted,
        learning_agreements.State.LEARNER_SIGNED: learner_signed,
        learning_agreements.State.HOME_SIGNED: home_signed,
        learning_agreements.State.CHANGES_REQUESTED: agreeing.request_changes(home_signed, seen(drafted), AT)[0],
        learning_agreements.State.AGREED: agreed,
        learning_agreements.State.IN_MOBILITY: started,
        learning_agreements.State.COMPLETED: completed,
        learning_agreements.State.INTERRUPTED: interrupted,
        learning_agreements.State.COMPLEMENTED: complemented,
        learning_agreements.State.CLOSED: complementing.close(complemented, decided, AT)[0],
        learning_agreements.State.REJECTED: agreeing.reject(home_signed, its_ending(Side.HOST), AT)[0],
        learning_agreements.State.WITHDRAWN: agreeing.withdraw(home_signed, its_ending(), AT)[0],
        learning_agreements.State.CANCELLED: agreeing.cancel(drafted, its_ending(), AT)[0],
    }[state]


def _complemented(completed: LearningAgreement) -> LearningAgreement:
    drafted = complementing.draft(completed, complement_of(completed))
    by_learner, by_host = (Signature(side, "somebody", AT) for side in (Side.LEARNER, Side.HOST))
    signed, _ = complementing.sign(drafted, by_learner, seen_complement(drafted))
    return complementing.sign(signed, by_host, seen_complement(signed))[0]


def seen_complement(agreement: LearningAgreement) -> Seen:
    """What somebody signs who has read the complement as it is now."""
    assert agreement.complement
    return Seen(agreement.complement.revision.number, agreement.complement.revision.hash)


def seen_change(agreement: LearningAgreement) -> Seen:
    """What somebody signs who has read the proposed change as it is now."""
    assert agreement.proposal
    return Seen(agreement.proposal.revision.number, agreement.proposal.revision.hash)
