"""What is said of an assessment: no names, no words."""

from services.assessment.domain.assessments import STANDING, Assessment
from services.assessment.domain.reports import Assessor
from shared.contracts.assessment import AssessmentValue, AssessorValue, Authority


def value_of(standing: Assessment) -> AssessmentValue:
    """An assessment that the host stands by as a transcript carries it.

    What the host does not say is None, so that what was hashed before there was room for it keeps its hash.
    """
    report = standing.report
    if report is None or standing.state not in STANDING:
        raise ValueError(f"assessment {standing.id} is {standing.state}")
    return AssessmentValue(
        assessment_id=standing.id,
        assessed_on=report.assessed_on,
        method=standing.method,
        procedure=report.procedure,
        authority=standing.authority or Authority.HOST_STAFF,
        second_person=standing.confirmed_by != standing.recorded_by,
        attempt=report.attempt or standing.attempt,
        grade=report.grade,
        grade_scale=report.grade_scale,
        results=standing.results,
        began_on=report.began_on,
        minutes=report.minutes,
        language=report.language,
        units=report.units,
        assessors=None if report.assessors is None else tuple(map(_assessor, report.assessors)),
        supervision=report.supervision,
        identity_check=report.identity_check,
        evidence_hashes=None if report.evidence is None else tuple(one.sha256 for one in report.evidence),
        moderated=True if standing.moderation else None,
        resit_of=standing.resit_of,
    )


def _assessor(assessor: Assessor) -> AssessorValue:
    return AssessorValue(organisation_id=assessor.organisation_id, role=assessor.role, authority=assessor.authority)
