"""A person's word stands until the host says something else about the unit, or takes back what it said."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from shared.contracts.assessment import Procedure, TranscriptIssued
from shared.contracts.recognition import AppealDecided, AppealOutcome, CreditRecognised, CreditRevoked
from shared.service import Running
from tests.integration.recognition.reviewing import RECOGNISED, REFUSED, UPHELD, WORDS, Matter, deviating, matter_of
from tests.support.builders.assessment import (
    assessment_value,
    transcript_corrected,
    transcript_issued,
    transcript_withdrawn,
)
from tests.support.records import ledger_of
from tests.support.running import tell
from tests.support.stories import story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def decided(
    recognition: Running, api: httpx2.AsyncClient, resolution: dict[str, Any]
) -> tuple[Matter, TranscriptIssued]:
    told = story("U3")
    issued: TranscriptIssued = deviating(told)
    await tell(recognition, *told.reference, issued)
    review = await matter_of(recognition, api, told, "manual_review")
    answer = await review.recogniser.post(f"{review.path}/resolution", resolution, version=1)
    assert answer.status_code == 201, answer.text
    return replace(review, decision_id=answer.json()["decision_id"]), issued


async def test_what_a_person_recognised_goes_with_the_transcript(recognition: Running, api: httpx2.AsyncClient):
    matter, issued = await decided(recognition, api, RECOGNISED)
    await tell(recognition, transcript_withdrawn(issued))
    recognised, revoked = [fact for fact in await matter.said() if fact.DECLARED.type.startswith("acquis.credit.")]
    assert isinstance(recognised, CreditRecognised)
    assert isinstance(revoked, CreditRevoked)
    assert (revoked.credit_id, revoked.reason) == (recognised.credit_id, "transcript_withdrawn")
    assert sum(entry.points or 0 for entry in await ledger_of(recognition, matter.told.learner_id)) == 0
    assert (await matter.read())["state"] == "revoked"


@pytest.mark.parametrize("resolution", [RECOGNISED, REFUSED])
async def test_a_person_is_not_overruled_by_the_same_results_said_again(
    recognition: Running, api: httpx2.AsyncClient, resolution: dict[str, Any]
):
    matter, issued = await decided(recognition, api, resolution)
    said = await matter.slugs()
    await tell(recognition, replace(issued, version=2))
    assert (await matter.read())["state"] == resolution["verdict"]
    assert await matter.slugs() == said


async def test_what_a_person_refused_is_judged_by_rule_when_the_results_change(
    recognition: Running, api: httpx2.AsyncClient
):
    matter, issued = await decided(recognition, api, REFUSED)
    right = replace(matter.told.transcript, transcript_id=issued.transcript_id, version=2)
    await tell(recognition, right)
    assert (await matter.read())["state"] == "superseded"
    assert (await matter.slugs())[-1] == "credit.recognised"


async def test_an_appeal_ends_where_the_host_takes_back_what_it_is_about(recognition: Running, api: httpx2.AsyncClient):
    matter, issued = await decided(recognition, api, REFUSED)
    await matter.learner.post(f"{matter.path}/appeal", {"grounds": WORDS}, version=1)
    await tell(recognition, transcript_withdrawn(issued))
    found = await matter.read()
    assert found["state"] == "revoked"
    [said] = [fact for fact in await matter.said() if isinstance(fact, AppealDecided)]
    assert (said.outcome, said.superseded_by, said.legal_basis) == (AppealOutcome.SUPERSEDED, None, None)
    ended = (await matter.learner.get(f"{matter.path}/appeal")).json()
    assert (ended["version"], ended["ruling"]["outcome"], ended["ruling"]["legal_basis"]) == (2, "superseded", None)
    late = await matter.officer.post(f"{matter.path}/appeal-outcome", UPHELD, version=found["version"])
    assert (late.status_code, late.json()["state"]) == (409, "closed")


async def test_an_appeal_gives_way_to_the_decision_on_new_results(recognition: Running, api: httpx2.AsyncClient):
    matter, issued = await decided(recognition, api, REFUSED)
    await matter.learner.post(f"{matter.path}/appeal", {"grounds": WORDS}, version=1)
    await tell(recognition, replace(issued, version=2))
    assert (await matter.read())["state"] == "appealed"
    await tell(recognition, replace(matter.told.transcript, transcript_id=issued.transcript_id, version=3))
    [said] = [fact for fact in await matter.said() if isinstance(fact, AppealDecided)]
    [credit] = [fact for fact in await matter.said() if isinstance(fact, CreditRecognised)]
    assert (said.outcome, said.superseded_by) == (AppealOutcome.SUPERSEDED, credit.decision_id)


@pytest.mark.parametrize("corrected", [False, True])
async def test_who_has_taken_a_review_has_it_when_the_host_says_something_else(
    recognition: Running, api: httpx2.AsyncClient, *, corrected: bool
):
    told = story("U3")
    issued: TranscriptIssued = deviating(told)
    await tell(recognition, *told.reference, issued)
    review = await matter_of(recognition, api, told, "manual_review")
    await review.recogniser.post(f"{review.path}/assignment", {}, version=1)
    worse = assessment_value(told.agreement, procedure=Procedure.DEVIATED, second_person=False)
    again = transcript_corrected(told.agreement, issued, worse)
    issue = transcript_issued(told.agreement, worse, transcript_id=issued.transcript_id, version=2)
    await tell(recognition, again if corrected else issue)
    anew = await matter_of(recognition, api, told, "manual_review")
    assert anew.decision_id != review.decision_id
    assert (await anew.read())["assigned_to"] == (await review.read())["assigned_to"] is not None
