"""Both belts of tenancy, each with the other one off; and what those who see may do."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import store
from services.assessment.tables import ASSESSMENTS, LEARNING_AGREEMENTS, TRANSCRIPT_VERSIONS, TRANSCRIPTS
from shared.auth import Principal
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.problems import NotFound
from tests.support.builders.agreements import planned_item
from tests.support.running import ApiCaller
from tests.support.stays import U3, Stay, Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PAGE = PageRequest()


def home(stay: Stay) -> Principal:
    return Principal("home", stay.agreed.home_id, frozenset({"coordinator"}))


def host(stay: Stay) -> Principal:
    return Principal("host", stay.agreed.host_id, frozenset({"examiner"}))


def learner(stay: Stay) -> Principal:
    return Principal("learner", roles=frozenset({"learner"}), learner_id=stay.agreed.learner_id)


def delegate(stay: Stay) -> Principal:
    """Of the institution that the host has asked to assess."""
    assert stay.agreed.assessments
    return Principal("delegate", stay.agreed.assessments[0].assessing_id, frozenset({"assessor"}))


def stranger(_: Stay) -> Principal:
    return Principal("stranger", uuid4(), frozenset({"assessor", "examiner", "coordinator"}))


def operator_at_home(stay: Stay) -> Principal:
    return Principal("operator", stay.agreed.home_id, frozenset({"operator"}))


READERS = pytest.mark.parametrize(
    ("reader", "agreements", "assessments", "transcripts"),
    [
        (home, 1, 1, 1),
        (host, 1, 1, 1),
        (learner, 0, 1, 1),
        (delegate, 1, 1, 0),
        (stranger, 0, 0, 0),
        (operator_at_home, 0, 0, 0),
    ],
)


async def there_or_not(loading: Awaitable[Any]) -> int:
    try:
        await loading
    except NotFound:
        return 0
    return 1


@READERS
async def test_the_store_alone_shows_nobody_what_is_not_theirs(
    stays: Stays, reader: Callable[[Stay], Principal], agreements: int, assessments: int, transcripts: int
):
    stay = await stays.begin(assessments=(planned_item(U3, assessing_id=uuid4()),))
    [path] = await stay.confirmed_by_plan()
    assessment_id = UUID(path.rpartition("/")[2])
    transcript_id = UUID((await stay.transcript())["transcript_id"])
    principal, agreement_id = reader(stay), stay.agreed.learning_agreement_id
    async with stays.running.database.transaction(SYSTEM) as tx:
        listed = await store.list_assessments(tx, principal, PAGE, store.Filters(learning_agreement_id=agreement_id))
        assert len(listed.items) == assessments
        assert len(await store.load_assessments_under(tx, agreement_id, principal)) == assessments
        assert len((await store.load_assessments_of(tx, [agreement_id], principal))[agreement_id]) == assessments
        assert len(await store.lock_assessments(tx, [assessment_id], principal)) == assessments
        assert await there_or_not(store.load_assessment(tx, assessment_id, principal)) == assessments
        assert await there_or_not(store.load_agreement(tx, agreement_id, principal)) == agreements
        assert len(await store.load_agreements(tx, [agreement_id], principal)) == agreements
        parties = agreements and transcripts
        for which in (store.carrying([assessment_id]), store.under([agreement_id])):
            assert len(await store.lock_transcripts(tx, which, principal)) == parties
        for only_parties in (
            store.lock_transcript(tx, transcript_id, principal),
            store.lock_transcript_for(tx, assessment_id, principal),
        ):
            assert await there_or_not(only_parties) == parties
        listed_transcripts = await store.list_transcripts(tx, principal, PAGE, learning_agreement_id=agreement_id)
        assert len(listed_transcripts.items) == transcripts
        assert await there_or_not(store.load_transcript(tx, transcript_id, principal)) == transcripts
        assert await there_or_not(store.load_transcript_version(tx, transcript_id, 1, principal)) == transcripts


async def rows(tx: AsyncConnection, table: sa.Table, stay: Stay) -> int:
    learner_id = stay.agreed.learner_id
    select = sa.select(sa.func.count()).select_from(table).where(table.c.learner_id == learner_id)
    return (await tx.execute(select)).scalar_one()


@pytest.mark.parametrize(
    ("whose", "agreements", "assessments", "transcripts"),
    [
        ("home_id", 1, 1, 1),
        ("host_id", 1, 1, 1),
        ("learner_id", 0, 1, 1),
        ("intermediary_id", 1, 1, 0),
        ("memorandum_id", 0, 0, 0),
        (None, 0, 0, 0),
    ],
)
async def test_the_database_alone_shows_nobody_what_is_not_theirs(
    stays: Stays, whose: str | None, agreements: int, assessments: int, transcripts: int
):
    delegate_id = uuid4()  # the intermediary is also who assesses in the host's place
    plan = (planned_item(U3, assessing_id=delegate_id),)
    stay = await stays.begin(intermediary_id=delegate_id, assessments=plan)
    await stay.confirmed_by_plan()
    acting_for = str(getattr(stay.agreed, whose)) if whose else None
    async with stays.running.database.transaction(acting_for) as tx:
        assert await rows(tx, LEARNING_AGREEMENTS, stay) == agreements
        assert await rows(tx, ASSESSMENTS, stay) == assessments
        for table in (TRANSCRIPTS, TRANSCRIPT_VERSIONS):
            assert await rows(tx, table, stay) == transcripts


async def test_the_database_alone_keeps_others_from_writing(stays: Stays):
    stay = await stays.begin()
    await stay.confirmed()
    async with stays.running.database.transaction(str(uuid4())) as tx:
        for table in (LEARNING_AGREEMENTS, ASSESSMENTS, TRANSCRIPTS):
            assert (await tx.execute(sa.update(table).values(host_id=uuid4()))).rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with stays.running.database.transaction(str(stay.agreed.host_id)) as tx:
            await tx.execute(sa.update(ASSESSMENTS).values(host_id=uuid4(), home_id=uuid4()))


async def test_home_reads_but_does_not_assess(stays: Stays):
    stay = await stays.begin()
    path, transcript = await stay.recorded(), (await stay.transcript())["transcript_id"]
    open_path = await stay.planned()
    assert (await stay.home.get(path)).status_code == 200
    for answer in (
        await stay.home.post("/v1/assessments", stay.plan_body()),
        await stay.home.post(f"{open_path}/result", stay.result_body(), version=1),
        await stay.home.post(f"{path}/confirmation", version=2),
        await stay.home.post(f"/v1/transcripts/{transcript}/issuance", version=1),
    ):
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "not-competent")


async def test_somebody_elses_is_not_found(stays: Stays):
    stay = await stays.begin()
    path, transcript = await stay.recorded(), f"/v1/transcripts/{(await stay.transcript())['transcript_id']}"
    other = ApiCaller(stays.http, uuid4(), ("assessor", "examiner"))
    assert (await other.post("/v1/assessments", stay.plan_body())).json()["errors"][0]["code"] == "unknown"
    for answer in (
        await other.get(path),
        await other.post(f"{path}/result", stay.result_body(), version=2),
        await other.post(f"{path}/confirmation", version=2),
        await other.get(transcript),
        await other.get(f"{transcript}/versions/1"),
        await other.post(f"{transcript}/issuance", version=1),
    ):
        assert answer.status_code == 404


async def test_each_step_takes_its_role(stays: Stays):
    stay = await stays.begin()
    coordinator, recogniser = stay.host("coordinator"), stay.host("recogniser")
    assert (await coordinator.post("/v1/assessments", stay.plan_body())).status_code == 403
    path = await stay.planned()
    assert (await stay.examiner.post(f"{path}/result", stay.result_body(), version=1)).status_code == 403
    assert (await stay.assessor.post(f"{path}/result", stay.result_body(), version=1)).status_code == 200
    assert (await stay.assessor.post(f"{path}/confirmation", version=2)).status_code == 403
    assert (await recogniser.get(path)).status_code == 200
    assert (await stay.http.get(path)).status_code == 401


async def test_a_learner_reads_the_own_transcript_and_no_other(stays: Stays):
    stay, other = await stays.begin(), await stays.begin()
    await stay.confirmed()
    path = f"/v1/transcripts/{(await stay.transcript())['transcript_id']}"
    assert (await stay.learner.get(path)).json() == await stay.transcript()
    assert (await stay.learner.get(f"{path}/versions/1")).json()["learner_id"] == str(stay.agreed.learner_id)
    assert (await other.learner.get(path)).status_code == 404
    assert (await other.learner.get(f"{path}/versions/1")).status_code == 404
