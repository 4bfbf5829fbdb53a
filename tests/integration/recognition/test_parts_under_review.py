"""A part that a rule has given, a review of the rest, and what a person makes of it (domain.md 3.5)."""

from dataclasses import replace

import httpx2
import pytest

from services.recognition.tables import CONTRIBUTIONS, UNITS_IN_PROGRESS
from shared.contracts.assessment import Procedure, Result
from shared.contracts.recognition import CreditRevoked
from shared.service import Running
from tests.integration.recognition.reviewing import LAW, Matter, in_progress, matter_of
from tests.support.builders.assessment import (
    assessment_value,
    outcome_results,
    transcript_issued,
    transcript_withdrawn,
)
from tests.support.records import rows_of
from tests.support.running import tell
from tests.support.stories import story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def part_under_review(recognition: Running, api: httpx2.AsyncClient) -> Matter:
    """A first outcome was achieved as agreed, a second one otherwise."""
    told = story("U2")
    first, second = outcome_results(told.agreement)
    failed = [replace(one, result=Result.NOT_ACHIEVED) for one in (first, second)]
    clean = assessment_value(told.agreement, results=(first, failed[1]))
    otherwise = assessment_value(told.agreement, results=(failed[0], second), procedure=Procedure.DEVIATED)
    v1 = transcript_issued(told.agreement, clean)
    v2 = transcript_issued(told.agreement, clean, otherwise, transcript_id=v1.transcript_id, version=2)
    told = replace(told, transcript=v2)
    await tell(recognition, *told.reference, v1)
    await tell(recognition, v2)
    return await matter_of(recognition, api, told, "manual_review")


async def is_held(matter: Matter) -> bool:
    learner_id = matter.told.learner_id
    held, given = [await rows_of(matter.recognition, table, learner_id) for table in (UNITS_IN_PROGRESS, CONTRIBUTIONS)]
    assert bool(held) == bool(given)
    return bool(held)


async def test_it_is_held_while_a_person_looks_and_falls_when_the_host_withdraws(
    recognition: Running, api: httpx2.AsyncClient
):
    matter = await part_under_review(recognition, api)
    assert await is_held(matter)
    await tell(recognition, transcript_withdrawn(matter.told.transcript))
    assert isinstance((await matter.said())[-1], CreditRevoked)
    assert not await is_held(matter)


async def test_documented_only_takes_it_back_and_can_be_revoked(recognition: Running, api: httpx2.AsyncClient):
    matter = await part_under_review(recognition, api)
    answer = await matter.recogniser.post(f"{matter.path}/resolution", {"verdict": "documented_only"}, version=1)
    assert (answer.status_code, await is_held(matter)) == (201, False)
    preview = f"/v1/decisions/{answer.json()['decision_id']}/revocation-preview"
    assert (await matter.colleague.post(preview, version=1)).status_code == 200


async def test_an_appeal_may_end_with_less_than_a_rule_had_given(recognition: Running, api: httpx2.AsyncClient):
    matter = await in_progress(recognition, api)
    await matter.learner.post(f"{matter.path}/appeal", {"grounds": "More."}, version=1)
    ruling = {"outcome": "overturned", "legal_basis": LAW, "resolution": {"verdict": "documented_only"}}
    answer = await matter.officer.post(f"{matter.path}/appeal-outcome", ruling, version=2)
    assert (answer.status_code, await is_held(matter)) == (201, False)
    revoked = [fact for fact in await matter.said() if isinstance(fact, CreditRevoked)]
    assert [fact.reason for fact in revoked] == ["appeal"]
