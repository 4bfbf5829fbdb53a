from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.domain import issuing
from services.assessment.domain.assessments import Assessment
from services.assessment.domain.transcripts import Transcript
from services.assessment.domain.values import value_of
from shared.contracts.agreements import TranscriptPolicy
from shared.contracts.assessment import Result, transcript_hash
from shared.problems import Conflict
from tests.support.hosting import (
    AGREEMENT,
    AT,
    KNOWLEDGE,
    RESPONSIBILITY,
    SKILL,
    TRANSCRIPT,
    agreement,
    confirmed,
    planned,
    recorded,
)

EVERYTHING = (KNOWLEDGE, SKILL, RESPONSIBILITY)


def issue(transcript: Transcript, *assessments: Assessment):
    return issuing.issue(transcript, AGREEMENT, assessments, None, AT)


def test_complete_is_when_nothing_is_open_and_every_agreed_outcome_has_a_result():
    assert issuing.is_due(TRANSCRIPT, AGREEMENT, [confirmed(*EVERYTHING)])
    assert issuing.is_due(TRANSCRIPT, AGREEMENT, [confirmed(KNOWLEDGE), confirmed(SKILL, RESPONSIBILITY)])
    assert not issuing.is_due(TRANSCRIPT, AGREEMENT, [confirmed(KNOWLEDGE, SKILL)])


@pytest.mark.parametrize("still_open", [planned(SKILL), recorded(SKILL)])
def test_an_open_assessment_holds_the_transcript_back(still_open: Assessment):
    assert not issuing.is_due(TRANSCRIPT, AGREEMENT, [confirmed(*EVERYTHING), still_open])


def test_not_achieved_is_a_result_and_not_assessed_is_none():
    assert issuing.is_due(TRANSCRIPT, AGREEMENT, [confirmed(*EVERYTHING, result=Result.NOT_ACHIEVED)])
    assert not issuing.is_due(TRANSCRIPT, AGREEMENT, [confirmed(*EVERYTHING, result=Result.NOT_ASSESSED)])


@given(st.lists(st.sampled_from([planned(SKILL), recorded(SKILL), confirmed(SKILL), confirmed(*EVERYTHING)])))
def test_the_policy_decides_when_a_confirmation_issues(assessments: list[Assessment]):
    assert issuing.is_due(TRANSCRIPT, agreement(transcript_policy=TranscriptPolicy.ON_CONFIRMATION), assessments)
    assert not issuing.is_due(TRANSCRIPT, agreement(transcript_policy=TranscriptPolicy.MANUAL), assessments)


def test_each_issue_carries_everything_confirmed_so_far():
    first, second = confirmed(KNOWLEDGE), confirmed(SKILL)
    once, said = issue(TRANSCRIPT, first, planned(SKILL))
    assert (once.issue, once.version, said.version) == (1, 2, 1)
    assert said.assessments == (value_of(first),)
    twice, said = issue(once, first, second)
    assert (twice.issue, twice.version, said.version) == (2, 3, 2)
    assert {value.assessment_id for value in said.assessments} == {first.id, second.id}


@pytest.mark.parametrize("assessments", [[], [planned(SKILL)], [recorded(SKILL)]])
def test_an_empty_transcript_is_not_issued(assessments: list[Assessment]):
    with pytest.raises(Conflict):
        issue(TRANSCRIPT, *assessments)


def test_a_transcript_with_nothing_new_is_not_issued_again():
    assessments = [confirmed(KNOWLEDGE), recorded(SKILL)]
    once, _ = issue(TRANSCRIPT, *assessments)
    with pytest.raises(Conflict):
        issue(once, *assessments)


@given(st.permutations([confirmed(KNOWLEDGE), confirmed(SKILL), confirmed(RESPONSIBILITY)]))
def test_the_order_of_assessments_changes_neither_transcript_nor_hash(assessments: list[Assessment]):
    in_order = sorted(assessments, key=lambda assessment: assessment.id)
    assert issue(TRANSCRIPT, *assessments) == issue(TRANSCRIPT, *in_order)


def test_whoever_reads_the_fact_can_check_its_hash():
    issued, said = issue(TRANSCRIPT, confirmed(SKILL), confirmed(KNOWLEDGE))
    parts = {
        "learner_id": said.learner_id,
        "learning_agreement_id": said.learning_agreement_id,
        "learning_agreement_version": said.learning_agreement_version,
        "host_id": said.host_id,
        "period": said.period,
        "units": said.units,
    }
    assert said.content_hash == issued.content_hash == transcript_hash(**parts, assessments=said.assessments[::-1])
    for name, value in parts.items():
        other = None if name in {"period", "units"} else 99 if isinstance(value, int) else uuid4()
        assert transcript_hash(**parts | {name: other}, assessments=said.assessments) != said.content_hash


@pytest.mark.parametrize("change", [{"result": Result.NOT_ACHIEVED}, {"weight": Decimal("0.5")}])
def test_a_changed_result_changes_the_hash(change: dict[str, Any]):
    _, said = issue(TRANSCRIPT, before := confirmed(SKILL))
    after = replace(before, results=(replace(before.results[0], **change),))
    assert issue(TRANSCRIPT, after)[1].content_hash != said.content_hash


def test_the_time_of_issue_is_no_part_of_what_is_said():
    once, _ = issuing.issue(TRANSCRIPT, AGREEMENT, [confirmation := confirmed(SKILL)], None, AT)
    later, _ = issuing.issue(TRANSCRIPT, AGREEMENT, [confirmation], None, AT + timedelta(days=1))
    assert once.content_hash == later.content_hash
