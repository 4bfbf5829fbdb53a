"""What can be wrong with the facts on a unit: for each rule and reason, a change of good facts that gives it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.agreements import Automation, AutomationConditions
from shared.contracts.assessment import Authority, Method, Procedure, Result
from shared.contracts.catalogue import UnitRecognition
from shared.contracts.recognition import ReasonCode
from tests.support.builders.grade_tables import grade_table

Breach = Callable[[UnitFacts], UnitFacts]
DAY = timedelta(days=1)


def _memorandum(**changes: Any) -> Breach:
    return lambda facts: replace(facts, memorandum=replace(facts.memorandum, **changes))


def _agreement(**changes: Any) -> Breach:
    return lambda facts: replace(facts, agreement=replace(facts.agreement, **changes))


def _transcript(**changes: Any) -> Breach:
    return lambda facts: replace(facts, transcript=replace(facts.transcript, **changes))


def _comparability(**changes: Any) -> Breach:
    return lambda facts: replace(facts, comparability=replace(facts.comparability, **changes))


def _assessment(**changes: Any) -> Breach:
    return lambda facts: replace(facts, assessments=tuple(replace(one, **changes) for one in facts.assessments))


def _home_unit(**changes: Any) -> Breach:
    return lambda facts: replace(facts, home_unit=facts.home_unit and replace(facts.home_unit, **changes))


def _policy(**changes: Any) -> Breach:
    return lambda facts: replace(facts, policy=facts.policy and replace(facts.policy, **changes))


def _opted_in(policy: Automation, conditions: AutomationConditions | None = None) -> Breach:
    def breach(facts: UnitFacts) -> UnitFacts:
        opted = (replace(one, policy=policy, conditions=conditions) for one in facts.memorandum.automatic_recognition)
        return _memorandum(automatic_recognition=tuple(opted))(facts)

    return breach


def _on_condition(**conditions: Any) -> Breach:
    return _opted_in(Automation.ON_WITH_CONDITIONS, AutomationConditions(**conditions))


def _agreed_on_condition(facts: UnitFacts) -> UnitFacts:
    agreed = replace(facts.agreed, has_conditions=True)
    return _agreement(units=(agreed,))(replace(facts, agreed=agreed))


def _agreed_by_hand(facts: UnitFacts) -> UnitFacts:
    agreed = replace(facts.agreed, automatic=False)
    return _agreement(units=(agreed,))(replace(facts, agreed=agreed))


def _outcome_missed(facts: UnitFacts) -> UnitFacts:
    (assessment,) = facts.assessments
    missed, *others = assessment.results
    return _assessment(results=(replace(missed, result=Result.NOT_ACHIEVED), *others))(facts)


def _level_below(facts: UnitFacts) -> UnitFacts:
    return replace(facts, host_unit=facts.host_unit and replace(facts.host_unit, eqf_level=3))


def _counted_for_another_unit_too(facts: UnitFacts) -> UnitFacts:
    another = replace(facts.agreed, unit_id=uuid4(), outcomes=facts.agreed.outcomes[:1])
    return _agreement(units=(*facts.agreement.units, another))(facts)


def _failing_grade(facts: UnitFacts) -> UnitFacts:
    tables = (grade_table(facts.agreement.host_id, "FR-20"),)
    return replace(_assessment(grade="9", grade_scale="FR-20")(facts), host_grade_tables=tables)


def _withdrawn_before(facts: UnitFacts) -> UnitFacts:
    return replace(facts, withdrawn_on=facts.last_day - DAY)


BREACHES: Mapping[tuple[str, ReasonCode], Breach] = {
    ("R1", ReasonCode.NO_ACTIVE_MOU): lambda facts: replace(facts, suspended_on=facts.last_day),
    ("R1", ReasonCode.MOU_VERSION_MISMATCH): _memorandum(content_version=9),
    ("R2", ReasonCode.MOU_NOT_AUTOMATIC): _opted_in(Automation.OFF),
    ("R2", ReasonCode.LA_NOT_AUTOMATIC): _agreed_by_hand,
    ("R2", ReasonCode.CONDITION_OPEN): _agreed_on_condition,
    ("R3", ReasonCode.LA_NOT_AGREED): lambda facts: replace(facts, agreed_since=facts.first_day + DAY),
    ("R3", ReasonCode.LA_VERSION_MISMATCH): _transcript(learning_agreement_version=9),
    ("R3", ReasonCode.UNIT_NOT_COVERED): _memorandum(qualifications=()),
    ("R4", ReasonCode.ASSESSOR_NOT_AUTHORISED): _assessment(authority=Authority.NONE),
    ("R4", ReasonCode.SECOND_PERSON_MISSING): lambda facts: _assessment(second_person=False)(
        _memorandum(two_person_rule=True)(facts)
    ),
    ("R4", ReasonCode.SOURCE_REVOKED): lambda facts: replace(facts, revoked_decision_id=uuid4()),
    ("R5", ReasonCode.LO_MISSING): _outcome_missed,
    ("R5", ReasonCode.PROCEDURE_DEVIATION): _assessment(procedure=Procedure.DEVIATED),
    ("R6", ReasonCode.LEVEL_BELOW): _level_below,
    ("R6", ReasonCode.UNIT_NOT_COVERED): lambda facts: replace(facts, host_unit=None),
    ("R7", ReasonCode.MAPPING_EXPIRED): _withdrawn_before,
    ("R7", ReasonCode.UNIT_NOT_COVERED): _comparability(outcomes=()),
    ("R7", ReasonCode.CONDITION_OPEN): _comparability(conditions={"en": "Only after a safety exam"}),
    ("R8", ReasonCode.GRADE_FAILED): _failing_grade,
    ("R8", ReasonCode.GRADE_TABLE_MISSING): _home_unit(coefficient=Decimal(3)),
    ("R9", ReasonCode.VALIDITY_EXPIRED): _home_unit(valid_until=date(2026, 3, 1)),
    ("R10", ReasonCode.DUPLICATE_CREDIT): lambda facts: replace(facts, active_credit_id=uuid4()),
    ("R11", ReasonCode.COUNTRY_POLICY_MISSING): lambda facts: replace(facts, policy=None),
    ("R11", ReasonCode.COUNTRY_POLICY_DOCUMENT_ONLY): _policy(unit_recognition=UnitRecognition.NO),
    ("R12", ReasonCode.HASH_MISMATCH): _agreement(memorandum_hash="0" * 64),
}
"""Each gives this reason by this rule, and no other."""

MORE: Mapping[tuple[str, str], tuple[Breach, ReasonCode]] = {
    ("R1", "in force after the assessment"): (
        lambda facts: replace(facts, in_force_since=facts.first_day + DAY),
        ReasonCode.NO_ACTIVE_MOU,
    ),
    ("R1", "ended before it was agreed"): (
        lambda facts: replace(facts, in_force_until=facts.agreed_since - DAY),
        ReasonCode.NO_ACTIVE_MOU,
    ),
    ("R1", "home is no party"): (_memorandum(parties=()), ReasonCode.NO_ACTIVE_MOU),
    ("R2", "nobody opted in"): (_memorandum(automatic_recognition=()), ReasonCode.MOU_NOT_AUTOMATIC),
    ("R2", "conditions left out"): (_opted_in(Automation.ON_WITH_CONDITIONS), ReasonCode.CONDITION_OPEN),
    ("R2", "only other hosts"): (_on_condition(host_ids=(uuid4(),)), ReasonCode.CONDITION_OPEN),
    ("R2", "only another method"): (_on_condition(methods=(Method.PORTFOLIO,)), ReasonCode.CONDITION_OPEN),
    ("R2", "only with a second person"): (
        lambda facts: _assessment(second_person=False)(_on_condition(second_person=True)(facts)),
        ReasonCode.CONDITION_OPEN,
    ),
    ("R2", "only longer stays"): (_on_condition(minimum_days=27), ReasonCode.CONDITION_OPEN),
    ("R3", "cancelled before the assessment"): (
        lambda facts: replace(facts, cancelled_on=facts.last_day),
        ReasonCode.LA_NOT_AGREED,
    ),
    ("R3", "another learner's"): (_agreement(learner_id=uuid4()), ReasonCode.LA_NOT_AGREED),
    ("R3", "not a unit of the agreement"): (_agreement(units=()), ReasonCode.UNIT_NOT_COVERED),
    ("R4", "not by the host"): (_transcript(host_id=uuid4()), ReasonCode.TRANSCRIPT_NOT_CONFIRMED),
    ("R7", "expired"): (_comparability(valid_until=date(2026, 3, 1)), ReasonCode.MAPPING_EXPIRED),
    ("R7", "of other units"): (_comparability(home_unit_id=uuid4()), ReasonCode.UNIT_NOT_COVERED),
    ("R7", "of another qualification"): (_comparability(home_qualification_id=uuid4()), ReasonCode.UNIT_NOT_COVERED),
    ("R9", "not a unit of the qualification"): (
        lambda facts: replace(facts, home_unit=None),
        ReasonCode.VALIDITY_EXPIRED,
    ),
    ("R10", "a host outcome agreed for two units"): (_counted_for_another_unit_too, ReasonCode.DUPLICATE_CREDIT),
    ("R11", "partial recognition"): (
        _policy(unit_recognition=UnitRecognition.PARTIAL),
        ReasonCode.COUNTRY_POLICY_PARTIAL,
    ),
    ("R11", "no accumulation"): (_policy(accumulation=False), ReasonCode.COUNTRY_POLICY_DOCUMENT_ONLY),
    ("R11", "one final examination"): (_policy(final_exam_only=True), ReasonCode.COUNTRY_POLICY_DOCUMENT_ONLY),
    ("R12", "transcript edited"): (_transcript(content_hash="0" * 64), ReasonCode.HASH_MISMATCH),
}
"""Other ways to the same reasons; some break more than one rule."""
