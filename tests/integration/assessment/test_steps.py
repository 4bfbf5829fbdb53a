"""Conducted, missed, moderated, repeated: what may become of an assessment on its way to the transcript."""

from datetime import UTC, date, datetime

import pytest

from tests.support.stays import Stay, Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

HELD = {"held_on": "2026-03-20"}


async def test_a_result_may_come_after_the_day_of_the_assessment(stays: Stays):
    stay = await stays.begin()
    path = await stay.planned()
    conducted = await stay.assessor.post(f"{path}/conduct", HELD, version=1)
    assert (conducted.status_code, conducted.headers["ETag"]) == (200, '"2"')
    assert (conducted.json()["state"], conducted.json()["held_on"]) == ("conducted", "2026-03-20")
    recorded = await stay.assessor.post(f"{path}/result", stay.result_body(), version=2)
    assert (recorded.json()["state"], recorded.json()["held_on"]) == ("recorded", "2026-03-20")


@pytest.mark.parametrize("act", ["conduct", "absence"])
async def test_a_day_that_has_not_come_yet_is_refused(stays: Stays, act: str):
    stay = await stays.begin(ends_on=date(2099, 1, 1))
    path = await stay.planned()
    refused = await stay.assessor.post(f"{path}/{act}", {"held_on": "2098-12-31"}, version=1)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "in_future")


async def test_a_transcript_does_not_wait_for_who_was_absent(stays: Stays):
    stay = await stays.begin(outcomes=2)
    await stay.confirmed([stay.outcomes[0]])
    path = await stay.planned([stay.outcomes[1]])
    missed = await stay.assessor.post(f"{path}/absence", HELD | {"excused": True}, version=1)
    assert (missed.json()["state"], missed.json()["excused"]) == ("absent", True)
    said = await stay.said()
    assert [fact.type.split(".")[1] for fact in said] == ["assessment", "transcript"]
    [unit] = said[-1].data.units
    assert (unit.verdict, unit.outstanding_outcome_ids) == ("partially", (stay.outcomes[1],))


async def test_nothing_is_issued_where_everybody_was_absent(stays: Stays):
    stay = await stays.begin()
    await stay.assessor.post(f"{await stay.planned()}/absence", HELD, version=1)
    assert (await stay.said(), (await stay.transcript())["state"]) == ([], "draft")


async def test_a_moderator_is_somebody_else_and_is_said_to_have_been(stays: Stays):
    stay = await stays.begin(two_person_rule=False)
    path, both = await stay.planned(), stay.host("assessor", "examiner")
    await both.post(f"{path}/result", stay.result_body(), version=1)
    assert (await both.post(f"{path}/moderation", {}, version=2)).status_code == 403
    moderated = await stay.examiner.post(f"{path}/moderation", {"comment": "Marked to the grid."}, version=2)
    assert (moderated.json()["state"], moderated.json()["moderation"]["text"]) == ("moderated", "Marked to the grid.")
    await both.post(f"{path}/confirmation", version=3)
    value = (await stay.said())[0].data.assessment
    assert (value.moderated, value.second_person) == (True, False)


async def failed(stay: Stay) -> str:
    """The path of an assessment in which one of two outcomes was not achieved."""
    path, body = await stay.planned(), stay.result_body()
    body["results"][0]["result"] = "not_achieved"
    await stay.assessor.post(f"{path}/result", body, version=1)
    await stay.examiner.post(f"{path}/confirmation", version=2)
    return path


async def test_what_was_not_achieved_is_tried_again_after_the_stay(stays: Stays):
    stay = await stays.begin(outcomes=2)
    path = await failed(stay)
    today = datetime.now(UTC).date()
    again = await stay.assessor.post(f"{path}/resit", {"planned_on": str(today)}, version=3)
    following = again.json()
    assert (again.status_code, again.headers["ETag"]) == (201, '"1"')
    assert (following["state"], following["attempt"], following["resit_of"]) == (
        "planned",
        2,
        path.rpartition("/")[2],
    )
    assert {result["result"] for result in following["results"]} == {"not_assessed"}
    before = (await stay.home.get(path)).json()
    assert (before["state"], before["version"], before["resit_id"]) == ("confirmed", 4, following["assessment_id"])

    next_path = again.headers["Location"]
    recorded = await stay.assessor.post(f"{next_path}/result", stay.result_body(assessed_on=str(today)), version=1)
    assert (recorded.status_code, recorded.json()["report"]["attempt"]) == (200, 2), recorded.text
    await stay.examiner.post(f"{next_path}/confirmation", version=2)
    said = await stay.said()
    value = said[-2].data.assessment
    assert (value.attempt, str(value.resit_of)) == (2, path.rpartition("/")[2])
    assert [len(fact.data.assessments) for fact in said if "transcript" in fact.type] == [1, 2]
    assert [unit.verdict for unit in said[-1].data.units] == ["achieved"]


async def test_a_next_attempt_is_not_counted_as_the_one_before(stays: Stays):
    stay = await stays.begin(outcomes=1)
    path = (await stay.assessor.post(f"{await failed(stay)}/resit", {}, version=3)).headers["Location"]
    refused = await stay.assessor.post(f"{path}/result", stay.result_body(attempt=1), version=1)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/attempt")


async def test_there_is_one_next_attempt_and_none_at_what_was_achieved(stays: Stays):
    stay = await stays.begin(outcomes=2)
    path = await failed(stay)
    assert (await stay.examiner.post(f"{path}/resit", {}, version=3)).status_code == 201
    again = await stay.examiner.post(f"{path}/resit", {}, version=4)
    assert (again.status_code, again.json()["possible"]) == (409, ["contest", "annulment"])
    done = await stay.confirmed()
    assert (await stay.examiner.post(f"{done}/resit", {}, version=3)).status_code == 409


async def test_a_next_attempt_lies_ahead(stays: Stays):
    stay = await stays.begin(outcomes=1)
    path = await failed(stay)
    refused = await stay.assessor.post(f"{path}/resit", {"planned_on": "2026-03-20"}, version=3)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "in_past")


async def test_who_was_absent_gets_a_next_attempt_for_which_the_transcript_waits(stays: Stays):
    stay = await stays.begin(outcomes=1)
    path = await stay.planned()
    await stay.assessor.post(f"{path}/absence", HELD, version=1)
    again = await stay.assessor.post(f"{path}/resit", {}, version=2)
    assert (again.status_code, again.json()["attempt"]) == (201, 2)
    other = await stay.confirmed()
    assert (await stay.transcript())["state"] == "draft"
    assert other
    await stay.examiner.post(f"{again.headers['Location']}/annulment", {"reason": "Left early."}, version=1)
    assert (await stay.transcript())["state"] == "issued"
