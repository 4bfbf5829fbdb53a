"""From plan to confirmation, through the API."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.assessment import store
from shared.auth import Principal
from shared.problems import VersionMismatch
from tests.support.builders.agreements import learning_agreement_completed, memorandum_activated
from tests.support.running import ApiCaller, tell
from tests.support.stays import Stays

LAST_DAY, DAY_AFTER = "2026-03-27", "2026-03-28"
pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


def errors(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_an_assessment_is_planned_recorded_and_confirmed(stays: Stays):
    stay = await stays.begin(outcomes=2)
    planned = await stay.assessor.post("/v1/assessments", stay.plan_body(planned_on=LAST_DAY))
    path = planned.headers["Location"]
    assert (planned.status_code, planned.headers["ETag"]) == (201, '"1"')
    assert planned.json()["state"] == "planned"
    assert {result["result"] for result in planned.json()["results"]} == {"not_assessed"}

    report: dict[str, Any] = {"procedure": "deviated", "attempt": 2, "grade": "14", "grade_scale": "fr-0-20"}
    recorded = await stay.assessor.post(f"{path}/result", stay.result_body(**report), version=1)
    assert (recorded.status_code, recorded.headers["ETag"]) == (200, '"2"')
    said = {name: value for name, value in recorded.json()["report"].items() if value is not None}
    assert said == {"assessed_on": LAST_DAY} | report
    assert {(result["result"], result["weight"]) for result in recorded.json()["results"]} == {("achieved", "0.5")}

    confirmed = await stay.examiner.post(f"{path}/confirmation", version=2)
    assert (confirmed.status_code, confirmed.headers["ETag"]) == (200, '"3"')
    changed = {"state": "confirmed", "version": 3, "contest_until": confirmed.json()["contest_until"]}
    assert confirmed.json() == recorded.json() | changed
    assert (await stay.home.get(path)).json() == confirmed.json()


async def test_a_confirmation_is_said_with_everything_the_home_institution_needs(stays: Stays):
    stay = await stays.begin(outcomes=1)
    await stay.confirmed()
    fact = (await stay.said())[0]
    assert (fact.type, fact.data.version) == ("acquis.assessment.confirmed.v1", 3)
    assert (fact.data.home_id, fact.data.host_id) == (stay.agreed.home_id, stay.agreed.host_id)
    value = fact.data.assessment
    assert (value.authority, value.second_person, value.attempt, value.grade) == ("host_staff", True, 1, None)
    [result] = value.results
    assert (result.outcome_id, result.unit_id) == (stay.outcomes[0], stay.agreed.units[0].host_unit_id)


async def test_planning_and_recording_say_nothing(stays: Stays):
    stay = await stays.begin()
    await stay.recorded()
    assert await stay.said() == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"learning_agreement_id": str(uuid4())}, [("/learning_agreement_id", "unknown")]),
        ({"method": "guess"}, [("/method", "enum")]),
        ({"outcomes": []}, [("/outcomes", "too_short")]),
        ({"planned_on": DAY_AFTER}, [("/planned_on", "outside_mobility")]),
    ],
)
async def test_an_impossible_plan_is_refused_with_the_place_of_the_error(
    stays: Stays, change: dict[str, Any], found: list[tuple[str, str]]
):
    stay = await stays.begin()
    assert errors(await stay.assessor.post("/v1/assessments", stay.plan_body(**change))) == found


async def test_only_agreed_outcomes_can_be_planned(stays: Stays):
    stay = await stays.begin()
    answer = await stay.assessor.post("/v1/assessments", stay.plan_body([stay.outcomes[0], uuid4()]))
    assert errors(answer) == [("/outcomes/1", "not_agreed")]


@pytest.mark.parametrize("weight", ["0", "-1", "1.1", "0.00001", "NaN", "1e400", True, None, [], ""])
async def test_a_weight_is_above_0_and_at_most_1(stays: Stays, weight: Any):
    stay = await stays.begin()
    body = stay.plan_body()
    body["outcomes"][0]["weight"] = weight
    assert [pointer for pointer, _ in errors(await stay.assessor.post("/v1/assessments", body))] == [
        "/outcomes/0/weight"
    ]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"assessed_on": DAY_AFTER}, [("/assessed_on", "outside_mobility")]),
        ({"grade": "14"}, [("", "grade_scale")]),
        ({"attempt": 0}, [("/attempt", "greater_than_equal")]),
    ],
)
async def test_an_impossible_result_is_refused_and_changes_nothing(
    stays: Stays, change: dict[str, Any], found: list[tuple[str, str]]
):
    stay = await stays.begin()
    path = await stay.planned()
    assert errors(await stay.assessor.post(f"{path}/result", stay.result_body(**change), version=1)) == found
    assert (await stay.assessor.get(path)).json()["version"] == 1


async def test_results_are_of_the_outcomes_covered(stays: Stays):
    stay = await stays.begin(outcomes=1)
    answer = await stay.assessor.post(f"{await stay.planned()}/result", stay.result_body([uuid4()]), version=1)
    assert errors(answer) == [("/results/0/outcome_id", "not_covered"), ("/results", "missing")]


async def test_what_has_not_happened_yet_cannot_be_recorded(stays: Stays):
    stay = await stays.begin(ends_on=date(2099, 1, 1))
    answer = await stay.assessor.post(f"{await stay.planned()}/result", stay.result_body(), version=1)
    assert errors(answer) == [("/assessed_on", "in_future")]


async def test_the_actual_end_of_the_stay_bounds_what_can_be_recorded(stays: Stays):
    stay = await stays.begin()
    path = await stay.planned()
    before = stay.agreed.ends_on - timedelta(days=1)
    await tell(stay.running, learning_agreement_completed(stay.agreed, completed_on=before))
    late = await stay.assessor.post(f"{path}/result", stay.result_body(), version=1)
    assert errors(late) == [("/assessed_on", "outside_mobility")]
    in_time = stay.result_body(assessed_on=str(before))
    assert (await stay.assessor.post(f"{path}/result", in_time, version=1)).status_code == 200


@pytest.mark.parametrize("rule", [True, None])
async def test_two_persons_are_needed_when_the_memorandum_wants_it_or_is_not_known(stays: Stays, *, rule: bool | None):
    stay = await stays.begin(two_person_rule=rule)
    path, both = await stay.planned(), stay.host("assessor", "examiner")
    await both.post(f"{path}/result", stay.result_body(), version=1)
    refused = await both.post(f"{path}/confirmation", version=2)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "forbidden")
    assert (await stay.examiner.post(f"{path}/confirmation", version=2)).status_code == 200


async def test_one_person_is_enough_when_the_memorandum_says_so(stays: Stays):
    stay = await stays.begin(two_person_rule=None)
    path, both = await stay.planned(), stay.host("assessor", "examiner")
    await both.post(f"{path}/result", stay.result_body(), version=1)
    await tell(stay.running, memorandum_activated(memorandum_id=stay.agreed.memorandum_id, two_person_rule=False))
    assert (await both.post(f"{path}/confirmation", version=2)).status_code == 200
    assert (await stay.said())[0].data.assessment.second_person is False


async def test_a_confirmed_assessment_is_not_confirmed_again(stays: Stays):
    stay = await stays.begin()
    path = await stay.confirmed()
    again = await stay.examiner.post(f"{path}/confirmation", version=3)
    assert (again.status_code, again.json()["state"]) == (409, "confirmed")
    assert again.json()["possible"] == ["contest", "resit", "annulment"]


async def test_who_read_an_older_version_is_told_so(stays: Stays):
    stay = await stays.begin()
    path = await stay.recorded()
    assert (await stay.assessor.post(f"{path}/result", stay.result_body(), version=1)).status_code == 412
    assert (await stay.examiner.post(f"{path}/confirmation", version=1)).status_code == 412
    assert (await stay.examiner.post(f"{path}/confirmation")).status_code == 428


async def test_a_lost_response_can_be_retried_with_the_same_key(stays: Stays):
    stay = await stays.begin()
    body = stay.plan_body()
    first = await stay.assessor.post("/v1/assessments", body, key="plan")
    assert (await stay.assessor.post("/v1/assessments", body, key="plan")).content == first.content
    path = await stay.recorded()
    confirmed = await stay.examiner.post(f"{path}/confirmation", version=2, key="confirm")
    again = await stay.examiner.post(f"{path}/confirmation", version=2, key="confirm")
    assert (again.status_code, again.content) == (200, confirmed.content)
    assert len(await stay.said()) == 1  # the other plan is open, so no transcript


async def test_a_list_is_filtered_by_agreement_and_state(stays: Stays):
    stay = await stays.begin(outcomes=2)
    other = await stays.begin(home_id=stay.agreed.home_id, host_id=stay.agreed.host_id)
    open_one, done = await stay.planned([stay.outcomes[0]]), await stay.confirmed([stay.outcomes[1]])
    elsewhere = await other.planned()

    async def paths(caller: ApiCaller, **filters: str) -> set[str]:
        answer = await caller.get("/v1/assessments", **filters)
        return {f"/v1/assessments/{item['assessment_id']}" for item in answer.json()["items"]}

    agreement = {"learning_agreement_id": str(stay.agreed.learning_agreement_id)}
    assert await paths(stay.home) == await paths(stay.assessor) == {open_one, done, elsewhere}
    assert await paths(stay.home, **agreement) == {open_one, done}
    assert await paths(stay.home, state="planned") == {open_one, elsewhere}
    assert await paths(stay.home, **agreement, state="confirmed") == {done}


async def test_pages_of_a_list_join_without_gap_or_overlap(stays: Stays):
    stay = await stays.begin()
    paths = [await stay.planned() for _ in range(3)]
    first = (await stay.assessor.get("/v1/assessments", limit=2)).json()
    second = (await stay.assessor.get("/v1/assessments", limit=2, cursor=first["next"])).json()
    found = [f"/v1/assessments/{item['assessment_id']}" for item in first["items"] + second["items"]]
    assert (sorted(found), second["next"]) == (sorted(paths), None)


async def test_what_has_changed_meanwhile_is_not_overwritten(stays: Stays):
    stay = await stays.begin()
    assessment_id = UUID((await stay.planned()).rpartition("/")[2])
    examiner = Principal("examiner", stay.agreed.host_id, frozenset({"examiner"}))
    async with stays.running.database.transaction(str(stay.agreed.host_id)) as tx:
        read = await store.load_assessment(tx, assessment_id, examiner)
        await store.save_assessment(tx, replace(read, version=2))
        with pytest.raises(VersionMismatch):
            await store.save_assessment(tx, replace(read, version=2))
        with pytest.raises(VersionMismatch):
            await store.save_assessments(tx, [(1, replace(read, version=2))])
