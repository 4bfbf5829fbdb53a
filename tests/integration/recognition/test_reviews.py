"""What no rule recognises waits for a person, who takes it, asks the host and decides; it counts once."""

import asyncio
from uuid import UUID, uuid4

import httpx2
import pytest

from services.recognition import handlers
from services.recognition.domain.ledger import verify
from shared import envelope
from shared.contracts.recognition import CreditRecognised, CreditRefused, InformationRequested
from shared.db import SYSTEM
from shared.service import Running
from shared.telemetry import current_traceparent
from tests.integration.recognition.reviewing import (
    LAW,
    RECOGNISED,
    REFUSED,
    WORDS,
    deviating,
    in_progress,
    matter_of,
    refused,
    under_review,
)
from tests.support.locks import until_somebody_waits_for_a_lock
from tests.support.records import ledger_of
from tests.support.running import ApiCaller, tell

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_what_a_recogniser_decides_counts_once_and_a_lost_answer_is_given_again(
    recognition: Running, api: httpx2.AsyncClient
):
    matter = await under_review(recognition, api)
    once, again = [
        await matter.recogniser.post(f"{matter.path}/resolution", RECOGNISED, version=1, key="resolve-once")
        for _ in range(2)
    ]
    assert (once.status_code, once.headers["ETag"], again.json()) == (201, '"1"', once.json())
    decided = once.json()
    assert once.headers["Location"] == f"/v1/decisions/{decided['decision_id']}"
    assert (decided["state"], decided["mode"], decided["reasons"]) == ("recognised", "manual", ["PROCEDURE_DEVIATION"])
    before = await matter.read()
    assert (before["state"], before["superseded_by"]) == ("superseded", decided["decision_id"])
    *_, credit = await matter.said()
    assert isinstance(credit, CreditRecognised)
    assert (credit.mode, str(credit.decision_id)) == ("manual", decided["decision_id"])
    chain = await ledger_of(recognition, matter.told.learner_id)
    assert (len(chain), verify(chain)) == (1, None)
    late = await matter.recogniser.post(f"{matter.path}/resolution", RECOGNISED, version=2)
    assert (late.status_code, late.json()["state"], late.json()["possible"]) == (409, "closed", [])


async def test_a_refusal_says_until_when_the_learner_may_appeal(recognition: Running, api: httpx2.AsyncClient):
    matter = await refused(recognition, api)
    *_, said = await matter.said()
    assert isinstance(said, CreditRefused)
    found = await matter.read()
    assert (found["state"], found["legal_basis"]) == ("refused", LAW)
    assert found["appeal_until"] == str(said.appeal_until)
    assert said.appeal_until is not None
    assert (said.appeal_until - said.decided_at.date()).days == matter.told.policy.appeal_days
    record = (await matter.learner.get(f"/v1/records/{matter.told.learner_id}")).json()
    assert (record["credits"], record["reviews"]) == ([], [])


async def test_of_two_recognisers_at_once_one_decides(recognition: Running, api: httpx2.AsyncClient):
    matter = await under_review(recognition, api)
    path = f"{matter.path}/resolution"
    answers = await asyncio.gather(
        matter.recogniser.post(path, RECOGNISED, version=1), matter.colleague.post(path, REFUSED, version=1)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    assert len([slug for slug in await matter.slugs() if slug.startswith("credit.")]) == 1


async def test_what_counts_by_another_transcript_is_not_counted_again_by_hand(
    recognition: Running, api: httpx2.AsyncClient
):
    matter = await under_review(recognition, api)
    await tell(recognition, matter.told.transcript)
    answer = await matter.recogniser.post(f"{matter.path}/resolution", RECOGNISED, version=1)
    assert answer.status_code == 409
    assert len(await ledger_of(recognition, matter.told.learner_id)) == 1


async def test_a_new_version_of_the_transcript_takes_the_review_out_of_the_recognisers_hands(
    recognition: Running, api: httpx2.AsyncClient
):
    matter = await under_review(recognition, api)
    first = UUID((await matter.read())["transcript_id"])
    await tell(recognition, deviating(matter.told, transcript_id=first, version=2))
    answer = await matter.recogniser.post(f"{matter.path}/resolution", RECOGNISED, version=1)
    assert answer.status_code == 412
    reopened = await matter_of(recognition, api, matter.told, "manual_review")
    assert (await reopened.recogniser.post(f"{reopened.path}/resolution", RECOGNISED, version=1)).status_code == 201


async def test_whoever_decides_while_a_new_version_is_judged_finds_the_review_gone(
    recognition: Running, api: httpx2.AsyncClient
):
    matter = await under_review(recognition, api)
    first = UUID((await matter.read())["transcript_id"])
    event = envelope.write(deviating(matter.told, transcript_id=first, version=2), current_traceparent())
    async with recognition.database.transaction(SYSTEM) as tx:
        await handlers.evaluate_transcripts(tx, [event])
        deciding = asyncio.create_task(matter.recogniser.post(f"{matter.path}/resolution", RECOGNISED, version=1))
        await until_somebody_waits_for_a_lock(recognition.database)
    assert (await deciding).status_code == 412
    assert await ledger_of(recognition, matter.told.learner_id) == []


async def test_a_review_is_taken_given_and_released(recognition: Running, api: httpx2.AsyncClient):
    matter = await under_review(recognition, api)
    taken = await matter.recogniser.post(f"{matter.path}/assignment", {}, version=1)
    assert (taken.status_code, taken.headers["ETag"]) == (200, '"2"')
    mine = taken.json()["assigned_to"]
    behind = await matter.colleague.post(f"{matter.path}/resolution", RECOGNISED, version=2)
    assert behind.status_code == 403
    given = await matter.colleague.post(f"{matter.path}/assignment", {}, version=2)
    assert given.json()["assigned_to"] not in {None, mine}
    back = await matter.colleague.post(f"{matter.path}/assignment", {"assigned_to": mine}, version=3)
    assert back.json()["assigned_to"] == mine
    free = await matter.recogniser.post(f"{matter.path}/release", version=4)
    assert (free.json()["assigned_to"], free.json()["version"]) == (None, 5)
    stale = await matter.recogniser.post(f"{matter.path}/assignment", {}, version=4)
    assert stale.status_code == 412


async def test_the_queue_can_be_narrowed_and_measured(recognition: Running, api: httpx2.AsyncClient):
    matter = await under_review(recognition, api)
    agreement, mine = matter.told.agreement, matter.recogniser
    unit_id, same = agreement.units[0].unit_id, {"state": "manual_review"}

    async def found(who: ApiCaller, **only: str) -> list[str]:
        return [one["decision_id"] for one in (await who.get("/v1/decisions", **only)).json()["items"]]

    assert await found(mine, assigned="nobody", reason="PROCEDURE_DEVIATION") == [matter.decision_id]
    await mine.post(f"{matter.path}/assignment", {}, version=1)
    for only in (
        {"assigned": "me"},
        same | {"host_id": str(agreement.host_id)},
        same | {"qualification_id": str(agreement.qualification_id)},
        same | {"unit_id": str(unit_id)},
    ):
        assert await found(mine, **only) == [matter.decision_id], only
    for only in ({"assigned": "nobody"}, {"reason": "LO_MISSING"}, {"host_id": str(uuid4())}, {"asked": "true"}):
        assert await found(mine, **only) == [], only
    assert await found(matter.colleague, assigned="me") == []
    length = (await mine.get("/v1/decisions/queue")).json()
    assert length == {
        "reviews": 1,
        "unassigned": 0,
        "reasons": [{"reason": "PROCEDURE_DEVIATION", "reviews": 1}],
    }


async def test_the_host_is_asked_and_answers_without_a_word_in_any_event(recognition: Running, api: httpx2.AsyncClient):
    matter = await under_review(recognition, api)
    asked = await matter.recogniser.post(f"{matter.path}/information-requests", {"question": WORDS}, version=1)
    assert (asked.status_code, asked.headers["ETag"]) == (201, '"1"')
    path = asked.headers["Location"]
    again = await matter.recogniser.post(f"{matter.path}/information-requests", {"question": "And?"}, version=2)
    assert (again.status_code, again.json()["possible"]) == (409, ["assignment", "answer", "resolution"])
    examiner = matter.host("examiner")
    [listed] = (await examiner.get("/v1/decisions", asked="true")).json()["items"]
    assert listed["decision_id"] == matter.decision_id
    assert (await examiner.get(path)).json()["question"] == WORDS
    answered = await examiner.post(f"{path}/answer", {"answer": WORDS}, version=1)
    assert (answered.status_code, answered.headers["ETag"], answered.json()["answer"]) == (200, '"2"', WORDS)
    assert (await examiner.post(f"{path}/answer", {"answer": WORDS}, version=2)).status_code == 409
    for reader in (matter.recogniser, matter.learner):
        page = (await reader.get(f"{matter.path}/information-requests")).json()
        assert [one["answer"] for one in page["items"]] == [WORDS]
    said = await matter.said()
    assert (await matter.slugs())[-2:] == ["review.information-requested", "review.information-provided"]
    assert "Ada" not in repr(said)
    [request] = [fact for fact in said if isinstance(fact, InformationRequested)]
    assert (request.version, (await matter.read())["version"]) == (2, 3)


async def test_two_who_answer_at_once_answer_once(recognition: Running, api: httpx2.AsyncClient):
    matter = await under_review(recognition, api)
    asked = await matter.recogniser.post(f"{matter.path}/information-requests", {"question": WORDS}, version=1)
    path = f"{asked.headers['Location']}/answer"
    answers = await asyncio.gather(
        *(matter.host(role).post(path, {"answer": role}, version=1) for role in ("examiner", "coordinator"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_who_decides_is_only_for_their_own_institution(recognition: Running, api: httpx2.AsyncClient):
    matter = await refused(recognition, api)
    assert (await matter.read())["decided_by"]
    for other in (matter.learner, matter.host("examiner")):
        assert (await other.get(matter.path)).json()["decided_by"] is None


async def test_a_part_can_be_recognised_by_hand_and_completed_by_rule(recognition: Running, api: httpx2.AsyncClient):
    matter = await under_review(recognition, api)
    outcome = str(matter.told.agreement.units[0].outcomes[0].home_outcome_id)
    part = {"verdict": "partially_recognised", "outcome_ids": [outcome]}
    assert (await matter.recogniser.post(f"{matter.path}/resolution", part, version=1)).status_code == 201
    await tell(recognition, matter.told.transcript)
    held, credit = [fact for fact in await matter.said() if fact.DECLARED.type.startswith("acquis.credit.")]
    assert isinstance(credit, CreditRecognised)
    assert (credit.credit_id, credit.version) == (vars(held)["credit_id"], 2)


async def test_a_part_recognised_by_rule_shows_until_when_one_may_appeal(recognition: Running, api: httpx2.AsyncClient):
    matter = await in_progress(recognition, api)
    assert (await matter.read())["appeal_until"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"verdict": "refused"}, "/legal_basis"),
        ({"verdict": "partially_recognised"}, "/outcome_ids"),
        ({"verdict": "recognised", "outcome_ids": [str(uuid4())]}, "/outcome_ids"),
        ({"verdict": "perhaps"}, "/verdict"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    recognition: Running, api: httpx2.AsyncClient, body: dict[str, object], pointer: str
):
    matter = await under_review(recognition, api)
    answer = await matter.recogniser.post(f"{matter.path}/resolution", body, version=1)
    assert answer.status_code == 422
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}
    assert ((await matter.read())["state"], (await matter.read())["version"]) == ("manual_review", 1)
