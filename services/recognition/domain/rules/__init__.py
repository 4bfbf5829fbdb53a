"""The rules of automatic recognition (domain.md 4.1), each a small function of the facts.

Every rule is asked, so that a decision carries every reason at once.
"""

from collections.abc import Callable

from services.recognition.domain.rules.achievement import r4_confirmed_by_host, r5_outcomes_achieved
from services.recognition.domain.rules.agreements import r1_memorandum_in_force, r2_automation_opted_in, r3_unit_agreed
from services.recognition.domain.rules.correspondence import r6_level_reached, r7_comparability_valid, r9_unit_valid
from services.recognition.domain.rules.entitlement import (
    r10_not_counted_yet,
    r11_country_recognises_units,
    r12_hashes_match,
)
from services.recognition.domain.rules.grade import r8_grade_passes
from services.recognition.domain.rules.results import RuleResult
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation

__all__ = ["RULES", "RULES_AT_HOME", "Rule", "RuleResult"]

Rule = Callable[[UnitFacts, Validation], RuleResult]

RULES_AT_HOME: tuple[Rule, ...] = (
    r5_outcomes_achieved,
    r9_unit_valid,
    r10_not_counted_yet,
    r11_country_recognises_units,
)
"""What is asked of what was no mobility, for which there is no host, agreement or mapping."""

RULES: tuple[Rule, ...] = (
    r1_memorandum_in_force,
    r2_automation_opted_in,
    r3_unit_agreed,
    r4_confirmed_by_host,
    r5_outcomes_achieved,
    r6_level_reached,
    r7_comparability_valid,
    r8_grade_passes,
    r9_unit_valid,
    r10_not_counted_yet,
    r11_country_recognises_units,
    r12_hashes_match,
)
