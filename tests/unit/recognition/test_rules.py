from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.recognition.domain.decisions import DecisionState, decision_on, judge
from services.recognition.domain.rules import RULES
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.agreements import Automation, AutomationConditions
from shared.contracts.recognition import ReasonCode
from tests.support.breaches import BREACHES, MORE
from tests.support.evaluating import AT
from tests.support.stories import story

[GOOD] = story().units()
FACTS = TypeAdapter(UnitFacts)
HIDDEN = {
    ("R5", ReasonCode.LO_MISSING): {ReasonCode.GRADE_FAILED, ReasonCode.GRADE_TABLE_MISSING},
    ("R6", ReasonCode.UNIT_NOT_COVERED): {ReasonCode.LEVEL_BELOW},
    ("R8", ReasonCode.GRADE_FAILED): {ReasonCode.GRADE_TABLE_MISSING},
    ("R11", ReasonCode.COUNTRY_POLICY_MISSING): {
        ReasonCode.COUNTRY_POLICY_DOCUMENT_ONLY,
        ReasonCode.GRADE_FAILED,
        ReasonCode.GRADE_TABLE_MISSING,
    },
}
"""What a breach hides.

A unit that is not complete has no grade, a grade that fails needs no table, a unit that is not there has no level, and
where there is no policy there are no terms.
"""
NUMBERS = ["R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "R12"]


def test_all_rules_pass_on_a_stay_as_it_was_agreed():
    judgement = judge(GOOD)
    assert judgement.reasons == ()
    assert [result.rule for result in judgement.trace if result.passed] == NUMBERS


@pytest.mark.parametrize(("rule", "reason"), BREACHES)
def test_each_breach_is_found_by_its_rule_alone(rule: str, reason: ReasonCode):
    judgement = judge(BREACHES[rule, reason](GOOD))
    assert {result.rule: result.reasons for result in judgement.trace if not result.passed} == {rule: (reason,)}


@pytest.mark.parametrize(("rule", "what"), MORE)
def test_there_are_more_ways_to_break_a_rule(rule: str, what: str):
    breach, reason = MORE[rule, what]
    reasons = {result.rule: result.reasons for result in judge(breach(GOOD)).trace}
    assert reason in reasons[rule]


def test_every_reason_has_a_breach():
    found = {reason for _, reason in BREACHES} | {reason for _, reason in MORE.values()}
    assert found == set(ReasonCode) - {ReasonCode.OK}


def test_every_rule_says_where_it_comes_from_and_what_it_looked_at():
    for rule, result in zip(RULES, judge(GOOD).trace, strict=True):
        assert f"domain.md {result.rule}" in (rule.__doc__ or "")
        assert result.used


@given(st.sets(st.sampled_from(sorted(BREACHES))))
def test_a_decision_carries_every_reason_at_once(breaches: set[tuple[str, ReasonCode]]):
    facts = GOOD
    for breach in sorted(breaches):
        facts = BREACHES[breach](facts)
    hidden = {reason for breach in HIDDEN.keys() & breaches for reason in HIDDEN[breach]}
    assert set(judge(facts).reasons) == {reason for _, reason in breaches} - hidden


@given(st.sets(st.sampled_from(sorted(BREACHES))))
def test_the_same_facts_give_the_same_judgement(breaches: set[tuple[str, ReasonCode]]):
    facts = GOOD
    for breach in breaches:
        facts = BREACHES[breach](facts)
    assert judge(FACTS.validate_json(FACTS.dump_json(facts))) == judge(facts)


def test_a_comparability_still_holds_on_the_day_of_its_withdrawal():
    assert judge(replace(GOOD, withdrawn_on=GOOD.last_day)).reasons == ()


def test_what_others_say_of_a_unit_that_their_qualification_has_too_gives_no_automatic_credit():
    theirs = replace(GOOD.comparability, home_qualification_id=uuid4())
    judgement = judge(replace(GOOD, comparability=theirs))
    assert judgement.reasons == (ReasonCode.UNIT_NOT_COVERED,)
    assert [result.rule for result in judgement.trace if not result.passed] == ["R7"]


def test_what_is_comparable_on_conditions_is_decided_by_a_person():
    on_condition = replace(GOOD.comparability, conditions={"en": "Only after a safety exam"})
    facts = replace(GOOD, comparability=on_condition)
    decision = decision_on(facts, judge(facts), decision_id=uuid4(), validation_id=uuid4(), at=AT)
    assert (decision.state, decision.reasons) == (DecisionState.MANUAL_REVIEW, (ReasonCode.CONDITION_OPEN,))


def test_what_was_agreed_counts_although_the_memorandum_has_ended_since():
    assert judge(replace(GOOD, in_force_until=GOOD.agreed_since)).reasons == ()


def test_conditions_that_hold_let_the_rule_decide():
    conditions = AutomationConditions(
        host_ids=(GOOD.agreement.host_id,),
        methods=tuple({one.method for one in GOOD.assessments}),
        second_person=True,
        minimum_days=26,
    )
    opted = replace(
        GOOD.memorandum.automatic_recognition[0],
        unit_id=GOOD.agreed.unit_id,
        policy=Automation.ON_WITH_CONDITIONS,
        conditions=conditions,
    )
    memorandum = replace(GOOD.memorandum, automatic_recognition=(opted,))
    assessments = tuple(replace(one, second_person=True) for one in GOOD.assessments)
    assert judge(replace(GOOD, memorandum=memorandum, assessments=assessments)).reasons == ()
