"""What is left of an assessment once its learner is erased: what was found by whom, and no words about the person."""

from dataclasses import replace
from typing import TypeVar

from services.assessment.domain.assessments import Assessment, Step
from services.assessment.domain.reports import Criterion, Evidence, Report

ERASED = "urn:acquis:erased"
"""Where evidence is that was about an erased learner; its hash still tells it if the host kept it."""

AnyStep = TypeVar("AnyStep", bound=Step)


def without_words(assessment: Assessment) -> Assessment:
    """Without comments, reasons and places; one version on. Who assessed stays on record, by name where known."""
    without = replace(
        assessment,
        report=assessment.report and _report(assessment.report),
        moderation=_step(assessment.moderation),
        contest=_step(assessment.contest),
        review=_step(assessment.review),
        annulment=_step(assessment.annulment),
    )
    return assessment if without == assessment else replace(without, version=assessment.version + 1)


def _step(step: AnyStep | None) -> AnyStep | None:
    return step and replace(step, text=None)


def _report(report: Report) -> Report:
    return replace(
        report,
        place=None,
        deviation=None,
        criteria=report.criteria and tuple(_criterion(one) for one in report.criteria),
        evidence=report.evidence and tuple(_evidence(one) for one in report.evidence),
    )


def _criterion(criterion: Criterion) -> Criterion:
    return replace(criterion, comment=None)


def _evidence(evidence: Evidence) -> Evidence:
    return replace(evidence, uri=ERASED)
