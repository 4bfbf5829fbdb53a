import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import sqlalchemy as sa
from pydantic_core import to_json

from services.recognition import tables
from shared.contracts.assessment import AssessmentValue, Result
from shared.contracts.catalogue import AccumulationRules, SecondResult
from shared.service import Running
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.builders.grade_tables import grade_table
from tests.support.records import decisions_of
from tests.support.running import ApiCaller, as_owner, tell
from tests.support.stories import Story, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

SIMULATIONS = "/v1/simulations"
Body = dict[str, Any]


async def content(recognition: Running) -> dict[str, Any]:
    """Every row of every table."""
    async with as_owner(recognition).begin() as tx:
        return {
            table.name: sorted((await tx.scalars(sa.text(f"SELECT t::text FROM {table.name} t"))).all())  # noqa: S608 - our own tables' names
            for table in tables.METADATA.sorted_tables
        }


def home(api: httpx2.AsyncClient, told: Story, role: str = "recogniser") -> ApiCaller:
    return ApiCaller(api, told.agreement.home_id, (role,))


def of(told: Story) -> Body:
    return {"learning_agreement_id": str(told.agreement.learning_agreement_id)}


def results(*values: AssessmentValue) -> list[Body]:
    plain = json.loads(to_json(values))
    for value in plain:
        value["results"] = [{key: one[key] for key in ("unit_id", "outcome_id", "result")} for one in value["results"]]
    names = ("assessed_on", "method", "procedure", "authority", "second_person", "attempt", "results")
    return [{name: value[name] for name in names} for value in plain]


def draft(told: Story) -> Body:
    agreed = json.loads(to_json(told.agreement))
    names = ("memorandum_id", "memorandum_version", "home_id", "host_id", "qualification_id", "qualification_version")
    units = [{**unit, "has_conditions": bool(unit["has_conditions"])} for unit in agreed["units"]]
    stay = {"starts_on": "2027-03-01", "ends_on": "2027-03-26"}
    return {"draft": {**{name: agreed[name] for name in names}, **stay, "units": units}}


async def test_before_departure_everybody_sees_what_would_come_of_it(recognition: Running, api: httpx2.AsyncClient):
    told = story("U1", "U2")
    await tell(recognition, *told.reference)
    response = await home(api, told, "coordinator").post(SIMULATIONS, of(told))
    assert response.status_code == 200, response.text
    whole, partial = response.json()["units"]
    assert (whole["state"], whole["reasons"], whole["points"]) == ("recognised", [], "30.0")
    assert partial["reasons"] == ["LO_MISSING"]
    assert [one["rule"] for one in whole["trace"]] == [one["rule"] for one in partial["trace"]]
    assert {one["assessed_on"] for one in response.json()["assumed"]} == {told.agreement.ends_on.isoformat()}


@pytest.mark.parametrize("result", Result)
async def test_it_predicts_what_happens_when_exactly_these_results_arrive(
    recognition: Running, api: httpx2.AsyncClient, result: Result
):
    told = story("U1", "U3")
    await tell(recognition, *told.reference)
    first, *others = outcome_results(told.agreement)
    came_in = assessment_value(told.agreement, results=(replace(first, result=result), *others), second_person=False)
    answer = (await home(api, told).post(SIMULATIONS, of(told) | {"results": results(came_in)})).json()
    await tell(recognition, transcript_issued(told.agreement, came_in))
    decided = await decisions_of(recognition, told.learner_id)
    assert {(one["unit_id"], one["state"], *one["reasons"]) for one in answer["units"]} == {
        (str(one.unit_id), one.state, *one.reasons) for one in decided
    }
    told_why = {one["unit_id"]: [(rule["rule"], rule["passed"]) for rule in one["trace"]] for one in answer["units"]}
    assert told_why == {str(one.unit_id): [(rule["rule"], rule["passed"]) for rule in one.trace] for one in decided}


async def test_what_counts_already_is_not_promised_again(recognition: Running, api: httpx2.AsyncClient):
    told = story()
    await tell(recognition, *told.reference, told.transcript)
    [unit] = (await home(api, told).post(SIMULATIONS, of(told))).json()["units"]
    assert unit["reasons"] == ["DUPLICATE_CREDIT"]


async def test_a_better_grade_is_foretold_where_the_qualification_wants_it(
    recognition: Running, api: httpx2.AsyncClient
):
    usual = story()
    rules = AccumulationRules(second_result=SecondResult.BEST_GRADE)
    told = replace(usual, home=replace(usual.home, accumulation=rules))
    first, better = (assessment_value(told.agreement, grade=mark, grade_scale="FR-20") for mark in ("12", "14"))
    table = grade_table(told.agreement.home_id, "FR-20")
    await tell(recognition, *told.reference, table, transcript_issued(told.agreement, first))
    before = await content(recognition)
    [assumed] = results(better)
    asked = of(told) | {"results": [assumed | {"grade": "14", "grade_scale": "FR-20"}]}
    [unit] = (await home(api, told).post(SIMULATIONS, asked)).json()["units"]
    assert (unit["state"], unit["points"], unit["conversion"]["grade"]) == ("recognised", "30.0", "14")
    assert await content(recognition) == before


async def test_a_draft_can_be_tried_before_anybody_signs(recognition: Running, api: httpx2.AsyncClient):
    told = story("U1", "U3")
    reference = [one for one in told.reference if one != told.agreement]
    longer = replace(told.memorandum, valid_until=told.memorandum.valid_until.replace(year=2030))
    await tell(recognition, *[longer if one == told.memorandum else one for one in reference])
    for asking in (home(api, told), ApiCaller(api, told.agreement.host_id, ("coordinator",))):
        response = await asking.post(SIMULATIONS, draft(told))
        assert response.status_code == 200, response.text
        assert [unit["unit_id"] for unit in response.json()["units"]] == [
            str(one.unit_id) for one in told.agreement.units
        ]
        assert {rule["rule"]: rule["passed"] for rule in response.json()["units"][0]["trace"]}["R3"]


async def test_nothing_is_written(recognition: Running, api: httpx2.AsyncClient):
    told = story("U1", "U2")
    await tell(recognition, *told.reference)
    before = await content(recognition)
    for body in (of(told), of(told) | {"results": results(assessment_value(told.agreement))}, draft(told)):
        assert (await home(api, told).post(SIMULATIONS, body)).status_code == 200
    assert await content(recognition) == before


async def test_home_and_host_may_ask_and_nobody_else(recognition: Running, api: httpx2.AsyncClient):
    told = story()
    await tell(recognition, *told.reference)
    asked = {
        "home": home(api, told),
        "host": ApiCaller(api, told.agreement.host_id, ("recogniser",)),
        "stranger": ApiCaller(api, uuid4(), ("recogniser",)),
        "nobody": ApiCaller(api, None, ("recogniser",)),
        "examiner": ApiCaller(api, told.agreement.home_id, ("examiner",)),
        "learner": ApiCaller(api, None, ("learner",), learner_id=told.learner_id),
    }
    for body in (of(told), draft(told)):
        statuses = {who: (await caller.post(SIMULATIONS, body)).status_code for who, caller in asked.items()}
        assert statuses == {"home": 200, "host": 200, "stranger": 404, "nobody": 404, "examiner": 403, "learner": 403}


async def test_what_has_not_arrived_is_named(recognition: Running, api: httpx2.AsyncClient):
    told = story()
    assert (await home(api, told).post(SIMULATIONS, of(told))).status_code == 404
    response = await home(api, told).post(SIMULATIONS, draft(told))
    assert (response.status_code, response.json()["missing"]) == (
        409,
        f"memorandum:{told.memorandum.memorandum_id}:{told.memorandum.content_version}",
    )
    await tell(recognition, told.agreement, told.memorandum)
    response = await home(api, told).post(SIMULATIONS, of(told))
    assert response.json()["type"].endswith("/not-known-yet")
    assert response.json()["missing"].startswith("qualification:")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"learning_agreement_id": str(uuid4()), "draft": None, "results": []},
        {"draft": {}},
        {"learning_agreement_id": str(uuid4()), "results": [{"assessed_on": "2026-03-27", "results": []}]},
        {"learning_agreement_id": "x"},
    ],
)
async def test_what_makes_no_sense_is_refused(api: httpx2.AsyncClient, body: Body):
    assert (await ApiCaller(api, uuid4(), ("recogniser",)).post(SIMULATIONS, body)).status_code == 422


async def test_a_stay_does_not_end_before_it_starts(api: httpx2.AsyncClient):
    told = story()
    backwards = draft(told)
    backwards["draft"]["ends_on"] = "2027-02-28"
    response = await home(api, told).post(SIMULATIONS, backwards)
    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "dates_in_order"


async def test_a_draft_names_each_home_unit_once(api: httpx2.AsyncClient):
    told = story()
    twice = draft(told)
    twice["draft"]["units"] *= 2
    response = await home(api, told).post(SIMULATIONS, twice)
    [error] = response.json()["errors"]
    assert (response.status_code, error["pointer"], error["code"]) == (422, "/draft/units", "distinct")
