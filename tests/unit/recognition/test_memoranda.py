"""How a memorandum stood when it mattered."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from services.recognition.domain.decisions import judge
from services.recognition.domain.gathering import gather
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.agreements import (
    MemorandumExpired,
    MemorandumResumed,
    MemorandumStep,
    MemorandumSuspended,
    MemorandumTerminated,
)
from shared.contracts.recognition import ReasonCode
from tests.support.builders.agreements import learning_agreement_changed, memorandum_step
from tests.support.stories import TODAY, story

TOLD = story()
ASSESSED = TOLD.agreement.ends_on
DAY = timedelta(days=1)
HERE, ELSEWHERE = (TOLD.agreement.qualification_id,), (uuid4(),)


def facts_with(*steps: MemorandumStep) -> UnitFacts:
    """The facts on the one unit; the same in whatever order the steps were heard of."""
    [first, *others] = [
        gather(replace(TOLD.known, memorandum_steps={TOLD.memorandum.memorandum_id: heard}), TOLD.transcript, TODAY)
        for heard in permutations(steps)
    ]
    assert all(other == first for other in others)
    return first[0]


def suspended(days_before: int, qualification_ids=None, version: int = 10) -> MemorandumSuspended:
    day = ASSESSED - days_before * DAY
    return memorandum_step(
        MemorandumSuspended, TOLD.memorandum, version=version, occurred_on=day, qualification_ids=qualification_ids
    )


def resumed(days_before: int, qualification_ids=None, version: int = 11) -> MemorandumResumed:
    day = ASSESSED - days_before * DAY
    return memorandum_step(
        MemorandumResumed, TOLD.memorandum, version=version, occurred_on=day, qualification_ids=qualification_ids
    )


@pytest.mark.parametrize(
    "steps",
    [
        [suspended(3)],
        [suspended(0)],
        [suspended(3, HERE)],
        [suspended(3), resumed(-1)],
        [suspended(3), resumed(1, HERE)],
        [suspended(9), resumed(6), suspended(3, version=12)],
    ],
)
def test_while_it_is_suspended_a_person_decides(steps: list[MemorandumStep]):
    assert judge(facts_with(*steps)).reasons == (ReasonCode.NO_ACTIVE_MOU,)


@pytest.mark.parametrize(
    "steps",
    [
        [suspended(-1)],
        [suspended(3, ELSEWHERE)],
        [suspended(3), resumed(1)],
        [suspended(3), resumed(0)],
        [suspended(3, HERE), resumed(1, HERE)],
    ],
)
def test_another_time_or_qualification_that_was_suspended_does_not_matter(steps: list[MemorandumStep]):
    assert judge(facts_with(*steps)).reasons == ()


@pytest.mark.parametrize("kind", [MemorandumTerminated, MemorandumExpired])
def test_an_agreement_outlives_its_memorandum(kind: type[MemorandumStep]):
    after = memorandum_step(kind, TOLD.memorandum, version=9, occurred_on=TOLD.agreement.agreed_on + DAY)
    before = memorandum_step(kind, TOLD.memorandum, version=9, occurred_on=TOLD.agreement.agreed_on)
    assert judge(facts_with(after)).reasons == ()
    assert judge(facts_with(before)).reasons == (ReasonCode.NO_ACTIVE_MOU,)


def test_a_change_abroad_leaves_alone_since_when_a_unit_was_agreed():
    changed = learning_agreement_changed(TOLD.agreement, agreed_on=ASSESSED + DAY)
    transcript = replace(TOLD.transcript, learning_agreement_version=changed.content_version)
    known = TOLD.known
    versions = {**known.agreements, (changed.learning_agreement_id, changed.content_version): changed}
    [facts] = gather(replace(known, agreements=versions), transcript, TODAY)
    assert facts.agreed_since == TOLD.agreement.agreed_on
    only = {(changed.learning_agreement_id, changed.content_version): changed}
    [alone] = gather(replace(known, agreements=only), transcript, TODAY)
    assert ReasonCode.LA_NOT_AGREED in judge(alone).reasons
