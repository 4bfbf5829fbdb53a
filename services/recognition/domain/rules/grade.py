"""What the grade says, if there is one."""

from services.recognition.domain.grades import mark_of
from services.recognition.domain.grading import conversion, host_grade
from services.recognition.domain.rules.results import RuleResult, result
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation
from services.recognition.domain.worth import besides, grade_at_home
from shared.contracts.catalogue import Unit
from shared.contracts.recognition import ValidationStatus


def r8_grade_passes(facts: UnitFacts, validation: Validation) -> RuleResult:
    """domain.md R8, 4.4, 4.7: the grade, where it counts at home, is none that fails; without tables it is a pass.

    A pass is not enough for a unit whose mark is weighed: the mean would stay incomplete, and nobody be asked.
    Only a unit that is complete has a grade; where several transcripts completed it, theirs is looked at, too.
    """
    asked = facts.policy is not None and facts.policy.grade_transfer
    complete = validation.status is ValidationStatus.VALIDATED
    given = host_grade(facts) if asked and complete else None
    others = besides(facts) if asked and complete else {}
    table = given and given.table
    at_home = conversion(facts) if given else None
    of_unit = grade_at_home(facts) if given or others else None
    mark = mark_of(of_unit.grade) if of_unit and of_unit.grade else None
    failed = (given is not None and given.failed) or any(one.grade_failed for one in others.values())
    needs_mark = asked and complete and _is_weighed(facts.home_unit)
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
            "grade_of_unit": of_unit and of_unit.grade,
            "needs_mark": needs_mark,
        },
        version=4,
        GRADE_FAILED=not failed,
        GRADE_TABLE_MISSING=not needs_mark or mark is not None or failed,
    )


def _is_weighed(unit: Unit | None) -> bool:
    """A bonus is none without a mark, and nothing waits for it."""
    return unit is not None and unit.coefficient is not None and not unit.bonus
