"""A decision made again from what is stored is the one that was made, whatever has happened since (domain.md 4.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.recognition.domain.batches import superseding
from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.evaluation import evaluate
from services.recognition.domain.gathering import gather
from services.recognition.domain.known import Known, NotKnownYetError
from services.recognition.domain.recall import AT_THE_MOMENT, Recalled, make_again
from services.recognition.domain.standing import Standing
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.agreements import MemorandumSuspended, MemorandumTerminated
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.catalogue import ComparabilityWithdrawn, GradeTablePublished, OutcomeKind, UnitRecognition
from tests.support.builders.agreements import learning_agreement_changed, memorandum_step
from tests.support.builders.assessment import assessment_value, transcript_issued
from tests.support.builders.grade_tables import grade_table
from tests.support.evaluating import AT
from tests.support.results import assessments_of
from tests.support.stories import TODAY, Story, documenting, elsewhere, story

DAY = timedelta(days=1)
STORED = TypeAdapter(Decision)
Scales = Sequence[str]


def lasting(told: Story, years: int) -> Story:
    units = tuple(replace(unit, credit_validity_years=years) for unit in told.home.units)
    return replace(told, home=replace(told.home, units=units))


TWO = lasting(story("U1", "U3"), years=1)
REST = elsewhere(TWO, OutcomeKind.KNOWLEDGE)


def kept(decision: Decision) -> Decision:
    """As it comes back from the database."""
    return STORED.validate_json(STORED.dump_json(decision))


def tables_of(told: Story, host: Scales, home: Scales, until: date) -> Mapping[UUID, list[GradeTablePublished]]:
    of = ((told.agreement.host_id, host), (told.agreement.home_id, home))
    return {id_: [grade_table(id_, scale, period_until=until) for scale in scales] for id_, scales in of}


@st.composite
def moments(draw: st.DrawFn, told: Story) -> Known:
    """What may have been heard of when the transcript came."""
    last_day = told.agreement.ends_on
    days = st.sampled_from([last_day - 3 * DAY, last_day, last_day + DAY])
    changes: dict[str, Any] = {}
    if draw(st.booleans()):
        changes["withdrawals"] = withdrawn(told, draw(days))
    if draw(st.booleans()):
        changes["cancellations"] = {told.agreement.learning_agreement_id: draw(days)}
    if draw(st.booleans()):
        changes["memorandum_steps"] = {told.memorandum.memorandum_id: [suspended(told, draw(days))]}
    host, home = (draw(st.sets(st.sampled_from(["FR-20", "DE-6"]))) for _ in range(2))
    changes["grade_tables"] = tables_of(told, sorted(host), sorted(home), last_day - 30 * DAY)
    return replace(told.known, **changes)


@st.composite
def had_besides(draw: st.DrawFn, told: Story, transcript: TranscriptIssued) -> dict[str, Any]:
    """What other transcripts of the learner may have said: the very same, or results that count for another unit."""
    place = told.agreement.qualification_id, uuid4()
    pairs = [pair.host_outcome_id for unit in told.agreement.units for pair in unit.outcomes]
    used = {place: frozenset(draw(st.sets(st.sampled_from(pairs), max_size=1)))}
    return {"host_outcomes": used, "contents": {transcript.content_hash: uuid4()} if draw(st.booleans()) else {}}


def withdrawn(told: Story, day: date) -> dict[UUID, ComparabilityWithdrawn]:
    return {
        one.comparability_id: ComparabilityWithdrawn(
            comparability_id=one.comparability_id,
            version=one.version + 1,
            home_unit_id=one.home_unit_id,
            host_unit_id=one.host_unit_id,
            declared_by=one.declared_by,
            withdrawn_on=day,
        )
        for one in told.comparabilities
    }


def suspended(told: Story, day: date) -> MemorandumSuspended:
    return memorandum_step(MemorandumSuspended, told.memorandum, occurred_on=day, qualification_ids=None, version=5)


def later(told: Story, then: Known) -> Known:
    """The same, after everything else that can be heard of has been heard of, and would have changed the decision."""
    agreement, long_ago = told.agreement, told.agreement.starts_on
    changed = learning_agreement_changed(agreement, agreed_on=long_ago, units=())
    former = replace(agreement, content_version=0, agreed_on=long_ago - 90 * DAY)
    years_ago = told.memorandum.activated_on - 900 * DAY
    amended = replace(told.memorandum, content_version=2, valid_from=years_ago, activated_on=years_ago)
    closed = replace(told.policy, version=told.policy.version + 1, unit_recognition=UnitRecognition.NO)
    lower = tuple(replace(unit, eqf_level=1) for unit in told.host.units)
    again = replace(told.host, version=told.host.version + 1, units=lower)
    ended = memorandum_step(MemorandumTerminated, told.memorandum, occurred_on=long_ago - 90 * DAY, version=9)
    steps = then.memorandum_steps.get(told.memorandum.memorandum_id, [])
    newer = tables_of(told, ["FR-20", "DE-6"], ["DE-6"], agreement.ends_on)
    return replace(
        then,
        agreements={
            **then.agreements,
            **{(one.learning_agreement_id, one.content_version): one for one in (changed, former)},
        },
        memoranda={**then.memoranda, (amended.memorandum_id, 2): amended},
        withdrawals=withdrawn(told, long_ago),
        cancellations={agreement.learning_agreement_id: long_ago},
        country_policies={told.policy.country: [told.policy, closed]},
        qualifications={**then.qualifications, (again.qualification_id, again.version): again},
        qualification_versions={**then.qualification_versions, again.qualification_id: [told.host, again]},
        grade_tables={id_: [*then.grade_tables.get(id_, ()), *newer[id_]] for id_ in newer},
        memorandum_steps={told.memorandum.memorandum_id: [*steps, suspended(told, long_ago), ended]},
    )


def decided(told: Story, transcript: TranscriptIssued, known: Known | None = None) -> list[Decision]:
    _, outcomes = evaluate(Standing(), gather(known or told.known, transcript, TODAY), AT, uuid4)
    return [outcome.decision for outcome in outcomes]


IN_VERSIONS = {
    "transcript",
    "transcript_hash",
    "assessments",
    "agreement",
    "agreed",
    "memorandum",
    "comparability",
    "qualification",
    "home_unit",
}
"""Facts that the decision names, or that follow from them."""
BY_THE_DECISION = {"today", "policy", "host_qualification", "host_unit", "host_grade_tables", "home_grade_tables"}
BY_A_PERSON = {"correction", "certification"}
"""What rests on these is not made again."""
BY_THE_TRACE = {name for _, name, _ in AT_THE_MOMENT} | {
    "in_progress",
    "parts_before",
    "host_outcomes_counted_elsewhere",
}


def test_whoever_adds_a_fact_has_to_say_how_it_is_recalled():
    recalled = IN_VERSIONS | BY_THE_DECISION | BY_THE_TRACE
    assert {field.name for field in fields(UnitFacts)} == recalled | BY_A_PERSON


@pytest.mark.parametrize("told", [TWO, documenting(TWO), REST], ids=["two", "documenting", "a part"])
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_decision_replayed_from_stored_facts_is_equal(told: Story, data: st.DataObject):
    known = data.draw(moments(told))
    standing = Standing()
    everything = st.just(assessment_value(told.agreement))
    for earlier in data.draw(st.lists(everything | assessments_of(told), max_size=1)):
        standing, _ = evaluate(standing, told.units(transcript_issued(told.agreement, earlier)), AT, uuid4)
    transcript = transcript_issued(told.agreement, *data.draw(st.lists(assessments_of(told), min_size=1, max_size=2)))
    standing = replace(standing, **data.draw(had_besides(told, transcript)))
    _, outcomes = evaluate(standing, gather(known, transcript, TODAY), AT, uuid4)
    for outcome in outcomes:
        same = Recalled(outcome.decision.decision_id)
        assert make_again(known, transcript, kept(outcome.decision)) == same
        assert make_again(later(told, known), transcript, kept(outcome.decision)) == same


GRADED = transcript_issued(TWO.agreement, assessment_value(TWO.agreement, grade="14", grade_scale="FR-20"))
TABLES = tables_of(TWO, ["FR-20"], ["DE-6"], TWO.agreement.ends_on - 30 * DAY)
KNOWN = replace(TWO.known, grade_tables=TABLES)
DECISION, OTHER = map(kept, decided(TWO, GRADED, KNOWN))
[UNIT] = [unit for unit in TWO.home.units if unit.unit_id == DECISION.unit_id]
FORGED: Mapping[str, Any] = {
    "state": DecisionState.MANUAL_REVIEW,
    "mode": None,
    "learner_id": uuid4(),
    "host_country": "FR",
    "qualification_version": 9,
    "unit_id": OTHER.unit_id,
    "transcript_hash": "0" * 64,
    "memorandum_hash": "0" * 64,
    "assessed_on": DECISION.assessed_on + DAY,
}


def differences(known: Known = KNOWN, transcript: TranscriptIssued = GRADED, decision: Decision = DECISION) -> str:
    found = make_again(known, transcript, decision)
    assert found.not_compared == ()
    return "; ".join(found.differences)


def test_what_nobody_touched_is_the_same():
    assert differences() == differences(decision=OTHER) == ""


@pytest.mark.parametrize("name", [*FORGED])
def test_a_forged_decision_is_found(name: str):
    assert name in {field.name for field in fields(Decision)}
    assert name in differences(decision=replace(DECISION, **{name: FORGED[name]}))


def test_a_forged_trace_is_found():
    [first, *others] = DECISION.trace
    forged = replace(first, passed=False)
    assert differences(decision=replace(DECISION, trace=(forged, *others))) == "R1 said no, and says yes"
    used = {**first.used, "assessed_on": "2020-01-01"}
    found = differences(decision=replace(DECISION, trace=(replace(first, used=used), *others)))
    assert found == 'R1 looked at assessed_on "2020-01-01", and looks at "2026-03-27"'


def test_a_forged_result_does_not_have_the_transcript_s_hash():
    [value] = GRADED.assessments
    found = differences(transcript=replace(GRADED, assessments=(replace(value, second_person=False),)))
    assert "R12 said yes, and says HASH_MISMATCH" in found


def test_a_forged_memorandum_qualification_table_or_policy_gives_another_decision():
    memorandum = replace(TWO.memorandum, automatic_recognition=())
    named = (memorandum.memorandum_id, memorandum.content_version)
    assert "MOU_NOT_AUTOMATIC" in differences(replace(KNOWN, memoranda={named: memorandum}))
    units = tuple(replace(unit, eqf_level=8) for unit in TWO.home.units)
    home = replace(TWO.home, units=units)
    qualifications = {**KNOWN.qualifications, (home.qualification_id, home.version): home}
    assert "LEVEL_BELOW" in differences(replace(KNOWN, qualifications=qualifications))
    policy = replace(TWO.policy, unit_recognition=UnitRecognition.NO)
    found = differences(replace(KNOWN, country_policies={policy.country: [policy]}))
    assert 'state is "recognised", and comes out as "documented_only"' in found
    [table] = TABLES[TWO.agreement.home_id]
    shares = tuple(replace(one, share=1 - one.share) for one in table.shares)
    forged = replace(KNOWN, grade_tables={**TABLES, table.institution_id: [replace(table, shares=shares)]})
    assert "R8 looked at confidence" in differences(forged)


@pytest.mark.parametrize("missing", ["memoranda", "agreements", "comparabilities", "country_policies", "grade_tables"])
def test_a_fact_that_is_not_there_any_more_is_named(missing: str):
    with pytest.raises(NotKnownYetError, match=r"[a-z-]+:"):
        make_again(replace(KNOWN, **{missing: {}}), GRADED, DECISION)


def test_a_transcript_that_says_nothing_of_the_unit_is_none_that_it_was_decided_by():
    other = replace(TWO.agreement, units=TWO.agreement.units[1:])
    with pytest.raises(NotKnownYetError, match=str(DECISION.unit_id)):
        make_again(KNOWN, transcript_issued(other), DECISION)


def test_of_rules_that_have_changed_since_nothing_is_said():
    changed = tuple(
        replace(one, version=one.version + 1, passed=False) if one.rule in {"R5", "R8"} else one
        for one in DECISION.trace
    )
    decision = replace(DECISION, trace=changed, state=DecisionState.MANUAL_REVIEW)
    versions = {one.rule: one.version for one in changed}
    not_compared = tuple(f"decided by {rule} v{versions[rule]}" for rule in ("R5", "R8"))
    assert make_again(KNOWN, GRADED, decision) == Recalled(DECISION.decision_id, (), not_compared)


def test_what_became_of_a_decision_later_is_no_difference():
    _, outcomes = evaluate(Standing(), TWO.units(), AT, uuid4)
    by = replace(outcomes[1], supersedes=outcomes[0].decision.decision_id)
    [first, _], _ = superseding([outcomes[0], by])
    assert first.state is DecisionState.SUPERSEDED
    taken = replace(first, assigned_to="somebody", appeal_until=TODAY, transcript_issued_at=None)
    assert make_again(TWO.known, TWO.transcript, kept(taken)).differences == ()
