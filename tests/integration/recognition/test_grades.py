"""A grade from abroad comes home by the tables of both institutions (domain.md 4.7)."""

from decimal import Decimal

import httpx2
import pytest

from services.recognition.domain.grading import PASS_FAIL_ONLY
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.recognition import CreditRecognised, ReasonCode, ReviewRequired
from shared.service import Running
from tests.support.builders.assessment import assessment_value, transcript_issued
from tests.support.builders.grade_tables import grade_table
from tests.support.records import credits_of, said_of
from tests.support.running import ApiCaller, tell
from tests.support.stories import Story, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


def graded(told: Story, mark: str) -> TranscriptIssued:
    return transcript_issued(told.agreement, assessment_value(told.agreement, grade=mark, grade_scale="FR-20"))


async def test_the_credit_says_what_the_grade_was_and_what_it_is(recognition: Running, api: httpx2.AsyncClient):
    told = story()
    of_host, of_home = (
        grade_table(told.agreement.host_id, "FR-20"),
        grade_table(told.agreement.home_id, "DE-6", sample_size=40),
    )
    await tell(recognition, *told.reference, of_host, of_home, graded(told, "14"))
    [_, credit] = await said_of(recognition, told.learner_id)
    assert isinstance(credit, CreditRecognised)
    assert credit.conversion
    assert (credit.grade, credit.conversion.grade, credit.conversion.confidence) == ("14", "2", Decimal("0.90"))
    assert (credit.conversion.host_table_id, credit.conversion.home_table_id) == (
        of_host.grade_table_id,
        of_home.grade_table_id,
    )
    learner = ApiCaller(api, None, ("learner",), learner_id=told.learner_id)
    answer = (await learner.get(f"/v1/credits/{credit.credit_id}")).json()
    assert (answer["conversion"]["confidence"], answer["conversion"]["small_sample"]) == ("0.90", True)
    [counted] = (await learner.get(f"/v1/records/{told.learner_id}")).json()["credits"]
    assert counted["conversion"] == answer["conversion"]


async def test_without_tables_the_unit_counts_as_passed(recognition: Running):
    told = story()
    await tell(recognition, *told.reference, graded(told, "14"))
    [row] = await credits_of(recognition, told.learner_id)
    [_, said] = await said_of(recognition, told.learner_id)
    assert isinstance(said, CreditRecognised)
    assert said.conversion == PASS_FAIL_ONLY
    assert row.conversion["method"] == "pass_fail_only"


async def test_a_failing_grade_is_for_a_person(recognition: Running):
    told = story()
    await tell(recognition, *told.reference, grade_table(told.agreement.host_id, "FR-20"), graded(told, "8"))
    review = (await said_of(recognition, told.learner_id))[-1]
    assert isinstance(review, ReviewRequired)
    assert review.reasons == (ReasonCode.GRADE_FAILED,)
