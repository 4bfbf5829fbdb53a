"""What the host confirmed, and whether it is enough."""

from services.recognition.domain.partial import written
from services.recognition.domain.rules.results import RuleResult, result
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation
from shared.contracts.assessment import Authority, Procedure
from shared.contracts.recognition import ValidationStatus


def r4_confirmed_by_host(facts: UnitFacts, _: Validation) -> RuleResult:
    """domain.md R4: issued by the host, assessed with authority, by two persons where the MoU asks for it.

    Once what it said of the unit was revoked, whatever it says anew is for a person.
    """
    two_persons = all(assessment.second_person for assessment in facts.assessments)
    return result(
        "R4",
        {
            "transcript_id": facts.transcript.transcript_id,
            "transcript_version": facts.transcript.version,
            "host_id": facts.transcript.host_id,
            "authorities": sorted({assessment.authority for assessment in facts.assessments}),
            "two_person_rule": facts.memorandum.two_person_rule,
            "two_persons": two_persons,
            "revoked_decision_id": facts.revoked_decision_id,
        },
        version=2,
        TRANSCRIPT_NOT_CONFIRMED=facts.transcript.host_id == facts.agreement.host_id,
        ASSESSOR_NOT_AUTHORISED=all(assessment.authority is not Authority.NONE for assessment in facts.assessments),
        SECOND_PERSON_MISSING=two_persons or not facts.memorandum.two_person_rule,
        SOURCE_REVOKED=facts.revoked_decision_id is None,
    )


def r5_outcomes_achieved(facts: UnitFacts, validation: Validation) -> RuleResult:
    """domain.md R5, 4.3: each required outcome validated, now or before, through the agreed mapping and procedure.

    What was held before is on record here with its days and grades, whichever of them R8 or the credit looks at.
    """
    return result(
        "R5",
        {
            "assessment_ids": [assessment.assessment_id for assessment in facts.assessments],
            "validation": validation.status,
            "coverage": facts.coverage.policy,
            "held_before": sorted(facts.in_progress.outcome_ids) if facts.in_progress else [],
            "parts_before": written(facts.parts_before),
            "needed": validation.needed.outcome_ids,
            "needed_optional": validation.needed.optional,
            "procedures": sorted({assessment.procedure for assessment in facts.assessments}),
        },
        version=3,
        LO_MISSING=validation.status is ValidationStatus.VALIDATED,
        PROCEDURE_DEVIATION=all(assessment.procedure is Procedure.FOLLOWED for assessment in facts.assessments),
    )
