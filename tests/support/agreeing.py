"""Malta and Italy as the agreements service knows them: what they may agree, and how far they have come."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.agreements.domain import learning_agreement_terms as agreement_terms
from services.agreements.domain import learning_agreements, memoranda, stays
from services.agreements.domain import memorandum_terms as terms_of_memoranda
from services.agreements.domain.learning_agreement_terms import UnitAbroad
from services.agreements.domain.learning_agreements import Frame, LearningAgreement
from services.agreements.domain.memoranda import Approval, Ending, Memorandum
from services.agreements.domain.memorandum_terms import Confirmation, Confirmations, SigningOrganisation
from services.agreements.domain.reference import Comparability, Institution, Qualification, Reference
from services.agreements.domain.revisions import Seen
from shared.contracts.agreements import TranscriptPolicy
from tests.support.builders.agreements import HOME_FUNCTIONS, HOST_FUNCTIONS, automatic, comparability_of, covered
from tests.support.builders.catalogue import COMPARABILITIES, INSTITUTIONS, ITALY, MALTA, QUALIFICATIONS
from tests.support.builders.catalogue import MALTA_ICT as ICT

HOME, HOST = MALTA.institution_id, ITALY.institution_id
AT = datetime(2026, 2, 2, 12, tzinfo=UTC)

KNOWN = Reference(
    institutions={
        said.institution_id: Institution(
            said.institution_id, said.country, frozenset(competence.function for competence in said.competences)
        )
        for said in INSTITUTIONS
    },
    qualifications={
        (said.qualification_id, said.version): Qualification(
            said.qualification_id, said.version, frozenset(unit.unit_id for unit in said.units)
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
        )
        for said in COMPARABILITIES
    },
)

CONFIRMED = Confirmation(confirmed=True, text={"en": "As annexed."})
MEMORANDUM_TERMS = terms_of_memoranda.Terms(
    parties=(SigningOrganisation(HOME, HOME_FUNCTIONS), SigningOrganisation(HOST, HOST_FUNCTIONS)),
    qualifications=(covered(ICT),),
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


def seen(of: Memorandum | LearningAgreement) -> Seen:
    """What somebody signs who has read it as it is now."""
    return Seen(of.revision.number, of.revision.hash)


def approval(institution_id: UUID) -> Approval:
    return Approval(institution_id, "a signatory", AT)


def ending(institution_id: UUID = HOME) -> Ending:
    return Ending(institution_id, "The partnership was postponed.", AT)


def memorandum(state: memoranda.State, **terms: Any) -> Memorandum:
    """In this state, by the shortest way."""
    drafted = memoranda.draft(UUID(int=1), HOME, replace(MEMORANDUM_TERMS, **terms), None)
    proposed = memoranda.propose(drafted, KNOWN.institutions)
    partly, _ = memoranda.approve(proposed, approval(HOME), seen(proposed), None, KNOWN.institutions)
    active, _ = memoranda.approve(partly, approval(HOST), seen(partly), None, KNOWN.institutions)
    return {
        memoranda.State.DRAFT: drafted,
        memoranda.State.PROPOSED: proposed,
        memoranda.State.PARTLY_APPROVED: partly,
        memoranda.State.ACTIVE: active,
        memoranda.State.REJECTED: memoranda.reject(proposed, ending()),
        memoranda.State.WITHDRAWN: memoranda.withdraw(proposed, ending()),
    }[state]


FRAME = Frame(memorandum(memoranda.State.ACTIVE), KNOWN)


def agreement(state: learning_agreements.State) -> LearningAgreement:
    """In this state, by the shortest way."""
    drafted = learning_agreements.draft(UUID(int=2), AGREEMENT_TERMS)
    learner_signed = learning_agreements.sign_as_learner(drafted, "the learner", seen(drafted), AT)
    home_signed = learning_agreements.sign_as_home(learner_signed, "a signatory", seen(drafted), FRAME, AT)
    agreed, _ = learning_agreements.approve(home_signed, "a signatory", seen(drafted), FRAME, AT)
    started, _ = stays.start(agreed, AT.date(), AT)
    completed, _ = stays.complete(started, AT.date(), AT)
    return {
        learning_agreements.State.DRAFT: drafted,
        learning_agreements.State.LEARNER_SIGNED: learner_signed,
        learning_agreements.State.HOME_SIGNED: home_signed,
        learning_agreements.State.AGREED: agreed,
        learning_agreements.State.IN_MOBILITY: started,
        learning_agreements.State.COMPLETED: completed,
        learning_agreements.State.CANCELLED: learning_agreements.cancel(drafted, "The learner fell ill."),
    }[state]
