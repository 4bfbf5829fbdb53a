"""Two examiners at the same moment, in two real transactions; and what a confirmation costs."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import handlers
from services.assessment.domain.deadlines import Deadlines
from shared.auth import Principal
from shared.contracts.agreements import TranscriptPolicy
from shared.problems import VersionMismatch
from tests.support.locks import until_somebody_waits_for_a_lock
from tests.support.statements import statements
from tests.support.stays import Stay, Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


def examiner(stay: Stay) -> Principal:
    return Principal("examiner", stay.agreed.host_id, frozenset({"examiner"}))


async def confirm(tx: AsyncConnection, stay: Stay, path: str) -> None:
    await handlers.confirm_assessment(tx, examiner(stay), UUID(path.rpartition("/")[2]), 2, Deadlines(14, 180))


async def confirm_in_own_transaction(stay: Stay, path: str) -> None:
    async with stay.running.database.transaction(str(stay.agreed.host_id)) as tx:
        await confirm(tx, stay, path)


async def confirm_while_the_other_is_at_it(stay: Stay, first: str, second: str) -> None:
    """The second confirmation begins before the first one is committed."""
    database = stay.running.database
    async with database.transaction(str(stay.agreed.host_id)) as tx:
        await confirm(tx, stay, first)
        overlapping = asyncio.create_task(confirm_in_own_transaction(stay, second))
        await until_somebody_waits_for_a_lock(database)
    await overlapping


async def test_of_two_simultaneous_last_confirmations_exactly_one_issues_one_full_transcript(stays: Stays):
    stay = await stays.begin(outcomes=2)
    paths = [await stay.recorded([outcome]) for outcome in stay.outcomes]
    await confirm_while_the_other_is_at_it(stay, *paths)
    [issued] = [fact.data for fact in await stay.said() if fact.type == "acquis.transcript.issued.v1"]
    assert (issued.version, len(issued.assessments)) == (1, 2)
    assert (await stay.transcript())["issue"] == 1


async def test_of_two_simultaneous_confirmations_the_later_issue_carries_both(stays: Stays):
    stay = await stays.begin(outcomes=2, transcript_policy=TranscriptPolicy.ON_CONFIRMATION)
    paths = [await stay.recorded([outcome]) for outcome in stay.outcomes]
    await confirm_while_the_other_is_at_it(stay, *paths)
    issued = [fact.data for fact in await stay.said() if fact.type == "acquis.transcript.issued.v1"]
    assert [(fact.version, len(fact.assessments)) for fact in issued] == [(1, 1), (2, 2)]


async def test_one_assessment_is_confirmed_once_however_many_try(stays: Stays):
    stay = await stays.begin()
    path = await stay.recorded()
    with pytest.raises(VersionMismatch):
        await confirm_while_the_other_is_at_it(stay, path, path)
    assert len(await stay.said()) == 2


async def test_issuing_by_hand_waits_for_a_confirmation_under_way(stays: Stays):
    stay = await stays.begin(transcript_policy=TranscriptPolicy.MANUAL)
    path, transcript = await stay.recorded(), UUID((await stay.transcript())["transcript_id"])

    async def issue() -> None:
        async with stay.running.database.transaction(str(stay.agreed.host_id)) as tx:
            await handlers.issue_transcript(tx, examiner(stay), transcript, 1)

    async with stay.running.database.transaction(str(stay.agreed.host_id)) as tx:
        await confirm(tx, stay, path)
        issuing = asyncio.create_task(issue())
        await until_somebody_waits_for_a_lock(stay.running.database)
    await issuing
    assert [len(fact.data.assessments) for fact in (await stay.said())[1:]] == [1]


async def test_a_confirmation_that_issues_costs_six_statements_however_much_was_assessed_before(stays: Stays):
    stay = await stays.begin(outcomes=2, transcript_policy=TranscriptPolicy.ON_CONFIRMATION)
    for outcome in stay.outcomes:
        await stay.confirmed([outcome])
    path = await stay.recorded()
    async with stay.running.database.transaction(str(stay.agreed.host_id)) as tx:
        with statements() as sent:
            await confirm(tx, stay, path)
    assert len(sent) == 6


async def ready(stay: Stay, state: str) -> tuple[str, int]:
    """The path of an assessment in this state, and its version."""
    path = await (stay.recorded() if state == "recorded" else stay.confirmed())
    if state == "contested":
        await stay.learner.post(f"{path}/contest", {"reason": "No."}, version=3)
    return path, {"recorded": 2, "confirmed": 3, "contested": 4}[state]


@pytest.mark.parametrize(
    ("state", "one", "other"),
    [
        ("recorded", "confirmation", "annulment"),
        ("recorded", "confirmation", "confirmation"),
        ("recorded", "moderation", "annulment"),
        ("confirmed", "contest", "annulment"),
        ("confirmed", "annulment", "annulment"),
        ("contested", "review", "review"),
        ("contested", "review", "annulment"),
    ],
)
async def test_of_two_who_act_at_once_one_wins_and_the_other_is_told(stays: Stays, state: str, one: str, other: str):
    stay = await stays.begin()
    path, version = await ready(stay, state)
    reviewer = stay.host("examiner", "signatory")
    bodies: dict[str, Any] = {
        "confirmation": None,
        "moderation": {},
        "review": {"grounds": "Fair."},
        "contest": {"reason": "No."},
        "annulment": {"reason": "No."},
    }
    callers = {"contest": stay.learner, "review": reviewer}
    answers = await asyncio.gather(
        *(callers.get(act, stay.examiner).post(f"{path}/{act}", bodies[act], version=version) for act in (one, other))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert (await stay.home.get(path)).json()["version"] == version + 1
    words = [fact for fact in await stay.said() if "transcript" in fact.type]
    assert [fact.data.version for fact in words] == [*range(1, len(words) + 1)]


@pytest.mark.parametrize("acts", [("correction", "withdrawal"), ("withdrawal", "withdrawal"), ("issuance", "issuance")])
async def test_of_two_words_at_once_about_a_transcript_one_is_given(stays: Stays, acts: tuple[str, str]):
    stay = await stays.begin(outcomes=2)
    await stay.confirmed()
    path = f"/v1/transcripts/{(await stay.transcript())['transcript_id']}"
    hours = {"units": [{"unit_id": str(stay.agreed.units[0].host_unit_id), "hours": 9}]}
    assert (await stay.examiner.put(f"{path}/hours", hours, version=2)).status_code == 200
    bodies = [None if act == "issuance" else {"reason": "No."} for act in acts]
    answers = await asyncio.gather(
        *(stay.examiner.post(f"{path}/{act}", body, version=3) for act, body in zip(acts, bodies, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert [fact.data.version for fact in await stay.said() if "transcript" in fact.type] == [1, 2]


async def test_of_two_next_attempts_planned_at_once_there_is_one(stays: Stays):
    stay = await stays.begin()
    path = await stay.planned()
    await stay.assessor.post(f"{path}/absence", {"held_on": str(stay.agreed.ends_on)}, version=1)
    answers = await asyncio.gather(
        *(caller.post(f"{path}/resit", {}, version=2) for caller in (stay.assessor, stay.examiner))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    assert len(await stay.by_plan()) == 2
