from dataclasses import replace
from uuid import UUID, uuid4

import httpx2
import pytest
from pydantic import TypeAdapter

from services.recognition.domain.ledger import LinkedEntry, verify
from shared.contracts.assessment import Result
from shared.service import Running
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.running import ApiCaller, tell
from tests.support.stories import Story, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

ENTRIES = TypeAdapter(list[LinkedEntry])


async def partly_recognised(recognition: Running) -> Story:
    """U1 counts; U2 is only partly taught in Italy, so it is in progress; of U3 nothing was achieved."""
    told = story("U1", "U2", "U3")
    failed = {unit.host_unit_id for unit in told.agreement.units if unit.unit_id == unit_id(told, "U3")}
    results = tuple(
        replace(one, result=Result.NOT_ACHIEVED) if one.unit_id in failed else one
        for one in outcome_results(told.agreement)
    )
    told = replace(
        told, transcript=transcript_issued(told.agreement, assessment_value(told.agreement, results=results))
    )
    await tell(recognition, *told.reference, told.transcript)
    return told


def recogniser(api: httpx2.AsyncClient, told: Story) -> ApiCaller:
    return ApiCaller(api, told.agreement.home_id, ("recogniser",))


def unit_id(told: Story, code: str) -> UUID:
    return next(unit.unit_id for unit in told.home.units if unit.code == code)


async def test_a_record_shows_what_counts_what_is_in_progress_or_under_review_and_what_is_missing(
    recognition: Running, api: httpx2.AsyncClient
):
    told = await partly_recognised(recognition)
    record = (await recogniser(api, told).get(f"/v1/records/{told.learner_id}")).json()
    [credit], [review], [progress] = record["credits"], record["reviews"], record["qualifications"]
    [begun] = record["in_progress"]
    assert begun["unit_id"] == str(unit_id(told, "U2"))
    assert (len(begun["held_outcome_ids"]), len(begun["needed_outcome_ids"]), begun["needed_optional"]) == (2, 1, 0)
    assert record["documented"] == []
    assert (credit["unit_id"], credit["points"], credit["mode"]) == (str(unit_id(told, "U1")), "30.0", "automatic")
    assert (review["unit_id"], review["reasons"]) == (str(unit_id(told, "U3")), ["LO_MISSING"])
    assert progress["counted"] == [str(unit_id(told, "U1"))]
    assert progress["missing"] == [str(unit_id(told, code)) for code in ("U2", "U3", "U4", "U5")]
    assert (progress["points"], progress["complete"]) == ("30.0", False)


async def test_points_are_optional(recognition: Running, api: httpx2.AsyncClient):
    told = story()
    units = tuple(replace(unit, points=None) for unit in told.home.units)
    await tell(recognition, *replace(told, home=replace(told.home, units=units)).reference, told.transcript)
    record = (await recogniser(api, told).get(f"/v1/records/{told.learner_id}")).json()
    assert record["credits"][0]["points"] is None
    assert record["qualifications"][0]["points"] is None


async def test_a_decision_explains_itself(recognition: Running, api: httpx2.AsyncClient):
    told = await partly_recognised(recognition)
    mine = recogniser(api, told)
    [listed] = (await mine.get("/v1/decisions", state="manual_review", learner_id=str(told.learner_id))).json()["items"]
    answer = await mine.get(f"/v1/decisions/{listed['decision_id']}")
    decision = answer.json()
    assert answer.headers["ETag"] == '"1"'
    failed = {result["rule"]: result["reasons"] for result in decision["trace"] if not result["passed"]}
    assert failed == {"R5": ["LO_MISSING"]}
    assert len(decision["trace"]) == 12
    assert decision["transcript_hash"] == told.transcript.content_hash
    assert decision["memorandum_hash"] == told.memorandum.content_hash
    assert decision["country_policy_version"] == told.policy.version
    validation = (await mine.get(f"/v1/validations/{decision['validation_id']}")).json()
    assert validation["status"] == "not_validated"
    assert [one["reason"] for one in validation["outcomes"]] == ["LO_MISSING"] * 3


async def test_the_queue_is_what_waits_for_a_recogniser(recognition: Running, api: httpx2.AsyncClient):
    told = await partly_recognised(recognition)
    mine = recogniser(api, told)
    for state, code in [("manual_review", "U3"), ("partially_recognised", "U2"), ("recognised", "U1")]:
        [decision] = (await mine.get("/v1/decisions", state=state)).json()["items"]
        assert decision["unit_id"] == str(unit_id(told, code))
    assert (await mine.get("/v1/decisions", state="superseded")).json()["items"] == []
    assert (await mine.get("/v1/decisions", state="unheard-of")).status_code == 422


async def test_a_ledger_can_be_checked_page_by_page_with_nothing_but_its_answers(
    recognition: Running, api: httpx2.AsyncClient
):
    told = story("U1", "U3", "U4")
    await tell(recognition, *told.reference, told.transcript)
    mine, path, entries = recogniser(api, told), f"/v1/ledger/{told.learner_id}", []
    page = (await mine.get(path, limit=2)).json()
    entries += page["items"]
    page = (await mine.get(path, limit=2, cursor=page["next"])).json()
    entries += page["items"]
    chain = ENTRIES.validate_python(entries)
    assert (len(chain), page["next"], verify(chain)) == (3, None, None)
    assert page["head"] == {"position": 3, "hash": chain[-1].hash}


async def test_a_credit_is_the_fact_that_was_said(recognition: Running, api: httpx2.AsyncClient):
    told = await partly_recognised(recognition)
    mine = recogniser(api, told)
    [listed] = (await mine.get("/v1/credits")).json()["items"]
    answer = await mine.get(f"/v1/credits/{listed['credit_id']}")
    assert answer.json() == listed
    assert answer.headers["ETag"] == '"1"'
    assert listed["transcript_id"] == str(told.transcript.transcript_id)


async def test_lists_page(recognition: Running, api: httpx2.AsyncClient):
    told = story("U1", "U3", "U4")
    results = outcome_results(told.agreement, Result.NOT_ACHIEVED)
    transcript = transcript_issued(told.agreement, assessment_value(told.agreement, results=results))
    await tell(recognition, *told.reference, transcript)
    mine = recogniser(api, told)
    for path in ("/v1/decisions", "/v1/validations"):
        first = (await mine.get(path, limit=2)).json()
        second = (await mine.get(path, limit=2, cursor=first["next"])).json()
        assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)


@pytest.mark.parametrize("resource", ["records", "credits", "decisions", "validations", "ledger"])
async def test_what_is_not_there_is_not_found_and_what_is_no_id_is_refused(api: httpx2.AsyncClient, resource: str):
    anybody = ApiCaller(api, uuid4(), ("recogniser",))
    assert (await anybody.get(f"/v1/{resource}/{uuid4()}")).status_code == 404
    assert (await anybody.get(f"/v1/{resource}/nonsense")).status_code == 422
