"""Whether host and home unit correspond, and both when it counted."""

from services.recognition.domain.rules.results import RuleResult, result
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation


def r6_level_reached(facts: UnitFacts, _: Validation) -> RuleResult:
    """domain.md R6: the host unit's EQF level is not below the home unit's."""
    home, host = facts.home_unit, facts.host_unit
    return result(
        "R6",
        {
            "home_unit_id": facts.agreed.unit_id,
            "home_eqf_level": home and home.eqf_level,
            "host_unit_id": facts.agreed.host_unit_id,
            "host_eqf_level": host and host.eqf_level,
            "host_qualification_version": facts.host_qualification and facts.host_qualification.version,
        },
        LEVEL_BELOW=home is None or host is None or host.eqf_level >= home.eqf_level,
        UNIT_NOT_COVERED=home is not None and host is not None,
    )


def r7_comparability_valid(facts: UnitFacts, _: Validation) -> RuleResult:
    """domain.md R7: the comparability says so of these units, was valid when assessed and not withdrawn before.

    Of these units in this qualification: what others say of a unit that theirs has, too, is no word of home's. Its
    conditions (2.1) are texts: whether they are met, a person sees.
    """
    comparability, agreed = facts.comparability, facts.agreed
    withdrawn = facts.withdrawn_on is not None and facts.withdrawn_on < facts.last_day
    return result(
        "R7",
        {
            "comparability_id": comparability.comparability_id,
            "comparability_version": comparability.version,
            "home_qualification_id": comparability.home_qualification_id,
            "has_conditions": bool(comparability.conditions),
            "valid_from": comparability.valid_from,
            "valid_until": comparability.valid_until,
            "withdrawn_on": facts.withdrawn_on,
            "assessed_on": facts.last_day,
        },
        version=2,
        MAPPING_EXPIRED=facts.within(comparability.valid_from, comparability.valid_until) and not withdrawn,
        UNIT_NOT_COVERED=comparability.home_qualification_id == facts.agreement.qualification_id
        and (comparability.home_unit_id, comparability.host_unit_id) == (agreed.unit_id, agreed.host_unit_id)
        and set(comparability.outcomes).issuperset(agreed.outcomes),
        CONDITION_OPEN=not comparability.conditions,
    )


def r9_unit_valid(facts: UnitFacts, _: Validation) -> RuleResult:
    """domain.md R9, 4.8: assessed within the home unit's validity; what it gives is not over before it begins.

    Whatever others have given: a part that is over completes nothing.
    """
    unit, until = facts.home_unit, facts.valid_until
    return result(
        "R9",
        {
            "valid_from": unit and unit.valid_from,
            "valid_until": unit and unit.valid_until,
            "assessed_on": facts.last_day,
            "credit_valid_until": until,
            "today": facts.today,
        },
        version=2,
        VALIDITY_EXPIRED=unit is not None
        and facts.within(unit.valid_from, unit.valid_until)
        and (until is None or facts.today <= until),
    )
