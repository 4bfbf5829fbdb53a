"""When the transcript is issued, and what it says."""

import json
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from services.assessment.tables import TRANSCRIPT_VERSIONS
from shared.contracts.agreements import TranscriptPolicy
from shared.contracts.assessment import AssessmentAnnulled, AssessmentContested, transcript_hash
from shared.db import SYSTEM
from tests.support.builders.assessment import (
    assessment_step,
    outcome_results,
    transcript_corrected,
    transcript_issued,
    transcript_withdrawn,
)
from tests.support.running import tell
from tests.support.stays import Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

CONFIRMED, ISSUED = "acquis.assessment.confirmed.v1", "acquis.transcript.issued.v1"


async def test_an_agreed_agreement_opens_its_transcript_as_a_draft(stays: Stays):
    stay = await stays.begin()
    transcript = await stay.transcript()
    assert (transcript["state"], transcript["issue"], transcript["version"]) == ("draft", 0, 1)
    assert (transcript["content_hash"], transcript["issued_at"]) == (None, None)
    answer = await stay.learner.get(f"/v1/transcripts/{transcript['transcript_id']}")
    assert (answer.json(), answer.headers["ETag"]) == (transcript, '"1"')


async def test_on_completion_the_last_confirmation_issues_the_transcript_with_everything(stays: Stays):
    stay = await stays.begin(outcomes=2)
    first, second = await stay.recorded([stay.outcomes[0]]), await stay.recorded([stay.outcomes[1]])
    await stay.examiner.post(f"{first}/confirmation", version=2)
    assert (await stay.transcript())["state"] == "draft"
    await stay.examiner.post(f"{second}/confirmation", version=2)
    transcript, said = await stay.transcript(), await stay.said()
    assert (transcript["state"], transcript["issue"], transcript["version"]) == ("issued", 1, 2)
    assert [fact.type for fact in said] == [CONFIRMED, CONFIRMED, ISSUED]
    issued = said[-1].data
    assert (str(issued.transcript_id), issued.version) == (transcript["transcript_id"], 1)
    assert [f"/v1/assessments/{value.assessment_id}" for value in issued.assessments] == sorted([first, second])
    assert list(issued.assessments) == [fact.data.assessment for fact in said[:2]]


async def test_the_hash_of_what_was_said_can_be_checked_by_whoever_hears_it(stays: Stays):
    stay = await stays.begin(outcomes=3)
    await stay.confirmed()
    issued = (await stay.said())[-1].data
    checked = transcript_hash(
        learner_id=stay.agreed.learner_id,
        learning_agreement_id=stay.agreed.learning_agreement_id,
        learning_agreement_version=stay.agreed.content_version,
        host_id=stay.agreed.host_id,
        assessments=issued.assessments,
        period=issued.period,
        units=issued.units,
    )
    assert checked == issued.content_hash == (await stay.transcript())["content_hash"]


async def test_the_builder_of_transcripts_says_what_the_service_says(stays: Stays):
    stay = await stays.begin(outcomes=3)
    await stay.confirmed()
    issued = (await stay.said())[-1].data
    built = transcript_issued(stay.agreed, *issued.assessments)
    assert replace(built, transcript_id=issued.transcript_id, issued_at=issued.issued_at) == issued
    [value] = issued.assessments
    assert outcome_results(stay.agreed) == tuple(replace(result, weight=Decimal(1)) for result in value.results)


async def test_the_builders_of_what_comes_later_say_what_the_service_says(stays: Stays):
    stay = await stays.begin(outcomes=2)
    first, second = await stay.recorded([stay.outcomes[0]]), await stay.recorded([stay.outcomes[1]])
    for path in (first, second):
        await stay.examiner.post(f"{path}/confirmation", version=2)
    await stay.learner.post(f"{first}/contest", {"reason": "No."}, version=3)
    await stay.examiner.post(f"{first}/annulment", {"reason": "No."}, version=4)
    path = f"/v1/transcripts/{(await stay.transcript())['transcript_id']}/withdrawal"
    await stay.examiner.post(path, {"reason": "No."}, version=3)
    confirmed, _, issued, contested, annulled, corrected, withdrawn = [fact.data for fact in await stay.said()]
    today = contested.occurred_on
    assert assessment_step(AssessmentContested, confirmed, today) == contested
    assert assessment_step(AssessmentAnnulled, confirmed, today, version=5) == annulled
    built = transcript_corrected(stay.agreed, issued, *corrected.assessments, issued_at=corrected.issued_at)
    assert built == corrected
    assert transcript_withdrawn(corrected, withdrawn_at=withdrawn.withdrawn_at) == withdrawn


async def test_on_completion_an_outcome_without_a_result_holds_the_transcript_back(stays: Stays):
    stay = await stays.begin(outcomes=2)
    await stay.confirmed([stay.outcomes[0]])
    assert [fact.type for fact in await stay.said()] == [CONFIRMED]


async def test_on_confirmation_each_one_issues_the_next_version_with_all_before_it(stays: Stays):
    stay = await stays.begin(outcomes=2, transcript_policy=TranscriptPolicy.ON_CONFIRMATION)
    await stay.confirmed([stay.outcomes[0]])
    await stay.confirmed([stay.outcomes[1]])
    said = await stay.said()
    assert [fact.type for fact in said] == [CONFIRMED, ISSUED, CONFIRMED, ISSUED]
    assert [(fact.data.version, len(fact.data.assessments)) for fact in said[1::2]] == [(1, 1), (2, 2)]


async def test_issued_versions_stay_as_they_were_said(stays: Stays):
    stay = await stays.begin(outcomes=2, transcript_policy=TranscriptPolicy.ON_CONFIRMATION)
    await stay.confirmed([stay.outcomes[0]])
    await stay.confirmed([stay.outcomes[1]])
    path = f"/v1/transcripts/{(await stay.transcript())['transcript_id']}/versions"
    for fact in (await stay.said())[1::2]:
        answer = await stay.learner.get(f"{path}/{fact.data.version}")
        assert answer.headers["ETag"] == f'"{fact.data.version}"'
        assert answer.json() == json.loads(fact.body)["data"]
    assert (await stay.home.get(f"{path}/3")).status_code == 404


async def test_an_issued_version_cannot_be_changed_or_deleted(stays: Stays):
    for statement in (sa.update(TRANSCRIPT_VERSIONS).values(version=9), sa.delete(TRANSCRIPT_VERSIONS)):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with stays.running.database.transaction(SYSTEM) as tx:
                await tx.execute(statement)


async def test_manual_waits_for_an_examiner(stays: Stays):
    stay = await stays.begin(transcript_policy=TranscriptPolicy.MANUAL)
    await stay.confirmed()
    transcript = await stay.transcript()
    assert transcript["state"] == "draft"
    path = f"/v1/transcripts/{transcript['transcript_id']}/issuance"
    assert (await stay.assessor.post(path, version=1)).status_code == 403
    issued = await stay.examiner.post(path, version=1)
    assert (issued.status_code, issued.headers["ETag"]) == (200, '"2"')
    assert issued.json() == await stay.transcript()
    assert [fact.type for fact in await stay.said()] == [CONFIRMED, ISSUED]


async def test_a_transcript_with_nothing_new_is_not_issued(stays: Stays):
    stay = await stays.begin()
    path = f"/v1/transcripts/{(await stay.transcript())['transcript_id']}/issuance"
    assert (await stay.examiner.post(path, version=1)).status_code == 409
    await stay.confirmed()
    assert (await stay.examiner.post(path, version=1)).status_code == 412
    assert (await stay.examiner.post(path, version=2)).status_code == 409
    assert (await stay.transcript())["issue"] == 1


async def test_under_any_policy_an_examiner_may_issue_what_is_new(stays: Stays):
    stay = await stays.begin(outcomes=2)
    await stay.confirmed([stay.outcomes[0]])
    path = f"/v1/transcripts/{(await stay.transcript())['transcript_id']}/issuance"
    assert (await stay.examiner.post(path, version=1)).status_code == 200
    await stay.confirmed([stay.outcomes[1]])
    assert [fact.data.version for fact in await stay.said() if fact.type == ISSUED] == [1, 2]


async def test_transcripts_are_found_by_agreement_and_learner(stays: Stays):
    learner_id, host_id = uuid4(), uuid4()
    one, two, other = [
        await stays.begin(learner_id=learner, host_id=host_id) for learner in (learner_id, learner_id, uuid4())
    ]
    mine = {(await one.transcript())["transcript_id"], (await two.transcript())["transcript_id"]}
    found = (await one.assessor.get("/v1/transcripts", learner_id=str(learner_id))).json()["items"]
    assert {item["transcript_id"] for item in found} == mine
    assert {item["transcript_id"] for item in (await one.learner.get("/v1/transcripts")).json()["items"]} == mine
    everything = (await one.assessor.get("/v1/transcripts")).json()["items"]
    assert {item["transcript_id"] for item in everything} == mine | {(await other.transcript())["transcript_id"]}


async def test_hearing_an_agreement_again_opens_no_second_transcript(stays: Stays):
    stay = await stays.begin()
    before = await stay.transcript()
    await tell(stays.running, stay.agreed)
    assert await stay.transcript() == before


async def test_hours_are_said_with_the_next_version(stays: Stays):
    stay = await stays.begin()
    unit_id = str(stay.agreed.units[0].host_unit_id)
    path = f"/v1/transcripts/{(await stay.transcript())['transcript_id']}"
    body = {"units": [{"unit_id": unit_id, "hours": 120}]}
    assert (await stay.assessor.put(f"{path}/hours", body, version=1)).status_code == 403
    assert (await stay.home.put(f"{path}/hours", body, version=1)).status_code == 403
    wrong = await stay.examiner.put(f"{path}/hours", {"units": [{"unit_id": str(uuid4()), "hours": 1}]}, version=1)
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "not_agreed")
    counted = await stay.examiner.put(f"{path}/hours", body, version=1)
    assert (counted.headers["ETag"], counted.json()["hours"]) == ('"2"', {unit_id: 120})
    await stay.confirmed()
    issued = (await stay.said())[-1].data
    assert [(str(unit.unit_id), unit.verdict, unit.hours) for unit in issued.units] == [(unit_id, "achieved", 120)]
    assert (issued.period.starts_on, issued.period.ends_on) == (stay.agreed.starts_on, stay.agreed.ends_on)


async def test_a_correction_takes_the_place_of_what_was_issued_and_says_why(stays: Stays):
    stay = await stays.begin()
    await stay.confirmed()
    path = f"/v1/transcripts/{(await stay.transcript())['transcript_id']}"
    why = {"reason": "The hours were missing."}
    same = await stay.examiner.post(f"{path}/correction", why, version=2)
    assert (same.status_code, same.json()["type"].rpartition("/")[2]) == (409, "conflict")
    unit_id = str(stay.agreed.units[0].host_unit_id)
    await stay.examiner.put(f"{path}/hours", {"units": [{"unit_id": unit_id, "hours": 120}]}, version=2)
    corrected = await stay.examiner.post(f"{path}/correction", why, version=3)
    assert (corrected.status_code, corrected.headers["ETag"]) == (200, '"4"')
    assert (corrected.json()["state"], corrected.json()["issue"]) == ("corrected", 2)
    assert corrected.json()["reason"] == why["reason"]
    fact = (await stay.said())[-1]
    assert (fact.type, fact.data.version, fact.data.corrects_version) == ("acquis.transcript.corrected.v1", 2, 1)
    assert b"missing" not in fact.body
    answer = await stay.home.get(f"{path}/versions/2")
    assert answer.json() == json.loads(fact.body)["data"]


async def test_a_draft_is_neither_corrected_nor_withdrawn(stays: Stays):
    stay = await stays.begin()
    path = f"/v1/transcripts/{(await stay.transcript())['transcript_id']}"
    for act in ("correction", "withdrawal"):
        refused = await stay.examiner.post(f"{path}/{act}", {"reason": "No."}, version=1)
        assert (refused.status_code, refused.json()["possible"]) == (409, ["issuance"])


async def test_what_was_withdrawn_is_issued_again_by_hand_alone(stays: Stays):
    stay = await stays.begin(outcomes=2, transcript_policy=TranscriptPolicy.ON_CONFIRMATION)
    await stay.confirmed([stay.outcomes[0]])
    path = f"/v1/transcripts/{(await stay.transcript())['transcript_id']}"
    assert (await stay.assessor.post(f"{path}/withdrawal", {"reason": "No."}, version=2)).status_code == 403
    withdrawn = await stay.examiner.post(f"{path}/withdrawal", {"reason": "A question of identity."}, version=2)
    assert (withdrawn.json()["state"], withdrawn.json()["issue"]) == ("withdrawn", 2)
    fact = (await stay.said())[-1]
    assert (fact.type, fact.data.version, fact.data.withdraws_version) == ("acquis.transcript.withdrawn.v1", 2, 1)
    await stay.confirmed([stay.outcomes[1]])
    assert (await stay.transcript())["state"] == "withdrawn"
    issued = await stay.examiner.post(f"{path}/issuance", version=3)
    assert (issued.json()["state"], issued.json()["issue"]) == ("issued", 3)
    assert len((await stay.said())[-1].data.assessments) == 2
    assert (await stay.home.get(f"{path}/versions/1")).status_code == 200
    assert (await stay.home.get(f"{path}/versions/2")).status_code == 404
