"""When a result is in doubt: the learner contests it, somebody else reviews it, or it is annulled (domain.md 3.3)."""

from dataclasses import dataclass, replace
from typing import Any

from services.assessment.domain.assessing import Found, confirmation, placed, rewritten, written_down
from services.assessment.domain.assessments import (
    STANDING,
    Assessment,
    Command,
    Finding,
    Review,
    Step,
    moved,
    wrong_state,
)
from services.assessment.domain.learning_agreements import LearningAgreement
from services.assessment.domain.reports import Report
from shared.contracts.assessment import AssessmentAnnulled, AssessmentConfirmed, AssessmentContested
from shared.problems import Forbidden, Validation, invalid


@dataclass(frozen=True)
class Correction:
    """What the review found in the place of what was recorded."""

    report: Report
    found: Found


def contest(assessment: Assessment, step: Step) -> tuple[Assessment, list[AssessmentContested]]:
    """The learner objects: once, and until the last day for it."""
    contested = moved(assessment, Command.CONTEST, contest=step)
    if assessment.review:
        raise wrong_state(assessment, Command.CONTEST, "It was reviewed already.")
    if assessment.contest_until is None or step.at.date() > assessment.contest_until:
        raise wrong_state(assessment, Command.CONTEST, f"It could be contested until {assessment.contest_until}.")
    return contested, [AssessmentContested(**_about(contested, step))]


def review(
    assessment: Assessment, agreement: LearningAgreement, step: Step, correction: Correction | None
) -> tuple[Assessment, list[AssessmentConfirmed]]:
    """Somebody who had no part in it upholds the result, or puts another in its place."""
    finding = Finding.CORRECTED if correction else Finding.UPHELD
    ruling = Review(by=step.by, at=step.at, text=step.text, finding=finding)
    reviewed = moved(assessment, Command.REVIEW, review=ruling)
    if step.by in _involved(assessment):
        raise Forbidden("Somebody reviews it who has neither recorded nor moderated nor confirmed it.")
    if correction:
        reviewed = _corrected(replace(reviewed, confirmed_by=step.by), agreement, correction, step)
    return reviewed, [confirmation(reviewed)]


def annul(assessment: Assessment, step: Step) -> tuple[Assessment, list[AssessmentAnnulled]]:
    """It is void. Only what was confirmed had been said, so only that is taken back."""
    annulled = moved(assessment, Command.ANNULMENT, annulment=step)
    said = [AssessmentAnnulled(**_about(annulled, step))] if assessment.state in STANDING else []
    return annulled, said


def _corrected(assessment: Assessment, agreement: LearningAgreement, correction: Correction, step: Step) -> Assessment:
    try:
        written = written_down(assessment, agreement, correction.report, correction.found, step.at)
    except Validation as problem:
        raise placed(problem, "/correction{}".format) from problem
    if written == (assessment.report, assessment.results):
        raise invalid("/correction", "unchanged", "This is what was recorded: leave it out to uphold the result.")
    return rewritten(assessment, written, agreement, assessment.host_id)


def _involved(assessment: Assessment) -> set[str | None]:
    moderator = assessment.moderation.by if assessment.moderation else None
    return {assessment.recorded_by, assessment.confirmed_by, moderator}


def _about(assessment: Assessment, step: Step) -> dict[str, Any]:
    return {
        "assessment_id": assessment.id,
        "version": assessment.version,
        "learner_id": assessment.learner_id,
        "learning_agreement_id": assessment.learning_agreement_id,
        "home_id": assessment.home_id,
        "host_id": assessment.host_id,
        "occurred_on": step.at.date(),
    }
