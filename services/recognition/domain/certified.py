"""What was learnt otherwise than by a mobility, in the words of one (domain.md 4.6, 4.10).

There is no host, memorandum or agreement. In their places stand the home institution itself, and the nil UUID; in the
place of the transcript stands home's own record. So what is certified accumulates with mobilities as one more source.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.recognition.domain import policies
from services.recognition.domain.by_person import Certification
from services.recognition.domain.known import Known, any_known, known_as
from services.recognition.domain.unit_facts import UnitFacts, unit_of
from shared.canonical import content_hash
from shared.contracts.agreements import AgreedUnit, LearningAgreementAgreed, MemorandumActivated, TranscriptPolicy
from shared.contracts.assessment import (
    AssessmentValue,
    Authority,
    Method,
    OutcomeResult,
    Procedure,
    Result,
    TranscriptIssued,
)
from shared.contracts.catalogue import ComparabilityDeclared, Extent, OutcomePair, QualificationPublished

NIL = UUID(int=0)
NO_HASH = ""
ONE = Decimal(1)


def agreement_on(certification: Certification) -> LearningAgreementAgreed:
    """What would have been agreed; it names what has to be known."""
    pairs = tuple(OutcomePair(host_outcome_id=one, home_outcome_id=one) for one in certification.outcome_ids)
    agreed = AgreedUnit(
        unit_id=certification.unit_id,
        host_unit_id=certification.unit_id,
        comparability_id=NIL,
        comparability_version=0,
        outcomes=pairs,
        automatic=False,
    )
    return LearningAgreementAgreed(
        learning_agreement_id=NIL,
        version=0,
        content_version=0,
        content_hash=NO_HASH,
        learner_id=certification.learner_id,
        memorandum_id=NIL,
        memorandum_version=0,
        memorandum_hash=NO_HASH,
        home_id=certification.home_id,
        home_country=certification.home_country,
        host_id=certification.home_id,
        host_country=certification.home_country,
        qualification_id=certification.qualification_id,
        qualification_version=certification.qualification_version,
        units=(agreed,),
        transcript_policy=TranscriptPolicy.MANUAL,
        starts_on=certification.assessed_on,
        ends_on=certification.assessed_on,
        agreed_on=certification.assessed_on,
    )


def facts_on(known: Known, certification: Certification, today: date) -> UnitFacts:
    """`NotKnownYetError` if the qualification, or a policy of its country, has not arrived."""
    day, agreement = certification.assessed_on, agreement_on(certification)
    named = certification.qualification_id, certification.qualification_version
    qualification = known_as("qualification", named, known.qualifications)
    published = any_known("country-policy", certification.home_country, known.country_policies)
    tables = tuple(known.grade_tables.get(certification.home_id, ()))
    transcript = _transcript(certification, agreement.units)
    [agreed] = agreement.units
    return UnitFacts(
        transcript=transcript,
        transcript_hash=transcript.content_hash,
        assessments=transcript.assessments,
        agreement=agreement,
        agreed=agreed,
        agreed_since=day,
        cancelled_on=None,
        memorandum=_no_memorandum(day),
        in_force_since=day,
        in_force_until=day,
        suspended_on=None,
        comparability=_itself(agreed, qualification, day),
        withdrawn_on=None,
        qualification=qualification,
        home_unit=unit_of(qualification, certification.unit_id),
        host_qualification=qualification,
        host_unit=unit_of(qualification, certification.unit_id),
        today=today,
        policy=policies.applicable(published, day, today),
        host_grade_tables=tables,
        home_grade_tables=tables,
        certification=certification,
    )


def _transcript(certification: Certification, agreed: Iterable[AgreedUnit]) -> TranscriptIssued:
    results = tuple(
        OutcomeResult(outcome_id=one.host_outcome_id, unit_id=unit.host_unit_id, result=Result.ACHIEVED, weight=ONE)
        for unit in agreed
        for one in unit.outcomes
    )
    assessed = AssessmentValue(
        assessment_id=certification.record_id,
        assessed_on=certification.assessed_on,
        method=Method.PORTFOLIO,
        procedure=Procedure.FOLLOWED,
        authority=Authority.HOST_STAFF,
        second_person=False,
        attempt=1,
        grade=certification.grade,
        grade_scale=certification.grade_scale,
        results=results,
        evidence_hashes=certification.evidence_hashes,
    )
    return TranscriptIssued(
        transcript_id=certification.record_id,
        version=1,
        content_hash=content_hash(certification),
        learner_id=certification.learner_id,
        learning_agreement_id=NIL,
        learning_agreement_version=0,
        home_id=certification.home_id,
        host_id=certification.home_id,
        assessments=(assessed,),
        issued_at=certification.at,
    )


def _no_memorandum(day: date) -> MemorandumActivated:
    return MemorandumActivated(
        memorandum_id=NIL,
        version=0,
        content_version=0,
        content_hash=NO_HASH,
        parties=(),
        qualifications=(),
        automatic_recognition=(),
        two_person_rule=False,
        activated_on=day,
        valid_from=day,
        valid_until=day,
    )


def _itself(agreed: AgreedUnit, qualification: QualificationPublished, day: date) -> ComparabilityDeclared:
    """A unit is comparable with itself."""
    return ComparabilityDeclared(
        comparability_id=NIL,
        version=0,
        home_qualification_id=qualification.qualification_id,
        home_unit_id=agreed.unit_id,
        host_qualification_id=qualification.qualification_id,
        host_unit_id=agreed.unit_id,
        extent=Extent.FULL,
        outcomes=agreed.outcomes,
        declared_by=qualification.awarding_body_id,
        valid_from=day,
        valid_until=None,
    )
