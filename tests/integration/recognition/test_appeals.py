"""The learner objects in time; somebody else than before decides, and that is final."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import httpx2
import pytest
import sqlalchemy as sa

from services.recognition.tables import DECISIONS, INFORMATION_REQUESTS
from shared import clock
from shared.contracts.recognition import AppealDecided, AppealOpened, CreditPartiallyRecognised, CreditRecognised
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.recognition.reviewing import (
    LAW,
    OVERTURNED,
    RECOGNISED,
    REFUSED,
    UPHELD,
    WORDS,
    Matter,
    appealed,
    deviating,
    in_progress,
    matter_of,
    refused,
    under_review,
)
from tests.support.running import tell

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def rewrite(recognition: Running, table: sa.Table, matter: Matter, **values: object) -> None:
    mine = table.c.decision_id == UUID(matter.decision_id)
    async with recognition.database.transaction(SYSTEM) as tx:
        await tx.execute(sa.update(table).where(mine).values(values))


async def test_the_learner_appeals_once_and_that_is_said_without_the_words(
    recognition: Running, api: httpx2.AsyncClient
):
    matter = await refused(recognition, api)
    once, again = [
        await matter.learner.post(f"{matter.path}/appeal", {"grounds": WORDS}, version=1, key="appeal-once")
        for _ in range(2)
    ]
    assert (once.status_code, once.headers["ETag"], once.json()["state"]) == (200, '"2"', "appealed")
    assert again.json() == once.json()
    late = await matter.learner.post(f"{matter.path}/appeal", {"grounds": WORDS}, version=2)
    assert (late.status_code, late.json()["possible"]) == (409, ["information-requests", "appeal-outcome"])
    *_, said = await matter.said()
    assert isinstance(said, AppealOpened)
    assert (str(said.decision_id), said.version, "Ada" in repr(said)) == (matter.decision_id, 1, False)
    for reader in (matter.learner, matter.officer):
        assert (await reader.get(f"{matter.path}/appeal")).json()["grounds"] == WORDS


async def test_only_the_learner_whom_it_is_about_appeals(recognition: Running, api: httpx2.AsyncClient):
    matter, other = await refused(recognition, api), await refused(recognition, api)
    assert (await other.learner.post(f"{matter.path}/appeal", {"grounds": "-"}, version=1)).status_code == 404
    for who in (matter.recogniser, matter.host("examiner")):
        assert (await who.post(f"{matter.path}/appeal", {"grounds": "-"}, version=1)).status_code == 403


async def test_after_the_last_day_it_stands(recognition: Running, api: httpx2.AsyncClient):
    matter = await refused(recognition, api)
    await rewrite(recognition, DECISIONS, matter, appeal_until=clock.now().date() - timedelta(days=1))
    late = await matter.learner.post(f"{matter.path}/appeal", {"grounds": WORDS}, version=1)
    assert (late.status_code, late.json()["possible"]) == (409, ["information-requests"])


async def test_the_clock_stands_still_until_the_host_has_answered(recognition: Running, api: httpx2.AsyncClient):
    matter = await refused(recognition, api)
    before = date.fromisoformat((await matter.read())["appeal_until"])
    asked = await matter.recogniser.post(f"{matter.path}/information-requests", {"question": WORDS}, version=1)
    await rewrite(recognition, INFORMATION_REQUESTS, matter, asked_at=clock.now() - timedelta(days=9))
    answer = await matter.host("coordinator").post(f"{asked.headers['Location']}/answer", {"answer": "-"}, version=1)
    assert answer.status_code == 200, answer.text
    assert (await matter.read())["appeal_until"] == str(before + timedelta(days=9))


async def test_nobody_decides_on_an_appeal_against_their_own_decision(recognition: Running, api: httpx2.AsyncClient):
    review = await under_review(recognition, api)
    both = review.home("recogniser", "appeals_officer")
    refusal = await both.post(f"{review.path}/resolution", REFUSED, version=1)
    matter = replace(review, decision_id=refusal.json()["decision_id"])
    await matter.learner.post(f"{matter.path}/appeal", {"grounds": WORDS}, version=1)
    own = await both.post(f"{matter.path}/appeal-outcome", OVERTURNED, version=2)
    assert (own.status_code, "your own" in own.json()["detail"]) == (403, True)
    assert (await matter.officer.post(f"{matter.path}/appeal-outcome", OVERTURNED, version=2)).status_code == 201


async def test_what_is_upheld_is_refused_for_good(recognition: Running, api: httpx2.AsyncClient):
    matter = await appealed(recognition, api)
    upheld = await matter.officer.post(f"{matter.path}/appeal-outcome", UPHELD, version=2)
    assert (upheld.status_code, upheld.headers["ETag"]) == (200, '"3"')
    assert (upheld.json()["state"], upheld.json()["appeal_until"]) == ("refused", None)
    *_, said = await matter.said()
    assert isinstance(said, AppealDecided)
    assert (said.outcome, said.legal_basis, said.superseded_by) == ("upheld", LAW, None)
    again = await matter.learner.post(f"{matter.path}/appeal", {"grounds": WORDS}, version=3)
    assert (again.status_code, again.json()["state"]) == (409, "closed")


async def test_what_is_overturned_counts_and_is_final(recognition: Running, api: httpx2.AsyncClient):
    matter = await appealed(recognition, api)
    overturned = await matter.officer.post(f"{matter.path}/appeal-outcome", OVERTURNED, version=2)
    assert (overturned.status_code, overturned.json()["state"]) == (201, "recognised")
    assert overturned.json()["legal_basis"] == LAW
    new = overturned.json()["decision_id"]
    assert overturned.headers["Location"] == f"/v1/decisions/{new}"
    assert (await matter.read())["superseded_by"] == new
    *_, decided, _, credit = await matter.said()
    assert isinstance(decided, AppealDecided)
    assert (decided.outcome, str(decided.superseded_by)) == ("overturned", new)
    assert isinstance(credit, CreditRecognised)
    ruling = (await matter.learner.get(f"{matter.path}/appeal")).json()["ruling"]
    assert (ruling["outcome"], ruling["superseded_by"], "by" in ruling) == ("overturned", new, False)


async def test_a_part_recognised_by_rule_becomes_the_whole_and_stays_one_credit(
    recognition: Running, api: httpx2.AsyncClient
):
    matter = await in_progress(recognition, api)
    await matter.learner.post(f"{matter.path}/appeal", {"grounds": WORDS}, version=1)
    overturned = await matter.officer.post(f"{matter.path}/appeal-outcome", OVERTURNED, version=2)
    assert overturned.status_code == 201, overturned.text
    held, credit = [fact for fact in await matter.said() if fact.DECLARED.type.startswith("acquis.credit.")]
    assert isinstance(held, CreditPartiallyRecognised)
    assert isinstance(credit, CreditRecognised)
    assert (credit.credit_id, credit.version) == (held.credit_id, 2)


async def test_of_two_officers_at_once_one_decides(recognition: Running, api: httpx2.AsyncClient):
    matter = await appealed(recognition, api)
    path = f"{matter.path}/appeal-outcome"
    answers = await asyncio.gather(
        matter.officer.post(path, OVERTURNED, version=2),
        matter.home("appeals_officer", "coordinator").post(path, UPHELD, version=2),
    )
    assert max(answer.status_code for answer in answers) == 412
    assert (await matter.slugs()).count("appeal.decided") == 1


async def test_whose_decision_was_appealed_against_does_not_decide_on_the_unit_again(
    recognition: Running, api: httpx2.AsyncClient
):
    matter = await appealed(recognition, api)
    first = UUID((await matter.read())["transcript_id"])
    worse = deviating(matter.told, transcript_id=first, version=2, units=())
    await tell(recognition, worse)
    later = await matter_of(recognition, api, matter.told, "manual_review")
    mine = await later.recogniser.post(f"{later.path}/resolution", RECOGNISED, version=1)
    assert (mine.status_code, "appealed against" in mine.json()["detail"]) == (403, True)
    assert (await later.colleague.post(f"{later.path}/resolution", RECOGNISED, version=1)).status_code == 201


async def test_whose_decision_was_appealed_against_does_not_undo_what_came_of_it(
    recognition: Running, api: httpx2.AsyncClient
):
    matter = await appealed(recognition, api)
    overturned = await matter.officer.post(f"{matter.path}/appeal-outcome", OVERTURNED, version=2)
    path, version = overturned.headers["Location"], overturned.json()["version"]
    previewed = await matter.colleague.post(f"{path}/revocation-preview", version=version)
    assert previewed.status_code == 200, previewed.text
    revocation = {"reason": "error", "legal_basis": LAW, "token": previewed.json()["token"]}
    correction = {"valid_until": "2099-12-31", "legal_basis": LAW}
    bodies = {"revocation-preview": None, "revocation": revocation, "correction": correction}
    for command, body in bodies.items():
        mine = await matter.recogniser.post(f"{path}/{command}", body, version=version)
        assert (mine.status_code, "appealed against" in mine.json()["detail"]) == (403, True), command
    assert (await matter.read(overturned.json()["decision_id"]))["state"] == "recognised"
    theirs = await matter.colleague.post(f"{path}/revocation", revocation, version=version)
    assert (theirs.status_code, theirs.json()["state"]) == (200, "revoked")


@pytest.mark.parametrize(
    "body",
    [
        UPHELD | {"resolution": RECOGNISED},
        {**OVERTURNED, "resolution": None},
        {**OVERTURNED, "resolution": {"verdict": "refused"}},
        {"outcome": "upheld"},
    ],
)
async def test_an_outcome_that_contradicts_itself_is_refused(
    recognition: Running, api: httpx2.AsyncClient, body: dict[str, object]
):
    matter = await appealed(recognition, api)
    assert (await matter.officer.post(f"{matter.path}/appeal-outcome", body, version=2)).status_code == 422
    assert (await matter.read())["state"] == "appealed"
