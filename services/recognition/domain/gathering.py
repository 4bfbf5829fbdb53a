"""Gathering the facts on the units of a transcript from what is known."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.recognition.domain import memoranda, policies
from services.recognition.domain.coverage import counts_failures
from services.recognition.domain.known import Known, any_known, in_force, known_as
from services.recognition.domain.unit_facts import UnitFacts, coverage_of, unit_of
from shared.contracts.agreements import AgreedUnit, LearningAgreementAgreed, MemorandumActivated, MemorandumStep
from shared.contracts.assessment import AssessmentValue, OutcomeResult, Result, TranscriptIssued, transcript_hash
from shared.contracts.catalogue import (
    Coverage,
    CoveragePolicy,
    QualificationPublished,
)


@dataclass(frozen=True)
class Frame:
    """What all units of a transcript have in common."""

    known: Known
    transcript: TranscriptIssued
    transcript_hash: str
    agreement: LearningAgreementAgreed
    agreements: Sequence[LearningAgreementAgreed]
    """All its versions until this one."""
    today: date
    memorandum: MemorandumActivated
    steps: Sequence[MemorandumStep]
    qualification: QualificationPublished


def gather(known: Known, transcript: TranscriptIssued, today: date) -> list[UnitFacts]:
    """The facts on each home unit that the transcript touches; `NotKnownYetError` if one has not arrived."""
    named = (transcript.learning_agreement_id, transcript.learning_agreement_version)
    agreement = known_as("learning-agreement", named, known.agreements)
    memorandum = known_as("memorandum", (agreement.memorandum_id, agreement.memorandum_version), known.memoranda)
    home = (agreement.qualification_id, agreement.qualification_version)
    frame = Frame(
        known=known,
        transcript=transcript,
        transcript_hash=_hash(transcript),
        agreement=agreement,
        agreements=[one for one in known.agreements_of(agreement) if one.content_version <= agreement.content_version],
        today=today,
        memorandum=memorandum,
        steps=known.memorandum_steps.get(memorandum.memorandum_id, ()),
        qualification=known_as("qualification", home, known.qualifications),
    )
    return [_unit_facts(frame, agreed, assessments) for agreed, assessments in _touched(frame)]


def _unit_facts(frame: Frame, agreed: AgreedUnit, assessments: tuple[AssessmentValue, ...]) -> UnitFacts:
    known = frame.known
    declared = (agreed.comparability_id, agreed.comparability_version)
    comparability = known_as("comparability", declared, known.comparabilities)
    withdrawal = known.withdrawals.get(agreed.comparability_id)
    hosts = any_known("qualification", comparability.host_qualification_id, known.qualification_versions)
    published = any_known("country-policy", frame.agreement.home_country, known.country_policies)
    days = {assessment.assessed_on for assessment in assessments}
    day = max(days)
    host_qualification = in_force(hosts, day)
    return UnitFacts(
        transcript=frame.transcript,
        transcript_hash=frame.transcript_hash,
        assessments=assessments,
        agreement=frame.agreement,
        agreed=agreed,
        agreed_since=min(one.agreed_on for one in frame.agreements if agreed in one.units),
        cancelled_on=known.cancellations.get(frame.agreement.learning_agreement_id),
        memorandum=frame.memorandum,
        in_force_since=memoranda.in_force_since(known.memoranda_of(frame.memorandum)),
        in_force_until=memoranda.last_day(frame.memorandum, frame.steps),
        suspended_on=memoranda.suspended_on(frame.steps, frame.agreement.qualification_id, days),
        comparability=comparability,
        withdrawn_on=withdrawal.withdrawn_on if withdrawal else None,
        qualification=frame.qualification,
        home_unit=unit_of(frame.qualification, agreed.unit_id),
        host_qualification=host_qualification,
        host_unit=unit_of(host_qualification, agreed.host_unit_id) if host_qualification else None,
        today=frame.today,
        policy=policies.applicable(published, day, frame.today),
        host_grade_tables=tuple(known.grade_tables.get(frame.agreement.host_id, ())),
        home_grade_tables=tuple(known.grade_tables.get(frame.agreement.home_id, ())),
    )


def _hash(transcript: TranscriptIssued) -> str:
    return transcript_hash(
        learner_id=transcript.learner_id,
        learning_agreement_id=transcript.learning_agreement_id,
        learning_agreement_version=transcript.learning_agreement_version,
        host_id=transcript.host_id,
        assessments=transcript.assessments,
        period=transcript.period,
        units=transcript.units,
    )


def _touched(frame: Frame) -> list[tuple[AgreedUnit, tuple[AssessmentValue, ...]]]:
    """The agreed units that the transcript has results for, each once, with the assessments that count for it."""
    touched: dict[UUID, tuple[AgreedUnit, tuple[AssessmentValue, ...]]] = {}
    for agreed in frame.agreement.units:
        coverage = coverage_of(unit_of(frame.qualification, agreed.unit_id))
        assessments = _counting(agreed, frame.transcript.assessments, coverage)
        if assessments and agreed.unit_id not in touched:
            touched[agreed.unit_id] = agreed, assessments
    return list(touched.values())


def _counting(
    agreed: AgreedUnit, assessments: Iterable[AssessmentValue], coverage: Coverage
) -> tuple[AssessmentValue, ...]:
    """If the latest counts, those that no later one has taken the place of; if failures do not, those achieved."""
    touching = [one for one in assessments if any(_results(one, agreed))]
    if coverage.policy is CoveragePolicy.LATEST:
        return tuple(_latest(touching, agreed) or touching)
    if counts_failures(coverage):
        return tuple(touching)
    mapped = {pair.host_outcome_id for pair in agreed.outcomes}
    achieved = [
        one
        for one in touching
        if any(it.result is Result.ACHIEVED and it.outcome_id in mapped for it in _results(one, agreed))
    ]
    return tuple(achieved or touching)


def _latest(touching: Sequence[AssessmentValue], agreed: AgreedUnit) -> list[AssessmentValue]:
    """Those that are the last word on one of the agreed outcomes."""
    last: dict[UUID, tuple[date, int]] = dict.fromkeys(
        (pair.host_outcome_id for pair in agreed.outcomes), (date.min, 0)
    )
    for one in touching:
        for it in _results(one, agreed):
            if it.outcome_id in last:
                last[it.outcome_id] = max(last[it.outcome_id], _turn(one))
    return [one for one in touching if any(last.get(it.outcome_id) == _turn(one) for it in _results(one, agreed))]


def _turn(assessment: AssessmentValue) -> tuple[date, int]:
    return assessment.assessed_on, assessment.attempt


def _results(assessment: AssessmentValue, agreed: AgreedUnit) -> Iterator[OutcomeResult]:
    """On the unit, where it was assessed."""
    for one in assessment.results:
        if one.unit_id == agreed.host_unit_id and one.result is not Result.NOT_ASSESSED:
            yield one
