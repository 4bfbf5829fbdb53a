"""A memorandum between Malta and Italy, and stays under it: the facts that the agreements service says.

Learners go from Marsa Vocational Institute to Centro Formazione Vesuvio, for units that Malta recognises automatically.
`agreement_bodies` makes the requests by which all this gets there.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from shared import ids
from shared.canonical import content_hash
from shared.contracts.agreements import (
    AgreedUnit,
    AutomaticRecognition,
    Automation,
    Concerned,
    CoveredQualification,
    LearnerErased,
    LearningAgreementAgreed,
    LearningAgreementChanged,
    LearningAgreementCompleted,
    LearningAgreementStarted,
    LearningAgreementStep,
    MemorandumActivated,
    MemorandumStep,
    Party,
    PlannedAssessment,
    TranscriptPolicy,
)
from shared.contracts.assessment import Method
from shared.contracts.catalogue import ComparabilityDeclared, EcvetFunction, QualificationPublished
from tests.support.builders.catalogue import COMPARABILITIES, ITALY, MALTA, MALTA_ICT, SINCE, an_id, unit_of

HOME_FUNCTIONS = (EcvetFunction.RECOGNISES, EcvetFunction.VALIDATES)
HOST_FUNCTIONS = (EcvetFunction.ASSESSES, EcvetFunction.PROVIDES_TRAINING)
UNTIL = date(2099, 12, 31)
Step = TypeVar("Step", bound=LearningAgreementStep)
OfMemorandum = TypeVar("OfMemorandum", bound=MemorandumStep)


def covered(qualification: QualificationPublished) -> CoveredQualification:
    """All of its units."""
    return CoveredQualification(
        qualification_id=qualification.qualification_id,
        qualification_version=qualification.version,
        unit_ids=tuple(sorted(unit.unit_id for unit in qualification.units)),
    )


def automatic(institution_id: UUID, qualification: QualificationPublished) -> tuple[AutomaticRecognition, ...]:
    """The institution opts in for all units of the qualification."""
    return tuple(
        AutomaticRecognition(institution_id=institution_id, unit_id=unit_id, policy=Automation.ON)
        for unit_id in covered(qualification).unit_ids
    )


def memorandum_activated(**changes: Any) -> MemorandumActivated:
    usual: dict[str, Any] = {
        "memorandum_id": an_id("mt-it"),
        "version": 4,  # drafted, proposed, approved by the one and the other
        "content_version": 1,
        "content_hash": content_hash("mt-it"),
        "parties": (
            Party(institution_id=MALTA.institution_id, country=MALTA.country, functions=HOME_FUNCTIONS),
            Party(institution_id=ITALY.institution_id, country=ITALY.country, functions=HOST_FUNCTIONS),
        ),
        "qualifications": (covered(MALTA_ICT),),
        "automatic_recognition": automatic(MALTA.institution_id, MALTA_ICT),
        "two_person_rule": False,
        "activated_on": SINCE,
        "valid_from": SINCE,
        "valid_until": UNTIL,
    }
    return MemorandumActivated(**usual | changes)


def comparability_of(unit_code: str) -> ComparabilityDeclared:
    """What Italy teaches, for this unit of Malta's."""
    unit_id = unit_of(MALTA_ICT, unit_code).unit_id
    return next(declared for declared in COMPARABILITIES if declared.home_unit_id == unit_id)


def agreed_unit(comparability: ComparabilityDeclared, **changes: Any) -> AgreedUnit:
    """The whole comparability, recognised automatically."""
    usual: dict[str, Any] = {
        "unit_id": comparability.home_unit_id,
        "host_unit_id": comparability.host_unit_id,
        "comparability_id": comparability.comparability_id,
        "comparability_version": comparability.version,
        "outcomes": tuple(sorted(comparability.outcomes, key=lambda pair: pair.home_outcome_id)),
        "automatic": True,
    }
    return AgreedUnit(**usual | changes)


def learning_agreement_agreed(
    memorandum: MemorandumActivated | None = None, unit_codes: Sequence[str] = ("U3",), **changes: Any
) -> LearningAgreementAgreed:
    """A new agreement of a new learner; thousands take a moment if they are given the memorandum."""
    memorandum = memorandum or memorandum_activated()
    agreement_id = ids.new_id()
    usual: dict[str, Any] = {
        "learning_agreement_id": agreement_id,
        "version": 4,  # drafted, signed by learner and home, approved
        "content_version": 1,
        "content_hash": content_hash(agreement_id),
        "learner_id": ids.new_id(),
        "memorandum_id": memorandum.memorandum_id,
        "memorandum_version": memorandum.content_version,
        "memorandum_hash": memorandum.content_hash,
        "home_id": MALTA.institution_id,
        "home_country": MALTA.country,
        "host_id": ITALY.institution_id,
        "host_country": ITALY.country,
        "qualification_id": MALTA_ICT.qualification_id,
        "qualification_version": MALTA_ICT.version,
        "transcript_policy": TranscriptPolicy.ON_COMPLETION,
        "starts_on": date(2026, 3, 2),
        "ends_on": date(2026, 3, 27),
        "agreed_on": date(2026, 2, 2),
    }
    if "units" not in changes:
        units = [agreed_unit(comparability_of(code)) for code in unit_codes]
        usual["units"] = tuple(sorted(units, key=lambda unit: unit.unit_id))
    return LearningAgreementAgreed(**usual | changes)


def planned_item(comparability: ComparabilityDeclared, **changes: Any) -> PlannedAssessment:
    """In the plan of an agreement: a work simulation of the whole unit of the host, on a day nobody has said yet."""
    usual: dict[str, Any] = {
        "host_unit_id": comparability.host_unit_id,
        "host_outcome_ids": tuple(sorted({pair.host_outcome_id for pair in comparability.outcomes})),
        "method": Method.WORK_SIMULATION,
        "planned_on": None,
        "assessing_id": None,
    }
    return PlannedAssessment(**usual | changes)


def learning_agreement_started(agreed: LearningAgreementAgreed, **changes: Any) -> LearningAgreementStarted:
    """On the day that was agreed."""
    usual = _named(agreed, version=agreed.version + 1) | {"started_on": agreed.starts_on}
    return LearningAgreementStarted(**usual | changes)


def learning_agreement_completed(agreed: LearningAgreementAgreed, **changes: Any) -> LearningAgreementCompleted:
    """On the day that was agreed."""
    usual = _named(agreed, version=agreed.version + 2) | {"completed_on": agreed.ends_on}
    return LearningAgreementCompleted(**usual | changes)


def learning_agreement_changed(agreed: LearningAgreementAgreed, **changes: Any) -> LearningAgreementChanged:
    """The next content, with a hash of its own."""
    next_one = {
        "version": agreed.version + 3,
        "content_version": agreed.content_version + 1,
        "content_hash": content_hash([agreed.learning_agreement_id, agreed.content_version + 1]),
    }
    return LearningAgreementChanged(**vars(agreed) | next_one | changes)


def learning_agreement_step(
    kind: type[Step], agreed: LearningAgreementAgreed, occurred_on: date, **changes: Any
) -> Step:
    usual = _named(agreed, version=agreed.version + 3) | {"occurred_on": occurred_on}
    return kind(**usual | changes)


def learner_erased(agreed: LearningAgreementAgreed, **changes: Any) -> LearnerErased:
    """The learner of an agreement, who had no other."""
    usual: dict[str, Any] = {
        "learner_id": agreed.learner_id,
        "version": 2,
        "home_id": agreed.home_id,
        "host_ids": (agreed.host_id,),
    }
    return LearnerErased(**usual | changes)


def memorandum_step(kind: type[OfMemorandum], memorandum: MemorandumActivated, **changes: Any) -> OfMemorandum:
    """A further step in the memorandum's life; `by_id` and `occurred_on` are the least that it takes."""
    usual: dict[str, Any] = {
        "memorandum_id": memorandum.memorandum_id,
        "version": memorandum.version + 1,
        "parties": tuple(
            Concerned(institution_id=party.institution_id, country=party.country) for party in memorandum.parties
        ),
        "by_id": memorandum.parties[0].institution_id,
    }
    return kind(**usual | changes)


def _named(agreed: LearningAgreementAgreed, version: int) -> dict[str, Any]:
    same = ("learning_agreement_id", "learner_id", "home_id", "host_id")
    return {"version": version} | {name: getattr(agreed, name) for name in same}
