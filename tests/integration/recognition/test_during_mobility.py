"""What becomes of memorandum and agreement between signature and transcript counts for the decision."""

from datetime import timedelta

import pytest

from shared.contracts.agreements import (
    LearningAgreementCancelled,
    MemorandumAmended,
    MemorandumResumed,
    MemorandumSuspended,
    MemorandumTerminated,
)
from shared.contracts.recognition import CreditRecognised, ReasonCode, ReviewRequired
from shared.service import Running
from tests.support.builders.agreements import learning_agreement_changed, learning_agreement_step, memorandum_step
from tests.support.builders.assessment import transcript_issued
from tests.support.records import said_of
from tests.support.running import tell
from tests.support.stories import Story, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

DAY = timedelta(days=1)


async def last_said(recognition: Running, told: Story):
    return (await said_of(recognition, told.learner_id))[-1]


async def test_assessed_while_suspended_it_waits_for_a_person(recognition: Running):
    told = story()
    suspended = memorandum_step(
        MemorandumSuspended, told.memorandum, occurred_on=told.agreement.ends_on - DAY, qualification_ids=None
    )
    await tell(recognition, *told.reference, suspended, told.transcript)
    review = await last_said(recognition, told)
    assert isinstance(review, ReviewRequired)
    assert review.reasons == (ReasonCode.NO_ACTIVE_MOU,)


async def test_resumed_in_time_and_terminated_later_it_counts(recognition: Running):
    told = story()
    day = told.agreement.ends_on
    suspended = memorandum_step(
        MemorandumSuspended, told.memorandum, occurred_on=day - 9 * DAY, qualification_ids=None, version=5
    )
    resumed = memorandum_step(
        MemorandumResumed, told.memorandum, occurred_on=day - 8 * DAY, qualification_ids=None, version=6
    )
    terminated = memorandum_step(MemorandumTerminated, told.memorandum, occurred_on=day - 5 * DAY, version=7)
    await tell(recognition, *told.reference, terminated, resumed, suspended, told.transcript)
    assert isinstance(await last_said(recognition, told), CreditRecognised)


async def test_an_amendment_in_the_meantime_leaves_the_agreement_with_the_version_it_names(recognition: Running):
    told = story()
    amended = MemorandumAmended(
        **vars(told.memorandum)
        | {"version": 9, "content_version": 2, "content_hash": "a" * 64, "automatic_recognition": ()}
    )
    await tell(recognition, *told.reference, amended, told.transcript)
    credit = await last_said(recognition, told)
    assert isinstance(credit, CreditRecognised)
    assert credit.memorandum_version == told.memorandum.content_version


async def test_after_a_change_abroad_the_changed_version_counts(recognition: Running):
    told = story()
    changed = learning_agreement_changed(told.agreement, agreed_on=told.agreement.ends_on)
    await tell(recognition, *told.reference, changed, transcript_issued(changed))
    credit = await last_said(recognition, told)
    assert isinstance(credit, CreditRecognised)
    assert credit.learning_agreement_version == changed.content_version


async def test_a_transcript_that_names_a_change_waits_until_the_change_is_heard_of(recognition: Running):
    told = story()
    changed = learning_agreement_changed(told.agreement)
    await tell(recognition, *told.reference, transcript_issued(changed))
    assert await said_of(recognition, told.learner_id) == []
    await tell(recognition, changed)
    assert isinstance(await last_said(recognition, told), CreditRecognised)


async def test_what_was_cancelled_does_not_count_by_itself(recognition: Running):
    told = story()
    cancelled = learning_agreement_step(LearningAgreementCancelled, told.agreement, told.agreement.starts_on)
    await tell(recognition, *told.reference, cancelled, told.transcript)
    review = await last_said(recognition, told)
    assert isinstance(review, ReviewRequired)
    assert review.reasons == (ReasonCode.LA_NOT_AGREED,)
