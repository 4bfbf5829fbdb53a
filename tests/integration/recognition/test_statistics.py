"""How decisions turned out: as they stand, for whom they concern, and nothing about fewer than five learners."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import sqlalchemy as sa

from services.recognition import store
from services.recognition.tables import DECISIONS
from shared import clock
from shared.auth import Principal
from shared.contracts.assessment import Authority
from shared.db import SYSTEM
from shared.service import Running
from tests.support.builders.assessment import assessment_value, transcript_issued
from tests.support.running import ApiCaller, as_owner, tell
from tests.support.stories import Story, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

YEAR = clock.now().year


async def decided(recognition: Running, learners: int, told: Story | None = None) -> Story:
    """Each learner's U3 is recognised at once, by a partnership of their own unless there is one already."""
    told = told or story()
    agreements = [replace(told.agreement, learning_agreement_id=uuid4(), learner_id=uuid4()) for _ in range(learners)]
    transcripts = [transcript_issued(one) for one in agreements]
    await tell(recognition, *told.reference, *agreements, *transcripts)
    return told


def at_home(api: httpx2.AsyncClient, told: Story) -> ApiCaller:
    return ApiCaller(api, told.agreement.home_id, ("coordinator",))


async def lines(caller: ApiCaller, **params: Any) -> list[dict[str, Any]]:
    response = await caller.get("/v1/statistics", **{"year": YEAR} | params)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def test_five_learners_are_shown(recognition: Running, api: httpx2.AsyncClient):
    told = await decided(recognition, 5)
    [line] = await lines(at_home(api, told))
    numbers = ("decisions", "learners", "recognised", "partially_recognised", "refused", "reviewed", "undecided")
    assert [line[name] for name in numbers] == [5, 5, 5, 0, 0, 0, 0]
    assert (line["suppressed"], line["host_id"], line["month"]) == (False, None, None)


async def test_four_learners_are_not(recognition: Running, api: httpx2.AsyncClient):
    told = await decided(recognition, 4)
    for params in ({}, {"group_by": "host_id"}, {"group_by": ["month", "qualification_id"]}):
        [line] = await lines(at_home(api, told), **params)
        assert line.pop("suppressed")
        of_the_group = ("host_country", "host_id", "qualification_id", "month")
        assert {value for name, value in line.items() if name not in of_the_group} == {None}


async def changed(recognition: Running, told: Story, learners: int, **values: Any) -> None:
    """So many of the home institution's decisions that are still as they were made are what a test wants instead."""
    same = DECISIONS.c.home_id == told.agreement.home_id
    untouched = sa.select(DECISIONS.c.decision_id).where(same, DECISIONS.c.legal_basis.is_(None)).limit(learners)
    these = sa.update(DECISIONS).where(DECISIONS.c.decision_id.in_(untouched))
    async with as_owner(recognition).begin() as tx:
        await tx.execute(these.values(legal_basis="changed", **values))


async def test_small_groups_are_not_given_away_by_those_beside_them(recognition: Running, api: httpx2.AsyncClient):
    told = await decided(recognition, 9)
    another = uuid4()
    await changed(recognition, told, 4, host_id=another)
    caller = at_home(api, told)
    assert [line["decisions"] for line in await lines(caller)] == [9]
    assert [line["suppressed"] for line in await lines(caller, group_by="host_id")] == [True, True]
    assert [line["suppressed"] for line in await lines(caller, host_id=str(told.agreement.host_id))] == [True]
    await changed(recognition, told, 1, host_id=another)
    await decided(recognition, 1, told)
    assert [line["decisions"] for line in await lines(caller, group_by="host_id")] == [5, 5]
    [line] = await lines(caller, host_id=str(another))
    assert (line["host_id"], line["decisions"], line["suppressed"]) == (str(another), 5, False)


async def test_each_decision_counts_as_what_has_become_of_it(recognition: Running, api: httpx2.AsyncClient):
    told = await decided(recognition, 10)
    became = ("partially_recognised", "documented_only", "refused", "evidence_only", "revoked")
    for state in became:
        await changed(recognition, told, 1, state=state)
    await changed(recognition, told, 1, state="manual_review", mode=None)
    await changed(recognition, told, 1, state="appealed", mode="manual")
    await changed(recognition, told, 1, state="superseded")
    [line] = await lines(at_home(api, told))
    assert [line[state] for state in became] == [1] * 5
    assert (line["decisions"], line["recognised"], line["undecided"], line["reviewed"]) == (9, 2, 2, 2)


async def test_a_decision_was_reviewed_even_if_a_rule_took_it_over_later(recognition: Running, api: httpx2.AsyncClient):
    told = await decided(recognition, 4)
    agreement = replace(told.agreement, learning_agreement_id=uuid4(), learner_id=uuid4())
    review = transcript_issued(agreement, assessment_value(agreement, authority=Authority.NONE))
    again = transcript_issued(agreement, transcript_id=review.transcript_id, version=2)
    await tell(recognition, agreement, review)
    await tell(recognition, again)
    [line] = await lines(at_home(api, told))
    assert (line["decisions"], line["recognised"], line["reviewed"]) == (5, 5, 1)


async def test_how_long_it_took_is_the_median(recognition: Running, api: httpx2.AsyncClient):
    told = await decided(recognition, 5)
    issued = {row.transcript_issued_at for row in await _rows(recognition, told)}
    assert issued == {told.transcript.issued_at}
    at = datetime(YEAR, 5, 31, 18, tzinfo=UTC)
    for days in (1, 2, 4, 20, 30):
        day = at - timedelta(days=days)
        await changed(
            recognition, told, 1, decided_at=at, assessed_on=day.date(), transcript_issued_at=day + timedelta(hours=12)
        )
    [line] = await lines(at_home(api, told), group_by="month")
    assert (line["month"], line["decisions"]) == (f"{YEAR}-05", 5)
    assert (line["median_days_from_last_day"], line["median_days_from_transcript"]) == ("4.0", "3.5")


async def _rows(recognition: Running, told: Story) -> Sequence[sa.Row[Any]]:
    async with as_owner(recognition).connect() as tx:
        return (await tx.execute(sa.select(DECISIONS).where(DECISIONS.c.home_id == told.agreement.home_id))).all()


async def test_a_year_is_the_one_in_which_it_was_decided(recognition: Running, api: httpx2.AsyncClient):
    told = await decided(recognition, 10)
    await changed(recognition, told, 5, decided_at=datetime(YEAR - 1, 12, 31, 23, 59, tzinfo=UTC))
    caller = at_home(api, told)
    assert [line["decisions"] for line in await lines(caller)] == [5]
    [line] = await lines(caller, year=YEAR - 1, group_by="month")
    assert (line["month"], line["decisions"]) == (f"{YEAR - 1}-12", 5)
    assert await lines(caller, year=YEAR, month=f"{YEAR - 1}-12") == []


async def test_a_competent_body_sees_its_country_and_institutions_their_own(
    recognition: Running, api: httpx2.AsyncClient
):
    told = story()
    abroad = replace(told.agreement, home_country="PT", host_country="IT")
    told = replace(told, agreement=abroad, policy=replace(told.policy, country="PT"))
    await decided(recognition, 5, told)
    body = ApiCaller(api, None, ("competent_body",), ("PT",))
    assert [line["decisions"] for line in await lines(body, host_country="IT")] == [5]
    assert await lines(body, host_country="FR") == []
    for stranger in (
        ApiCaller(api, None, ("competent_body",), ("IT",)),
        ApiCaller(api, uuid4(), ("recogniser",)),
        ApiCaller(api, told.agreement.host_id, ("coordinator",)),
    ):
        assert await lines(stranger) == []
    for role, learner_id in (("learner", abroad.learner_id), ("operator", None)):
        caller = ApiCaller(api, told.agreement.home_id, (role,), learner_id=learner_id)
        assert (await caller.get("/v1/statistics", year=YEAR)).status_code == 403


async def test_each_belt_holds_alone(recognition: Running):
    told = await decided(recognition, 5)
    home, stranger = (
        Principal("somebody", org=org, roles=frozenset({"coordinator"})) for org in (told.agreement.home_id, uuid4())
    )
    for principal, acting_for, found in (
        (home, home.org, 12),
        (stranger, SYSTEM, 0),
        (home, stranger.org, 0),
    ):
        async with recognition.database.transaction(str(acting_for)) as tx:
            assert len(await store.count_decisions(tx, principal, YEAR)) == found


async def test_a_long_answer_has_pages(recognition: Running, api: httpx2.AsyncClient):
    told = await decided(recognition, 10)
    await changed(recognition, told, 5, decided_at=datetime(YEAR, 1, 2, tzinfo=UTC))
    caller = at_home(api, told)
    first = (await caller.get("/v1/statistics", year=YEAR, group_by="month", limit=1)).json()
    second = (await caller.get("/v1/statistics", year=YEAR, group_by="month", limit=1, cursor=first["next"])).json()
    assert [page["items"][0]["month"] for page in (first, second)] == [f"{YEAR}-01", f"{YEAR}-{clock.now():%m}"]
    assert second["next"] is None


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"year": "1999"},
        {"year": YEAR, "group_by": "learner_id"},
        {"year": YEAR, "month": "2026-13"},
        {"year": YEAR, "host_country": "Italy"},
        {"year": YEAR, "cursor": "x"},
    ],
)
async def test_what_cannot_be_asked_is_refused(api: httpx2.AsyncClient, params: dict[str, Any]):
    response = await ApiCaller(api, uuid4(), ("recogniser",)).get("/v1/statistics", **params)
    assert response.status_code == 422
