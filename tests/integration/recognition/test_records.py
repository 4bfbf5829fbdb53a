"""What the record shows beside what counts: how it adds up, and how it came about."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import sqlalchemy as sa

from services.recognition.tables import CREDITS, DECISIONS
from shared.contracts.agreements import LearningAgreementAgreed
from shared.contracts.assessment import AssessmentValue, Authority
from shared.contracts.catalogue import AccumulationRules, Extent, PartialPoints
from shared.db import SYSTEM
from shared.service import Running
from tests.support.builders.agreements import agreed_unit, automatic, covered
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.builders.bac_pro import BAC_PRO, MARKS
from tests.support.builders.catalogue import comparability, unit_of
from tests.support.builders.grade_tables import grade_table
from tests.support.records import credits_of, decisions_of
from tests.support.running import ApiCaller, as_owner, tell
from tests.support.stories import Story, moved, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


def learner(api: httpx2.AsyncClient, told: Story) -> ApiCaller:
    return ApiCaller(api, None, ("learner",), learner_id=told.learner_id)


async def record(api: httpx2.AsyncClient, told: Story) -> dict[str, Any]:
    answer: dict[str, Any] = (await learner(api, told).get(f"/v1/records/{told.learner_id}")).json()
    return answer


async def history(api: httpx2.AsyncClient, told: Story, **params: Any) -> list[dict[str, Any]]:
    response = await learner(api, told).get(f"/v1/records/{told.learner_id}/history", **params)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def bac_pro(marks: Mapping[str, str | None]) -> Story:
    """Learnt at a host that teaches the very same; the units marked on the scale that home has."""
    told, home, host = story(), moved(BAC_PRO, uuid4()), moved(BAC_PRO, uuid4())
    comparabilities = [comparability(home, code, host, code, Extent.FULL) for code in marks]
    agreement = replace(
        told.agreement,
        qualification_id=home.qualification_id,
        qualification_version=home.version,
        units=tuple(sorted(map(agreed_unit, comparabilities), key=lambda unit: unit.unit_id)),
    )
    memorandum = replace(
        told.memorandum, qualifications=(covered(home),), automatic_recognition=automatic(agreement.home_id, home)
    )
    values = [_marked(agreement, unit_of(host, code).unit_id, mark) for code, mark in marks.items()]
    return replace(
        told,
        home=home,
        host=host,
        comparabilities=comparabilities,
        memorandum=memorandum,
        agreement=agreement,
        transcript=transcript_issued(agreement, *values),
    )


def _marked(agreement: LearningAgreementAgreed, host_unit_id: UUID, mark: str | None) -> AssessmentValue:
    results = tuple(one for one in outcome_results(agreement) if one.unit_id == host_unit_id)
    return assessment_value(agreement, results=results, grade=mark, grade_scale=mark and "FR-20")


@pytest.mark.parametrize(
    ("marks", "total", "mean", "result"),
    [
        (MARKS, "145.00", "11.15", "passed"),
        (MARKS | {"MOB": "16"}, "151.00", "11.61", "passed"),
        (MARKS | {"E3": None}, "89.00", None, "incomplete"),
    ],
)
async def test_a_bac_pro_learnt_abroad_adds_up_to_its_weighted_mean(
    recognition: Running,
    api: httpx2.AsyncClient,
    marks: dict[str, str | None],
    total: str,
    mean: str | None,
    result: str,
):
    told = bac_pro(marks)
    await tell(recognition, *told.reference, grade_table(told.agreement.home_id, "FR-20"), told.transcript)
    [progress] = (await record(api, told))["qualifications"]
    assert (progress["adds_up_by"], progress["complete"]) == ("mean", result == "passed")
    found = progress["mean"]
    assert (Decimal(found["sum_of_marks"]), found["mean"], found["result"]) == (Decimal(total), mean, result)
    assert [unit["eliminates"] for unit in found["units"]] == [False] * sum(mark is not None for mark in marks.values())
    assert len(found["missing_unit_ids"]) == (mean is None)
    assert found["terms"] == {"pass_mark": "10", "pass_mark_inclusive": True, "bonus_mark": "10"}


async def test_a_share_of_points_is_shown_where_the_qualification_gives_one(
    recognition: Running, api: httpx2.AsyncClient
):
    italy = story("U2")
    sharing = AccumulationRules(partial_points=PartialPoints.PRO_RATA)
    italy = replace(italy, home=replace(italy.home, accumulation=sharing))
    await tell(recognition, *italy.reference, italy.transcript)
    shown = await record(api, italy)
    assert [unit["points"] for unit in shown["in_progress"]] == ["16.6"]
    [progress] = shown["qualifications"]
    assert (progress["points"], progress["points_in_progress"], progress["adds_up_by"]) == (None, "16.6", "points")


async def test_the_history_tells_every_decision_and_what_took_its_place(recognition: Running, api: httpx2.AsyncClient):
    told = story("U1", "U2")
    unsure = replace(told.transcript.assessments[0], authority=Authority.NONE)
    first = transcript_issued(told.agreement, unsure)
    second = transcript_issued(
        told.agreement, *told.transcript.assessments, transcript_id=first.transcript_id, version=2
    )
    await tell(recognition, *told.reference, first)
    await tell(recognition, second)
    found = await history(api, told)
    assert [one["state"] for one in found[:2]] == ["superseded", "superseded"]
    assert {one["state"] for one in found[2:]} == {"recognised", "partially_recognised"}
    by_id = {one["decision_id"]: one for one in found}
    for review in found[:2]:
        later = by_id[review["superseded_by"]]
        assert (later["unit_id"], later["transcript_version"], later["mode"]) == (review["unit_id"], 2, "automatic")
        assert "ASSESSOR_NOT_AUTHORISED" in review["reasons"]
    [credit] = await credits_of(recognition, told.learner_id)
    counting = next(one for one in found if one["state"] == "recognised")
    assert (counting["credit_id"], counting["credit_state"]) == (str(credit.credit_id), "active")
    assert {one["unit_id"] for one in await history(api, told, unit_id=str(credit.unit_id))} == {str(credit.unit_id)}


async def test_the_history_has_pages(recognition: Running, api: httpx2.AsyncClient):
    told = story("U1", "U3", "U4")
    await tell(recognition, *told.reference, told.transcript)
    caller, path = learner(api, told), f"/v1/records/{told.learner_id}/history"
    first = (await caller.get(path, limit=2)).json()
    second = (await caller.get(path, limit=2, cursor=first["next"])).json()
    found = [one["decision_id"] for page in (first, second) for one in page["items"]]
    assert found == [str(row.decision_id) for row in await decisions_of(recognition, told.learner_id)]
    assert second["next"] is None


async def test_what_was_revoked_is_in_the_history_alone(recognition: Running, api: httpx2.AsyncClient):
    told = story("U1")
    await tell(recognition, *told.reference, told.transcript)
    async with recognition.database.transaction(SYSTEM) as tx:
        revoked = sa.update(CREDITS).where(CREDITS.c.learner_id == told.learner_id).values(state="revoked")
        await tx.execute(revoked)
    shown = await record(api, told)
    assert (shown["credits"], shown["expired"], shown["qualifications"]) == ([], [], [])
    [decision] = await history(api, told)
    assert decision["credit_state"] == "revoked"


async def test_the_learner_sees_everything_but_who_decided(recognition: Running, api: httpx2.AsyncClient):
    told = story("U1")
    await tell(recognition, *told.reference, told.transcript)
    async with as_owner(recognition).begin() as tx:
        by_a_person = {"mode": "manual", "decided_by": "maria.borg", "legal_basis": "Art. 5"}
        await tx.execute(sa.update(DECISIONS).where(DECISIONS.c.learner_id == told.learner_id).values(by_a_person))
    caller = learner(api, told)
    [decision] = await history(api, told)
    assert (decision["mode"], decision["legal_basis"]) == ("manual", "Art. 5")
    for path in (f"/v1/records/{told.learner_id}", f"/v1/records/{told.learner_id}/history"):
        assert "maria.borg" not in (await caller.get(path)).text


async def test_the_history_is_for_those_who_see_the_record(recognition: Running, api: httpx2.AsyncClient):
    told = story("U1")
    told = replace(
        told, policy=replace(told.policy, country="MT"), agreement=replace(told.agreement, home_country="MT")
    )
    await tell(recognition, *told.reference, told.transcript)
    path = f"/v1/records/{told.learner_id}/history"
    home, host = told.agreement.home_id, told.agreement.host_id
    sees = {
        ApiCaller(api, home, ("recogniser",)): 200,
        learner(api, told): 200,
        ApiCaller(api, None, ("competent_body",), ("MT",)): 200,
        ApiCaller(api, host, ("examiner",)): 404,
        ApiCaller(api, None, ("competent_body",), ("IT",)): 404,
        ApiCaller(api, None, ("learner",), learner_id=uuid4()): 404,
        ApiCaller(api, home, ("operator",)): 404,
    }
    for caller, status in sees.items():
        assert (await caller.get(path)).status_code == status, caller
