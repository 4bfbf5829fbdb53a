"""What the grade says, if there is one."""

from services.recognition.domain.grading import conversion, host_grade
from services.recognition.domain.rules.results import RuleResult, result
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation
from shared.contracts.recognition import ValidationStatus


def r8_grade_passes(facts: UnitFacts, validation: Validation) -> RuleResult:
    """domain.md R8, 4.7: the grade, where it counts at home, is none that fails; without tables it passes, no more.

    Only a unit that is complete has a grade.
    """
    asked = facts.policy is not None and facts.policy.grade_transfer
    complete = validation.status is ValidationStatus.VALIDATED
    given = host_grade(facts) if asked and complete else None
    table = given and given.table
    at_home = conversion(facts) if given else None
    return result(
        "R8",
        {
            "grade_transfer": facts.policy and facts.policy.grade_transfer,
            "grade": given and given.text,
            "grade_scale": given and given.scale,
            "grade_at_home": at_home and at_home.grade,
            "method": at_home and at_home.method,
            "confidence": at_home and at_home.confidence,
            "small_sample": at_home and at_home.small_sample,
            "host_table_id": table and table.grade_table_id,
            "host_table_version": table and table.version,
            "home_table_id": at_home and at_home.home_table_id,
            "home_table_version": at_home and at_home.home_table_version,
        },
        version=2,
        GRADE_FAILED=given is None or not given.failed,
    )
