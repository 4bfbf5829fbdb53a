"""What does not stand: contested, reviewed by somebody else, annulled; and what the transcript says then."""

from typing import Any

import pytest
import sqlalchemy as sa

from services.assessment.tables import ASSESSMENTS
from shared.contracts.agreements import TranscriptPolicy
from shared.db import SYSTEM
from tests.support.stays import Stay, Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

BECAUSE = {"reason": "The wrong grid was used; ask Ada."}


def slugs(stay_said: list[Any]) -> list[str]:
    return [fact.type.removeprefix("acquis.").removesuffix(".v1") for fact in stay_said]


async def contested(stay: Stay) -> str:
    path = await stay.confirmed()
    answer = await stay.learner.post(f"{path}/contest", BECAUSE, version=3)
    assert (answer.status_code, answer.json()["state"]) == (200, "contested"), answer.text
    return path


def second_examiner(stay: Stay) -> Any:
    return stay.host("examiner", "coordinator")


async def test_the_learner_contests_and_that_is_said_without_the_words(stays: Stays):
    stay = await stays.begin()
    path = await contested(stay)
    assert (await stay.home.get(path)).json()["contest"]["text"] == BECAUSE["reason"]
    said = await stay.said()
    assert slugs(said) == ["assessment.confirmed", "transcript.issued", "assessment.contested"]
    assert (said[-1].data.version, b"Ada" in said[-1].body) == (4, False)


async def test_only_the_learner_who_was_assessed_contests(stays: Stays):
    stay, other = await stays.begin(), await stays.begin()
    path = await stay.confirmed()
    assert (await other.learner.post(f"{path}/contest", BECAUSE, version=3)).status_code == 404
    assert (await stay.examiner.post(f"{path}/contest", BECAUSE, version=3)).status_code == 403
    another_learner_who_works_there = stay.host("learner", "examiner")
    answer = await another_learner_who_works_there.post(f"{path}/contest", BECAUSE, version=3)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "not-competent")


async def test_after_the_last_day_it_stands(stays: Stays):
    stay = await stays.begin()
    path = await stay.confirmed()
    mine = ASSESSMENTS.c.learner_id == stay.agreed.learner_id
    yesterday = sa.func.current_date() - 1
    async with stays.running.database.transaction(SYSTEM) as tx:
        await tx.execute(sa.update(ASSESSMENTS).where(mine).values(contest_until=yesterday))
    late = await stay.learner.post(f"{path}/contest", BECAUSE, version=3)
    assert (late.status_code, late.json()["possible"]) == (409, ["resit", "annulment"])


async def test_somebody_without_a_part_in_it_reviews_it(stays: Stays):
    stay = await stays.begin()
    path = await contested(stay)
    grounds = {"grounds": "Marked as agreed."}
    refused = await stay.examiner.post(f"{path}/review", grounds, version=4)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "forbidden")
    upheld = await second_examiner(stay).post(f"{path}/review", grounds, version=4)
    assert (upheld.json()["state"], upheld.json()["review"]["finding"]) == ("confirmed", "upheld")
    said = await stay.said()
    assert slugs(said)[-2:] == ["assessment.contested", "assessment.confirmed"]
    assert said[-1].data.assessment == said[0].data.assessment
    again = await stay.learner.post(f"{path}/contest", BECAUSE, version=5)
    assert (again.status_code, again.json()["possible"]) == (409, ["resit", "annulment"])


async def test_what_a_review_finds_wrong_is_corrected_on_the_transcript(stays: Stays):
    stay = await stays.begin(outcomes=2)
    path = await contested(stay)
    correction = stay.result_body(grade="15", grade_scale="FR-20")
    correction["results"][0]["result"] = "partially"
    body = {"grounds": "A criterion had been left out.", "correction": correction}
    corrected = await second_examiner(stay).post(f"{path}/review", body, version=4)
    assert (corrected.status_code, corrected.json()["review"]["finding"]) == (200, "corrected"), corrected.text
    assert corrected.json()["report"]["grade"] == "15"
    said = await stay.said()
    assert slugs(said)[-2:] == ["assessment.confirmed", "transcript.corrected"]
    fact = said[-1].data
    assert (fact.version, fact.corrects_version, fact.assessments) == (2, 1, (said[-2].data.assessment,))
    assert sorted(result.result for result in fact.assessments[0].results) == ["achieved", "partially"]
    transcript = await stay.transcript()
    assert (transcript["state"], transcript["issue"], transcript["reason"]) == ("corrected", 2, body["grounds"])
    version = await stay.learner.get(f"/v1/transcripts/{transcript['transcript_id']}/versions/2")
    assert (version.json()["corrects_version"], version.json()["content_hash"]) == (1, fact.content_hash)
    first = await stay.learner.get(f"/v1/transcripts/{transcript['transcript_id']}/versions/1")
    assert first.json()["assessments"][0]["grade"] is None


async def test_a_correction_to_the_same_is_none(stays: Stays):
    stay = await stays.begin()
    path = await contested(stay)
    body = {"grounds": "As it was.", "correction": stay.result_body()}
    refused = await second_examiner(stay).post(f"{path}/review", body, version=4)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/correction")


async def test_a_transcript_waits_for_the_review(stays: Stays):
    stay = await stays.begin(outcomes=2)
    first = await stay.confirmed([stay.outcomes[0]])
    await stay.learner.post(f"{first}/contest", BECAUSE, version=3)
    await stay.confirmed([stay.outcomes[1]])
    assert (await stay.transcript())["state"] == "draft"
    await second_examiner(stay).post(f"{first}/review", {"grounds": "Fair."}, version=4)
    assert slugs(await stay.said())[-2:] == ["assessment.confirmed", "transcript.issued"]


async def test_what_is_contested_is_on_no_transcript_that_did_not_carry_it(stays: Stays):
    stay = await stays.begin(outcomes=2, transcript_policy=TranscriptPolicy.MANUAL)
    first = await stay.confirmed([stay.outcomes[0]])
    await stay.learner.post(f"{first}/contest", BECAUSE, version=3)
    transcript = await stay.transcript()
    issuance = f"/v1/transcripts/{transcript['transcript_id']}/issuance"
    refused = await stay.examiner.post(issuance, version=1)
    assert (refused.status_code, "waits for its review" in refused.json()["detail"]) == (409, True)
    await stay.confirmed([stay.outcomes[1]])
    assert (await stay.examiner.post(issuance, version=1)).status_code == 200
    await second_examiner(stay).post(f"{first}/review", {"grounds": "Fair."}, version=4)
    assert (await stay.examiner.post(issuance, version=2)).status_code == 200
    assert [len(one.data.assessments) for one in await stay.said() if "transcript" in one.type] == [1, 2]


async def test_what_was_on_the_transcript_before_its_contest_stays_in_the_next_issue(stays: Stays):
    stay = await stays.begin(outcomes=2, transcript_policy=TranscriptPolicy.ON_CONFIRMATION)
    first = await stay.confirmed([stay.outcomes[0]])
    await stay.learner.post(f"{first}/contest", BECAUSE, version=3)
    await stay.confirmed([stay.outcomes[1]])
    assert [len(one.data.assessments) for one in await stay.said() if "transcript" in one.type] == [1, 2]


async def test_what_is_annulled_is_left_out_by_a_correction(stays: Stays):
    stay = await stays.begin(outcomes=2)
    first, second = await stay.recorded([stay.outcomes[0]]), await stay.recorded([stay.outcomes[1]])
    for path in (first, second):
        await stay.examiner.post(f"{path}/confirmation", version=2)
    annulled = await stay.examiner.post(f"{first}/annulment", BECAUSE, version=3)
    assert (annulled.json()["state"], annulled.json()["annulment"]["text"]) == ("annulled", BECAUSE["reason"])
    said = await stay.said()
    assert slugs(said)[-2:] == ["assessment.annulled", "transcript.corrected"]
    assert [f"/v1/assessments/{value.assessment_id}" for value in said[-1].data.assessments] == [second]
    assert not any(b"Ada" in fact.body for fact in said)
    await stay.examiner.post(f"{second}/annulment", BECAUSE, version=3)
    last = (await stay.said())[-1].data
    assert (last.version, last.corrects_version, last.assessments) == (3, 2, ())
    assert [unit.verdict for unit in last.units] == ["not_assessed"]


async def test_what_was_on_no_transcript_needs_no_correction(stays: Stays):
    stay = await stays.begin(transcript_policy=TranscriptPolicy.MANUAL)
    path = await stay.confirmed()
    await stay.examiner.post(f"{path}/annulment", BECAUSE, version=3)
    assert slugs(await stay.said()) == ["assessment.confirmed", "assessment.annulled"]
    assert (await stay.transcript())["state"] == "draft"


@pytest.mark.parametrize("policy", TranscriptPolicy)
async def test_whatever_the_policy_a_wrong_transcript_is_corrected_by_itself(stays: Stays, policy: TranscriptPolicy):
    stay = await stays.begin(transcript_policy=policy)
    path = await stay.confirmed()
    transcript = await stay.transcript()
    if transcript["state"] == "draft":
        await stay.examiner.post(f"/v1/transcripts/{transcript['transcript_id']}/issuance", version=1)
    await stay.examiner.post(f"{path}/annulment", BECAUSE, version=3)
    assert slugs(await stay.said())[-1] == "transcript.corrected"


async def test_what_was_only_planned_is_given_up_silently_and_no_more_waited_for(stays: Stays):
    stay = await stays.begin()
    open_path = await stay.planned()
    await stay.confirmed()
    assert (await stay.transcript())["state"] == "draft"
    await stay.examiner.post(f"{open_path}/annulment", BECAUSE, version=1)
    assert slugs(await stay.said()) == ["assessment.confirmed", "transcript.issued"]
