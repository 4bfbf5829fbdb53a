"""Countries that recognise no units: what was achieved is documented, and counts when the law has changed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations
from uuid import uuid4

import pytest

from services.recognition.domain.batches import Batch, Case, Standings, evaluate_all, reconsider_all
from services.recognition.domain.decisions import DecisionState, judge
from services.recognition.domain.evaluation import evaluate
from services.recognition.domain.ledger import EntryKind
from services.recognition.domain.policies import applicable
from services.recognition.domain.standing import Standing
from shared.contracts.assessment import Procedure, Result
from shared.contracts.catalogue import UnitRecognition
from shared.contracts.recognition import CreditDocumented, Mode, ReasonCode, ReviewRequired, ValidationCompleted
from tests.support.breaches import BREACHES
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.evaluating import AT, said
from tests.support.settling import Kept, kinds
from tests.support.stories import Story, documenting, story

TOLD = documenting(story("U1", "U3"))
DAY = timedelta(days=1)
ASSESSED = TOLD.agreement.ends_on
REFORM = replace(TOLD.policy, version=3, unit_recognition=UnitRecognition.YES)


def documented(told: Story = TOLD) -> tuple[Standing, Batch]:
    """Where the learner stands after the transcript, and what it changed."""
    standing, _ = evaluate(Standing(), told.units(), AT, uuid4)
    return standing, evaluate_all(Standings({told.learner_id: Standing()}, {}), [case(told)], AT, uuid4)


def case(told: Story) -> Case:
    return Case(told.transcript, told.units())


def reconsidered(told: Story, standing: Standing) -> Batch:
    return reconsider_all(Standings({told.learner_id: standing}, {}), [case(told)], AT, uuid4)


@pytest.mark.parametrize(
    "terms", [{"unit_recognition": UnitRecognition.NO}, {"final_exam_only": True}, {"accumulation": False}]
)
def test_where_units_are_not_recognised_they_are_documented_and_nobody_is_asked(terms: dict[str, object]):
    told = documenting(story(), **{"unit_recognition": UnitRecognition.YES} | terms)
    _, batch = documented(told)
    [(_, outcome)] = batch.outcomes
    [validation, credit] = outcome.facts
    assert outcome.decision.state is DecisionState.DOCUMENTED_ONLY
    assert (outcome.decision.mode, outcome.decision.reasons) == (
        Mode.AUTOMATIC,
        (ReasonCode.COUNTRY_POLICY_DOCUMENT_ONLY,),
    )
    assert isinstance(validation, ValidationCompleted)
    assert isinstance(credit, CreditDocumented)
    assert len(credit.outcome_ids) == 3


def test_a_documented_unit_stands_in_the_ledger_with_no_points_and_counts_for_nothing():
    standing, batch = documented()
    entries = [outcome.entry for _, outcome in batch.outcomes if outcome.entry]
    assert [(entry.kind, entry.points, entry.position) for entry in entries] == [
        (EntryKind.DOCUMENTED, Decimal(0), 1),
        (EntryKind.DOCUMENTED, Decimal(0), 2),
    ]
    assert not standing.credits
    assert not standing.in_progress
    assert batch.heads[TOLD.learner_id] == entries[-1].head


def test_where_units_are_recognised_in_part_a_person_decides():
    [facts] = documenting(story(), unit_recognition=UnitRecognition.PARTIAL).units()
    assert judge(facts).state is DecisionState.MANUAL_REVIEW
    assert judge(facts).reasons == (ReasonCode.COUNTRY_POLICY_PARTIAL,)


def test_neither_a_part_nor_partners_who_let_no_rule_decide_keep_it_from_being_documented():
    told = documenting(story("U2"))  # of which a part is taught
    [unit] = told.units()
    for breach in [("R2", ReasonCode.MOU_NOT_AUTOMATIC), ("R2", ReasonCode.LA_NOT_AUTOMATIC)]:
        judgement = judge(BREACHES[breach](unit))
        assert {*judgement.reasons} == {ReasonCode.LO_MISSING, breach[1], ReasonCode.COUNTRY_POLICY_DOCUMENT_ONLY}
        assert judgement.state is DecisionState.DOCUMENTED_ONLY


def test_of_what_nothing_was_achieved_nothing_is_documented():
    nothing = assessment_value(TOLD.agreement, results=outcome_results(TOLD.agreement, Result.NOT_ACHIEVED))
    told = replace(TOLD, transcript=transcript_issued(TOLD.agreement, nothing))
    assert {judge(unit).state for unit in told.units()} == {DecisionState.MANUAL_REVIEW}


def test_what_is_achieved_later_comes_on_record_beside_what_was_documented_in_part():
    told, kept = documenting(story()), Kept()
    *_, last = outcome_results(told.agreement)
    part = assessment_value(told.agreement, results=(last,))
    first = transcript_issued(told.agreement, part)
    *_, documented_ = kept.hear(told, first)
    assert isinstance(documented_, CreditDocumented)
    assert len(documented_.outcome_ids) == 1
    assert kept.hear(told, replace(first, version=2)) == []
    rest = assessment_value(told.agreement)
    *_, more = kept.hear(
        told, transcript_issued(told.agreement, part, rest, transcript_id=first.transcript_id, version=3)
    )
    assert isinstance(more, CreditDocumented)
    assert (more.credit_id, more.version, len(more.outcome_ids)) == (documented_.credit_id, 2, 3)
    assert kinds(kept) == [EntryKind.DOCUMENTED, EntryKind.REVERSAL, EntryKind.DOCUMENTED]


def test_whatever_else_is_wrong_is_for_a_person():
    deviated = assessment_value(TOLD.agreement, procedure=Procedure.DEVIATED)
    told = replace(TOLD, transcript=transcript_issued(TOLD.agreement, deviated))
    _, batch = documented(told)
    assert {type(fact) for fact in said(batch)} == {ValidationCompleted, ReviewRequired}


def test_the_next_issue_leaves_alone_what_is_documented():
    standing, _ = documented()
    again = replace(TOLD, transcript=replace(TOLD.transcript, version=2))
    assert evaluate(standing, again.units(), AT, uuid4) == (standing, [])


def test_what_was_documented_counts_when_the_policy_recognises_units():
    standing, _ = documented()
    batch = reconsidered(replace(TOLD, policy=REFORM), standing)
    assert {outcome.decision.state for _, outcome in batch.outcomes} == {DecisionState.RECOGNISED}
    assert {outcome.supersedes for _, outcome in batch.outcomes} == {one.decision_id for one in standing.open.values()}
    assert [outcome.entry and outcome.entry.position for _, outcome in batch.outcomes] == [3, 4]


def test_nothing_changes_as_long_as_the_policy_only_documents():
    standing, _ = documented()
    assert reconsidered(TOLD, standing).outcomes == []


def test_what_became_of_it_meanwhile_is_not_decided_again():
    standing, _ = documented()
    reformed = replace(TOLD, policy=REFORM)
    after, _ = evaluate(standing, reformed.units(), AT, uuid4)
    assert reconsidered(reformed, after).outcomes == []


@pytest.mark.parametrize(
    ("begins", "today", "by"),
    [
        (ASSESSED + DAY, ASSESSED + DAY, "new"),
        (ASSESSED + 9 * DAY, ASSESSED + DAY, "old"),
        (ASSESSED, ASSESSED, "new"),
    ],
)
def test_a_reform_reaches_what_was_documented_before_it_once_it_is_in_force(begins: date, today: date, by: str):
    old = replace(TOLD.policy, version=3, valid_until=begins - DAY)
    new = replace(REFORM, country_policy_id=uuid4(), version=1, valid_from=begins)
    for heard in permutations([TOLD.policy, old, new]):
        policy = applicable(heard, ASSESSED, today)
        assert policy
        assert policy.country_policy_id == {"old": old, "new": new}[by].country_policy_id


def test_a_country_that_stops_recognising_takes_nothing_back():
    recognising = replace(TOLD.policy, unit_recognition=UnitRecognition.YES)
    later = replace(TOLD.policy, country_policy_id=uuid4(), valid_from=ASSESSED + DAY)
    assert applicable([recognising, later], ASSESSED, ASSESSED + 9 * DAY) == recognising
