"""The conditions of an opt-in to automatic recognition (domain.md 2.1, `on_with_conditions`)."""

from collections.abc import Iterator

from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.agreements import AutomaticRecognition, Automation, AutomationConditions


def unmet_conditions(facts: UnitFacts, opted: AutomaticRecognition) -> list[str]:
    """The names of those that do not hold; `conditions` itself where the memorandum leaves them out."""
    if opted.policy is not Automation.ON_WITH_CONDITIONS:
        return []
    return ["conditions"] if opted.conditions is None else list(_unmet(facts, opted.conditions))


def _unmet(facts: UnitFacts, conditions: AutomationConditions) -> Iterator[str]:
    if conditions.host_ids is not None and facts.agreement.host_id not in conditions.host_ids:
        yield "host_ids"
    if conditions.methods is not None and not {one.method for one in facts.assessments} <= set(conditions.methods):
        yield "methods"
    if conditions.second_person and not all(one.second_person for one in facts.assessments):
        yield "second_person"
    days = (facts.agreement.ends_on - facts.agreement.starts_on).days + 1
    if conditions.minimum_days is not None and days < conditions.minimum_days:
        yield "minimum_days"
